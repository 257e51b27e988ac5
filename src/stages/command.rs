//! `command`: runs any program, such as a Python script, as a stage.

mod environment;
mod files;
mod inputs;
mod origins;
mod scores;
mod word;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitStatus};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::origins::Origins;
use self::word::Word;
use super::ports::{ALL, COMPARISON, DATASET, FILES, MODEL, SCORES, SPLIT};
use super::train::{MODEL_FILE, WEIGHTS_FILE};
use crate::engine::{
    Arity, ParameterProblem, Ports, ProgramEnd, ProgramError, Publication, PublishCtx, Source, Stage, StageCtx,
    StageError, StageKind, Step, Workspace,
};

/// The kind's name.
pub(super) const NAME: &str = "command";

/// How many of the last lines that a program has said are shown when it fails.
const SHOWN_LINES: usize = 8;

/// The kind.
pub(super) fn kind() -> StageKind {
    let about = "Runs any program over the results of other stages and files. It finds its inputs in the folders that the \
        variables RECFLOW_INPUT_<STAGE> name (a split as CSV files without the test part) and writes its outputs into \
        the folder RECFLOW_OUTPUT_DIR, with RECFLOW_THREADS threads. With `scores`, it is a model.";
    let kind = StageKind::of::<Command>(NAME, 2, about);
    let kind = ALL.into_iter().fold(kind, |kind, port| kind.reads(port.0, port, Arity::Any));
    kind.writes("files", FILES).writes("model", MODEL).varies_ports()
}

/// What is run, over what, and what it gives.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Command {
    /// The program and its arguments, each an item of its own; no shell reads them. It is started in a fresh folder that
    /// holds the declared `files` and nothing else.
    #[schemars(length(min = 1))]
    run: Option<Vec<Word>>,
    /// A script for `sh`, in place of `run`; it ends with the first command that fails. `$${` stands for `${`.
    shell: Option<String>,
    /// Files and folders that it reads, relative to where recflow is run; they have the same paths in its own folder. Their
    /// content counts. Of folders, hidden files and `__pycache__` are left out.
    #[schemars(extend("uniqueItems" = true))]
    files: Vec<String>,
    /// The files in RECFLOW_OUTPUT_DIR that are kept.
    #[schemars(extend("uniqueItems" = true))]
    outputs: Vec<String>,
    /// A file in RECFLOW_OUTPUT_DIR with the header `user,item,score`: the best items of each test user by the data's own
    /// ids. The stage is then a model, which can be evaluated; what has no line ranks below all that has.
    scores: Option<String>,
    /// The model's name in tables, if there are `scores`.
    title: Option<String>,
    /// Variables of its environment, beside PATH, HOME and what recflow sets; no others pass through. A variable without a
    /// value has that of recflow's own environment.
    env: BTreeMap<String, Option<Word>>,
    /// Also gives it the targets of the test part, as `test_targets.csv`. No model may ask for that.
    reads_test: bool,
    /// Outputs that are put into the folder where recflow is run: each with its path there.
    #[schemars(extend("x-key" = false))]
    publish: BTreeMap<String, String>,
}

impl Command {
    /// Every file that it must write.
    fn written(&self) -> impl Iterator<Item = &String> {
        self.scores.iter().filter(|scores| !self.outputs.contains(scores)).chain(&self.outputs)
    }

    /// Its output port.
    fn port(&self) -> &'static str {
        if self.scores.is_some() { "model" } else { "files" }
    }

    /// What is run, in words.
    fn name(&self) -> String {
        match self.run.as_ref().and_then(|words| words.first()) {
            Some(program) => format!("the program `{program}`"),
            None => "the shell script".to_owned(),
        }
    }

    fn process(&self) -> Process {
        match (&self.run, &self.shell) {
            (Some(words), _) if !words.is_empty() => {
                let mut process = Process::new(words[0].as_str());
                process.args(words[1..].iter().map(Word::as_str));
                process
            }
            (_, script) => {
                let mut process = Process::new("sh");
                process.args(["-e", "-c", script.as_deref().unwrap_or_default()]);
                process
            }
        }
    }
}

