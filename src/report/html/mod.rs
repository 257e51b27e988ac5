//! The whole report as one page that needs nothing but itself: style, script and drawings are in it, and it asks no server
//! for anything.
//!
//! `page.html` is the page, `style.css` its looks, `script.js` what moves. One module a section turns the comparison into
//! what the page shows there; `chart` draws.

mod breakdowns;
mod chart;
mod cost;
mod curves;
mod document;
mod examples;
mod graph;
mod layers;
mod models;
mod overlap;
mod popularity;
mod prose;
mod table;

pub use document::render;
