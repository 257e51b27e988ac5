//! The orchestrator: pipeline files, plans, execution, storage. It knows nothing of recommenders.

mod artifact;
mod budget;
mod difference;
mod digest;
mod event;
mod execution;
pub mod executor;
mod job;
mod key;
mod parameters;
pub mod plan;
mod publishing;
mod registry;
mod resolution;
mod run_log;
pub mod runner;
mod stage;
pub mod status;
pub mod store;

pub use artifact::{Artifact, FileRecord};
pub use digest::{ArtifactId, Digest, FieldHasher, StageKey};
pub use event::{Event, Failure, Observer, Outcome};
pub use parameters::{ParameterProblem, ParameterSchema, Step};
pub use registry::{Arity, InputPort, OutputPort, PortType, Registry, StageKind};
pub use stage::{
    Facts, InputArtifact, Inputs, Publication, PublishCtx, ReadFile, Source, SourceFile, Stage, StageCtx, StageError,
    StageProgress, Workspace,
};
