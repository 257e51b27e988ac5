//! Stages that need each other in a circle.

use std::collections::{HashMap, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::families::Families;
use super::needs::{Need, Needs};
use crate::engine::spec::{Diagnostic, Findings};

/// Reports a shortest cycle of every group of stages that need each other.
pub(super) fn report(families: &Families, needs: &[Needs], findings: &mut Findings) {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    for _ in &families.list {
        graph.add_node(());
    }
    for (reader, needs) in needs.iter().enumerate() {
        for need in &needs.list {
            graph.add_edge(NodeIndex::new(need.family), NodeIndex::new(reader), ());
        }
    }
    // Not Tarjan's, which petgraph writes recursively: a chain of thousands of stages would exhaust the stack.
    for group in kosaraju_scc(&graph) {
        if group.len() < 2 {
            continue;
        }
        let mut group: Vec<usize> = group.into_iter().map(NodeIndex::index).collect();
        group.sort_unstable();
        let cycle = shortest_cycle(&group, needs);
        let name = |family: usize| families.list[family].name.as_str();
        let way: Vec<&str> = cycle.iter().map(|&(reader, _)| name(reader)).chain([name(cycle[0].0)]).collect();
        let shown = way.join("` → `");
        let mut problem = Diagnostic::error(format!("the stages need each other in a circle: `{shown}`"));
        for &(reader, need) in &cycle {
            problem = problem.label(need.span, format!("`{}` needs `{}`", name(reader), name(need.family)));
        }
        findings.push(problem.help("remove one of these needs"));
    }
}

/// From the first stage of the group (which is strongly connected) along needs back to it: each stage with its need.
fn shortest_cycle<'n>(group: &[usize], needs: &'n [Needs]) -> Vec<(usize, &'n Need)> {
    let start = group[0];
    let mut reached_by: HashMap<usize, (usize, &Need)> = HashMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(reader) = open.pop_front() {
        for need in needs[reader].list.iter().filter(|need| group.binary_search(&need.family).is_ok()) {
            if reached_by.contains_key(&need.family) {
                continue;
            }
            reached_by.insert(need.family, (reader, need));
            open.push_back(need.family);
        }
        if reached_by.contains_key(&start) {
            break;
        }
    }
    let mut cycle = Vec::new();
    let mut at = start;
    while let Some(&(reader, need)) = reached_by.get(&at) {
        cycle.push((reader, need));
        at = reader;
        if at == start {
            break;
        }
    }
    cycle.reverse();
    cycle
}
