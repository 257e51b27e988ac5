//! From what the file says to what is to be done: copies, needs, wires, parameters, order.

mod copies;
mod cycle;
mod needs;
mod order;
mod pipeline;
mod settings;
mod wiring;

#[cfg(test)]
mod tests;

pub(super) use pipeline::plan;
