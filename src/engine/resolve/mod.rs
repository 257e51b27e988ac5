//! From what the file says to what is to be done: families, needs, wires, copies, parameters, order.

mod axes;
mod combinations;
mod copies;
mod cycle;
mod excludes;
mod families;
mod needs;
mod order;
mod pipeline;
mod settings;
mod settings_by_copy;
mod wiring;

#[cfg(test)]
mod tests;

pub(super) use pipeline::plan;
