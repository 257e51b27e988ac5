//! Which observer fits.

use crate::cli::OutputFormat;

/// How a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Live lines on a terminal.
    Human,
    /// A line for each event that matters, for logs and pipes.
    Plain,
    /// Every event as a line of JSON on standard output.
    Json,
    /// Failures and the final tables only.
    Quiet,
}

impl Style {
    /// What the command line asks for, given whether standard error is a terminal.
    pub fn choose(format: OutputFormat, quiet: bool, stderr_is_terminal: bool) -> Self {
        match (format, quiet, stderr_is_terminal) {
            (OutputFormat::Json, ..) => Self::Json,
            (OutputFormat::Human, true, _) => Self::Quiet,
            (OutputFormat::Human, false, true) => Self::Human,
            (OutputFormat::Human, false, false) => Self::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OutputFormat, Style};

    #[test]
    fn json_goes_before_quiet_and_quiet_before_the_terminal() {
        assert_eq!(Style::choose(OutputFormat::Json, true, true), Style::Json);
        assert_eq!(Style::choose(OutputFormat::Human, true, true), Style::Quiet);
        assert_eq!(Style::choose(OutputFormat::Human, false, true), Style::Human);
        assert_eq!(Style::choose(OutputFormat::Human, false, false), Style::Plain);
    }
}
