//! A mailbox: memory in which one process leaves a message for another one that looks
//! there.
//!
//! Its first word says where the next message is. `ELSEWHERE` is in the socket of the
//! lane. The reader stores `LOOKS` before it sends what the next message answers. The
//! writer puts the message behind the word and then its length into it, by an exchange
//! with `LOOKS`. A reader that sleeps replaces `LOOKS` by `ELSEWHERE` before, also by an
//! exchange. So one of the two comes first, and the writer knows whether it has to send
//! the message. The word is `ELSEWHERE` whenever nobody looks.
//!
//! The other process may write anything at any time. So a length is loaded once and
//! checked, and the bytes are copied before anything reads them.
//! `tests/mailbox_model.rs` compiles this file with the atomics of `loom`.

use std::io;

use super::atomics::{AtomicU64, Ordering};

/// The next message comes through the socket.
const ELSEWHERE: u64 = 0;
/// The reader looks for it here.
const LOOKS: u64 = 1;
/// It is here: so much more than its length.
const HERE: u64 = 2;

/// The words of a mailbox before its messages.
const HEAD: usize = 1;

/// A mailbox in shared memory.
#[derive(Clone, Copy)]
pub(super) struct Mailbox<'m>(pub(super) &'m [AtomicU64]);

/// What a reader found.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    Nothing,
    Elsewhere,
    /// So many bytes, as the other process says.
    Message(u64),
}

impl Found {
    fn of(word: u64) -> Self {
        match word {
            ELSEWHERE => Found::Elsewhere,
            LOOKS => Found::Nothing,
            word => Found::Message(word - HERE),
        }
    }
}

impl Mailbox<'_> {
    fn state(&self) -> &AtomicU64 {
        &self.0[0]
    }

    fn words(&self) -> &[AtomicU64] {
        &self.0[HEAD..]
    }

    /// Lets the other process leave the next message here. The reader says so before it
    /// sends what that message answers.
    pub(super) fn begin(&self) {
        self.state().store(LOOKS, Ordering::Release);
    }

    /// Looks for the message.
    pub(super) fn look(&self) -> Found {
        Found::of(self.state().load(Ordering::Acquire))
    }

    /// Ends the looking. The message comes through the socket, unless it is here.
    pub(super) fn end(&self) -> Found {
        let (success, failure) = (Ordering::Relaxed, Ordering::Acquire);
        match self.state().compare_exchange(LOOKS, ELSEWHERE, success, failure) {
            Ok(_) => Found::Elsewhere,
            Err(found) => Found::of(found),
        }
    }

    /// Appends the message that was found.
    pub(super) fn take(&self, len: u64, to: &mut Vec<u8>) -> io::Result<usize> {
        self.state().store(ELSEWHERE, Ordering::Relaxed);
        let most = size_of_val(self.words());
        let len = usize::try_from(len).ok().filter(|len| (1..=most).contains(len));
        let len = len.ok_or_else(|| {
            let text = format!("expected a message of 1 to {most} bytes in shared memory");
            io::Error::new(io::ErrorKind::InvalidData, text)
        })?;
        let words = self.words()[..len.div_ceil(size_of::<u64>())].iter();
        let begin = to.len();
        to.resize(begin + size_of_val(words.as_slice()), 0);
        let (places, _) = to[begin..].as_chunks_mut();
        for (place, word) in places.iter_mut().zip(words) {
            *place = word.load(Ordering::Relaxed).to_ne_bytes();
        }
        to.truncate(begin + len);
        Ok(len)
    }

    /// Leaves a message, if the other process looks for it here and there is room.
    /// Otherwise the message has to be sent.
    pub(super) fn put(&self, message: &[u8]) -> bool {
        let state = self.state();
        // The reader has copied the message before.
        if state.load(Ordering::Acquire) != LOOKS {
            return false;
        }
        if message.len() > size_of_val(self.words()) {
            self.pass_by();
            return false;
        }
        let (chunks, rest) = message.as_chunks();
        let mut words = self.words().iter();
        for (bytes, word) in chunks.iter().zip(&mut words) {
            word.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
        }
        if let Some(word) = words.next().filter(|_| !rest.is_empty()) {
            let mut bytes = [0; size_of::<u64>()];
            bytes[..rest.len()].copy_from_slice(rest);
            word.store(u64::from_ne_bytes(bytes), Ordering::Relaxed);
        }
        let here = HERE + message.len() as u64;
        state.compare_exchange(LOOKS, here, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// Tells a reader that looks here that the next message comes through the socket.
    pub(super) fn pass_by(&self) {
        let (success, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        let _ = self.state().compare_exchange(LOOKS, ELSEWHERE, success, failure);
    }
}
