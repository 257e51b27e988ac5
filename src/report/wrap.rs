//! Texts in lines of a terminal's width.

use unicode_width::UnicodeWidthStr;

/// The words of the text in lines of at most `width` columns (a longer word has a line to itself), each behind `indent`
/// spaces.
pub fn wrap(text: &str, indent: usize, width: usize) -> Vec<String> {
    let margin = " ".repeat(indent);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{margin}{word}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_filled_up_to_the_width() {
        assert_eq!(wrap("one two three", 2, 9), ["  one two", "  three"]);
        assert_eq!(wrap("unbreakable it is", 0, 5), ["unbreakable", "it is"]);
        assert_eq!(wrap("映画 映画", 0, 8), ["映画", "映画"]);
        assert!(wrap(" ", 2, 9).is_empty());
    }
}
