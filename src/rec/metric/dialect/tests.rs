//! What holds for every dialect.

use std::collections::BTreeSet;
use std::mem::discriminant;

use super::definition::Forms;
use super::{Dialect, DialectName, dialect, dialects};
use crate::rec::metric::{MetricSpec, RankedList, metrics};

#[test]
fn names_are_written_as_they_are_read() {
    for dialect in dialects() {
        let name: DialectName = serde_json::from_value(dialect.name.into()).unwrap();
        assert_eq!(serde_json::to_value(name).unwrap(), dialect.name);
    }
    let error = serde_json::from_value::<DialectName>("trec".into()).unwrap_err();
    insta::assert_snapshot!(error, @"unknown dialect `trec`; there are recflow, mult-vae, recbole, elliot, trec-eval, recpack");
    assert_eq!(DialectName::default().dialect().name, "recflow");
}

#[test]
fn forms_are_of_metrics_that_there_are_and_of_their_family() {
    for dialect in dialects() {
        let n_named = match dialect.forms {
            Forms::Own => metrics().len(),
            Forms::Only(forms) => forms.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(),
        };
        assert_eq!(dialect.defined().count(), n_named, "{} names a metric twice, or none that there is", dialect.name);
        for (metric, form) in dialect.defined() {
            let family = discriminant(&metric.form.measure);
            assert_eq!(discriminant(&form.measure), family, "{}: {}", dialect.name, metric.name);
            assert!(!form.definition.ends_with('.'), "{}: {}", dialect.name, metric.name);
        }
    }
}

#[test]
fn what_a_program_does_not_define_has_no_value() {
    let map: MetricSpec = "map@3".parse().unwrap();
    let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
    let value = |name: &str| dialect(name).unwrap().of_list(map, &list);
    assert!(value("recflow").is_some());
    assert_eq!(value("recpack"), None);
    let reason = dialect("recpack").map(|dialect: &Dialect| dialect.lacks(map.metric()));
    assert_eq!(reason.unwrap(), "the dialect `recpack` defines no `map`");
}

#[test]
fn a_user_without_a_target_counts_as_nothing_and_not_as_no_number() {
    let list = RankedList::rated(&[7, 3, 9], &[(3, 2.0)], Some(4.0), &[0.0; 10]);
    for dialect in dialects() {
        for (metric, _) in dialect.defined().filter(|(metric, _)| metric.is_per_user() && metric.has_cutoff()) {
            let spec: MetricSpec = format!("{}@3", metric.name).parse().unwrap();
            let value = dialect.of_list(spec, &list).unwrap();
            assert!(value.is_finite(), "{}: {}", dialect.name, metric.name);
            // trec_eval's NDCG reads the ratings of all that was held out.
            assert!(value == 0.0 || (dialect.name, metric.name) == ("trec-eval", "ndcg"), "{}", dialect.name);
        }
    }
}

#[test]
fn equal_scores_are_ordered_as_the_program_does() {
    let ids = ["b", "a", "c"].map(str::to_owned);
    assert_eq!(dialect("recflow").unwrap().precedence(&ids), None);
    assert_eq!(dialect("trec-eval").unwrap().precedence(&ids), Some(vec![2, 0, 1]));
}
