//! What a run tells its user while it goes on: observers of the engine's events.
//!
//! Progress goes to standard error. Standard output carries the result: the published tables, or, as JSON, every event.
//! An observer never fails: where nobody reads any more (a broken pipe), it falls silent.

mod human;
mod json;
mod plain;
mod quiet;
#[cfg(test)]
mod rehearsal;
mod results;
mod style;
#[cfg(test)]
mod terminal;
mod wording;

use std::io;

use indicatif::MultiProgress;

use crate::cli::Colors;
use crate::engine::Observer;

pub use human::Human;
pub use json::Json;
pub use plain::Plain;
pub use quiet::Quiet;
pub use style::Style;
pub(super) use wording::{failure as failure_in_lines, kept};

/// The observer for a style, on the program's own standard output and error.
///
/// `bars` is where [`Style::Human`] draws; whoever else writes to standard error meanwhile must do it within
/// [`MultiProgress::suspend`].
pub fn observer(style: Style, colors: Colors, bars: &MultiProgress) -> Box<dyn Observer> {
    match style {
        Style::Human => Box::new(Human::new(bars.clone(), colors, io::stderr(), io::stdout())),
        Style::Plain => Box::new(Plain::new(io::stderr(), io::stdout())),
        Style::Json => Box::new(Json::new(io::stdout())),
        Style::Quiet => Box::new(Quiet::new(io::stderr(), io::stdout())),
    }
}
