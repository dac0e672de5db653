//! The workflow on other machines runs what `.ci/run` runs, and the book says of each
//! system what is run there.

use std::fs::read_to_string;

use super::root;

/// The commands that a script runs by its function `step`.
fn steps(script: &str) -> Vec<String> {
    let text = read_to_string(root().join(script)).unwrap().replace("\\\n", " ");
    let found = text.lines().filter_map(|line| Some(line.split_once("step ")?.1));
    let found = found.map(|step| step.split_whitespace().collect::<Vec<_>>().join(" "));
    found.filter(|step| step.starts_with("cargo ") || step.starts_with('.')).collect()
}

fn workflow() -> String {
    read_to_string(root().join(".github/workflows/ci.yml")).unwrap()
}

/// The commands of a job of the workflow.
fn job(name: &str) -> Vec<String> {
    let workflow = workflow();
    let (_, job) = workflow.split_once(&format!("\n  {name}:\n")).unwrap();
    let lines = job.lines().take_while(|line| line.is_empty() || line.starts_with("   "));
    lines.filter_map(|line| line.trim().strip_prefix("- run: ").map(str::to_owned)).collect()
}

#[test]
fn the_workflow_runs_each_step_of_the_script_in_its_order() {
    let steps = steps(".ci/run");
    let (other, steps) = steps.split_last().unwrap();
    assert_eq!(other, ".ci/other-systems", "the other jobs stand for it");
    let found: Vec<_> = job("linux").into_iter().filter(|it| it.starts_with("cargo ")).collect();
    assert_eq!(found, steps, "left: .github/workflows/ci.yml, right: .ci/run");
}

#[test]
fn the_workflow_has_the_variables_of_the_script() {
    let (script, workflow) = (read_to_string(root().join(".ci/run")).unwrap(), workflow());
    let mut count = 0;
    for line in script.lines() {
        let Some((name, value)) = line.trim_start_matches("export ").split_once('=') else {
            continue;
        };
        let is_name = name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        if !is_name || name == "missing" {
            continue;
        }
        // A variable of one step, or of all.
        let value = match name {
            "RUSTDOCFLAGS" => value.split('"').nth(1).unwrap(),
            "GLIBC_TUNABLES" => value.split(' ').next().unwrap(),
            _ => value.trim_matches('"'),
        };
        assert!(workflow.contains(&format!(" {name}: {value}\n")), "{name}: {value}");
        count += 1;
    }
    assert_eq!(count, 7, "as many as the script has");
}

#[test]
fn the_workflow_builds_and_lints_other_systems_as_the_script_does() {
    let variables = [
        (
            "\"${features[@]}\"",
            "--package plugin-interface --features \"watch,hot-library,call-dynamic\"",
        ),
        (" --lib --test it --no-run", " --lib"),
        (" --no-run", ""),
        (" --target $windows", ""),
        (" --target aarch64-apple-darwin", ""),
    ];
    let on_the_system = |step: &String| {
        variables.iter().fold(step.clone(), |step, (from, to)| step.replace(from, to))
    };
    let steps: Vec<_> =
        steps(".ci/other-systems").into_iter().filter(|step| step.starts_with("cargo ")).collect();
    let (macos, windows): (Vec<_>, Vec<_>) =
        steps.iter().partition(|step| step.contains("-apple-darwin"));
    assert_eq!((macos.len(), windows.len()), (1, 4), "{steps:?}");
    for (system, steps) in [("macos", macos), ("windows", windows)] {
        let job = job(system);
        for step in steps.into_iter().map(on_the_system) {
            // There it may leave tests out.
            let is_it = |found: &&String| found.split(" -- --skip ").next() == Some(&step);
            assert!(
                job.iter().any(|found| is_it(&found)),
                "{system}: expected {step}, found {job:#?}"
            );
        }
    }
}

/// A row of the book's table of systems: the system, its state, and the script that
/// holds it.
fn rows() -> Vec<[String; 3]> {
    let book = read_to_string(root().join("docs/book/src/reference/platforms.md")).unwrap();
    let (_, table) = book.split_once("| system | state | held by |\n|---|---|---|\n").unwrap();
    let lines = table.lines().take_while(|line| line.starts_with('|'));
    lines
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let cells: [&str; 3] = cells.try_into().unwrap_or_else(|_| panic!("{line}"));
            cells.map(str::to_owned)
        })
        .collect()
}

