//! The wish that a run end.

use std::sync::mpsc::Sender;

use super::Message;

/// Interrupts a run from any thread. The first time, running stages are asked to end; the second, they are made to.
#[derive(Clone)]
pub struct Interrupter(Sender<Message>);

impl Interrupter {
    pub(super) fn new(sender: Sender<Message>) -> Self {
        Self(sender)
    }

    /// Asks for an end.
    pub fn interrupt(&self) {
        // If nobody listens, nothing runs.
        let _ = self.0.send(Message::Interrupt);
    }
}
