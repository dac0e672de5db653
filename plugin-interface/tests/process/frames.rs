//! Frames that were changed on their way, between real processes.

use std::thread;
use std::time::{Duration, Instant};

use plugin_interface::PluginManager;
use plugin_interface::dynamic::DynamicError;
use plugin_interface::process::{IsolatedPlugin, Limits, WorkerError};

use super::{library, load, long_or_short, turn, victim, worker};

/// The time after which a call counts as one that hangs.
const HANGS: Duration = Duration::from_secs(60);

/// Makes calls whose frames are changed in one direction, in several threads. Returns
/// how many ended in each way.
fn calls(direction: &str, threads: usize, each: usize) -> [usize; 3] {
    let counts = thread::scope(|scope| {
        let make = |number: usize| scope.spawn(move || calls_of(direction, number, each));
        let threads: Vec<_> = (0..threads).map(make).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    counts.iter().fold([0; 3], |sum, counts| [0, 1, 2].map(|at| sum[at] + counts[at]))
}

fn calls_of(direction: &str, number: usize, each: usize) -> [usize; 3] {
    let changed = worker()
        .argument("--garbled")
        .argument(direction)
        .argument((number + 1).to_string())
        .deadline(Duration::from_secs(1))
        // A changed call may be one that allocates.
        .limits(Limits::new().memory(1 << 30));
    let load = || PluginManager::new().load_isolated(library(), changed.clone());
    let mut counts = [0; 3];
    let library = std::iter::repeat_with(load).find_map(Result::ok).unwrap();
    let victim = victim(&library);
    for round in 0..each {
        let begin = Instant::now();
        let ended = one_call(&victim, round);
        let took = begin.elapsed();
        assert!(took < HANGS, "{direction} {number} {round}: {took:?}");
        counts[ended] += 1;
    }
    counts
}

/// Makes one call, and returns whether it returned, was refused, or lost its worker.
fn one_call(victim: &IsolatedPlugin, round: usize) -> usize {
    let called = match round % 4 {
        0 => victim.call("echo", ("a text of some length",)),
        1 => victim.call("half", (1.5,)),
        2 => victim.call("reverse", ([1, 2, 3, 4],)),
        _ => victim.call("check", (true,)),
    };
    match called {
        Ok(_) => 0,
        Err(WorkerError::Call(DynamicError::NoMethod { .. })) => panic!("{round}: looked up here"),
        Err(WorkerError::Call(_) | WorkerError::Refused { .. }) => 1,
        Err(
            WorkerError::Died { .. }
            | WorkerError::TimedOut { .. }
            | WorkerError::Nonsense { .. }
            | WorkerError::NotAWorker { .. }
            | WorkerError::NotLoaded { .. },
        ) => 2,
        Err(other) => panic!("{round}: {other}"),
    }
}

#[test]
fn a_changed_frame_is_a_typed_error_and_nothing_hangs() {
    let _turn = turn();
    let (threads, each) = (8, long_or_short(2_500, 25));
    for direction in ["to-worker", "to-host"] {
        let begin = Instant::now();
        let [returned, refused, lost] = calls(direction, threads, each);
        let took = begin.elapsed();
        println!("{direction}: {returned} returned, {refused} refused, {lost} lost, {took:?}");
        assert_eq!(returned + refused + lost, threads * each);
        assert!(refused + lost > 0, "nothing was changed");
    }
    // The same host serves others.
    let next = load(worker());
    assert_eq!(victim(&next).call("echo", ("next",)).unwrap().value, "next");
}
