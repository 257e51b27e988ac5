//! ANSI colours, or none.

/// Whether text may be coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// With ANSI escapes.
    On,
    /// As it is.
    Off,
}

impl Colors {
    /// Something went well.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Something failed.
    pub fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Something to take note of.
    pub fn note(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// Something to look at first.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Something of less importance.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Self::Off => text.to_owned(),
        }
    }
}
