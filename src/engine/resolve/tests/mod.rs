//! Pipelines of made-up kinds: the engine knows no others.

mod drawings;
mod interpolation;
mod kinds;
mod matrix;
mod matrix_problems;
mod parameters;
mod plans;
mod properties;
mod robustness;
mod structure;
mod syntax;
mod wiring;

use crate::engine::{Diagnostics, Override, Plan, SourceText};

fn read_with(text: &str, set: &[&str]) -> Result<Plan, Diagnostics> {
    let overrides: Vec<Override> = set.iter().map(|argument| Override::new(*argument)).collect();
    Plan::read(&SourceText::new("p.yaml", text), &overrides, &kinds::registry())
}

fn read(text: &str) -> Plan {
    read_with(text, &[]).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// What is wrong with a pipeline, as a user reads it.
fn refused_with(text: &str, set: &[&str]) -> String {
    match read_with(text, set) {
        Ok(plan) => panic!("accepted with {} stages", plan.len()),
        Err(diagnostics) => diagnostics.render(false),
    }
}

fn refused(text: &str) -> String {
    refused_with(text, &[])
}
