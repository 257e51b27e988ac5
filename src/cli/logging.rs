//! Where the program's own log goes.

use std::io::{self, Write};

use indicatif::MultiProgress;
use tracing_subscriber::EnvFilter;

use super::colors::Colors;

/// Sends log lines to standard error, between the live lines of `bars`.
///
/// What is logged: warnings; with `verbose` 1, 2, 3 also this program's info, debug, trace. The variable `RUST_LOG` wins
/// over `verbose`; `quiet` leaves errors only. Does nothing if a log was set up before.
pub fn start(verbose: u8, quiet: bool, colors: Colors, bars: &MultiProgress) {
    let directives = match (quiet, verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "warn,recflow=info",
        (false, 2) => "warn,recflow=debug",
        (false, _) => "info,recflow=trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(directives));
    let bars = bars.clone();
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colors == Colors::On)
        .with_target(verbose > 1)
        .with_writer(move || BetweenBars(bars.clone()))
        .try_init();
}

/// Standard error, from which live lines are taken away while something is written.
struct BetweenBars(MultiProgress);

impl Write for BetweenBars {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
