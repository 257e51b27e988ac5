//! What events are called in words; the same on a terminal and in a log.

use std::path::Path;

use crate::engine::{Event, Facts, Failure, Outcome};
use crate::report::units;

/// Time, since its last checkpoint, and memory of a computation: `1.2 s`, `310 MiB` (empty if unknown).
pub(super) fn cost(facts: &Facts) -> (String, String) {
    (units::duration(facts.wall_of_last_run()), facts.peak_memory_bytes.map(units::bytes).unwrap_or_default())
}

/// How far a stage is: `12/50`, in percent where the steps are too many to mean something, or nothing where the end is
/// not known.
pub(super) fn steps(done: u64, total: u64) -> Option<String> {
    match total {
        0 => None,
        1..10_000 => Some(format!("{done}/{total}")),
        10_000.. => Some(format!("{} %", u128::from(done) * 100 / u128::from(total))),
    }
}

/// Of a frozen stage, whether what it keeps is what it would compute.
pub(in crate::cli) fn kept(differs: Option<&[String]>) -> String {
    match differs {
        None => "keeps its last result, whatever it would be now".to_owned(),
        Some([]) => "keeps its last result, which is up to date".to_owned(),
        Some(differs) => format!("keeps its last result, in spite of: {}", differs.join("; ")),
    }
}

/// A failure in lines: the message first, then the remedy and the place of the log, indented.
pub(in crate::cli) fn failure(failure: &Failure, log: Option<&Path>) -> Vec<String> {
    let message = failure.to_string();
    let mut lines: Vec<String> = message.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        lines.push("failed without a message".to_owned());
    }
    if let Failure::Killed { peak_memory_bytes: Some(bytes), .. } = failure {
        lines.push(format!("it held {} of memory at its peak", units::bytes(*bytes)));
    }
    if let Some(help) = remedy(failure) {
        lines.extend(labelled("help: ", &help));
    }
    if let Some(log) = log {
        lines.push(format!("log:  {}", log.display()));
    }
    lines
}

fn remedy(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Error { help, .. } => help.clone(),
        Failure::Panic { .. } => Some("this is a bug in the stage, not in your pipeline; please report it".to_owned()),
        Failure::Killed { signal: 9, .. } => {
            Some("run fewer stages at once (`--jobs 1`), or choose parameters that need less memory".to_owned())
        }
        Failure::Timeout { .. } => Some("allow it more time with `resources: { timeout: … }`".to_owned()),
        Failure::Memory { .. } => {
            Some("allow more with `resources: { memory: … }`, or choose parameters that need less".to_owned())
        }
        Failure::Unexpected { .. } => {
            Some("the result is kept: nothing runs again when `expect` in the pipeline file is changed".to_owned())
        }
        Failure::Exit { .. } | Failure::Killed { .. } => Some("its log may say more".to_owned()),
        Failure::Store { .. } => {
            Some("see whether the cache's disk is full or read-only; running again is safe".to_owned())
        }
    }
}

/// A text behind a label, its further lines indented by the label's width.
fn labelled(label: &str, text: &str) -> Vec<String> {
    let indent = " ".repeat(label.len());
    text.lines().enumerate().map(|(n, line)| format!("{}{line}", if n == 0 { label } else { &indent })).collect()
}

/// The last line of a run; `None` for other events than its end.
pub(super) fn summary(event: &Event) -> Option<(Outcome, String)> {
    let Event::RunFinished { outcome, computed, cached, failed, not_run, wall } = event else { return None };
    let parts = [(*failed, "failed"), (*not_run, "not run"), (*computed, "computed"), (*cached, "cached")];
    let counts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let counts = if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(", ") };
    let wall = units::duration(*wall);
    let text = match outcome {
        Outcome::Done => format!("done in {wall}: {counts}"),
        Outcome::Failed => format!("failed after {wall}: {counts}"),
        Outcome::Interrupted => {
            format!("interrupted after {wall}: {counts}; what is finished is kept, run again to go on")
        }
    };
    Some((*outcome, text))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::engine::{Failure, MemorySize, Unmet};

    #[test]
    fn failures_of_different_causes_differ() {
        let all = [
            Failure::Error { message: "bad\nlines".into(), help: Some("do this\nand that".into()) },
            Failure::Panic { message: "index out of bounds".into() },
            Failure::Exit { code: 3 },
            Failure::Killed { signal: 9, peak_memory_bytes: Some(7 << 30) },
            Failure::Killed { signal: 11, peak_memory_bytes: None },
            Failure::Timeout { limit: std::time::Duration::from_mins(90) },
            Failure::Memory { used: MemorySize { bytes: 3 << 30 }, limit: MemorySize { bytes: 2 << 30 } },
            Failure::Unexpected {
                unmet: vec![
                    Unmet {
                        figure: "ndcg@100".into(),
                        value: serde_json::Number::from_f64(0.4125),
                        expected: "at least 0.42".into(),
                        copies: None,
                        similar: None,
                    },
                    Unmet {
                        figure: "rmse".into(),
                        value: None,
                        expected: "0.83 ± 0.01".into(),
                        copies: Some(3),
                        similar: None,
                    },
                ],
            },
            Failure::Store { message: "no space left on device".into() },
        ];
        let texts: Vec<String> =
            all.iter().map(|failure| super::failure(failure, Some(Path::new("x.log"))).join("\n")).collect();
        insta::assert_snapshot!(texts.join("\n\n"));
    }
}
