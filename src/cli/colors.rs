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

/// When to colour: what `--color` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Even into files and pipes
    Always,
    /// Not at all
    Never,
}

impl ColorChoice {
    /// Whether to colour a stream that is a terminal or not.
    pub fn colors(self, is_terminal: bool) -> Colors {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self {
            Self::Always => Colors::On,
            Self::Auto if is_terminal && !is_set("NO_COLOR") && !is_dumb => Colors::On,
            Self::Auto | Self::Never => Colors::Off,
        }
    }
}
