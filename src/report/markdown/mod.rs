//! The whole report as a Markdown document that also reads well as plain text.

mod document;
mod escape;
mod table;

pub use document::render;
