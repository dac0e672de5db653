//! Frames that were changed on their way, between real processes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use fixture_interface::lending::{Lending, LendingProxy};
use fixture_interface::objects::Plain;
use plugin_interface::PluginManager;
use plugin_interface::dynamic::DynamicError;
use plugin_interface::process::{IsolatedPlugin, Limits, Worker, WorkerError};

use super::builds::built;
use super::lending_bodies::Steps;
use super::{library, load, long_or_short, turn, victim, worker};

/// The time after which a call counts as one that hangs.
const HANGS: Duration = Duration::from_secs(60);

/// How often a worker is started at most until one starts in spite of the changes.
const STARTS: usize = 1000;

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

/// Returns workers whose frames are changed: each one, or half of them.
fn changed(direction: &str, number: usize, one_in: u32) -> Worker {
    worker()
        .argument("--garbled")
        .argument(direction)
        .argument((number + 1).to_string())
        .argument(one_in.to_string())
        .deadline(Duration::from_secs(1))
        // A changed call may be one that allocates.
        .limits(Limits::new().memory(1 << 30))
}

fn calls_of(direction: &str, number: usize, each: usize) -> [usize; 3] {
    let changed = changed(direction, number, 1);
    let load = || PluginManager::new().load_isolated(library(), changed.clone());
    let mut counts = [0; 3];
    let library = std::iter::repeat_with(load).take(STARTS).find_map(Result::ok).unwrap();
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
    let (threads, each) = (8, long_or_short(2_500, 10));
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

#[test]
fn what_a_worker_writes_to_shared_memory_is_a_typed_error_and_nothing_hangs() {
    let _turn = turn();
    let deadline = Duration::from_millis(300);
    let spinning = worker().spinning(Duration::from_micros(50)).deadline(deadline);
    // On a busy machine, a worker may need longer than that to start.
    let start = || PluginManager::new().load_isolated(library(), spinning.clone());
    let library = std::iter::repeat_with(start).take(STARTS).find_map(Result::ok).unwrap();
    let victim = victim(&library);
    let call = || victim.call("echo", ("unharmed",));
    let unharmed = std::iter::repeat_with(call).take(STARTS).find_map(Result::ok).unwrap();
    assert_eq!(unharmed.value, "unharmed");
    let mut counts = [0; 3];
    for round in 0..long_or_short(2_000, 40) {
        let begin = Instant::now();
        // Each worker does so once it is asked, and so does the next one.
        match victim.call("scribble", (round as u64,)) {
            Ok(answer) => counts[0] += usize::from(answer.value == true),
            Err(error) => assert!(!matches!(error, WorkerError::Refused { .. }), "{error}"),
        }
        for round in 0..20 {
            counts[one_call(&victim, round)] += 1;
        }
        let took = begin.elapsed();
        assert!(took < HANGS, "{round}: {took:?}");
    }
    println!("{} returned, {} refused, {} lost", counts[0], counts[1], counts[2]);
    assert!(counts[2] > 0, "nothing was disturbed");
    // The same host serves others.
    let next = load(worker().spinning(Duration::from_micros(50)));
    assert_eq!(self::victim(&next).call("echo", ("next",)).unwrap().value, "next");
}

/// Uses objects, closures and iterators of both sides, with frames that are changed on
/// their way. Returns how many calls returned, and how many failed.
fn objects_of(direction: &str, number: usize, each: usize) -> [usize; 2] {
    let changed = changed(direction, number, 2);
    let load = || {
        let library = PluginManager::new().load_isolated(&built()["objects"], changed.clone());
        let plugins = library.ok()?.plugins();
        plugins.iter().find_map(|plugin| plugin.proxy::<dyn Lending>().ok())
    };
    let lending = std::iter::repeat_with(load).take(STARTS).find_map(|it| it).unwrap();
    let mut counts = [0; 2];
    for round in 0..each {
        let begin = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| use_objects(&lending, round)));
        let took = begin.elapsed();
        assert!(took < HANGS, "{direction} {number} {round}: {took:?}");
        counts[usize::from(ended.is_err())] += 1;
    }
    counts
}

/// Makes calls of at least two frames in each direction.
fn use_objects(lending: &LendingProxy, round: usize) {
    match round % 10 {
        0 => lending.each(vec![1, 2, 3], &mut |_| ()),
        1 => drop(lending.counter(3).add(4)),
        2 => drop(lending.count_to(4).collect::<Vec<_>>()),
        3 => drop(lending.be_visited(&Steps("host"), "text".to_owned())),
        4 => drop(lending.sum(vec![&Plain::default(), &Plain::default()], None)),
        5 => drop(lending.apply(Box::new(|number| number.to_string()), 5)),
        6 => drop(lending.total(Box::new([1, 2, 3].into_iter()))),
        7 => {
            lending.keep(Arc::new(|value| value + 1));
            lending.call_kept(1);
        }
        8 => drop(lending.descend(&Steps("host"), 4)),
        _ => {
            let tree = lending.tree(2);
            drop((tree.name(), tree.kids()));
        }
    }
}

/// Uses objects in several threads, with frames that are changed in one direction.
fn objects(direction: &str) {
    let (threads, each) = (8, long_or_short(12_500, 10));
    let begin = Instant::now();
    let counts = thread::scope(|scope| {
        let make = |number| scope.spawn(move || objects_of(direction, number, each));
        let threads: Vec<_> = (0..threads).map(make).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let [returned, failed] = [0, 1].map(|at| counts.iter().map(|it| it[at]).sum::<usize>());
    println!("{direction}: {returned} returned, {failed} failed, {:?}", begin.elapsed());
    assert_eq!(returned + failed, threads * each);
    assert!(failed > 0, "nothing was changed");
}

#[test]
fn a_changed_frame_to_a_worker_disturbs_no_object() {
    let _turn = turn();
    objects("to-worker");
}

#[test]
fn a_changed_frame_to_a_host_disturbs_no_object() {
    let _turn = turn();
    objects("to-host");
}
