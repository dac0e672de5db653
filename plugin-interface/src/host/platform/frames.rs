//! The frames on the stack of the calling thread.
#![expect(unsafe_code, reason = "the unwinder calls back")]

use core::ffi::{c_int, c_void};
use core::ops::ControlFlow;

// SAFETY: the declarations are those of the Itanium ABI for exceptions. The
// standard library links an unwinder that has them.
unsafe extern "C" {
    fn _Unwind_Backtrace(
        visit: unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        more: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
    fn _Unwind_GetCFA(context: *mut c_void) -> usize;
}

/// A frame on the stack of the calling thread.
pub(crate) struct Frame {
    /// An address within the call that it waits for.
    pub(crate) call: usize,
    /// An address on the stack, not above its caller's frame.
    pub(crate) stack: usize,
}

/// Visits the frames of the calling thread, the innermost first. The walk ends
/// early at a function without unwind tables.
pub(crate) fn each_frame<V: FnMut(Frame) -> ControlFlow<()>>(mut visit: V) {
    unsafe extern "C" fn next<V: FnMut(Frame) -> ControlFlow<()>>(
        context: *mut c_void,
        visit: *mut c_void,
    ) -> c_int {
        // SAFETY: `each_frame` passes its `visit`, which nobody else uses
        // meanwhile.
        let visit = unsafe { &mut *visit.cast::<V>() };
        // SAFETY: the context is that of this call. The address to which the
        // frame returns lies behind the call.
        let frame = unsafe {
            Frame { call: _Unwind_GetIP(context).wrapping_sub(1), stack: _Unwind_GetCFA(context) }
        };
        // Any other code than 0 ends the walk.
        c_int::from(visit(frame).is_break())
    }
    // SAFETY: `next` takes the pointer that is passed here, which lives until
    // the call returns.
    unsafe { _Unwind_Backtrace(next::<V>, (&raw mut visit).cast()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_lead_from_the_caller_to_the_begin_of_its_stack() {
        let local = 0u8;
        let mut stacks = Vec::new();
        each_frame(|frame| {
            stacks.push(frame.stack);
            ControlFlow::Continue(())
        });
        assert!(stacks.len() > 3 && stacks.is_sorted(), "{stacks:x?}");
        assert!(stacks[stacks.len() - 1] > (&raw const local).addr());
        let mut visits = 0;
        each_frame(|_| {
            visits += 1;
            ControlFlow::Break(())
        });
        assert_eq!(visits, 1);
    }
}
