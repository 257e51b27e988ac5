//! Plain text with balanced backticks as HTML.

use super::chart::escape;

/// Text in which nothing but balanced backticks is markup: what is between them becomes code, the rest is escaped.
pub(super) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let part = |(index, part): (usize, &&str)| {
        if index % 2 == 0 { escape(part) } else { format!("<code>{}</code>", escape(part)) }
    };
    parts.iter().enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn backticks_in_pairs_are_code_and_all_else_is_text() {
        assert_eq!(prose("use `a<b` & c"), "use <code>a&lt;b</code> &amp; c");
        assert_eq!(prose("one ` alone <b>"), "one ` alone &lt;b&gt;");
    }
}
