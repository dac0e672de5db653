//! `&dyn Display`, `&dyn Debug`, `&dyn Error` and an error in an `Arc`: passed as what
//! they print. The receiver prints it again.
#![expect(unsafe_code, reason = "the text is borrowed from the scope of the call")]

use core::error::Error;
use core::fmt::{self, Arguments, Debug, Display};
use std::sync::Arc;

use crate::abi::RawBuffer;
use crate::boundary::types::error::{messages, received};
use crate::boundary::{ConvertPointer, FfiSafe, LiftError, NeedsScope, Origin, Pointee, Shape};

/// The kind of `dyn Display`.
#[doc(hidden)]
#[derive(Debug)]
pub enum DisplayPointee {}

/// The kind of `dyn Debug`.
#[doc(hidden)]
#[derive(Debug)]
pub enum DebugPointee {}

/// The kind of `dyn Error`.
#[doc(hidden)]
#[derive(Debug)]
pub enum ErrorPointee {}

/// The kind of `dyn Error + Send + Sync`.
#[doc(hidden)]
#[derive(Debug)]
pub enum SharedErrorPointee {}

/// What a value of another library prints.
struct Text(String);

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Implements the conversion of references to objects that are passed as what they print.
macro_rules! by_text {
    ($(
        $object:ty, at $a:lifetime: $at:ty, shape: $shape:expr, kind: $kind:ty, via: $via:ty,
        lower: $value:pat => $lower:expr,
        lift: $received:pat => $lift:expr,
        borrow: $stored:pat => $borrow:expr;
    )*) => {$(
        // SAFETY: `Kind` is no `DynPointee`.
        unsafe impl<'b> Pointee for $object {
            type Kind = $kind;
            type Threads = ();
            type At<'a> = ();
        }

        // SAFETY: a buffer is passed, and what is read from it owns its data. The scope
        // stores it until the call ends.
        unsafe impl<'r, 'b> ConvertPointer<&'r $object> for $kind {
            type Wire = RawBuffer;
            type At<$a> = $at;
            type Slot = ();
            const SHAPE: &'static Shape = $shape;
            const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

            fn lower($value: &'r $object) -> RawBuffer {
                $lower.lower()
            }

            unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
                // SAFETY: the contract of this function.
                let $received = unsafe { <$via>::lift(wire, origin) }?;
                let lifted = $lift;
                let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
                // SAFETY: a local variable of the call whose arguments are being lifted.
                let $stored = unsafe { &*(*scope).store(lifted) };
                Ok($borrow)
            }
        }
    )*};
}

by_text! {
    dyn Display + 'b, at 'a: &'a (dyn Display + 'static),
    shape: Arguments::SHAPE, kind: DisplayPointee, via: String,
    lower: value => value.to_string(),
    lift: text => Text(text),
    borrow: text => text;

    dyn Debug + 'b, at 'a: &'a (dyn Debug + 'static),
    shape: Arguments::SHAPE, kind: DebugPointee, via: String,
    lower: value => format!("{value:?}"),
    lift: text => Text(text),
    borrow: text => text;

    dyn Error + 'b, at 'a: &'a (dyn Error + 'static),
    shape: &Shape::Ref(Box::<dyn Error>::SHAPE), kind: ErrorPointee, via: Vec<String>,
    lower: error => messages(error),
    lift: messages => received(messages).ok_or(LiftError::NoMessage)?,
    borrow: error => &**error;

    dyn Error + Send + Sync + 'b, at 'a: &'a (dyn Error + Send + Sync + 'static),
    shape: &Shape::Ref(Box::<dyn Error + Send + Sync>::SHAPE), kind: SharedErrorPointee,
    via: Vec<String>,
    lower: error => messages(error),
    lift: messages => received(messages).ok_or(LiftError::NoMessage)?,
    borrow: error => &**error;
}

// SAFETY: the error is passed as a box is.
unsafe impl ConvertPointer<Arc<dyn Error + Send + Sync>> for SharedErrorPointee {
    type Wire = RawBuffer;
    type At<'a> = Arc<dyn Error + Send + Sync>;
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::Apply("Arc", &[&Shape::Named("dyn Error + Send + Sync")]);

    fn lower(error: Arc<dyn Error + Send + Sync>) -> RawBuffer {
        messages(&*error).lower()
    }

    unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let messages = unsafe { Vec::<String>::lift(wire, origin) }?;
        received(messages).map(Arc::from).ok_or(LiftError::NoMessage)
    }
}
