//! The whole report as a Markdown document that also reads well as plain text.

mod differences;
mod document;
mod escape;
mod examples;
mod table;
mod uncertainty;

pub use document::render;
