//! The kinds of stages that pipelines may use.

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::parameters::{ParameterProblem, ParameterSchema};
use super::spec::closest;
use super::stage::Stage;

/// What flows between ports. Only ports of equal type can be wired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PortType(pub &'static str);

impl fmt::Display for PortType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How many artifacts an input port takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arity {
    /// Exactly one.
    One,
    /// One or none.
    Optional,
    /// One or more; their order and the names of their stages count.
    Many,
    /// One or more, given in the order of their stages' names; these count, and how the file orders them does not.
    Set,
    /// Like a set, and there may be none.
    Any,
}

impl Arity {
    /// Whether artifacts are told apart by the names of their stages.
    pub(super) fn tells_apart(self) -> bool {
        matches!(self, Self::Many | Self::Set | Self::Any)
    }

    /// Whether the order in the pipeline file does not count.
    pub(super) fn is_unordered(self) -> bool {
        matches!(self, Self::Set | Self::Any)
    }

    /// Whether nothing need be wired to the port.
    pub(super) fn may_be_empty(self) -> bool {
        matches!(self, Self::Optional | Self::Any)
    }
}

/// What a kind reads.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct InputPort {
    /// The port's name.
    pub name: &'static str,
    /// What it takes.
    pub port_type: PortType,
    /// How many of them.
    pub arity: Arity,
}

/// What a kind writes.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OutputPort {
    /// The port's name; the name of its folder while the stage runs.
    pub name: &'static str,
    /// What it gives.
    pub port_type: PortType,
}

/// What a stage reads and writes.
#[derive(Debug, Clone, Default)]
pub struct Ports {
    /// What it reads.
    pub inputs: Vec<InputPort>,
    /// What it writes.
    pub outputs: Vec<OutputPort>,
}

impl Ports {
    /// Whether there is an input of that name.
    pub(super) fn reads(&self, name: &str) -> bool {
        self.inputs.iter().any(|port| port.name == name)
    }

    /// Whether there is an output of that name.
    pub(super) fn writes(&self, name: &str) -> bool {
        self.outputs.iter().any(|port| port.name == name)
    }
}

type Build = dyn Fn(Value) -> Result<Box<dyn Stage>, Vec<ParameterProblem>> + Send + Sync;
type Canonical = dyn Fn(Value) -> Result<Value, serde_json::Error> + Send + Sync;

/// A kind of stage: what `uses` names.
pub struct StageKind {
    /// The name in pipeline files.
    pub name: String,
    /// Raised whenever equal parameters and inputs would give other bytes; part of every key.
    pub revision: u32,
    /// One sentence for users.
    pub about: String,
    /// The publication it follows, if any.
    pub paper: Option<String>,
    /// What it reads.
    pub inputs: Vec<InputPort>,
    /// What it writes.
    pub outputs: Vec<OutputPort>,
    /// Whether some of these may be missing, by its parameters; see [`Stage::ports`].
    pub ports_vary: bool,
    /// Its parameters.
    pub parameters: ParameterSchema,
    build: Box<Build>,
    canonical: Box<Canonical>,
}

impl StageKind {
    /// A kind whose parameter struct `S` is the stage itself. Ports are added with [`Self::reads`] and [`Self::writes`].
    pub fn of<S>(name: impl Into<String>, revision: u32, about: impl Into<String>) -> Self
    where
        S: Stage + Serialize + DeserializeOwned + JsonSchema + 'static,
    {
        let build = |parameters| {
            let stage: S = serde_json::from_value(parameters).map_err(|error| vec![ParameterProblem::whole(&error)])?;
            let problems = stage.check();
            if problems.is_empty() { Ok(Box::new(stage) as Box<dyn Stage>) } else { Err(problems) }
        };
        let canonical = |parameters| serde_json::to_value(serde_json::from_value::<S>(parameters)?);
        Self::new(name, revision, about, ParameterSchema::of::<S>(), build, canonical)
    }

    /// A kind from its parts: the schema of its parameters, how a stage is built from them, and how they are brought
    /// into the form in which equal ones are equal.
    pub fn new(
        name: impl Into<String>,
        revision: u32,
        about: impl Into<String>,
        parameters: ParameterSchema,
        build: impl Fn(Value) -> Result<Box<dyn Stage>, Vec<ParameterProblem>> + Send + Sync + 'static,
        canonical: impl Fn(Value) -> Result<Value, serde_json::Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            revision,
            about: about.into(),
            paper: None,
            inputs: Vec::new(),
            outputs: Vec::new(),
            ports_vary: false,
            parameters,
            build: Box::new(build),
            canonical: Box::new(canonical),
        }
    }

    /// Names the publication.
    #[must_use]
    pub fn paper(mut self, paper: impl Into<String>) -> Self {
        self.paper = Some(paper.into());
        self
    }

    /// Adds an input port.
    #[must_use]
    pub fn reads(mut self, name: &'static str, port_type: PortType, arity: Arity) -> Self {
        self.inputs.push(InputPort { name, port_type, arity });
        self
    }

    /// Adds an output port.
    #[must_use]
    pub fn writes(mut self, name: &'static str, port_type: PortType) -> Self {
        self.outputs.push(OutputPort { name, port_type });
        self
    }

    /// Says that its stages do not have all of its ports: it depends on their parameters.
    #[must_use]
    pub fn varies_ports(mut self) -> Self {
        self.ports_vary = true;
        self
    }

    /// All ports that its stages may have.
    pub fn ports(&self) -> Ports {
        Ports { inputs: self.inputs.clone(), outputs: self.outputs.clone() }
    }

    /// The stage with these parameters, of which those left out get their defaults.
    ///
    /// Problems of single values are best found against [`Self::parameters`] first, which finds them all; this finds
    /// what remains (how values go together).
    pub fn build(&self, parameters: Value) -> Result<Box<dyn Stage>, Vec<ParameterProblem>> {
        (self.build)(parameters)
    }

    /// The parameters with every default filled in and every number in its own type, so that equal ones are equal.
    pub fn canonical(&self, parameters: Value) -> Result<Value, Vec<ParameterProblem>> {
        (self.canonical)(parameters).map_err(|error| vec![ParameterProblem::whole(&error)])
    }
}

impl fmt::Debug for StageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StageKind").field("name", &self.name).field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// All kinds by name, in the order in which users should read of them.
#[derive(Debug, Default)]
pub struct Registry {
    kinds: IndexMap<String, StageKind>,
}

impl Registry {
    /// The kinds given, in this order.
    ///
    /// # Panics
    ///
    /// If two have the same name.
    pub fn new(kinds: impl IntoIterator<Item = StageKind>) -> Self {
        let mut registry = Self::default();
        for kind in kinds {
            let name = kind.name.clone();
            assert!(registry.kinds.insert(name.clone(), kind).is_none(), "two kinds are called `{name}`");
        }
        registry
    }

    /// The kind of that name.
    pub fn find(&self, name: &str) -> Option<&StageKind> {
        self.kinds.get(name)
    }

    /// The name that was probably meant by one that is none.
    pub fn closest(&self, name: &str) -> Option<&str> {
        closest(name, self.kinds.keys().map(String::as_str))
    }

    /// All kinds in order.
    pub fn kinds(&self) -> impl Iterator<Item = &StageKind> {
        self.kinds.values()
    }
}
