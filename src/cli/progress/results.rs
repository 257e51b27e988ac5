//! What finished stages want shown, kept until the end of the run.

use std::io::Write;

use crate::engine::Event;

use crate::cli::sink::Sink;

/// Collects published texts and writes them to standard output once nothing runs any more.
#[derive(Debug)]
pub(super) struct Results<W> {
    stdout: Sink<W>,
    texts: Vec<String>,
}

impl<W: Write> Results<W> {
    pub(super) fn new(stdout: W) -> Self {
        Self { stdout: Sink::new(stdout), texts: Vec::new() }
    }

    /// Takes what the event has to show; writes everything when the run is over.
    pub(super) fn observe(&mut self, event: &Event) {
        match event {
            Event::Published { display: Some(text), .. } => self.texts.push(format!("{}\n", text.trim_end())),
            Event::RunFinished { .. } if !self.texts.is_empty() => {
                self.stdout.write(&std::mem::take(&mut self.texts).join("\n"));
            }
            _ => {}
        }
    }
}
