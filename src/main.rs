//! The `recflow` program.

use mimalloc::MiMalloc;

// Reading and checking thousands of stages is mostly small texts that come and go.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> recflow::cli::Exit {
    recflow::cli::main()
}
