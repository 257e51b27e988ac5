//! A small domain for the engine: stages over texts, so that nothing here knows of recommenders.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use recflow::engine::InProcess;
use recflow::engine::Plan;
use recflow::engine::SourceText;
use recflow::engine::Store;
use recflow::engine::{
    Arity, Capacity, Event, Figures, InputArtifact, Inputs, Observer, PortType, Publication, PublishCtx, ReadFile,
    Registry, Source, SourceFile, Spent, Stage, StageCtx, StageError, StageKind, Workspace,
};
use recflow::engine::{Executor, Options, Summary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const TEXT: PortType = PortType("text");

/// Writes a text.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Write {
    text: String,
}

/// Writes a file's content.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Read {
    #[schemars(extend("x-key" = false))]
    path: String,
    /// Whether somebody adds to the file while it is read.
    #[serde(default)]
    #[schemars(extend("x-key" = false))]
    edits: bool,
}

/// Joins texts.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Join {
    between: String,
    #[schemars(extend("x-key" = false))]
    output: Option<String>,
}

/// The next revision of [`Join`], of another default.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct RevisedJoin {
    between: String,
}

/// Lists the stages that it reads, with their coordinates.
#[derive(Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
struct List {}

/// Tells how long a text is.
#[derive(Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
struct Length {}

/// Goes wrong.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Fail {
    how: String,
}

/// Waits until so many of its kind run, or until it is told to end.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Meet {
    name: String,
    folder: String,
    party: usize,
}

/// Writes a letter once an epoch, and every epoch into a diary; goes on from the letters that an earlier run has left.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Count {
    letter: String,
    #[schemars(extend("x-continues" = true))]
    epochs: usize,
    /// Where the diary is; not in the checkpoints, so that it tells of every epoch.
    #[schemars(extend("x-key" = false))]
    diary: String,
    /// Fails after this epoch.
    #[serde(default)]
    #[schemars(extend("x-key" = false))]
    fail_after: Option<usize>,
    /// Before it ends, waits for this file.
    #[serde(default)]
    #[schemars(extend("x-key" = false))]
    wait_for: Option<String>,
}

/// Would need so much memory.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Heavy {
    bytes: u64,
}

impl Default for Write {
    fn default() -> Self {
        Self { text: "text".into() }
    }
}

impl Default for Join {
    fn default() -> Self {
        Self { between: " ".into(), output: None }
    }
}

impl Default for RevisedJoin {
    fn default() -> Self {
        Self { between: ", ".into() }
    }
}

impl Default for Fail {
    fn default() -> Self {
        Self { how: "error".into() }
    }
}

fn write(ctx: &StageCtx<'_>, text: &str) -> Result<(), StageError> {
    Ok(fs::write(ctx.output("text").join("text.txt"), text)?)
}

fn read(folder: &Path) -> Result<String, StageError> {
    Ok(fs::read_to_string(folder.join("text.txt"))?)
}

impl Stage for Write {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        write(ctx, &self.text)
    }
}

impl Stage for Read {
    fn sources(&self, workspace: &Workspace) -> Result<Vec<Source>, StageError> {
        Ok(vec![Source::Present(SourceFile { role: "file".into(), path: workspace.root.join(&self.path) })])
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        write(ctx, &fs::read_to_string(&ctx.sources[0].path)?)?;
        if self.edits {
            write!(fs::File::options().append(true).open(&ctx.sources[0].path)?, " and after")?;
        }
        Ok(())
    }
}

impl Stage for RevisedJoin {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        Join { between: self.between.clone(), output: None }.run(ctx)
    }
}

impl Stage for Join {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let texts: Result<Vec<_>, _> = ctx.inputs["texts"].iter().map(|input| read(&input.dir)).collect();
        write(ctx, &texts?.join(&self.between))
    }

    fn publish(&self, ctx: &PublishCtx<'_>) -> Result<Vec<Publication>, StageError> {
        let Some(output) = &self.output else { return Ok(Vec::new()) };
        let bytes = (ctx.read)("text", "text.txt")?;
        Ok(vec![Publication { path: output.into(), display: None, bytes }])
    }
}

impl Stage for Length {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        write(ctx, &read(ctx.input("text")?)?.len().to_string())
    }

    fn figures(&self, read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
        let text = String::from_utf8(read("text", "text.txt")?).unwrap();
        let values = [("length".to_owned(), text.parse().ok())].into_iter().collect();
        Ok(Some(Figures { title: None, values }))
    }

    fn figure_names(&self) -> Option<Vec<String>> {
        Some(vec!["length".to_owned()])
    }
}

