//! The engine without a recommender: two kinds of stages over texts, a pipeline of them, run twice.
//!
//! ```sh
//! cargo run --release --example engine_without_recommender
//! ```

use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use recflow::engine::{
    Arity, Capacity, Event, Executor, InProcess, Observer, Options, Plan, PortType, Registry, SourceText, Stage,
    StageCtx, StageError, StageKind, Store, Workspace,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const TEXT: PortType = PortType("text");

/// A greeting.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Greet {
    /// Who is greeted.
    name: String,
}

/// Texts one below the other.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Stack {}

impl Stage for Greet {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        Ok(fs::write(ctx.output("text").join("text.txt"), format!("Good morning, {}.\n", self.name))?)
    }
}

impl Stage for Stack {
    fn run(&self, ctx: &StageCtx<'_>) -> Result<(), StageError> {
        let mut stacked = String::new();
        for input in &ctx.inputs["texts"] {
            stacked += &fs::read_to_string(input.dir.join("text.txt"))?;
        }
        Ok(fs::write(ctx.output("text").join("text.txt"), stacked)?)
    }
}

const PIPELINE: &str = "
name: greetings
stages:
  ada: { uses: greet, with: { name: Ada } }
  alan: { uses: greet, with: { name: Alan } }
  both: { uses: stack, needs: [ada, alan] }
";

/// Tells which stages were computed and which were found.
struct Teller;

impl Observer for Teller {
    #[expect(clippy::print_stdout, reason = "an example shows what it does")]
    fn observe(&mut self, _: SystemTime, event: &Event) {
        match event {
            Event::StageFinished { stage, .. } => println!("computed {stage}"),
            Event::StageCached { stage, .. } => println!("found {stage}"),
            _ => {}
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let registry = Arc::new(Registry::new([
        StageKind::of::<Greet>("greet", 1, "Greets somebody.").writes("text", TEXT),
        StageKind::of::<Stack>("stack", 1, "Stacks texts.").reads("texts", TEXT, Arity::Many).writes("text", TEXT),
    ]));
    let plan = Plan::read(&SourceText::new("greetings.yaml", PIPELINE), &[], &registry)?;
    let folder = std::env::temp_dir().join(format!("recflow-example-{}", std::process::id()));
    let store = Store::open(&folder)?;
    let options = Options {
        capacity: Capacity::of_this_machine(),
        keep_going: false,
        command: "cargo run --example engine_without_recommender".to_owned(),
        retry_delay: Duration::from_secs(1),
        forced: [].into(),
        versions: [("example".into(), "1".into())].into(),
        display_width: 100,
    };
    let runner = Box::new(InProcess::new(Arc::clone(&registry), store.clone()));
    let executor = Executor::new(registry, store, runner, Workspace::default(), options);
    for _ in 0..2 {
        executor.run(&plan, &mut Teller)?;
    }
    fs::remove_dir_all(folder)?;
    Ok(())
}
