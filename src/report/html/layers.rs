//! Places for the nodes of a graph without cycles: columns by the longest way to a node, edges around what is between.

use std::collections::BTreeMap;

/// Passes over the columns that bring nodes near to their neighbours.
const SWEEPS: usize = 8;

/// A graph laid out in columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// Column and row of each node. Rows may be halves.
    pub(super) places: Vec<(usize, f64)>,
    /// The ways of edges, each from its source to its target over the places in the columns between.
    pub(super) ways: Vec<Vec<(usize, f64)>>,
    /// How many columns there are.
    pub(super) columns: usize,
    /// How many rows the highest column has.
    pub(super) rows: usize,
}

/// A node, or the place at which edges from one node pass a column.
struct Vertex {
    column: usize,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// Lays out nodes, each given by those it comes after, which must stand before it.
pub(super) fn lay_out(needs: &[Vec<usize>]) -> Layout {
    let mut vertices: Vec<Vertex> = Vec::new();
    for of_node in needs {
        let column = of_node.iter().map(|&need| vertices[need].column + 1).max().unwrap_or(0);
        vertices.push(Vertex { column, before: Vec::new(), after: Vec::new() });
    }
    // Edges of one source that pass a column pass it at one place: lines run together and part late.
    let mut passes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut ways: Vec<Vec<usize>> = Vec::new();
    for (target, of_node) in needs.iter().enumerate() {
        for &source in of_node {
            let mut way = vec![source];
            for column in vertices[source].column + 1..vertices[target].column {
                let vertex = *passes.entry((source, column)).or_insert_with(|| {
                    vertices.push(Vertex { column, before: Vec::new(), after: Vec::new() });
                    vertices.len() - 1
                });
                way.push(vertex);
            }
            way.push(target);
            for pair in way.windows(2) {
                if !vertices[pair[0]].after.contains(&pair[1]) {
                    vertices[pair[0]].after.push(pair[1]);
                    vertices[pair[1]].before.push(pair[0]);
                }
            }
            ways.push(way);
        }
    }
    let n_columns = vertices.iter().map(|vertex| vertex.column + 1).max().unwrap_or(0);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); n_columns];
    (0..vertices.len()).for_each(|vertex| columns[vertices[vertex].column].push(vertex));
    order(&mut columns, &vertices);

    let highest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut rows = vec![0.0; vertices.len()];
    for column in &columns {
        let top = (highest - column.len()) as f64 / 2.0;
        column.iter().enumerate().for_each(|(place, &vertex)| rows[vertex] = top + place as f64);
    }
    let place = |vertex: usize| (vertices[vertex].column, rows[vertex]);
    Layout {
        places: (0..needs.len()).map(place).collect(),
        ways: ways.iter().map(|way| way.iter().map(|&vertex| place(vertex)).collect()).collect(),
        columns: n_columns,
        rows: highest,
    }
}

/// Orders each column by the mean place of its neighbours, forwards and backwards; equal ones keep their order.
fn order(columns: &mut [Vec<usize>], vertices: &[Vertex]) {
    let mut position = vec![0.0; vertices.len()];
    let remember = |column: &[usize], position: &mut Vec<f64>| {
        let middle = (column.len() as f64 - 1.0) / 2.0;
        column.iter().enumerate().for_each(|(place, &vertex)| position[vertex] = place as f64 - middle);
    };
    for column in columns.iter() {
        remember(column, &mut position);
    }
    for sweep in 0..SWEEPS {
        let is_forward = sweep % 2 == 0;
        let n = columns.len();
        for step in 0..n {
            let column = &mut columns[if is_forward { step } else { n - 1 - step }];
            let mean = |vertex: usize| {
                let of = &vertices[vertex];
                let beside = if is_forward { &of.before } else { &of.after };
                if beside.is_empty() {
                    return position[vertex];
                }
                beside.iter().map(|&other| position[other]).sum::<f64>() / beside.len() as f64
            };
            let wanted: BTreeMap<usize, f64> = column.iter().map(|&vertex| (vertex, mean(vertex))).collect();
            column.sort_by(|a, b| wanted[a].total_cmp(&wanted[b]));
            remember(column, &mut position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lay_out;

    /// ingest, split, three trainings, three evaluations that read the split too, report.
    fn pipeline() -> Vec<Vec<usize>> {
        vec![vec![], vec![0], vec![1], vec![1], vec![1], vec![1, 2], vec![1, 3], vec![1, 4], vec![5, 6, 7]]
    }

    #[test]
    fn columns_follow_the_longest_way() {
        let layout = lay_out(&pipeline());
        let columns: Vec<usize> = layout.places.iter().map(|place| place.0).collect();
        assert_eq!(columns, [0, 1, 2, 2, 2, 3, 3, 3, 4]);
        assert_eq!(layout.columns, 5);
        // The edges from the split to the evaluations pass the trainings at one place of their own.
        assert_eq!(layout.rows, 4);
        let passing: Vec<&Vec<(usize, f64)>> = layout.ways.iter().filter(|way| way.len() == 3).collect();
        assert_eq!(passing.len(), 3);
        assert!(passing.iter().all(|way| way[1] == passing[0][1]));
        assert!(layout.places[2..5].iter().all(|place| *place != passing[0][1]));
    }

    #[test]
    fn no_two_nodes_share_a_place_and_trainings_stand_beside_their_evaluations() {
        let layout = lay_out(&pipeline());
        for (index, place) in layout.places.iter().enumerate() {
            assert!(!layout.places[..index].contains(place));
        }
        let order = |nodes: [usize; 3]| {
            let mut by_row = nodes;
            by_row.sort_by(|&a, &b| layout.places[a].1.total_cmp(&layout.places[b].1));
            by_row.map(|node| (node - 2) % 3)
        };
        assert_eq!(order([2, 3, 4]), order([5, 6, 7]));
    }

    #[test]
    fn nothing_is_laid_out_too() {
        assert_eq!(lay_out(&[]).places, []);
        assert_eq!(lay_out(&[vec![]]).places, [(0, 0.0)]);
    }
}
