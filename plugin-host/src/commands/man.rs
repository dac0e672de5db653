//! `man [COMMAND]`: prints a manual page, or writes all of them.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::Command;
use clap_mangen::Man;

use crate::cli::{ManArgs, described};
use crate::exit::{Exit, UsageError};
use crate::streams::print_bytes;

pub(crate) fn run(args: &ManArgs) -> anyhow::Result<Exit> {
    match &args.output {
        Some(directory) => write(directory)?,
        None => print(args.command.as_deref())?,
    }
    Ok(Exit::Ok)
}

/// Writes the pages of the program and of each command.
fn write(directory: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(described(), directory))
        .with_context(|| format!("cannot write the pages to {}", directory.display()))
}

/// Prints the page of a command, or that of the program.
fn print(command: Option<&str>) -> anyhow::Result<()> {
    let mut program = described().disable_help_subcommand(true);
    // Gives each command the name of the program too.
    program.build();
    let described = match command {
        Some(name) => program.find_subcommand(name).ok_or_else(|| unknown(name, &program))?.clone(),
        None => program,
    };
    let mut page = Vec::new();
    Man::new(described).render(&mut page)?;
    print_bytes(&page)?;
    Ok(())
}

fn unknown(name: &str, program: &Command) -> UsageError {
    let names: Vec<_> = program.get_subcommands().map(Command::get_name).collect();
    UsageError(format!("no command is named {name}; write one of {}", names.join(", ")))
}
