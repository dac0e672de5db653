//! Colors, and tables that fit a terminal.

use crate::environment::{Answer, Directory, answer, command, file_name};

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Answer {
    answer(command(arguments).env_remove("NO_COLOR").envs(environment.iter().copied()))
}

#[test]
fn colors_are_printed_where_they_are_asked_for() {
    let directory = Directory::new();
    let library = directory.compile("good", &["COUNTER"], "");
    let library = library.to_str().unwrap();
    let escape = |answer: &Answer| answer.out.contains('\u{1b}') || answer.err.contains('\u{1b}');
    for (option, has_colors) in [("auto", false), ("never", false), ("always", true)] {
        let option = format!("--color={option}");
        let good = run(&["check", library, &option], &[]);
        assert_eq!((good.code, escape(&good)), (0, has_colors), "{good:?}");
        assert_eq!(good.out.contains(GREEN), has_colors, "{good:?}");
        // It may stand before the command too.
        let missing = run(&[&option, "inspect", "no/such/file.so"], &[]);
        assert_eq!((missing.code, missing.err.contains(RED)), (2, has_colors), "{missing:?}");
    }
    let json = run(&["check", library, "--color=always", "--json"], &[]);
    assert!(!escape(&json) && json.json().is_array(), "{json:?}");
    let unknown = run(&["list", ".", "--color=sometimes"], &[]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
}

#[test]
fn tables_fit_the_columns_of_a_terminal() {
    let directory = Directory::new();
    let folder = directory.path().join("a-folder-with-a-name-that-is-as-long-as-some-are");
    std::fs::create_dir(&folder).unwrap();
    directory.compile("greeter_with_quite_a_name", &["COUNTER"], "");
    let name = file_name("greeter_with_quite_a_name");
    std::fs::rename(directory.path().join(&name), folder.join(name)).unwrap();
    let folder = folder.to_str().unwrap();
    let widest = |answer: &Answer| answer.out.lines().map(|line| line.chars().count()).max();

    let narrow = run(&["list", folder], &[("COLUMNS", "80")]);
    assert_eq!(narrow.code, 0, "{narrow:?}");
    assert!(widest(&narrow) <= Some(80), "{narrow:?}");
    let whole = run(&["list", folder], &[]);
    assert!(widest(&whole) > Some(80), "{whole:?}");
    assert_eq!(whole.out.lines().count(), 2, "a row is one line: {whole:?}");
    // What cannot be a width changes nothing.
    for columns in ["", "0", "wide", "-3"] {
        assert_eq!(run(&["list", folder], &[("COLUMNS", columns)]).out, whole.out);
    }
}

// On Windows a path may be wider.
#[cfg(unix)]
#[test]
fn findings_fit_the_columns_of_a_terminal() {
    let directory = Directory::new();
    let config = directory.path().join(".cargo");
    std::fs::create_dir(&config).unwrap();
    std::fs::write(config.join("config.toml"), "[profile.dev]\npanic = \"abort\"\n").unwrap();
    std::fs::write(directory.path().join("Cargo.toml"), "[workspace]\n").unwrap();
    let doctor = run(&["doctor", directory.path().to_str().unwrap()], &[("COLUMNS", "80")]);
    assert_eq!(doctor.code, 3, "{doctor:?}");
    let found = doctor.out.lines().filter(|line| !line.trim_start().starts_with("cargo "));
    let wide = found.max_by_key(|line| line.chars().count()).unwrap();
    assert!(wide.chars().count() <= 80, "{wide}");
    assert!(doctor.out.contains("would end the host\n"), "{doctor:?}");
}
