//! Work in a process of its own: this program again, with hidden arguments,
//! which answers with numbers.

use std::env;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The argument that makes a child.
pub const CHILD: &str = "--child";

/// Runs `task` in a child and gives the numbers that it prints.
pub fn run(task: &str, arguments: &[&str]) -> Result<Vec<f64>> {
    let output = command(task, arguments)?.output()?;
    ensure!(output.status.success(), "{task} {arguments:?}: {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    let answer = text.lines().last().with_context(|| format!("{task} gave no answer"))?;
    answer.split(' ').map(|number| Ok(number.parse()?)).collect()
}

/// The command of such a child.
pub fn command(task: &str, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args([CHILD, task]).args(arguments).stderr(Stdio::inherit());
    Ok(command)
}

/// What a child answers with.
pub fn answer(numbers: impl IntoIterator<Item = f64>) {
    let numbers: Vec<_> = numbers.into_iter().map(|number| number.to_string()).collect();
    println!("\n{}", numbers.join(" "));
}
