//! Plain text inside Markdown.

/// Text on one line in which nothing but balanced backticks is markup: `` `x` `` stays code, the rest is escaped.
pub(super) fn text(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = line.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(&line);
    }
    let parts = parts.iter().enumerate().map(|(index, part)| if index % 2 == 0 { escape(part) } else { code(part) });
    parts.collect()
}

/// Text as code, whatever backticks it holds.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run_of_backticks(text) + 1);
    let padding = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

/// Lines as a block of code.
pub(super) fn code_block(language: &str, lines: &str) -> String {
    let fence = "`".repeat(longest_run_of_backticks(lines).max(2) + 1);
    format!("{fence}{language}\n{lines}\n{fence}\n")
}

/// Makes a piece of Markdown fit into a table cell, where a bar ends the cell even inside code.
pub(super) fn cell(markdown: &str) -> String {
    let mut cell = String::with_capacity(markdown.len());
    let mut escaped = false;
    for character in markdown.chars() {
        if character == '|' && !escaped {
            cell.push('\\');
        }
        escaped = character == '\\' && !escaped;
        cell.push(character);
    }
    cell
}

fn escape(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let is_word =
        |index: Option<usize>| index.and_then(|index| characters.get(index)).is_some_and(|c| c.is_alphanumeric());
    let mut escaped = String::with_capacity(text.len());
    for (index, &character) in characters.iter().enumerate() {
        // An underscore within a word is never markup; escaping it would only spoil the plain text.
        let is_inner_underscore = character == '_' && is_word(index.checked_sub(1)) && is_word(Some(index + 1));
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '&' | '$')
            && !is_inner_underscore
        {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{cell, code, code_block, text};

    #[test]
    fn markup_is_escaped() {
        assert_eq!(text("a|b *c* [d](e) <f> g_h _i_ #1"), r"a\|b \*c\* \[d\](e) \<f\> g_h \_i\_ \#1");
        assert_eq!(text("two\n lines"), "two lines");
    }

    #[test]
    fn balanced_backticks_stay_code() {
        assert_eq!(text("`a*b` and *c*"), r"`a*b` and \*c\*");
        assert_eq!(text("one ` alone"), r"one \` alone");
    }

    #[test]
    fn code_outlasts_the_backticks_in_it() {
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(code_block("sh", "echo '```'"), "````sh\necho '```'\n````\n");
    }

    #[test]
    fn bars_in_cells_are_escaped_once() {
        assert_eq!(cell(r"a|b\|c"), r"a\|b\|c");
        assert_eq!(cell(r"a\\|b"), r"a\\\|b");
    }
}
