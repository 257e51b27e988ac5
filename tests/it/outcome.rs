//! How a run of the program ended, and what it said.

use std::path::Path;
use std::process::Output;

use recflow::engine::{Event, StageKey};

/// Exit code and streams; the temporary folder's path is replaced by `FOLDER`.
pub struct Outcome {
    /// The arguments, separated by spaces.
    pub arguments: String,
    /// The exit code; `None` if the program was killed.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    pub fn of(output: Output, folder: &Path, arguments: &[&str]) -> Self {
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("recflow writes UTF-8");
            text.replace(&folder.canonicalize().unwrap().display().to_string(), "FOLDER")
        };
        Self {
            arguments: arguments.join(" "),
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Asserts the exit code; on failure, shows what was said.
    #[track_caller]
    pub fn expect(&self, code: i32) -> &Self {
        let Self { arguments, stdout, stderr, .. } = self;
        assert_eq!(self.code, Some(code), "recflow {arguments}\n--- stdout\n{stdout}--- stderr\n{stderr}");
        self
    }

    /// The events of a run with `--format json`; every line must be one.
    pub fn events(&self) -> Vec<Event> {
        self.stdout.lines().map(parse).collect()
    }

    /// Everything that the user sees: command, standard error, standard output, exit code.
    pub fn seen(&self) -> String {
        let Self { arguments, stdout, stderr, code } = self;
        let code = code.map_or("killed".to_owned(), |code| format!("exit code {code}"));
        format!("$ recflow {arguments}\n{stderr}{stdout}{code}\n")
    }
}

/// The event on a line.
pub fn parse(line: &str) -> Event {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("not an event: {line}: {error}"))
}

/// The stage that an event says has begun, and its key.
pub fn started(event: &Event) -> Option<(String, StageKey)> {
    if let Event::StageStarted { stage, key, .. } = event { Some((stage.clone(), *key)) } else { None }
}

/// The stage that an event says has been computed.
pub fn finished(event: &Event) -> Option<String> {
    if let Event::StageFinished { stage, .. } = event { Some(stage.clone()) } else { None }
}

/// The stage that an event says was in the cache.
pub fn cached(event: &Event) -> Option<String> {
    if let Event::StageCached { stage, .. } = event { Some(stage.clone()) } else { None }
}
