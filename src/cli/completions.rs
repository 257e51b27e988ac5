//! `recflow completions`.

use std::io;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::command_line::CommandLine;
use super::exit::Exit;
use super::sink::Sink;

const EXAMPLES: &str = "\
Examples:
  recflow completions bash > ~/.local/share/bash-completion/completions/recflow
  recflow completions zsh > ~/.zfunc/_recflow
  recflow completions fish > ~/.config/fish/completions/recflow.fish";

/// The arguments of `recflow completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints the script to standard output.
pub(super) fn execute(args: &CompletionsArgs) -> Exit {
    Sink::new(io::stdout()).write(&script(args.shell));
    Exit::Success
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "recflow", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use clap_complete::Shell;

    #[test]
    fn every_shell_learns_the_subcommands_but_not_the_hidden_one() {
        for &shell in Shell::value_variants() {
            let script = super::script(shell);
            assert!(script.contains("validate") && script.contains("cache-dir"), "{shell}");
        }
    }
}
