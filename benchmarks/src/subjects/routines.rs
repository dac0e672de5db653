//! The operations, each as a loop around a call. The loop is compiled for the
//! peer's own call, so that nothing stands between them.

use std::hint::black_box;

use workload::{LONG, PAGE, QUESTION, TARGET};

/// One of the operations that are measured.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub name: &'static str,
    /// What `n` calls add up to.
    pub expected: fn(n: u64) -> u64,
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Calls so many times, and adds up what came back.
pub type Routine = Box<dyn Fn(u64) -> u64 + Send + Sync>;

pub const ADD: Operation = Operation { name: "add", expected: |n| n * n.saturating_sub(1) / 2 };
pub const SUM: Operation = Operation { name: "sum of 16", expected: |n| n * 136 };
pub const LEN: Operation = Operation { name: "&str length", expected: |n| n * 16 };
pub const GREET: Operation = Operation { name: "24-byte String", expected: |n| n * 24 };
pub const BYTES: Operation = Operation { name: "64 KB Vec<u8>", expected: |n| n * 7 };
pub const FILL: Operation = Operation { name: "fill 4 KB", expected: |n| n * 7 };
pub const HALVE: Operation = Operation { name: "Result<u64, String>", expected: |n| n * 21 };
pub const PANIC: Operation = Operation { name: "panic caught", expected: |n| n };

pub const CONVERT: Operation =
    Operation { name: "struct with an enum, there and back", expected: |n| n * 8 };
pub const ASK: Operation = Operation { name: "callback into the host", expected: |n| n * 43 };

pub const OPERATIONS: &[Operation] =
    &[ADD, SUM, LEN, GREET, BYTES, FILL, HALVE, CONVERT, ASK, PANIC];

type Named = (Operation, Routine);

/// One loop for all: `call` gives what is added up.
fn repeat(operation: Operation, call: impl Fn(u64) -> u64 + Send + Sync + 'static) -> Named {
    (operation, Box::new(move |n| (0..n).fold(0, |sum, i| sum + call(black_box(i)))))
}

pub fn add(call: impl Fn(u64, u64) -> u64 + Send + Sync + 'static) -> Named {
    // Each call waits for the one before it, as calls of a program mostly do.
    (ADD, Box::new(move |n| (0..n).fold(0, |sum, i| call(sum, black_box(i)))))
}

pub fn sum(call: impl Fn(&[u64]) -> u64 + Send + Sync + 'static) -> Named {
    let values: [u64; 16] = std::array::from_fn(|i| i as u64 + 1);
    repeat(SUM, move |_| call(black_box(&values)))
}

pub fn len(call: impl Fn(&str) -> usize + Send + Sync + 'static) -> Named {
    repeat(LEN, move |_| call(black_box(TARGET)) as u64)
}

pub fn greet<R: AsRef<str>>(call: impl Fn(&str) -> R + Send + Sync + 'static) -> Named {
    assert_eq!(call(TARGET).as_ref(), "Hello, sixteen letters!!");
    repeat(GREET, move |_| black_box(call(black_box(TARGET)).as_ref()).len() as u64)
}

pub fn bytes<R: AsRef<[u8]>>(call: impl Fn(u8) -> R + Send + Sync + 'static) -> Named {
    assert_eq!(call(9).as_ref(), [9; LONG]);
    repeat(BYTES, move |_| u64::from(black_box(call(black_box(7)).as_ref())[LONG - 1]))
}

pub fn fill(call: impl Fn(&mut [u8], u8) + Send + Sync + 'static) -> Named {
    let mut page = [0; PAGE];
    call(&mut page, 9);
    assert_eq!(page, [9; PAGE]);
    let routine: Routine = Box::new(move |n| {
        let mut page = [0; PAGE];
        (0..n).fold(0, |sum, _| {
            call(black_box(&mut page), 7);
            sum + u64::from(page[PAGE - 1])
        })
    });
    (FILL, routine)
}

pub fn halve<E>(call: impl Fn(u64) -> Result<u64, E> + Send + Sync + 'static) -> Named {
    assert!(call(43).is_err(), "odd");
    repeat(HALVE, move |_| call(black_box(42)).unwrap_or(0))
}

/// `call` sends a struct of this time and value, and gives those of the answer.
pub fn convert(call: impl Fn(u64, f64) -> (u64, f64) + Send + Sync + 'static) -> Named {
    assert_eq!(call(7, 100.0), (8, 212.0));
    repeat(CONVERT, move |_| {
        let (at, value) = call(black_box(7), black_box(100.0));
        black_box(value);
        at
    })
}

/// What the host answers, in a function that is its own.
#[inline(never)]
pub fn answer(question: u64) -> u64 {
    black_box(question) * 2
}

/// `call` asks the plugin to ask the host.
pub fn ask(call: impl Fn(u64) -> u64 + Send + Sync + 'static) -> Named {
    repeat(ASK, move |_| call(black_box(QUESTION)))
}

/// Panics that are asked for are part of what is measured; printing them is not.
pub fn print_other_panics_only() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.to_string().contains(workload::PANIC) {
            usual(info);
        }
    }));
}

/// `call` says whether the panic was caught, with its message.
pub fn panic(call: impl Fn() -> bool + Send + Sync + 'static) -> Named {
    repeat(PANIC, move |_| u64::from(call()))
}
