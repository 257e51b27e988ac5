//! The `recflow` program.

fn main() -> recflow::cli::Exit {
    recflow::cli::main()
}
