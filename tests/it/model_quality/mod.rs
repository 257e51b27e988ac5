//! Fitted models reach the numbers that independent programs reach on the same data.

mod movielens_100k;
mod movielens_1m;

use std::path::PathBuf;

/// The folder that an environment variable names; when it is unset, says so.
fn folder(variable: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: {variable} is not set");
    }
    folder
}
