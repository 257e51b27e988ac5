//! Texts that a user wrote, and places in them.

use std::sync::Arc;

use super::diagnostic::{Diagnostic, Diagnostics};

/// A text with the name under which messages speak of it. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    name: Arc<str>,
    text: Arc<str>,
}

impl SourceText {
    /// A text and its name: a path, or what it was given with (`--set`).
    pub fn new(name: impl Into<Arc<str>>, text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        Self { name: name.into(), text: Arc::from(text.strip_prefix('\u{feff}').unwrap_or(text)) }
    }

    /// The text in a file's bytes, which must be UTF-8.
    pub fn from_bytes(name: impl Into<Arc<str>>, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let name = name.into();
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(error) => {
                let start = error.valid_up_to();
                let source = Self { name, text: Arc::from(String::from_utf8_lossy(bytes)) };
                let span = Span::new(SourceId::FIRST, start, start + '\u{fffd}'.len_utf8());
                let problem = Diagnostic::error("the file is not UTF-8 text")
                    .label(span, format!("the byte 0x{:02x} stands here", bytes[start]))
                    .help("save the file as UTF-8");
                Err(Diagnostics::new(vec![source], vec![problem]))
            }
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte offset itself, or of the character in which it lies, or the end.
    pub(super) fn boundary(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        (0..=offset).rev().find(|&byte| self.text.is_char_boundary(byte)).unwrap_or(0)
    }

    /// Line and column (in characters) of a byte offset, both counted from 1.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..self.boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.bytes().filter(|&byte| byte == b'\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// Which of the sources that belong together: the pipeline file is the first, `--set` arguments follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub usize);

impl SourceId {
    /// The pipeline file, or the only source.
    pub const FIRST: Self = Self(0);
}

/// A range of bytes of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The source.
    pub source: SourceId,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The bytes `start..end`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Self { source, start, end }
    }
}

#[cfg(test)]
mod tests {
    use super::SourceText;

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let source = SourceText::new("x", "añb\ncd");
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(3), (1, 3));
        assert_eq!(source.line_column(6), (2, 2));
        assert_eq!(source.line_column(100), (2, 3));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_shown_with_their_place() {
        let error = SourceText::from_bytes("p.yaml", b"name: a\ntitle: Am\xe9lie\n").unwrap_err();
        insta::assert_snapshot!(error.render(false), @r#"
        error: the file is not UTF-8 text
         --> p.yaml:2:10
          |
        2 | title: Am�lie
          |          ^ the byte 0xe9 stands here
          |
          = help: save the file as UTF-8
        "#);
    }
}
