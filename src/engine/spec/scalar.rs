//! The types of plain scalars, as the YAML library has them.

use serde_json::Number;

use super::node::NodeKind;

/// What a plain (unquoted) scalar is: `5` a number, `true` a truth value, `yes` text, nothing `null`.
pub(super) fn plain(text: &str) -> NodeKind {
    obvious(text).unwrap_or_else(|| as_document(text))
}

/// What most scalars are can be told at a glance: words are text, digits a number. As [`as_document`] has it.
fn obvious(text: &str) -> Option<NodeKind> {
    let first = *text.as_bytes().first()?;
    let is_word =
        first.is_ascii_alphabetic() && !["null", "true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_word {
        return Some(NodeKind::Text(text.to_owned()));
    }
    let is_short_integer =
        text.len() < 19 && text.bytes().all(|byte| byte.is_ascii_digit()) && (first != b'0' || text == "0");
    let integer: u64 = text.parse().ok().filter(|_| is_short_integer)?;
    Some(NodeKind::Number(integer.into(), text.to_owned()))
}

/// What it is as a document of its own.
fn as_document(text: &str) -> NodeKind {
    // Only short words (`null`, `false`) and what begins like a number can be anything but text. Nor can texts with
    // these signs; without them, a scalar read as a document of its own means what it means here.
    let may_be_typed =
        text.len() <= 5 || text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    if !may_be_typed
        || text
            .contains(['\n', '#', ':', '&', '*', '!', '|', '>', '%', '@', '`', '"', '\'', '{', '}', '[', ']', ',', ' '])
    {
        return NodeKind::Text(text.to_owned());
    }
    let float = |number: f64| {
        Number::from_f64(number)
            .map_or_else(|| NodeKind::NonFinite(text.to_owned()), |number| NodeKind::Number(number, text.to_owned()))
    };
    match serde_yaml::from_str::<serde_yaml::Value>(text) {
        Ok(serde_yaml::Value::Null) => NodeKind::Null,
        Ok(serde_yaml::Value::Bool(value)) => NodeKind::Bool(value),
        Ok(serde_yaml::Value::Number(number)) => {
            let whole = number.as_u64().map(Number::from).or_else(|| number.as_i64().map(Number::from));
            match whole {
                Some(whole) => NodeKind::Number(whole, text.to_owned()),
                None => float(number.as_f64().unwrap_or(f64::NAN)),
            }
        }
        // The library refuses integers of 65 to 128 bits and takes larger ones as floats; here both are floats.
        Err(_) if text.parse::<f64>().is_ok_and(f64::is_finite) => float(text.parse().unwrap_or(f64::NAN)),
        _ => NodeKind::Text(text.to_owned()),
    }
}

/// Whether a text that is written without quotes is the text.
pub(in crate::engine) fn plain_scalar_is_text(text: &str) -> bool {
    matches!(plain(text), NodeKind::Text(_))
}

#[cfg(test)]
mod tests {
    use super::{NodeKind, as_document, obvious, plain};

    fn number(text: &str) -> String {
        match plain(text) {
            NodeKind::Number(number, written) => {
                assert_eq!(written, text);
                number.to_string()
            }
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn scalars_have_the_types_of_yaml_1_2() {
        assert_eq!(number("5"), "5");
        assert_eq!(number("-5"), "-5");
        assert_eq!(number("0x10"), "16");
        assert_eq!(number("1e3"), "1000.0");
        assert_eq!(number(".5"), "0.5");
        assert_eq!(number("18446744073709551615"), "18446744073709551615");
        for text in ["", "~", "null"] {
            assert_eq!(plain(text), NodeKind::Null, "{text:?}");
        }
        assert_eq!(plain("True"), NodeKind::Bool(true));
        for text in ["yes", "on", "1_000", "007", "12:30", "1 2", "- x", "ml-1m", "a\n\nb", "1e999"] {
            assert_eq!(plain(text), NodeKind::Text(text.to_owned()));
        }
    }

    #[test]
    fn what_is_obvious_is_so() {
        let signs = b"019aeEfnNtTyYxl_~+-.:# ";
        let mut texts: Vec<String> = vec![String::new()];
        for _ in 0..3 {
            let longer = texts.iter().flat_map(|text| signs.iter().map(move |&sign| format!("{text}{}", sign as char)));
            texts = texts.iter().cloned().chain(longer.collect::<Vec<_>>()).collect();
        }
        let words = [
            "null", "Null", "nUll", "TRUE", "False", "truer", "NaN", "nan", "inf", "Infinity", "0o7", "0x1f", "1e5",
            "99999999",
        ];
        texts.extend(words.map(str::to_owned));
        let told: Vec<_> = texts.iter().filter_map(|text| Some((text, obvious(text)?))).collect();
        assert!(told.len() > 1_000);
        for (text, kind) in told {
            assert_eq!(kind, as_document(text), "{text:?}");
        }
    }

    #[test]
    fn large_integers_are_floats_and_what_is_not_finite_is_told_apart() {
        assert_eq!(number("18446744073709551616"), "1.8446744073709552e+19");
        assert_eq!(number("340282366920938463463374607431768211456"), "3.402823669209385e+38");
        let huge = "9".repeat(100_000);
        assert_eq!(plain(&huge), NodeKind::Text(huge.clone()));
        for text in [".nan", ".inf", "-.INF"] {
            assert_eq!(plain(text), NodeKind::NonFinite(text.to_owned()));
        }
    }
}
