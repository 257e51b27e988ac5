//! Whether scores may stand in one table.

use super::evaluate::Scores;
use crate::engine::StageError;
use crate::rec::metric::Users;

/// Refuses scores that were not made on the same part of a split, on all of its users, in the same way. Each with the name of
/// its stage.
pub(super) fn check<'a>(scores: impl Iterator<Item = (&'a str, &'a Scores)>) -> Result<(), StageError> {
    let mut first: Option<(&str, &Scores)> = None;
    for (stage, other) in scores {
        check_users(stage, other)?;
        let &mut (first_stage, first) = first.get_or_insert((stage, other));
        let both = format!("`{first_stage}` and `{stage}`");
        let refuse = |message: String, help: &str| Err(StageError::new(message).help(help));
        if other.part != first.part {
            let message = format!("{both} were scored on different parts, {} and {}", first.part, other.part);
            return refuse(message, "choose by scores on the validation part, and report scores on the test part");
        }
        if other.dialect != first.dialect {
            let (one, two) = (first.dialect, other.dialect);
            let message =
                format!("{both} were scored in different dialects, `{one}` and `{two}`: equal names, other metrics");
            return refuse(message, "give both the same `dialect`, or make a report of each");
        }
        if other.relevant_from != first.relevant_from {
            let message = format!("{both} count different held-out items as targets");
            return refuse(message, "give both the same `relevant-from`");
        }
    }
    Ok(())
}

/// Refuses scores of fewer users than the split holds out, other than those without a target.
fn check_users(stage: &str, scores: &Scores) -> Result<(), StageError> {
    let promised = scores.part.size(&scores.split).users;
    let scored = match scores.dialect.dialect().means {
        Users::WithTarget => scores.users + scores.users_without_target,
        Users::WithHeldOut => scores.users,
    };
    if scored == promised {
        return Ok(());
    }
    let message =
        format!("`{stage}` scored {scored} of the {promised} users that the split holds out for the {}", scores.part);
    Err(StageError::new(message).help("a mean over other users is another number: score all of them"))
}

#[cfg(test)]
mod tests {
    use super::{Scores, check};
    use serde_json::json;

    fn scores() -> Scores {
        let part = |users: u64| json!({ "users": users, "interactions": 9 });
        let about = json!({
            "dataset": recflow_dataset(), "strategy": "per-user-random", "description": "", "seed": 1, "rating_range": [1.0, 5.0],
        });
        let split = json!({
            "digest": "d", "about": about, "users": 9, "items": 5, "interactions": 30,
            "train": part(9), "validation": part(4), "test": part(8),
        });
        let model = json!({
            "model": "ease", "title": "EASE", "parameters": {}, "split-digest": "d",
            "training": { "epochs": null, "best_epoch": null },
        });
        serde_json::from_value(json!({
            "model": model, "split": split, "dialect": "recflow", "part": "test", "relevant-from": null,
            "reads-order": false, "skips-last-event": false, "values": [], "users": 6, "users-without-target": 2,
        }))
        .unwrap()
    }

    fn recflow_dataset() -> serde_json::Value {
        serde_json::to_value(crate::rec::data::DatasetInfo::default()).unwrap()
    }

    fn refusal(change: impl Fn(&mut Scores)) -> String {
        let mut other = scores();
        change(&mut other);
        match check([("one", &scores()), ("two", &other)].into_iter()) {
            Ok(()) => "none".to_owned(),
            Err(error) => error.message,
        }
    }

    #[test]
    fn what_was_scored_otherwise_is_refused() {
        let refusals = [
            refusal(|_| {}),
            refusal(|scores| scores.users -= 1),
            refusal(|scores| {
                scores.part = super::super::evaluate::Part::Validation;
                scores.users = 2;
            }),
            refusal(|scores| {
                scores.dialect = serde_json::from_value("trec-eval".into()).unwrap();
                scores.users = 8;
            }),
            refusal(|scores| scores.relevant_from = Some(4.0)),
        ];
        insta::assert_snapshot!(refusals.join("\n"), @"
        none
        `two` scored 7 of the 8 users that the split holds out for the test
        `one` and `two` were scored on different parts, test and validation
        `one` and `two` were scored in different dialects, `recflow` and `trec-eval`: equal names, other metrics
        `one` and `two` count different held-out items as targets
        ");
    }
}
