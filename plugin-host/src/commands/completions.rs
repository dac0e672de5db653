//! `completions SHELL`: prints what a shell completes.

use clap_complete::{Shell, generate};

use crate::cli::{CompletionsArgs, described};
use crate::exit::Exit;
use crate::streams::print_text;

pub(crate) fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    print_text(&match args.shell {
        Shell::Bash => for_bash(),
        shell => script(shell, "plugin-host"),
    })?;
    Ok(Exit::Ok)
}

fn script(shell: Shell, program: &'static str) -> String {
    let mut script = Vec::new();
    generate(shell, &mut described(), program, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Returns the script for bash. `clap_complete` 4.6 completes nothing after a command
/// of a program with a hyphen in its name, so the script gets that name at its end.
fn for_bash() -> String {
    script(Shell::Bash, "plugin_host").replace(" default plugin_host\n", " default plugin-host\n")
}
