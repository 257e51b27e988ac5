//! Integration tests, by user story, in one binary.
#![allow(missing_docs, unreachable_pub, reason = "tests are read, not called")]

mod engine;
mod model_quality;
mod real_data;
mod tidy;
mod toy;
