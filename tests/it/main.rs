//! The integration tests, one module a story.
#![allow(clippy::unwrap_used, reason = "a failed test is meant to panic")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod model_quality;
