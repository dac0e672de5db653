//! Records of plugins go to stderr, as `RUST_LOG` says.

use crate::environment::{Answer, Directory, answer, command, example};

/// Runs the plugin that logs, which is asked for a record of each level.
fn run(filter: Option<&str>, options: &[&str]) -> Answer {
    let directory = Directory::new();
    example("logging", "logs/plugin.rs", &directory);
    let mut arguments = vec!["run", "--greet=levels"];
    arguments.extend(options);
    let mut command = command(&directory.arguments(&arguments));
    match filter {
        Some(filter) => command.env("RUST_LOG", filter),
        None => command.env_remove("RUST_LOG"),
    };
    answer(&mut command)
}

fn records(answer: &Answer) -> Vec<&str> {
    answer.err.lines().filter(|line| line.contains(" example logging: ")).collect()
}

#[test]
fn errors_of_plugins_are_shown_and_the_rest_as_the_variable_says() {
    for options in [&[][..], &["--no-probe"], &["--json"]] {
        let answer = run(None, options);
        assert_eq!(answer.code, 0, "{answer:?}");
        assert_eq!(records(&answer), ["error example logging: an error"], "{answer:?}");
        assert!(!answer.out.contains("an error"), "{answer:?}");
    }
    let answer = run(Some("logging=info"), &[]);
    assert_eq!(records(&answer).len(), 3, "{answer:?}");
    assert_eq!(records(&run(Some("off"), &[])), [""; 0]);
    assert_eq!(records(&run(Some("trace"), &[])).len(), 5);
}