#[test]
fn the_book_says_of_each_system_what_the_scripts_run() {
    let other = read_to_string(root().join(".ci/other-systems")).unwrap();
    let mut held = Vec::new();
    for [system, state, by] in rows() {
        let is_tested = state.starts_with("**tested");
        assert!(!is_tested || by != "nothing", "{system} is called tested");
        // Each script, with the command in it that holds the state.
        let command = match (&*system, &*by) {
            (_, "nothing") => continue,
            ("Linux x86-64 with glibc", "`.ci/run`") => {
                assert!(steps(".ci/run").contains(&"cargo test --workspace".to_owned()));
                assert!(is_tested);
                held.push(system);
                continue;
            }
            ("Windows x86-64, `gnu`", "`.ci/other-systems`") => {
                assert!(other.contains("windows=x86_64-pc-windows-gnu\n"));
                assert!(state.starts_with("**tested under Wine**"), "{state}");
                "\nstep test_program plugin-interface \"$units\"\n\
                 step test_program plugin-interface \"$with_plugins\" \"${left_out[@]}\" \
                 \"${left_out_by_wine[@]}\"\n\
                 step test_program plugin-host \"$of_the_host\" \"${left_out_of_host[@]}\"\n"
            }
            ("Linux aarch64 with glibc", "`.ci/other-systems`") => {
                let script = read_to_string(root().join(".ci/aarch64")).unwrap();
                assert!(script.contains("\ntarget=aarch64-unknown-linux-gnu\n"));
                assert!(script.contains("\n    step test_program \"$new\" it "));
                assert!(state.starts_with("**tested under qemu**"), "{state}");
                "\nstep .ci/aarch64 short\n"
            }
            ("macOS aarch64", "`.ci/other-systems`") => {
                assert!(other.contains("\nstep .ci/macos "), "{state}");
                assert!(state.starts_with("compiles without a warning"), "{state}");
                "step cargo clippy --target aarch64-apple-darwin "
            }
            other => panic!("no test of {other:?}"),
        };
        assert!(other.contains(command), "{system}: expected {command} in .ci/other-systems");
        held.push(system);
    }
    assert_eq!(held.len(), 4, "{held:?}");
}

/// The tests that a list of a script leaves out.
fn left_out(script: &str, list: &str) -> Vec<String> {
    let script = read_to_string(root().join(script)).unwrap();
    let (_, list) = script.split_once(&format!("\n{list}=(\n")).unwrap();
    let (list, _) = list.split_once("\n)\n").unwrap();
    let tests = list.lines().filter_map(|line| line.trim().strip_prefix("--skip "));
    tests.map(str::to_owned).collect()
}

#[test]
fn the_workflow_leaves_out_what_windows_cannot_run() {
    let with_plugins = "cargo test --package plugin-interface \
        --features \"watch,hot-library,call-dynamic\" --test it --";
    let of_the_host = "cargo test --package plugin-host --test it --";
    let job = job("windows");
    for (command, list) in [(with_plugins, "left_out"), (of_the_host, "left_out_of_host")] {
        let tests = left_out(".ci/other-systems", list).into_iter();
        let tests = tests.map(|test| format!(" --skip {test}"));
        let command = command.to_owned() + &tests.collect::<String>();
        assert!(job.contains(&command), "expected {command}, found {job:#?}");
    }
}

#[test]
fn each_test_that_other_systems_leave_out_is_there() {
    let mut tests = String::new();
    for package in ["plugin-interface", "plugin-host"] {
        for file in super::sources(&root().join(package).join("tests/it")) {
            tests += &read_to_string(file).unwrap();
        }
    }
    let lists = [
        (".ci/other-systems", "left_out"),
        (".ci/other-systems", "left_out_by_wine"),
        (".ci/other-systems", "left_out_of_host"),
        (".ci/aarch64", "left_out"),
        (".ci/aarch64", "left_out_of_short"),
    ];
    let left_out: Vec<_> = lists.iter().flat_map(|(script, list)| left_out(script, list)).collect();
    for path in &left_out {
        let name = path.rsplit("::").find(|part| !part.is_empty()).unwrap();
        let is_there = tests.contains(&format!("mod {name};"))
            || tests.lines().any(|line| line.starts_with("fn ") && line.contains(name));
        assert!(is_there, "{path}");
    }
    assert!(left_out.len() > 3, "{left_out:?}");
}
