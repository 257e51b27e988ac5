//! What a pipeline file comes to: stages, checked and wired. Inert data; running, drawing and storing are elsewhere.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::{Direction, visit::EdgeRef};
use serde_json::Value;

use super::expectation::Expectation;
use super::registry::{Arity, OutputPort, PortType, Registry};
use super::resolve;
use super::spec::{Diagnostics, Override, Resources, SourceText, Span};
use super::variant::Variant;

/// A stage's place in its plan. Indices are in topological order: what a stage needs has smaller ones.
pub type StageIndex = NodeIndex<u32>;

/// One output that a stage reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wire {
    /// The stage it comes from.
    pub stage: StageIndex,
    /// That stage's output port.
    pub port: &'static str,
}

/// An input port of a stage and what is wired to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedInput {
    /// The port.
    pub port: &'static str,
    /// What it takes.
    pub port_type: PortType,
    /// How many.
    pub arity: Arity,
    /// What it is given: in the order of `needs`, copies made by `each` in the order of the stages they are for, copies of
    /// a matrix in the order of its values.
    pub wires: Vec<Wire>,
}

/// One stage of a plan.
#[derive(Debug, Clone)]
pub struct PlannedStage {
    /// Its name; a copy made by `each` and for a combination of a matrix is called `evaluate/train-ease/lambda=200`.
    pub name: String,
    /// Its name without the combination: `evaluate/train-ease`.
    pub family: String,
    /// The name it has in the file: `evaluate`.
    pub declared: String,
    /// Where it stands in its matrix, and in those of the stages that it reads one of.
    pub variant: Variant,
    /// The name of its kind.
    pub kind: String,
    /// Its parameters, every default filled in, equal ones equal: what the stage is built from.
    pub parameters: Arc<Value>,
    /// Those of them that have a part in the result (all but the ones whose schema says `"x-key": false`).
    pub key_parameters: Arc<Value>,
    /// What it may use up.
    pub resources: Resources,
    /// Whether it keeps its last result, whatever has changed.
    pub is_frozen: bool,
    /// What its figures have to be.
    pub expectations: Vec<Expectation>,
    /// Its input ports in the order of its kind.
    pub inputs: Vec<PlannedInput>,
    /// Its output ports in the order of its kind.
    pub outputs: Vec<OutputPort>,
    /// Where its name stands in the file.
    pub span: Span,
}

impl PlannedStage {
    /// Whether it is one of several copies of what stands in the file once.
    pub fn is_copy(&self) -> bool {
        self.name != self.declared
    }
}

/// Stages and what each of them reads, in topological order; stages that could be in any order are in that of the file.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) source: SourceText,
    pub(super) graph: DiGraph<PlannedStage, ()>,
    pub(super) indices: HashMap<String, StageIndex>,
    pub(super) warnings: Diagnostics,
}

impl Plan {
    /// Reads and checks a pipeline file; nothing runs. The error holds every problem of the file and the overrides.
    pub fn read(source: &SourceText, overrides: &[Override], registry: &Registry) -> Result<Self, Diagnostics> {
        resolve::plan(source, overrides, registry)
    }

    /// A plan of these stages, which must be in topological order.
    pub(super) fn new(
        name: String,
        description: Option<String>,
        source: SourceText,
        stages: Vec<PlannedStage>,
        warnings: Diagnostics,
    ) -> Self {
        let mut graph = DiGraph::new();
        let mut indices = HashMap::new();
        for stage in stages {
            let needs: BTreeSet<StageIndex> =
                stage.inputs.iter().flat_map(|input| input.wires.iter().map(|wire| wire.stage)).collect();
            let name = stage.name.clone();
            let index = graph.add_node(stage);
            for need in needs {
                debug_assert!(need < index, "stages come in topological order");
                graph.add_edge(need, index, ());
            }
            indices.insert(name, index);
        }
        Self { name, description, source, graph, indices, warnings }
    }

    /// The pipeline's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the pipeline is for, if the file says so.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The file.
    pub fn source(&self) -> &SourceText {
        &self.source
    }

    /// What is strange about the file but stops nothing.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The stages as a graph; an edge goes from what is read to its reader.
    pub fn graph(&self) -> &DiGraph<PlannedStage, ()> {
        &self.graph
    }

    /// How many stages there are.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All stages in topological order.
    pub fn stages(&self) -> impl DoubleEndedIterator<Item = (StageIndex, &PlannedStage)> + ExactSizeIterator {
        self.graph.node_indices().map(|index| (index, &self.graph[index]))
    }

    /// The place of the stage of that name.
    pub fn find(&self, name: &str) -> Option<StageIndex> {
        self.indices.get(name).copied()
    }

    /// The stage of that name.
    pub fn stage(&self, name: &str) -> Option<&PlannedStage> {
        self.find(name).map(|index| &self[index])
    }

    /// What is wired to each input port of a stage, in the order of its kind's ports.
    pub fn inputs_of(&self, stage: StageIndex) -> &[PlannedInput] {
        &self[stage].inputs
    }

    /// The stages it reads, in topological order.
    pub fn dependencies_of(&self, stage: StageIndex) -> Vec<StageIndex> {
        self.neighbours(stage, Direction::Incoming)
    }

    /// The stages that read it, in topological order.
    pub fn dependents_of(&self, stage: StageIndex) -> Vec<StageIndex> {
        self.neighbours(stage, Direction::Outgoing)
    }

    /// All stages it needs, itself not among them, in topological order.
    pub fn ancestors_of(&self, stage: StageIndex) -> Vec<StageIndex> {
        self.reach([stage], Direction::Incoming).into_iter().filter(|&index| index != stage).collect()
    }

    /// All stages that need it, itself not among them, in topological order.
    pub fn descendants_of(&self, stage: StageIndex) -> Vec<StageIndex> {
        self.reach([stage], Direction::Outgoing).into_iter().filter(|&index| index != stage).collect()
    }

    /// These stages and all that can be reached from them.
    pub(super) fn reach(
        &self,
        from: impl IntoIterator<Item = StageIndex>,
        direction: Direction,
    ) -> BTreeSet<StageIndex> {
        let mut open: Vec<StageIndex> = from.into_iter().collect();
        let mut reached: BTreeSet<StageIndex> = open.iter().copied().collect();
        while let Some(index) = open.pop() {
            open.extend(self.graph.neighbors_directed(index, direction).filter(|&next| reached.insert(next)));
        }
        reached
    }

    fn neighbours(&self, stage: StageIndex, direction: Direction) -> Vec<StageIndex> {
        let other = |edge: petgraph::graph::EdgeReference<'_, ()>| match direction {
            Direction::Incoming => edge.source(),
            Direction::Outgoing => edge.target(),
        };
        let mut indices: Vec<_> = self.graph.edges_directed(stage, direction).map(other).collect();
        indices.sort_unstable();
        indices
    }
}

impl std::ops::Index<StageIndex> for Plan {
    type Output = PlannedStage;

    fn index(&self, stage: StageIndex) -> &PlannedStage {
        &self.graph[stage]
    }
}
