//! One kind in full.

use unicode_width::UnicodeWidthStr;

use crate::cli::wrap::wrap;
use crate::engine::{Arity, StageKind};

use super::parameter::Parameter;

/// Name, texts, ports and parameters, in lines of at most `width` columns.
pub(super) fn render(kind: &StageKind, width: usize) -> String {
    let mut lines = vec![format!("{} (revision {})", kind.name, kind.revision), String::new()];
    lines.extend(wrap(&kind.about, 0, width));
    lines.push(String::new());

    let reads: Vec<String> = kind
        .inputs
        .iter()
        .map(|port| format!("{} of type `{}`{}", port.name, port.port_type, arity_in_words(port.arity)))
        .collect();
    let writes: Vec<String> =
        kind.outputs.iter().map(|port| format!("{} of type `{}`", port.name, port.port_type)).collect();
    lines.extend(labelled("Paper", kind.paper.as_deref().unwrap_or_default(), width));
    lines.extend(labelled("Reads", &or_nothing(&reads), width));
    lines.extend(labelled("Writes", &or_nothing(&writes), width));
    lines.push(String::new());

    let parameters = Parameter::all(kind.parameters.as_json());
    lines.push(if parameters.is_empty() { "No parameters".to_owned() } else { "Parameters".to_owned() });
    let column = parameters.iter().map(|parameter| parameter.name.width()).max().unwrap_or(0) + 4;
    for parameter in parameters {
        lines.push(String::new());
        lines.extend(describe(&parameter, column, width));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A parameter: its type and default beside the name, its meaning and the meaning of its values below.
fn describe(parameter: &Parameter, column: usize, width: usize) -> Vec<String> {
    let default = parameter.default.as_ref().map_or("required".to_owned(), |default| format!("default {default}"));
    let mut lines = wrap(&format!("{} · {default}", parameter.type_in_words), column, width);
    if let Some(first) = lines.first_mut() {
        *first = format!("{:<column$}{}", format!("  {}", parameter.name), &first[column..]);
    }
    lines.extend(wrap(&parameter.meaning, column, width));
    for (value, meaning) in &parameter.values {
        let mut explained = wrap(&format!("{value}: {meaning}"), column + 4, width);
        if let Some(first) = explained.first_mut() {
            first.replace_range(column + 2..column + 3, "-");
        }
        lines.extend(explained);
    }
    lines
}

fn labelled(label: &str, text: &str, width: usize) -> Vec<String> {
    const COLUMN: usize = 8;
    let mut lines = wrap(text, COLUMN, width);
    if let Some(first) = lines.first_mut() {
        first.replace_range(..label.len(), label);
    }
    lines
}

fn arity_in_words(arity: Arity) -> &'static str {
    match arity {
        Arity::One => "",
        Arity::Optional => " (optional)",
        Arity::Many | Arity::Set => " (one or more)",
        Arity::Any => " (any number)",
    }
}

fn or_nothing(items: &[String]) -> String {
    if items.is_empty() { "nothing".to_owned() } else { items.join(", ") }
}
