//! The orchestrator: pipeline files, plans, execution, storage. It knows nothing of recommenders.

mod artifact;
mod budget;
mod difference;
mod digest;
mod event;
mod execution;
mod executor;
mod expectation;
mod explanation;
mod figures;
mod frozen;
mod graph;
mod job;
mod json_schema;
mod key;
mod machine;
mod parameter_check;
mod parameter_words;
mod parameters;
mod plan;
mod program;
mod publishing;
mod registry;
mod request;
mod resolution;
mod resolve;
mod run_log;
mod run_record;
mod runner;
mod seconds;
mod selection;
mod spec;
mod spending;
mod stage;
mod status;
mod store;
mod stored_stage;
mod survey;
mod variant;
mod workplace;

pub use artifact::{Artifact, FileRecord};
pub use budget::Capacity;
pub use digest::{ArtifactId, ContinuationKey, Digest, FieldHasher, StageKey};
pub use event::{Event, Failure, Observer, Outcome};
pub use executor::{Executor, Interrupter, Options, Summary};
pub use expectation::{Expectation, Over, Range, Unmet};
pub use explanation::{Explanation, Part, explain};
pub use figures::Figures;
pub use graph::GraphFormat;
pub use job::{Job, JobInput};
pub use key::{KeyInput, KeyPreimage, KeySource, KeyVariable};
pub use parameter_check::{ParameterFinding, Place};
pub use parameters::{ParameterProblem, ParameterSchema, Step};
pub use plan::{Plan, PlannedInput, PlannedStage, StageIndex, Wire};
pub use program::{ProgramEnd, ProgramError};
pub use registry::{Arity, InputPort, OutputPort, PortType, Ports, Registry, StageKind};
pub use run_record::{RunRecord, RunRecordError, RunState, StageRecord, StageState};
pub use runner::{Cancel, InProcess, Report, Runner, StageProcessError, Subprocess, Verdict, run_stage_process};
pub use selection::Choice;
pub use spec::{
    Diagnostic, Diagnostics, Label, MemorySize, MemorySizeError, Override, Resources, Severity, SourceId, SourceText,
    Span, pipeline_schema,
};
pub use spending::{Spending, Spent};
pub use stage::{
    Facts, FindStage, FinishedStage, InputArtifact, Inputs, Publication, PublishCtx, ReadFile, ReadUpstream, Source,
    SourceFile, Stage, StageCtx, StageError, StageProgress, Workspace,
};
pub use status::{StageStatus, Status, status};
pub use store::{
    Action, Checkpoint, Collected, CollectionRules, Durability, Flaw, FlawKind, FoundAction, KeyLock, Latest, Scratch,
    SourceDigests, Store, StoreError, Verification,
};
pub use stored_stage::{NotDone, StoredStage, stored_stage};
pub use survey::Reachable;
pub use variant::Variant;
