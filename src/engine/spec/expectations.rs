//! `expect`: figures and what they have to be.

use super::diagnostic::Diagnostic;
use super::fields::{Fields, listed};
use super::findings::Findings;
use super::node::{Entry, Node, NodeKind, brief};
use crate::engine::expectation::{Expectation, Over, Range};

const HELP: &str = "write for example `expect: { ndcg@100: { at-least: 0.42 }, users: 6040 }`";

/// Reads `expect`, in which parameters were replaced already. `figures` are those that the stage will have, if that is
/// known beforehand; `axes` those of the copy.
pub(in crate::engine) fn read_expectations(
    node: &Node,
    stage: &str,
    figures: Option<&[String]>,
    axes: &[&str],
    findings: &mut Findings,
) -> Vec<Expectation> {
    let entries = match &node.kind {
        NodeKind::Mapping(entries) => entries,
        NodeKind::Null | NodeKind::Refused => return Vec::new(),
        _ => {
            findings.push(
                Diagnostic::error(format!("`expect` must be a mapping, not {}", node.in_words()))
                    .label(node.place(), "")
                    .help(HELP),
            );
            return Vec::new();
        }
    };
    let mut expectations = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some(figures) = figures.filter(|figures| !figures.contains(&entry.key)) {
            let names = || figures.iter().map(String::as_str);
            let help = findings.did_you_mean(&entry.key, names()).unwrap_or_else(|| match figures {
                [] => "it tells none".to_owned(),
                _ => format!("its figures are {}", listed(&names().collect::<Vec<_>>())),
            });
            findings.push(
                Diagnostic::error(format!("`{stage}` has no figure `{}`", brief(&entry.key)))
                    .label(entry.key_span, "unknown figure")
                    .help(help),
            );
        }
        expectations.extend(read_one(entry, axes, findings));
    }
    expectations
}

fn read_one(entry: &Entry, axes: &[&str], findings: &mut Findings) -> Option<Expectation> {
    let figure = entry.key.clone();
    let what = format!("what is expected of `{}`", brief(&figure));
    match &entry.value.kind {
        NodeKind::Refused => return None,
        NodeKind::Number(..) => {
            let near = number(&entry.value, &what, findings).map(|value| (value, 0.0));
            return Some(Expectation { figure, range: Range { near, ..Range::default() }, over: None });
        }
        NodeKind::Mapping(_) => {}
        _ => {
            findings.push(
                Diagnostic::error(format!("{what} must be a number or conditions, not {}", entry.value.in_words()))
                    .label(entry.value.place(), "")
                    .help(HELP),
            );
            return None;
        }
    }
    let fields = Fields::of(&entry.value, &what, &["at-least", "at-most", "near", "within", "over"], findings)?;
    let errors = findings.errors();
    let mut read = |key: &str| {
        let field = fields.find(key)?;
        number(&field.value, &format!("`{key}`"), findings)
    };
    let [at_least, at_most, near, within] = ["at-least", "at-most", "near", "within"].map(&mut read);
    let over = fields.find("over").and_then(|over| read_over(&over.value, axes, findings));
    let has = |key: &str| fields.find(key).is_some();
    let problem = if !has("at-least") && !has("at-most") && !has("near") {
        Some(("`at-least`, `at-most` or `near` is missing".to_owned(), HELP.to_owned()))
    } else if has("near") != has("within") {
        let help = "give both: `{ near: 0.5866, within: 0.004 }`".to_owned();
        Some(("`near` and `within` need each other".to_owned(), help))
    } else if within.is_some_and(|within| within < 0.0) {
        Some(("`within` is a distance, so it cannot be negative".to_owned(), "write it without the sign".to_owned()))
    } else if let (Some(least), Some(most)) = (at_least, at_most)
        && least > most
    {
        let help = "exchange them".to_owned();
        Some((format!("nothing is at least {least} and at most {most}"), help))
    } else {
        None
    };
    if let Some((problem, help)) = problem {
        findings.push(Diagnostic::error(problem).label(entry.key_span, "").label(entry.value.place(), "").help(help));
    }
    let range = Range { at_least, at_most, near: near.zip(within) };
    (findings.errors() == errors && !entry.value.holds_refused()).then_some(Expectation { figure, range, over })
}

fn number(node: &Node, what: &str, findings: &mut Findings) -> Option<f64> {
    match &node.kind {
        NodeKind::Number(number, _) => return number.as_f64(),
        NodeKind::Refused => {}
        _ => findings.push(
            Diagnostic::error(format!("{what} must be a number, not {}", node.in_words())).label(node.place(), ""),
        ),
    }
    None
}

/// `over: mean` for the mean over all copies, `over: seed` for that over those which differ in their seeds only.
fn read_over(node: &Node, axes: &[&str], findings: &mut Findings) -> Option<Over> {
    let items = match &node.kind {
        NodeKind::List(items) => &items[..],
        NodeKind::Refused => return None,
        _ => std::slice::from_ref(node),
    };
    let over = |axes: Vec<String>| Some(Over { axes, copies: 1 });
    if let [only] = items
        && only.as_text() == Some("mean")
    {
        return over(axes.iter().map(|&axis| axis.to_owned()).collect());
    }
    let mut named = Vec::new();
    for item in items {
        match item.as_text() {
            Some(axis) if axes.contains(&axis) => named.push(axis.to_owned()),
            _ => {
                let help = findings
                    .did_you_mean(item.as_text().unwrap_or_default(), axes.iter().copied().chain(["mean"]))
                    .unwrap_or_else(|| match axes {
                        [] => "the stage has no axes; `over: mean` is the mean over all its copies".to_owned(),
                        axes => format!("`over: mean` is the mean over all its copies; its axes are {}", listed(axes)),
                    });
                findings.push(
                    Diagnostic::error(format!("`over` must be `mean` or axes of the stage, not {}", item.in_words()))
                        .label(item.place(), "")
                        .help(help),
                );
            }
        }
    }
    over(named)
}
