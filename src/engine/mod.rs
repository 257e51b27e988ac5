//! The orchestrator: pipeline files, plans, execution, storage. It knows nothing of recommenders.

mod artifact;
mod digest;
mod event;
mod graph;
mod json_schema;
mod parameter_check;
mod parameter_words;
mod parameters;
mod plan;
mod registry;
mod resolve;
mod selection;
mod spec;
mod stage;

pub use artifact::{Artifact, FileRecord};
pub use digest::{ArtifactId, Digest, FieldHasher, StageKey};
pub use event::{Event, Failure, Observer, Outcome};
pub use graph::GraphFormat;
pub use parameter_check::{ParameterFinding, Place};
pub use parameters::{ParameterProblem, ParameterSchema, Step};
pub use plan::{Plan, PlannedInput, PlannedStage, StageIndex, Wire};
pub use registry::{Arity, InputPort, OutputPort, PortType, Registry, StageKind};
pub use spec::{
    Diagnostic, Diagnostics, Label, MemorySize, MemorySizeError, Override, Resources, Severity, SourceId, SourceText,
    Span, pipeline_schema,
};
pub use stage::{
    Facts, InputArtifact, Inputs, Publication, PublishCtx, ReadFile, Source, SourceFile, Stage, StageCtx, StageError,
    StageProgress, Upstream, Workspace,
};
