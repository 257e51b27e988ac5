//! Says in one line what to install where OpenBLAS cannot be linked: the linker would say it too, but within a page of its
//! own command line and without the remedy.

use std::env;
use std::process::{Command, Stdio};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LIBRARY_PATH");
    println!("cargo::rerun-if-env-changed=PKG_CONFIG_PATH");
    let is_linux = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    let is_native = env::var("HOST") == env::var("TARGET");
    if is_linux && is_native && !has_linker_flags() && !is_known_to_pkg_config() && cannot_be_linked() {
        println!(
            "cargo::error=OpenBLAS is not installed; run `make setup`, or on Debian and Ubuntu \
             `apt-get install --no-install-recommends libopenblas-dev`"
        );
    }
}

/// Whoever gives the linker flags by hand knows of a place that this script does not.
fn has_linker_flags() -> bool {
    env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("-L") || flags.contains("link-arg"))
}

fn is_known_to_pkg_config() -> bool {
    let status = Command::new("pkg-config").args(["--exists", "openblas"]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Whether the system's linker says no. Where there is none to ask, the build goes on and tells for itself.
fn cannot_be_linked() -> bool {
    let Some(out_dir) = env::var_os("OUT_DIR") else { return false };
    let output = std::path::Path::new(&out_dir).join("probe");
    let mut linker = Command::new("cc");
    linker.args(["-shared", "-lopenblas", "-o"]).arg(output).stderr(Stdio::null());
    linker.status().is_ok_and(|status| !status.success())
}
