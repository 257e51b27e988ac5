//! Telling that the store cannot be used.

use std::io;

use super::colors::Colors;
use super::exit::Exit;
use super::sink::Sink;
use crate::engine::StoreError;

/// Tells it on standard error.
pub(super) fn tell(error: &StoreError, colors: Colors) -> Exit {
    let mut stderr = Sink::new(io::stderr());
    stderr.line(&format!("{}: {error}", colors.bad("error")));
    if let Some(help) = error.help() {
        stderr.line(&format!("  help: {help}"));
    }
    Exit::Io
}
