//! Integration tests, by user story, in one binary.
#![allow(missing_docs, unreachable_pub, reason = "tests are read, not called")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed test is meant to panic, a skipped one to say so"
)]

mod engine;
mod model_quality;
mod real_data;
mod tidy;
mod toy;
