//! Kernels that enforce less. A host takes calls of the system away from itself and
//! from its workers, as if its kernel did not have them.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::built;

/// Runs a host that loads the library in a sandbox, and returns what it printed.
fn host(arguments: &[&str]) -> String {
    let output = Command::new(built("worker"))
        .arg("--sandboxed")
        .arg(built("libcaged.so"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn a_kernel_without_landlock_opens_no_library() {
    let printed = host(&["strict", "landlock"]);
    let library = built("libcaged.so");
    let expected = format!(
        "{}: expected the system to enforce the sandbox, found paths: partial (the kernel has no \
         landlock, or it is turned off: it can open any file until its plugins are created), \
         ports: full, system calls: full; allow less, or use `Sandbox::best_effort`\n",
        library.display()
    );
    assert_eq!(printed, expected);
}

#[test]
fn a_host_may_go_on_with_what_there_is() {
    let printed = host(&["best-effort", "landlock"]);
    let lines: Vec<_> = printed.lines().collect();
    assert!(lines[0].starts_with("paths: partial (the kernel has no landlock"), "{printed}");
    // Seccomp alone keeps it from these, once it is loaded.
    for line in &lines[1..] {
        assert!(line.contains("Operation not permitted"), "{printed}");
    }
    assert_eq!(lines.len(), 4, "{printed}");
}

#[test]
fn a_kernel_without_seccomp_is_told_too() {
    let printed = host(&["strict", "seccomp"]);
    assert!(printed.contains("system calls: missing ("), "{printed}");
    assert!(printed.contains("paths: full, ports: partial ("), "{printed}");
    let printed = host(&["best-effort", "seccomp"]);
    let lines: Vec<_> = printed.lines().collect();
    assert!(lines[0].starts_with("paths: full, ports: partial"), "{printed}");
    assert_eq!(lines[1], "read: Permission denied (os error 13)");
    assert_eq!(&lines[3..], ["udp: done"], "{printed}");
}

#[test]
fn a_worker_in_a_sandbox_ends_with_its_host() {
    let mut command = Command::new(built("worker"));
    command.arg("--sandboxed").arg(built("libcaged.so")).args(["strict", "nothing", "wait"]);
    let mut host = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let worker = lines.nth(4).unwrap().unwrap();
    let is_gone = || {
        let stat = std::fs::read_to_string(format!("/proc/{worker}/stat"));
        stat.map_or(true, |stat| stat.rsplit(") ").next().unwrap().starts_with(['Z', 'X']))
    };
    assert!(!is_gone(), "{worker}");
    host.kill().unwrap();
    host.wait().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while !is_gone() {
        assert!(Instant::now() < end, "process {worker} lives on");
        std::thread::sleep(Duration::from_millis(1));
    }
}
