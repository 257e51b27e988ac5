//! The comparison and its measurements as one JSON document.

use serde::Serialize;

use super::{Comparison, Measured};

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    measured: &'a Measured,
}

/// The comparison with a field `measured` beside its own, indented, with a newline at the end.
#[expect(clippy::missing_panics_doc, reason = "maps have text keys and numbers are finite: nothing fails")]
pub fn render(comparison: &Comparison, measured: &Measured) -> String {
    let document = Document { comparison, measured };
    let mut text = serde_json::to_string_pretty(&document).expect("maps have text keys and numbers are finite");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::super::{Comparison, Measured, example};

    #[test]
    fn both_parts_can_be_read_back() {
        let (comparison, measured) = (example::full_comparison(), example::measured());
        let document: serde_json::Value = serde_json::from_str(&super::render(&comparison, &measured)).unwrap();
        assert_eq!(serde_json::from_value::<Measured>(document["measured"].clone()).unwrap(), measured);
        assert_eq!(serde_json::from_value::<Comparison>(document).unwrap(), comparison);
    }
}