impl Stage for Command {
    fn check(&self) -> Vec<ParameterProblem> {
        let mut problems = Vec::new();
        let mut refuse = |path: &[Step], message: String, help: &str| {
            problems.push(ParameterProblem { path: path.to_vec(), message, help: Some(help.to_owned()) });
        };
        let key = |name: &str| Step::Key(name.to_owned());
        match (&self.run, &self.shell) {
            (None, None) => refuse(
                &[],
                "`command` does not say what to run".to_owned(),
                "give the program and its arguments: `run: [python3, train.py]`",
            ),
            (Some(_), Some(_)) => {
                refuse(
                    &[key("shell")],
                    "`run` and `shell` are given, which exclude each other".to_owned(),
                    "remove one",
                );
            }
            (Some(words), None) if words.first().is_none_or(|program| program.as_str().is_empty()) => {
                refuse(
                    &[key("run"), Step::Index(0)],
                    "the program has no name".to_owned(),
                    "write it first in the list",
                );
            }
            _ => {}
        }
        if self.outputs.is_empty() && self.scores.is_none() {
            let help = "name what it writes into RECFLOW_OUTPUT_DIR: `outputs: [plot.png]`, or `scores: scores.csv`";
            refuse(&[], "`command` keeps nothing of what it writes".to_owned(), help);
        }
        let outputs =
            self.outputs.iter().enumerate().map(|(place, name)| (vec![key("outputs"), Step::Index(place)], name));
        let scores = self.scores.iter().map(|name| (vec![key("scores")], name));
        for (path, name) in outputs.chain(scores) {
            if !files::is_file_name(name) {
                refuse(&path, format!("`{name}` is not the name of a file"), "name it without a folder");
            } else if name == origins::FILE {
                refuse(&path, format!("recflow itself writes a file `{name}`"), "choose another name");
            } else if self.scores.is_some() && [MODEL_FILE, WEIGHTS_FILE].contains(&name.as_str()) {
                refuse(&path, format!("a model has a file `{name}` already"), "choose another name");
            }
        }
        if self.scores.is_some() && self.title.as_ref().is_none_or(|title| title.trim().is_empty()) {
            let help = "give its name in tables: `title: My model`";
            refuse(&[key("scores")], "a model needs a title".to_owned(), help);
        }
        if self.scores.is_none() && self.title.is_some() {
            refuse(&[key("title")], "only a model has a title".to_owned(), "remove it, or give `scores`");
        }
        if self.scores.is_some() && self.reads_test {
            let help = "leave `reads-test` to stages that do not give `scores`";
            refuse(&[key("reads-test")], "a model must not see the targets of the test part".to_owned(), help);
        }
        for (place, path) in self.files.iter().enumerate().filter(|(_, path)| !files::is_inside(Path::new(path))) {
            let message = format!("`{path}` is not inside of the folder where recflow is run");
            refuse(&[key("files"), Step::Index(place)], message, "give a relative path without `..`");
        }
        for (name, path) in &self.publish {
            let step = [key("publish"), Step::Key(name.clone())];
            if !self.written().any(|written| written == name) {
                refuse(&step, format!("`{name}` is none of the outputs"), "name it in `outputs`, too");
            } else if !files::is_inside(Path::new(path)) || Path::new(path).file_name().is_none() {
                let message = format!("`{path}` is not a file inside of the folder where recflow is run");
                refuse(&step, message, "give a relative path without `..`, for example `reports/plot.png`");
            }
        }
        for name in self.env.keys() {
            if let Some((message, help)) = environment::problem(name) {
                refuse(&[key("env"), Step::Key(name.clone())], message, help);
            }
        }
        problems
    }

