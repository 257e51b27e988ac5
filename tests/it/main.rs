//! Integration tests, by user story, in one binary.
#![allow(missing_docs, unreachable_pub, reason = "tests are read, not called")]
#![allow(clippy::format_collect, clippy::format_push_string, reason = "short texts, built to be read")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed test is meant to panic, a skipped one to say so"
)]

mod browser;
mod checkpoints;
mod choosing;
mod command;
mod damage;
mod data_messages;
mod determinism;
mod diagnostics;
mod dialects;
mod edits;
mod engine;
mod explanations;
mod failures;
mod faults;
mod first_run;
mod frozen;
mod gates;
mod guards;
mod honesty;
mod housekeeping;
mod interruption;
mod limits;
mod model_quality;
mod outcome;
mod paths;
mod process;
mod project;
mod promise;
mod real_data;
mod rebuilds;
mod recommend;
mod records;
mod replicates;
mod report_page;
mod resumption;
mod sweeps;
mod tidy;
mod torture;
mod toy;
mod user_groups;
