//! The mailboxes of a worker under the model checker `loom`.
//!
//! `loom` runs each program below under all interleavings of its threads, up to a number
//! of preemptions, and with each value that a load may return. The code is that of `src/host/process/mailbox.rs`,
//! compiled with loom's atomics.

#[path = "../src/host/process/mailbox.rs"]
mod mailbox;

/// `src/host/process/atomics.rs` with loom's types.
mod atomics {
    pub(super) use loom::sync::atomic::{AtomicU64, Ordering};
}

use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use atomics::AtomicU64;
use mailbox::{Found, Mailbox};

/// What sockets do: whoever waits gets each message once.
#[derive(Default)]
struct Socket {
    messages: Mutex<Vec<Vec<u8>>>,
    came: Condvar,
}

impl Socket {
    fn send(&self, message: &[u8]) {
        self.messages.lock().unwrap().push(message.to_vec());
        self.came.notify_one();
    }

    fn receive(&self) -> Vec<u8> {
        let mut messages = self.messages.lock().unwrap();
        while messages.is_empty() {
            messages = self.came.wait(messages).unwrap();
        }
        messages.remove(0)
    }
}

/// A lane in one direction.
struct Way {
    mailbox: Vec<AtomicU64>,
    socket: Socket,
}

impl Way {
    fn new() -> Arc<Self> {
        // The first word, and two for a message.
        let mailbox = (0..3).map(|_| AtomicU64::new(0)).collect();
        Arc::new(Way { mailbox, socket: Socket::default() })
    }

    fn mailbox(&self) -> Mailbox<'_> {
        Mailbox(&self.mailbox)
    }

    /// As a connection does: looks for the answer from before the message is there.
    fn send(&self, message: &[u8], answers: &Way) {
        answers.mailbox().begin();
        if !self.mailbox().put(message) {
            self.socket.send(message);
        }
    }

    /// Looks so often, and sleeps then.
    fn receive(&self, looks: usize) -> Vec<u8> {
        let mut message = Vec::new();
        let mut take = |len| {
            self.mailbox().take(len, &mut message).unwrap();
            std::mem::take(&mut message)
        };
        for _ in 0..looks {
            match self.mailbox().look() {
                Found::Nothing => thread::yield_now(),
                Found::Elsewhere => return self.socket.receive(),
                Found::Message(len) => return take(len),
            }
        }
        match self.mailbox().end() {
            Found::Message(len) => take(len),
            Found::Nothing | Found::Elsewhere => self.socket.receive(),
        }
    }
}

fn check(program: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(program);
}

/// Two calls and their answers, of which each side looks so often for the other's.
fn calls(looks_of_host: usize, looks_of_worker: usize, messages: [&'static [u8]; 4]) {
    check(move || {
        let (there, back) = (Way::new(), Way::new());
        let [call, answer, next, last] = messages;
        let worker = {
            let (there, back) = (there.clone(), back.clone());
            thread::spawn(move || {
                assert_eq!(there.receive(looks_of_worker), call);
                back.send(answer, &there);
                assert_eq!(there.receive(looks_of_worker), next);
                back.send(last, &there);
            })
        };
        there.send(call, &back);
        assert_eq!(back.receive(looks_of_host), answer);
        there.send(next, &back);
        assert_eq!(back.receive(looks_of_host), last);
        worker.join().unwrap();
    });
}

/// With and without room for them, and of a length that fills no words.
const SHORT: [&[u8]; 4] = [b"a call", b"its answer", b"the next call", b"sixteen of those"];
const LONG: [&[u8]; 4] = [b"a call", b"an answer that is long", b"a call that is long", b"end"];

#[test]
fn each_message_comes_once_and_as_it_was() {
    for (of_host, of_worker) in [(0, 1), (1, 0), (1, 1)] {
        calls(of_host, of_worker, SHORT);
    }
    calls(1, 1, LONG);
}

/// A worker that writes what it likes.
#[test]
fn no_word_of_another_process_is_believed() {
    for word in [0, 1, 2, 3, 18, 19, 1 << 32, u64::MAX] {
        check(move || {
            let way = Way::new();
            way.mailbox().begin();
            let theirs = way.clone();
            let writer = thread::spawn(move || {
                theirs.mailbox[0].store(word, atomics::Ordering::Relaxed);
                theirs.mailbox[2].store(word, atomics::Ordering::Relaxed);
                theirs.mailbox[0].store(1, atomics::Ordering::Relaxed);
            });
            let found = match way.mailbox().look() {
                Found::Nothing => way.mailbox().end(),
                found => found,
            };
            let mut message = b"before".to_vec();
            if let Found::Message(len) = found {
                assert_eq!(len, word - 2);
                match way.mailbox().take(len, &mut message) {
                    Ok(taken) => assert!((1..=16).contains(&taken) && taken as u64 == len),
                    Err(error) => {
                        assert!(!(1..=16).contains(&len));
                        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
                    }
                }
            }
            assert_eq!(&message[..6], b"before");
            writer.join().unwrap();
        });
    }
}
