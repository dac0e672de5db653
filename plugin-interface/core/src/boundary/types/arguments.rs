//! `fmt::Arguments`: passed as text. The receiver formats the text.
//!
//! Only `format_args!` creates arguments, and they borrow from the frame that it is
//! in. Here that frame is the state of a future. The scope of the call stores it.
#![expect(unsafe_code, reason = "the arguments are borrowed from the scope of the call")]

use core::cell::Cell;
use core::fmt::Arguments;
use core::future::pending;
use core::mem::transmute;
use core::task::{Context, Waker};
use std::rc::Rc;

use crate::abi::RawBuffer;
use crate::boundary::{ByCopy, FfiSafe, LiftError, NeedsScope, Origin, Shape, returned_as_wire};

/// The place of the arguments of a frame, valid while the frame exists.
type Slot = Rc<Cell<Option<Arguments<'static>>>>;

// SAFETY: text is passed, and the scope stores it until the call ends.
unsafe impl FfiSafe for Arguments<'_> {
    type Wire = RawBuffer;
    type At<'a> = Arguments<'a>;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = &Shape::Named("fmt::Arguments");
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(self) -> RawBuffer {
        self.to_string().lower()
    }

    unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Arguments<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let text = unsafe { String::lift(wire, origin) }?;
        let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
        let slot = Slot::default();
        let frame = Box::pin(frame(text, slot.clone()));
        // SAFETY: a local variable of the call whose arguments are being lifted;
        // the frame owns its text, and its type is static.
        let frame: *mut core::pin::Pin<Box<dyn Future<Output = ()>>> =
            unsafe { (*scope).store(frame as _) };
        // SAFETY: stored above; nothing else refers to it.
        let frame = unsafe { (*frame).as_mut() };
        let _ = frame.poll(&mut Context::from_waker(Waker::noop()));
        // The lifetime ends with the call, whose scope stores the frame.
        Ok(slot.get().expect("the frame filled its slot"))
    }

    returned_as_wire!();
}

/// Fills the slot when it is polled, and then waits for ever, so that its state
/// keeps the text and what `format_args!` needs.
async fn frame(text: String, slot: Slot) {
    fill(slot, format_args!("{text}")).await;
}

async fn fill(slot: Slot, arguments: Arguments<'_>) {
    // SAFETY: only the lifetime changes. `lift` gives the arguments to a call that
    // drops the frame at its end.
    slot.set(Some(unsafe { transmute::<Arguments<'_>, Arguments<'static>>(arguments) }));
    pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use core::fmt;

    use super::*;
    use crate::boundary::CallScope;

    /// Formats in several pieces.
    struct Pieces(u32);

    impl fmt::Display for Pieces {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (0..self.0).try_for_each(|n| write!(f, "<{n:>3}>"))
        }
    }

    #[test]
    fn arguments_print_what_the_sender_formats_until_the_call_ends() {
        let scope = CallScope::new();
        let lift = |wire| {
            // SAFETY: lowered just now; the scope outlives the arguments.
            unsafe { Arguments::lift(wire, Origin::Rust.in_call(&scope)) }.unwrap()
        };
        let texts = ["".to_owned(), "{}".to_owned(), Pieces(400).to_string()];
        let lifted: Vec<_> =
            texts.iter().map(|text| lift(format_args!("{text}").lower())).collect();
        let pieces = lift(format_args!("{:?} {}", 'a', Pieces(2)).lower());
        for _ in 0..2 {
            for (arguments, text) in lifted.iter().zip(&texts) {
                assert_eq!(arguments.to_string(), *text);
            }
            assert_eq!(format!("{pieces}{pieces:?}"), "'a' <  0><  1>'a' <  0><  1>");
        }
    }

    #[test]
    fn arguments_outside_of_a_call_are_refused() {
        // SAFETY: lowered just now.
        let lifted = unsafe { Arguments::lift(format_args!("text").lower(), Origin::Rust) };
        assert_eq!(lifted.unwrap_err(), LiftError::Borrowed);
    }
}
