//! Combinations of coordinates, and how copies are joined into them.

use std::collections::{BTreeSet, HashMap};

use super::axes::Axes;
use super::copies::{Coordinate, Copies};
use super::families::MAX_STAGES;

/// A combination that becomes a copy.
#[derive(Debug, Clone, Default)]
pub(super) struct Combination {
    pub(super) coordinates: Vec<Coordinate>,
    /// Whether each is the copy's own; what only `needs` fixes (`train-ease/lambda=200`) is not.
    pub(super) is_own: Vec<bool>,
}

impl Combination {
    /// The same with one more coordinate of the copy's own.
    pub(super) fn with(&self, at: Coordinate) -> Self {
        let mut next = self.clone();
        next.coordinates.push(at);
        next.is_own.push(true);
        next
    }

    /// The coordinates that are the copy's own.
    pub(super) fn own(&self) -> Vec<Coordinate> {
        self.coordinates.iter().zip(&self.is_own).filter(|(_, own)| **own).map(|(at, _)| *at).collect()
    }
}

/// Each combination with each candidate that it meets.
pub(super) fn join(
    axes: &Axes,
    combinations: &[Combination],
    is_fixed: bool,
    candidates: &[usize],
    known: &Copies,
) -> Vec<Combination> {
    let fixed: BTreeSet<&str> = match (is_fixed, candidates) {
        (true, [first, rest @ ..]) => {
            // What all of them have in common is what the need has fixed.
            let is_common = |at: &&Coordinate| rest.iter().all(|&copy| known.list[copy].coordinates.contains(at));
            let common = known.list[*first].coordinates.iter().filter(is_common);
            common.map(|at| axes.list[at.axis].name.as_str()).collect()
        }
        _ => BTreeSet::new(),
    };
    let gathered = Gathered::new(candidates, combinations.first(), known, axes);
    let mut joined = Vec::new();
    for combination in combinations {
        for &candidate in gathered.meeting(combination, axes) {
            let mut next = combination.clone();
            for &at in &known.list[candidate].coordinates {
                let name = axes.list[at.axis].name.as_str();
                let is_own = !fixed.contains(name);
                if let Some(place) = next.coordinates.iter().position(|old| axes.list[old.axis].name == name) {
                    next.is_own[place] |= is_own;
                } else {
                    next.coordinates.push(at);
                    next.is_own.push(is_own);
                }
            }
            joined.push(next);
            if joined.len() > MAX_STAGES {
                return joined;
            }
        }
    }
    joined
}

/// Copies by their coordinates on the axes that they share with combinations.
pub(super) struct Gathered<'a> {
    /// The names of these axes.
    shared: Vec<&'a str>,
    by_place: HashMap<Vec<&'a str>, Vec<usize>>,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(copies: &[usize], combination: Option<&Combination>, known: &Copies, axes: &'a Axes) -> Self {
        let mut shared: Vec<&str> = Vec::new();
        if let (Some(&copy), Some(combination)) = (copies.first(), combination) {
            let names = known.list[copy].coordinates.iter().map(|at| axes.list[at.axis].name.as_str());
            let has = |name: &str| combination.coordinates.iter().any(|at| axes.list[at.axis].name == name);
            shared.extend(names.filter(|name| has(name)));
        }
        let mut by_place: HashMap<Vec<&str>, Vec<usize>> = HashMap::new();
        for &copy in copies {
            by_place.entry(place(&known.list[copy].coordinates, &shared, axes)).or_default().push(copy);
        }
        Self { shared, by_place }
    }

    /// The copies at the same place.
    pub(super) fn meeting(&self, combination: &Combination, axes: &'a Axes) -> &[usize] {
        self.by_place.get(&place(&combination.coordinates, &self.shared, axes)).map_or(&[], Vec::as_slice)
    }
}

/// The texts of coordinates on these axes.
fn place<'a>(coordinates: &[Coordinate], shared: &[&str], axes: &'a Axes) -> Vec<&'a str> {
    let on = |name: &&str| {
        let at = coordinates.iter().find(|at| axes.list[at.axis].name == **name);
        at.map_or("", |at| axes.list[at.axis].values[at.value].text.as_str())
    };
    shared.iter().map(on).collect()
}
