//! Every event as one line of JSON, for other programs.

use std::io::Write;
use std::time::SystemTime;

use serde::Serialize;

use crate::engine::{Event, Observer};

use crate::cli::sink::Sink;

/// Writes one object a line: `time` (RFC 3339, UTC), `event` (its name), and the event's own fields.
#[derive(Debug)]
pub struct Json<O> {
    stdout: Sink<O>,
}

impl<O: Write> Json<O> {
    /// Events go to this stream.
    pub fn new(stdout: O) -> Self {
        Self { stdout: Sink::new(stdout) }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    #[serde(flatten)]
    event: &'a Event,
}

impl<O: Write> Observer for Json<O> {
    fn observe(&mut self, time: SystemTime, event: &Event) {
        let line = Line { time: humantime::format_rfc3339_millis(time).to_string(), event };
        let line = serde_json::to_string(&line).unwrap_or_else(|error| {
            serde_json::json!({ "event": "unwritable", "message": error.to_string() }).to_string()
        });
        self.stdout.line(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::super::rehearsal;
    use super::Json;
    use crate::engine::Event;

    #[test]
    fn each_line_is_an_event_that_can_be_read_back() {
        let script = rehearsal::failing_run();
        let mut stdout = Vec::new();
        rehearsal::play(&mut Json::new(&mut stdout), &script);
        let text = String::from_utf8(stdout).unwrap();
        let events: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events, script.into_iter().map(|(_, event)| event).collect::<Vec<_>>());
        insta::assert_snapshot!(text);
    }
}
