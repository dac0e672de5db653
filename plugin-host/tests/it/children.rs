//! The child processes in which the program tries plugins.

use std::fs;
use std::process::{Command, Stdio};

use crate::deadline::until;
use crate::environment::{Directory, root};

/// Returns `true` if a process runs. A zombie does not.
fn is_running(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.as_bytes()[0]);
    state.is_some_and(|state| state != b'Z' && state != b'X')
}

#[test]
fn no_child_outlives_a_killed_host() {
    let directory = Directory::new();
    let process = directory.path().join("process");
    let hangs = format!(
        "#include <stdio.h>\n#include <unistd.h>\n\
         __attribute__((constructor)) static void begin(void) {{\n\
         FILE *f = fopen(\"{0}.new\", \"w\"); fprintf(f, \"%d\", getpid()); fclose(f);\n\
         rename(\"{0}.new\", \"{0}\"); for (;;) sleep(1);\n}}\n",
        process.display()
    );
    let library = directory.compile("hangs", &[], &hangs);
    let folder = directory.path();
    for (command, path) in [("run", folder), ("check", &library)] {
        let mut host = Command::new(env!("CARGO_BIN_EXE_plugin-host"))
            .args([command, "--probe-timeout=600"])
            .arg(path)
            .current_dir(root())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until("the plugin is opened", || process.exists());
        let child = fs::read_to_string(&process).unwrap();
        assert!(is_running(&child) && child != host.id().to_string(), "{command}: {child}");
        host.kill().unwrap();
        host.wait().unwrap();
        until("the child ends with its host", || !is_running(&child));
        fs::remove_file(&process).unwrap();
    }
}