impl Stage for List {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let line = |input: &InputArtifact| format!("{} [{}]\n", input.stage, input.variant);
        write(ctx, &ctx.inputs["texts"].iter().map(line).collect::<String>())
    }
}

impl Stage for Fail {
    fn run(&self, _: &StageCtx<'_>) -> Result<(), StageError> {
        match self.how.as_str() {
            "panic" => panic!("the number {} was not expected", 7),
            "silent" => Ok(()),
            _ => Err(StageError::new("it cannot be done").help("do something else")),
        }
    }
}

impl Stage for Meet {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        fs::write(Path::new(&self.folder).join(&self.name), "")?;
        let begun = Instant::now();
        while fs::read_dir(&self.folder)?.count() < self.party {
            if ctx.progress.is_cancelled() {
                return Err(StageError::interrupted());
            }
            if begun.elapsed() > Duration::from_mins(1) {
                return Err(StageError::new("nobody came"));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        write(ctx, &self.name)
    }
}

impl Count {
    /// What it says that an epoch has cost, when it goes on.
    pub const EPOCH: Duration = Duration::from_secs(1000);
}

impl Stage for Count {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let dir = ctx.checkpoint_dir.as_deref().unwrap();
        fs::create_dir_all(dir)?;
        let mut text = fs::read_to_string(dir.join("letters")).unwrap_or_default();
        if text.len() > self.epochs || !text.replace(&self.letter, "").is_empty() {
            text.clear();
        } else if !text.is_empty() {
            let wall = Count::EPOCH * text.len() as u32;
            ctx.spending.goes_on_from(Spent { wall, ..Spent::default() });
        }
        let mut diary = fs::File::options().create(true).append(true).open(&self.diary)?;
        while text.len() < self.epochs {
            text += &self.letter;
            writeln!(diary, "{}{}", self.letter, text.len())?;
            fs::write(dir.join("letters"), &text)?;
            if self.fail_after == Some(text.len()) {
                return Err(StageError::new("that is enough"));
            }
        }
        while self.wait_for.as_ref().is_some_and(|file| !Path::new(file).exists()) {
            std::thread::sleep(Duration::from_millis(2));
        }
        write(ctx, &text)
    }
}

impl Stage for Heavy {
    fn memory_bytes(&self, _: &dyn Inputs) -> Option<u64> {
        Some(self.bytes)
    }

    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        write(ctx, "heavy")
    }
}

pub fn registry() -> Registry {
    with_join(StageKind::of::<Join>("join", 1, "Joins texts."))
}

/// The same after a revision of `join`, of which the default is another.
pub fn revised_registry() -> Registry {
    with_join(StageKind::of::<RevisedJoin>("join", 2, "Joins texts."))
}

fn with_join(join: StageKind) -> Registry {
    Registry::new([
        StageKind::of::<Write>("write", 1, "Writes a text.").writes("text", TEXT),
        StageKind::of::<Read>("read", 1, "Writes a file's content.").writes("text", TEXT),
        join.reads("texts", TEXT, Arity::Many).writes("text", TEXT),
        StageKind::of::<List>("list", 1, "Lists texts.").reads("texts", TEXT, Arity::Set).writes("text", TEXT),
        StageKind::of::<Length>("length", 1, "Measures a text.").reads("text", TEXT, Arity::One).writes("text", TEXT),
        StageKind::of::<Fail>("fail", 1, "Goes wrong.").writes("text", TEXT),
        StageKind::of::<Meet>("meet", 1, "Waits for others.").writes("text", TEXT),
        StageKind::of::<Count>("count", 1, "Writes a letter many times.").writes("text", TEXT),
        StageKind::of::<Heavy>("heavy", 1, "Needs memory.").writes("text", TEXT),
    ])
}

/// No test, but the process of [`Toy::run_with_fault`].
#[test]
fn child() {
    if std::env::var_os("TOY_CHILD").is_some() {
        let folder = std::env::current_dir().unwrap();
        let stages = fs::read_to_string("child.yaml").unwrap();
        let capacity = Capacity { jobs: 2, threads: 2, memory_bytes: 1 << 30 };
        let executor = executor(&folder, capacity, false, Duration::from_millis(2), BTreeSet::new());
        let _ = executor.run(&Toy::plan(&stages), &mut Told::default());
    }
}

