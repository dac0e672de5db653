//! Workers that die while their callers are in callbacks, and in the midst of streams.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Barrier, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use fixture_interface::lending::{Lending, LendingProxy};
use fixture_interface::objects::Counter;
use plugin_interface::{CallError, PluginManager};

use super::builds::built;
use super::deaths::{memory, open_files, wait_until_closed, workers_of};
use super::lending_bodies::Steps;
use super::typed::proxy;
use super::{alone, long_or_short, worker};

/// The ways in which a process ends, each with what its error says.
const WAYS: [(&str, &str); 6] = [
    ("-SEGV", "killed by SIGSEGV"),
    ("abort", "killed by SIGABRT"),
    ("overflow", "killed by SIGABRT"),
    ("exit", "exit code 0"),
    ("-KILL", "killed by SIGKILL"),
    ("loop", "expected an answer within"),
];

/// More than are passed before the process has ended.
const MANY: u32 = 1 << 12;

/// One death, which eight callers see.
struct Death {
    how: &'static str,
    all: Barrier,
    has_ended: Mutex<bool>,
    ended: Condvar,
}

impl Death {
    fn has_ended(&self) -> bool {
        *self.has_ended.lock().unwrap()
    }

    /// Returns what a callback does: it waits for the other callers the first time, and
    /// for the death when it has been called often.
    fn callback(&self) -> impl FnMut() + '_ {
        let mut count = 0;
        move || {
            count += 1;
            if count == 1 {
                self.all.wait();
            }
            if count > 100 {
                let has_ended = self.has_ended.lock().unwrap();
                drop(self.ended.wait_while(has_ended, |has_ended| !*has_ended).unwrap());
            }
        }
    }
}

/// A counter that is in a callback.
struct Called<F>(Mutex<F>);

impl<F: FnMut()> Counter for Called<F> {
    fn add(&mut self, _: u32) -> u32 {
        unreachable!("it is lent as `&`")
    }

    fn get(&self) -> u32 {
        (self.0.lock().unwrap())();
        1
    }

    fn absorb(&mut self, _: Vec<Box<dyn Counter>>) {
        unreachable!("likewise")
    }

    fn address(&self) -> usize {
        0
    }
}

/// Returns the message of a panic.
fn panicked<T>(call: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(call)).err().expect("a panic");
    *panic.downcast::<String>().expect("a message")
}

/// Makes the call of one of eight callers, which goes on until the process has ended.
/// Returns what its error says.
fn call(caller: u32, lending: &LendingProxy, death: &Death) -> String {
    let checked = LendingProxy::checked(lending);
    let mut wait = death.callback();
    let error = match caller {
        0 => {
            let error = checked.end(death.how, &mut wait).unwrap_err();
            *death.has_ended.lock().unwrap() = true;
            death.ended.notify_all();
            error
        }
        // A callback for each of many values.
        1 => checked.each((0..MANY).collect(), &mut |_| wait()).unwrap_err(),
        // An iterator of the host, from which the plugin takes.
        2 => checked.total(Box::new((0..MANY).inspect(|_| wait()))).unwrap_err(),
        // An iterator of the plugin.
        3 => {
            let mut values = lending.count_to(MANY);
            return panicked(|| values.by_ref().for_each(|_| wait()));
        }
        // A closure of the plugin.
        4 => {
            let adder = lending.adder(1);
            return panicked(|| (0..MANY).map(|_| adder(1)).for_each(|_| wait()));
        }
        // Calls within each other.
        5 => {
            let wait = Mutex::new(wait);
            let nested = |_, _, _, _| {
                (wait.lock().unwrap())();
                while !death.has_ended() && checked.descend(&Steps("host"), 6).is_ok() {}
                String::new()
            };
            checked.four(&nested).unwrap_err()
        }
        // Callbacks from threads of the plugin.
        6 => {
            let wait = Mutex::new(wait);
            let callback = |value| {
                (wait.lock().unwrap())();
                while !death.has_ended() {
                    thread::yield_now();
                }
                value
            };
            checked.on_threads(3, &callback).unwrap_err()
        }
        // An object that is lent many times.
        _ => {
            let counter = Called(Mutex::new(wait));
            checked.sum(vec![&counter; 1000], None).unwrap_err()
        }
    };
    let CallError::Lost { message, .. } = error else { panic!("{error}") };
    message
}

/// Makes processes die in some ways, so many times.
fn die(ways: &[(&'static str, &str)], rounds: usize) {
    let load = |worker| PluginManager::new().load_isolated(&built()["objects"], worker).unwrap();
    let long = proxy::<dyn Lending>(&load(worker()));
    let short = proxy::<dyn Lending>(&load(worker().deadline(Duration::from_secs(3))));
    for round in 0..rounds {
        let mut longest = Duration::ZERO;
        for &(how, says) in ways {
            let lending = if how == "loop" { &short } else { &long };
            let death = Death {
                how,
                all: Barrier::new(8),
                has_ended: Mutex::default(),
                ended: Condvar::new(),
            };
            let begin = Instant::now();
            let said = thread::scope(|scope| {
                let call = |caller| {
                    let death = &death;
                    scope.spawn(move || call(caller, lending, death))
                };
                let callers: Vec<_> = (0..8).map(call).collect();
                callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
            });
            longest = longest.max(begin.elapsed());
            for (caller, said) in said.iter().enumerate() {
                assert!(said.contains(says), "{how}: caller {caller}: {said}");
            }
            assert_eq!(lending.alive(), 0, "the next process answers");
        }
        println!(
            "round {round}: {} deaths, the longest {longest:?}, {} KiB",
            ways.len(),
            memory() >> 10
        );
    }
}

#[test]
fn a_death_in_the_midst_of_callbacks_and_streams_is_the_error_of_each_call() {
    let _alone = alone();
    // Opens what is opened once.
    die(&WAYS[..1], 1);
    let before = open_files();
    let rounds = long_or_short(166, 1);
    die(&WAYS, rounds.min(20));
    let settled = memory();
    die(&WAYS, rounds.saturating_sub(20));
    // What the allocator keeps varies. A leak would be more with each death.
    let grown = memory().saturating_sub(settled);
    assert!(grown < 16 << 20, "{grown} bytes more");
    wait_until_closed(before);
    let file = built()["objects"].clone();
    assert_eq!(workers_of(file), Vec::<u32>::new(), "processes that live on");
}
