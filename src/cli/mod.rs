//! The `recflow` program: its command line, and what it shows.

pub mod progress;
