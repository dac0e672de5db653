//! What is wrong with a value that the other side handed over.

use core::fmt;

use crate::abi::Failure;
use crate::runtime::reported::Reported;

/// Why a call gave no value.
///
/// One word, which is never null, so that a value beside it costs no more
/// instructions than without.
#[doc(hidden)]
#[derive(Debug)]
pub struct ReturnError(Box<ReturnErrorKind>);

/// What a fault is.
#[derive(Debug)]
pub(crate) enum ReturnErrorKind {
    /// The other side reported a failure, which is now ours.
    Failed(Reported),
    /// The other side broke the layout of a value.
    Invalid(LiftError),
}

impl ReturnError {
    #[cold]
    pub fn invalid(invalid: LiftError) -> Self {
        ReturnError(Box::new(ReturnErrorKind::Invalid(invalid)))
    }

    /// The fault that a status other than null means, for a method that has no
    /// error of its own.
    ///
    /// # Safety
    ///
    /// `status` is not null, came in an [`Outcome`](crate::abi::Outcome), and
    /// is not used again.
    #[cold]
    #[expect(unsafe_code, reason = "a status may be a failure that is now ours")]
    pub(crate) unsafe fn from_status(status: *mut Failure) -> Self {
        if status == crate::abi::METHOD_ERROR {
            return ReturnError::invalid(LiftError::Status);
        }
        // SAFETY: neither null nor the mark of an error, so an owned failure.
        ReturnError(Box::new(ReturnErrorKind::Failed(unsafe { Reported::new(status) })))
    }

    pub(crate) fn into_kind(self) -> ReturnErrorKind {
        *self.0
    }
}

/// A value that no Rust type can hold, handed over by a plugin not written in
/// Rust.
///
/// ```
/// let e = plugin_interface::boundary::LiftError::Bool(7);
/// assert_eq!(e.to_string(), "a bool must be 0 or 1, found 7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiftError {
    /// A byte other than 0 and 1.
    Bool(u8),
    /// A number that is no Unicode scalar value.
    Char(u32),
    /// Bytes that are not UTF-8, valid up to this index.
    Text(usize),
    /// A tag other than 0 and 1.
    Tag(u8),
    /// A tag that names no variant of an enum.
    Variant {
        /// The enum's name.
        of: &'static str,
        /// How many variants it has.
        variants: usize,
        /// The tag.
        found: u32,
    },
    /// A null pointer where there must be one.
    Null,
    /// A pointer that is not aligned for its elements.
    Alignment(usize),
    /// A length beyond the capacity, or beyond the address space.
    Length(usize),
    /// A `NonZero` of 0.
    Zero,
    /// A number other than -1, 0 and 1.
    Ordering(i8),
    /// A second or more, in nanoseconds.
    Nanoseconds(u32),
    /// A time that the platform cannot tell, in seconds since 1970.
    Time(i64),
    /// So many keys or elements of a map or set, of which fewer are distinct.
    Duplicate {
        /// How many there are.
        found: usize,
        /// How many differ.
        distinct: usize,
    },
    /// An object whose methods are not those of the interface.
    Object {
        /// The interface's full path.
        interface: &'static str,
    },
    /// An object that is lent where nothing can hold it: in a return, or beside
    /// one that borrows for as long.
    Borrowed,
    /// An error that says nothing.
    NoMessage,
    /// What a module of `#[ffi(with = module)]` makes no value of, in its words.
    Refused(&'static str),
    /// The status of a method's own error, from a method that has none.
    Status,
}

impl fmt::Display for LiftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LiftError::Bool(found) => write!(f, "a bool must be 0 or 1, found {found}"),
            LiftError::Char(found) => {
                write!(f, "a char must be a Unicode scalar value, found {found:#x}")
            }
            LiftError::Text(valid) => write!(f, "text must be UTF-8, found a bad byte at {valid}"),
            LiftError::Tag(found) => {
                write!(f, "the tag of an option or result must be 0 or 1, found {found}")
            }
            LiftError::Variant { of, variants, found } => {
                write!(f, "the tag of `{of}` must be less than {variants}, found {found}")
            }
            LiftError::Null => write!(f, "a pointer must not be null"),
            LiftError::Alignment(found) => {
                write!(f, "a pointer must be aligned for its target, found {found:#x}")
            }
            LiftError::Length(found) => {
                write!(f, "a length must not exceed its memory, found {found}")
            }
            LiftError::Zero => write!(f, "a NonZero must not be 0"),
            LiftError::Ordering(found) => {
                write!(f, "an Ordering must be -1, 0 or 1, found {found}")
            }
            LiftError::Nanoseconds(found) => {
                write!(f, "nanoseconds must be less than a second, found {found}")
            }
            LiftError::Time(found) => {
                write!(f, "a time must be in the range of this platform, found {found} s from 1970")
            }
            LiftError::Duplicate { found, distinct } => {
                write!(f, "keys must be distinct, found {found} of which {distinct} are distinct")
            }
            LiftError::Object { interface } => write!(
                f,
                "an object of {interface} must have its methods, found others: build the host and all plugins with one version of the crate that defines it"
            ),
            LiftError::Borrowed => write!(
                f,
                "a value that is borrowed or copied for a call must be an argument of a method whose result does not borrow from its arguments: pass a value, a Box or an Arc"
            ),
            LiftError::NoMessage => write!(f, "an error must have a message, found none"),
            LiftError::Refused(reason) => f.write_str(reason),
            LiftError::Status => write!(f, "only a method that returns a Result may fail"),
        }
    }
}

impl core::error::Error for LiftError {}
