//! One line for each number of the breakdowns.

use super::super::{BrokenDownBy, Comparison, Measured};
use super::records::{or_empty, written};

const HEADER: [&str; 9] = ["by", "group", "users", "targets", "metric", "model", "value", "low", "high"];

/// The breakdowns with a header line; it stands alone where there are none.
///
/// Columns: `by` (`user-activity`, `item-popularity`, or an attribute of users such as `gender`), `group`, `users` and `targets`
/// (the group's sizes), `metric`, `model`, `value`, `low`, `high` (its interval). Empty fields are not known.
pub fn render(comparison: &Comparison, _: &Measured) -> String {
    let mut records = vec![HEADER.map(str::to_owned).to_vec()];
    let labels = comparison.labels();
    for breakdown in &comparison.breakdowns {
        let by = match &breakdown.by {
            BrokenDownBy::UserActivity => "user-activity",
            BrokenDownBy::ItemPopularity => "item-popularity",
            BrokenDownBy::UserAttribute(attribute) => attribute,
        };
        for group in &breakdown.groups {
            for (place, &column) in breakdown.columns.iter().enumerate() {
                for (label, cells) in labels.iter().zip(&group.cells) {
                    let estimate = cells[place].as_estimate();
                    let interval = estimate.and_then(|estimate| estimate.interval);
                    records.push(vec![
                        by.to_owned(),
                        group.name.clone(),
                        group.users.to_string(),
                        or_empty(group.targets),
                        comparison.columns[column].metric.clone(),
                        label.clone(),
                        or_empty(estimate.map(|estimate| estimate.value)),
                        or_empty(interval.map(|interval| interval.low)),
                        or_empty(interval.map(|interval| interval.high)),
                    ]);
                }
            }
        }
    }
    written(&records)
}

#[cfg(test)]
mod tests {
    use crate::report::{Measured, example};

    #[test]
    fn one_line_a_number() {
        let mut comparison = example::full_comparison();
        comparison.breakdowns.iter_mut().for_each(|breakdown| breakdown.columns.truncate(1));
        insta::assert_snapshot!(super::render(&comparison, &Measured::default()), @r#"
        by,group,users,targets,metric,model,value,low,high
        user-activity,14 to 33,3020,,precision@100,Popularity,0.06248000000000001,,
        user-activity,14 to 33,3020,,precision@100,EASE,0.13080987200000002,,
        user-activity,14 to 33,3020,,precision@100,MF,0.1308064,,
        user-activity,"34 to 1,800",3020,,precision@100,Popularity,0.09372,,
        user-activity,"34 to 1,800",3020,,precision@100,EASE,0.196214808,,
        user-activity,"34 to 1,800",3020,,precision@100,MF,0.19620959999999998,,
        item-popularity,head,6000,100000,precision@100,Popularity,0.08591000000000001,,
        item-popularity,head,6000,100000,precision@100,EASE,0.17986357400000003,,
        item-popularity,head,6000,100000,precision@100,MF,0.1798588,,
        item-popularity,tail,5000,50000,precision@100,Popularity,0.015620000000000002,,
        item-popularity,tail,5000,50000,precision@100,EASE,0.032702468000000005,,
        item-popularity,tail,5000,50000,precision@100,MF,0.0327016,,
        "#);
        assert_eq!(super::render(&example::comparison(), &Measured::default()).lines().count(), 1);
    }
}
