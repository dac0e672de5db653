//! Completions and manual pages, which describe the program to a shell and to
//! `man`.

use std::fs;
use std::process::Command;

use crate::environment::{Directory, answer, plugin_host};

/// The commands that the program runs in its children, which are nobody's to type.
const HIDDEN: [&str; 5] = ["drive", "probe", "called", "method", "watched"];

/// Returns the commands that the help lists.
pub(crate) fn commands() -> Vec<String> {
    let help = plugin_host(&["--help"]);
    let (_, commands) = help.out.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| line.starts_with("  "));
    commands.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Holds that a text says nothing of the hidden commands.
#[track_caller]
fn hides(text: &str) {
    let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'));
    let shown: Vec<_> = words.filter(|word| HIDDEN.contains(word)).collect();
    assert!(shown.iter().all(|word| *word == "method"), "{shown:?}");
}

#[test]
fn each_shell_has_completions_of_the_commands_alone() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = plugin_host(&["completions", shell]);
        assert_eq!((script.code, script.err.as_str()), (0, ""), "{shell}");
        for command in commands() {
            assert!(script.out.contains(&command), "{shell}: {command}");
        }
        hides(&script.out);
    }
    let refused = plugin_host(&["completions", "tcsh"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("[possible values: bash, elvish"), "{refused:?}");
}

/// Returns what bash offers for words of which the last one is begun.
fn offered(words: &str) -> Vec<String> {
    let directory = Directory::new();
    let file = directory.path().join("completions");
    fs::write(&file, plugin_host(&["completions", "bash"]).out).unwrap();
    let ask = "source \"$0\"; COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); \
               complete=$(complete -p plugin-host); complete=${complete#*-F }; \
               \"${complete%% *}\" plugin-host \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\"; \
               printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    let answer = answer(bash.args(["-c", ask]).arg(file).arg(words));
    assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{words}");
    answer.out.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_their_values() {
    assert_eq!(offered("plugin-host ins"), ["inspect"]);
    assert_eq!(offered("plugin-host watch --ev"), ["--every"]);
    let values = offered("plugin-host check --require l");
    assert_eq!(values, ["locked", "locked-and-signed"]);
    assert_eq!(offered("plugin-host dri"), [""]);
}

#[test]
fn each_command_has_a_page() {
    let directory = Directory::new();
    let pages = directory.path().join("share/man1");
    let written = plugin_host(&["man", "--output", pages.to_str().unwrap()]);
    assert_eq!((written.code, written.out.as_str(), written.err.as_str()), (0, "", ""));
    let mut found: Vec<_> = fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let commands = commands().into_iter().filter(|command| command != "help");
    let mut expected: Vec<_> = commands.map(|command| format!("plugin-host-{command}.1")).collect();
    expected.push("plugin-host.1".to_owned());
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    for name in &found {
        let page = fs::read_to_string(pages.join(name)).unwrap();
        assert!(
            page.contains(".SH NAME")
                && page.contains("\nExit codes:\n  0") != page.contains("\nExample"),
            "{name}: {page}"
        );
        hides(&page);
        let mut command = vec!["man"];
        command.extend(name.strip_suffix(".1").unwrap().strip_prefix("plugin-host-"));
        assert_eq!(plugin_host(&command).out, page, "{command:?}");
    }
}

#[test]
fn a_page_that_does_not_exist_and_a_folder_that_cannot_be_written_are_named() {
    for (arguments, code, part) in [
        (&["man", "chekc"][..], 2, "no command is named chekc; write one of new, doctor, list"),
        (&["man", "drive"], 2, "no command is named drive"),
        (&["man", "--output", "Cargo.toml"], 1, "cannot write the pages to Cargo.toml"),
    ] {
        let refused = plugin_host(arguments);
        assert_eq!((refused.code, refused.out.as_str()), (code, ""), "{refused:?}");
        assert!(refused.err.contains(part), "{refused:?}");
    }
}
