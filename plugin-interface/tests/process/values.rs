//! Calls that go well, and those that are refused.

use std::time::{Duration, Instant};

use plugin_interface::dynamic::DynamicError;
use plugin_interface::process::{Isolated, Worker, WorkerError};
use serde_json::json;

use super::{load, turn, victim, worker};

#[test]
fn values_come_back_as_from_this_process() {
    let _turn = turn();
    let library = load(worker());
    let victim = victim(&library);
    let long = "ä".repeat(1 << 20);
    for text in ["", "text", "\0\u{10ffff}", &long] {
        assert_eq!(victim.call("echo", (text,)).unwrap().value, text);
    }
    for number in [0.1_f64 + 0.2, f64::MIN_POSITIVE, -1e-310, 5e-324, f64::MAX] {
        let half = victim.call("half", (number,)).unwrap().to::<f64>().unwrap();
        assert_eq!(half.to_bits(), (number / 2.0).to_bits(), "{number}");
    }
    let reversed = victim.call("reverse", ([1, 2, 3],)).unwrap();
    assert_eq!(reversed.changed, [("numbers".to_owned(), json!([3, 2, 1]))]);
    let failed = victim.call("check", (false,)).unwrap();
    assert!(failed.failed);
    assert_eq!(failed.value, json!({ "Err": "unwell" }));
    assert_eq!(victim.call("check", (true,)).unwrap().value, json!({ "Ok": 1 }));
    let counts = [1, 2].map(|_| victim.call("count", ()).unwrap().value);
    assert_eq!(counts, [json!(1), json!(2)], "the same instance");
}

#[test]
fn errors_of_a_call_are_those_of_a_call_in_this_process() {
    let _turn = turn();
    let library = load(worker());
    let victim = victim(&library);
    let id = library.process_id();
    let error = |method: &str, arguments: serde_json::Value| {
        victim.call(method, arguments).unwrap_err().to_string()
    };
    assert_eq!(
        error("echo", json!([1])),
        "fn echo(&self, text: &str) -> String: `text`: expected &str, found 1"
    );
    assert_eq!(
        error("echo", json!([])),
        "fn echo(&self, text: &str) -> String: expected 1 argument, found 0"
    );
    assert!(error("ech", json!([])).starts_with("mortal::Mortal has no method `ech`; it has echo"));
    assert_eq!(error("echo", json!(1)), "expected a tuple or a list of arguments, found 1");
    assert!(
        error("greeter", json!([])).contains("an object cannot leave the process of its plugin")
    );
    let long = "x".repeat(17 << 20);
    assert!(error("echo", json!([long])).starts_with("echo: expected arguments of at most"));
    let WorkerError::Call(DynamicError::Panicked { method, message, location, .. }) =
        victim.call("end", ("panic",)).unwrap_err()
    else {
        panic!("a panic")
    };
    assert_eq!((&*method, &*message), ("end", "as asked"));
    assert!(location.unwrap().file.ends_with("plugin.rs"));
    assert_eq!(library.process_id(), id, "the process went on");
}

#[test]
fn a_plugin_that_cannot_be_created_is_named_in_the_output() {
    let _turn = turn();
    let library = load(worker());
    assert_eq!(victim(&library).call("count", ()).unwrap().value, 1);
    wait_for(&library, "as always");
    assert!(library.output().contains("Unborn"), "{}", library.output());
}

/// Waits until the output has a text.
fn wait_for(library: &Isolated, text: &str) {
    let end = Instant::now() + Duration::from_secs(60);
    while !library.output().contains(text) {
        assert!(Instant::now() < end, "no {text} in {}", library.output());
        std::thread::yield_now();
    }
}

#[test]
fn threads_call_one_after_the_other() {
    let _turn = turn();
    let library = load(worker());
    let victim = victim(&library);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let victim = victim.clone();
            scope.spawn(move || {
                for call in 0..50 {
                    let text = format!("{thread} {call}");
                    assert_eq!(victim.call("echo", (&text,)).unwrap().value, text);
                }
            });
        }
    });
}

#[test]
fn what_a_plugin_prints_is_kept_and_disturbs_nobody() {
    let _turn = turn();
    let library = load(worker());
    let victim = victim(&library);
    for number in 0..5000 {
        victim.call("print", (format!("{number} {}", "x".repeat(100)),)).unwrap();
    }
    wait_for(&library, "stderr: 4999 ");
    assert!(library.output().contains("stdout: 4999 "));
    assert!(library.output().len() <= 64 << 10);
}

#[test]
fn a_worker_has_the_variables_that_are_passed() {
    let _turn = turn();
    let variables = |worker: Worker| {
        let variables = victim(&load(worker)).call("variables", ()).unwrap();
        variables.to::<Vec<String>>().unwrap()
    };
    let all = variables(worker());
    assert!(["PATH", "CARGO_MANIFEST_DIR"].iter().all(|name| all.contains(&(*name).to_owned())));
    assert_eq!(variables(worker().environment(["PATH", "NO_SUCH_VARIABLE"])), ["PATH"]);
    assert!(variables(worker().environment([""; 0])).is_empty());
}

#[test]
fn a_worker_that_is_looked_at_answers_and_dies_as_others_do() {
    let _turn = turn();
    let look = |time: Duration| {
        let library = load(worker().spinning(time).deadline(Duration::from_secs(3)));
        let victim = victim(&library);
        for number in 0..200 {
            let text = "x".repeat(number * 1000);
            assert_eq!(victim.call("echo", (&text,)).unwrap().value, text);
        }
        assert!(matches!(victim.call("end", ("abort",)), Err(WorkerError::Died { .. })));
        assert_eq!(victim.call("echo", ("next",)).unwrap().value, "next");
        assert!(matches!(victim.call("end", ("wait",)), Err(WorkerError::TimedOut { .. })));
        assert_eq!(victim.call("echo", ("next",)).unwrap().value, "next");
    };
    // Both wait for their deadline at the same time.
    std::thread::scope(|scope| {
        scope.spawn(|| look(Duration::from_micros(50)));
        look(Duration::MAX);
    });
}