fn executor(
    folder: &Path,
    capacity: Capacity,
    keep_going: bool,
    retry_delay: Duration,
    forced: BTreeSet<String>,
) -> Executor {
    let registry = Arc::new(registry());
    let store = Store::open(&folder.join("cache")).unwrap();
    let runner = Box::new(InProcess::new(Arc::clone(&registry), store.clone()));
    let workspace = Workspace { root: folder.to_owned(), data_dirs: Vec::new() };
    let options = Options {
        capacity,
        keep_going,
        command: "recflow run toy.yaml".into(),
        retry_delay,
        forced,
        versions: [("toy".into(), "1".into())].into(),
        display_width: 100,
    };
    Executor::new(registry, store, runner, workspace, options)
}

/// A folder with a cache in it, in which toy pipelines are run.
pub struct Toy {
    pub folder: tempfile::TempDir,
    pub capacity: Capacity,
    pub keep_going: bool,
    pub retry_delay: Duration,
    /// Stages that run in any case.
    pub forced: Vec<String>,
}

/// What was told of a run.
#[derive(Default)]
pub struct Told(pub Vec<Event>);

impl Observer for Told {
    fn observe(&mut self, _: SystemTime, event: &Event) {
        self.0.push(event.clone());
    }
}

impl Toy {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            capacity: Capacity { jobs: 2, threads: 2, memory_bytes: 1 << 30 },
            keep_going: false,
            retry_delay: Duration::from_millis(2),
            forced: Vec::new(),
        }
    }

    /// Runs a pipeline in a process of its own, in which that fault is armed; see `recflow::disk::fault`. Whether it struck.
    pub fn run_with_fault(&self, stages: &str, fault: &str) -> bool {
        fs::write(self.path("child.yaml"), stages).unwrap();
        let _ = fs::remove_file(self.path("points"));
        // This very program, even if its file has been built anew meanwhile.
        let this = Path::new("/proc/self/exe");
        let this = if this.exists() { this.to_owned() } else { std::env::current_exe().unwrap() };
        let mut command = Command::new(this);
        command.args(["--exact", "toy::child", "--test-threads", "1"]).current_dir(self.folder.path());
        command.env("TOY_CHILD", "1").env("RECFLOW_FAULT_LOG", self.path("points")).env("RECFLOW_FAULT", fault);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        let points = fs::read_to_string(self.path("points")).unwrap_or_default();
        points.lines().any(|line| line == "struck")
    }

    pub fn store(&self) -> Store {
        Store::open(&self.folder.path().join("cache")).unwrap()
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub fn executor(&self) -> Executor {
        let forced = self.forced.iter().cloned().collect();
        executor(self.folder.path(), self.capacity, self.keep_going, self.retry_delay, forced)
    }

    pub fn plan(stages: &str) -> Plan {
        Self::plan_of(stages, &registry())
    }

    pub fn plan_of(stages: &str, registry: &Registry) -> Plan {
        let text = format!("name: toy\nstages:\n{stages}");
        Plan::read(&SourceText::new("toy.yaml", text), &[], registry)
            .unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"))
    }

    /// Runs a pipeline; what was told of it.
    pub fn run(&self, stages: &str) -> (Summary, Told) {
        let mut told = Told::default();
        let summary = self.executor().run(&Self::plan(stages), &mut told).unwrap();
        (summary, told)
    }

    /// The names of the stages that a run of the pipeline computes.
    pub fn computes(&self, stages: &str) -> Vec<String> {
        let (summary, told) = self.run(stages);
        assert_eq!(summary.outcome, recflow::engine::Outcome::Done, "{:?}", told.0);
        let mut names: Vec<_> = told
            .0
            .into_iter()
            .filter_map(|event| match event {
                Event::StageFinished { stage, .. } => Some(stage),
                _ => None,
            })
            .collect();
        names.sort();
        names
    }

    /// The text that a stage gave in the last run.
    pub fn text(&self, stage: &str) -> String {
        let store = self.store();
        let action = store.action(store.latest("toy", stage).unwrap()).unwrap();
        String::from_utf8(store.read(action.outputs["text"].files["text.txt"]).unwrap()).unwrap()
    }

    /// Where a stage's text is stored.
    pub fn object(&self, stage: &str) -> std::path::PathBuf {
        let store = self.store();
        let action = store.action(store.latest("toy", stage).unwrap()).unwrap();
        store.verified_path(action.outputs["text"].files["text.txt"]).unwrap()
    }
}
