//! No process outlives its host.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{built, library, load, long_or_short, turn, victim, worker};

/// Returns `true` if a process has ended, also if nobody has taken its status.
pub(super) fn is_gone(process: u32) -> bool {
    match fs::read_to_string(format!("/proc/{process}/stat")) {
        Ok(stat) => stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with(['Z', 'X'])),
        Err(_) => true,
    }
}

fn wait_until_gone(process: u32) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_gone(process) {
        assert!(Instant::now() < end, "process {process} lives on");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_last_handle_ends_the_process_and_its_group() {
    let _turn = turn();
    let library = load(worker());
    let victim = victim(&library);
    let grandchild = victim.call("grandchild", ()).unwrap().to::<u32>().unwrap();
    let process = library.process_id().unwrap();
    drop(library);
    assert!(!is_gone(process) && !is_gone(grandchild));
    drop(victim);
    assert!(is_gone(process));
    wait_until_gone(grandchild);
}

#[test]
fn a_host_that_is_killed_leaves_no_process() {
    let _turn = turn();
    let mut longest = Duration::ZERO;
    for round in 0..long_or_short(200, 20) {
        // A worker without a call waits for the end of its host in two threads.
        let does = if round % 4 < 2 { "busy" } else { "idle" };
        let mut command = Command::new(built("worker"));
        command.arg(library()).arg(does).stdout(Stdio::piped());
        let mut host = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(host.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let processes: Vec<u32> = line.split(' ').map(|it| it.trim().parse().unwrap()).collect();
        assert_eq!(processes.len(), 2, "{line}");
        assert!(processes.iter().all(|process| !is_gone(*process)));
        if round % 2 == 0 {
            let worker = processes[0].to_string();
            assert!(Command::new("kill").args(["-STOP", &worker]).status().unwrap().success());
        }
        host.kill().unwrap();
        host.wait().unwrap();
        let begin = Instant::now();
        processes.into_iter().for_each(wait_until_gone);
        longest = longest.max(begin.elapsed());
    }
    println!("the last process ended {longest:?} after its host");
}