    fn ports(&self, mut of_kind: Ports) -> Ports {
        of_kind.outputs.retain(|port| port.name == self.port());
        if self.scores.is_some() {
            // What holds the test part, or was measured on it, is not for models.
            of_kind.inputs.retain(|port| ![DATASET, SCORES, COMPARISON].contains(&port.port_type));
            of_kind.inputs.iter_mut().filter(|port| port.port_type == SPLIT).for_each(|port| port.arity = Arity::One);
        }
        of_kind
    }

    fn sources(&self, workspace: &Workspace) -> Result<Vec<Source>, StageError> {
        let mut sources = files::sources(&workspace.root, &self.files)?;
        sources.extend(environment::sources(&self.env));
        Ok(sources)
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let [own, temporary, written] = ["own", "tmp", "out"].map(|name| ctx.work_dir.join(name));
        for dir in [&own, &temporary, &written] {
            fs::create_dir(dir)?;
        }
        files::copy(&ctx.sources, &own)?;
        let origins = Origins::of(ctx, self.reads_test)?;
        let split = ctx.optional_input(SPLIT.0);
        if let (true, Some(split)) = (self.scores.is_some(), split) {
            origins.check(split)?;
        }
        let inputs = inputs::lay_out(ctx, self.reads_test)?;
        let mut process = self.process();
        process.current_dir(&own);
        environment::set(&mut process, ctx, &self.env, &inputs, &temporary, &written);
        let ProgramEnd { status, said } = ctx.run_program(&mut process).map_err(|error| self.not_run(&error))?;
        if !status.success() {
            return Err(self.failed(status, &said));
        }
        let out = ctx.output(self.port());
        if let Some(scores) = &self.scores {
            let file = files::written(&written, scores)?;
            let split = split.ok_or_else(|| StageError::new("a model needs a split"))?;
            let parameters = serde_json::json!({ "run": self.run, "shell": self.shell });
            scores::store(&file, split, self.title.clone().unwrap_or_default(), parameters, &out)?;
        }
        for name in &self.outputs {
            fs::rename(files::written(&written, name)?, out.join(name))?;
        }
        if self.scores.is_none() {
            origins.write(&out)?;
        }
        files::report_unkept(&written, self.scores.as_deref());
        Ok(())
    }

    fn publish(&self, ctx: &PublishCtx<'_>) -> Result<Vec<Publication>, StageError> {
        let publication = |(name, path): (&String, &String)| {
            Ok(Publication { path: PathBuf::from(path), bytes: (ctx.read)(self.port(), name)?, display: None })
        };
        self.publish.iter().map(publication).collect()
    }
}

impl Command {
    fn not_run(&self, error: &ProgramError) -> StageError {
        let program = self.name();
        let ProgramError::Start(source) = error else { return StageError::interrupted() };
        match source.kind() {
            std::io::ErrorKind::NotFound => StageError::new(format!("{program} is not there")).help(
                "install it where PATH leads; a script of your own needs its path and must be named in `files`, and so \
                 must its interpreter be there",
            ),
            std::io::ErrorKind::PermissionDenied => StageError::new(format!("{program} cannot be executed"))
                .help("make it executable (`chmod +x`), or name its interpreter first: `run: [python3, script.py]`"),
            _ => StageError::new(format!("{program} could not be started: {source}")),
        }
    }

    fn failed(&self, status: ExitStatus, said: &str) -> StageError {
        let how = match (status.code(), status.signal()) {
            (Some(127), _) if self.shell.is_some() => {
                "ended with exit code 127: a command in it is not there".to_owned()
            }
            (Some(code), _) => format!("ended with exit code {code}"),
            (None, signal) => format!("was killed by signal {}", signal.unwrap_or_default()),
        };
        let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        let mut last = String::new();
        for line in &lines[lines.len().saturating_sub(SHOWN_LINES)..] {
            last = last + "\n  " + line;
        }
        let told = if last.is_empty() { " and said nothing".to_owned() } else { format!("; it said last:{last}") };
        StageError::new(format!("{} {how}{told}", self.name()))
    }
}
