//! The orchestrator: pipeline files, plans, execution, storage. It knows nothing of recommenders.

mod artifact;
mod digest;
mod event;
mod execution;
mod job;
mod key;
mod parameters;
mod registry;
mod runner;
mod stage;
pub mod store;

pub use artifact::{Artifact, FileRecord};
pub use digest::{ArtifactId, Digest, FieldHasher, StageKey};
pub use event::{Event, Failure, Observer, Outcome};
pub use parameters::{ParameterProblem, ParameterSchema, Step};
pub use registry::{Arity, InputPort, OutputPort, PortType, Registry, StageKind};
pub use stage::{
    Facts, InputArtifact, Inputs, Publication, PublishCtx, ReadFile, Source, SourceFile, Stage, StageCtx, StageError,
    StageProgress, Upstream, Workspace,
};
