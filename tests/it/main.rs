//! The integration tests, one module a story.
#![allow(clippy::unwrap_used, reason = "a failed test is meant to panic")]

mod model_quality;
