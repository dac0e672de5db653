//! The errors of received values.

use core::fmt;

use crate::abi::Failure;
use crate::runtime::reported::Reported;

/// The error of a call without a valid result.
///
/// It is one word that is never null. So a `Result` with it costs no more
/// instructions than the value alone.
#[doc(hidden)]
#[derive(Debug)]
pub struct ReturnError(Box<ReturnErrorKind>);

/// The kinds of [`ReturnError`].
#[derive(Debug)]
pub(crate) enum ReturnErrorKind {
    /// The callee reported a failure, which the caller owns.
    Failed(Reported),
    /// The value is invalid.
    Invalid(LiftError),
}

impl ReturnError {
    #[cold]
    pub fn invalid(invalid: LiftError) -> Self {
        ReturnError(Box::new(ReturnErrorKind::Invalid(invalid)))
    }

    /// Converts a status other than null, for a method without an error of its
    /// own.
    ///
    /// # Safety
    ///
    /// `status` is not null, came in an [`Outcome`](crate::abi::Outcome), and
    /// is not used again.
    #[cold]
    #[expect(unsafe_code, reason = "a status may be an owned failure")]
    pub(crate) unsafe fn from_status(status: *mut Failure) -> Self {
        if status == crate::abi::METHOD_ERROR {
            return ReturnError::invalid(LiftError::Status);
        }
        // SAFETY: neither null nor `METHOD_ERROR`, so an owned failure.
        ReturnError(Box::new(ReturnErrorKind::Failed(unsafe { Reported::new(status) })))
    }

    pub(crate) fn into_kind(self) -> ReturnErrorKind {
        *self.0
    }
}

/// The error of a received value that its Rust type cannot hold.
///
/// Almost all of these come only from a plugin that is not written in Rust.
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
    /// A number that is not a Unicode scalar value.
    Char(u32),
    /// Bytes that are not UTF-8, valid up to this index.
    Text(usize),
    /// A tag other than 0 and 1.
    Tag(u8),
    /// A tag that is not the number of a variant of an enum.
    Variant {
        /// The enum's name.
        of: &'static str,
        /// The number of variants.
        variants: usize,
        /// The tag.
        found: u32,
    },
    /// A variant of an enum that grows, which a later version added. No variant of
    /// this side stands for later ones.
    LaterVariant {
        /// The enum's name.
        of: &'static str,
        /// The number of variants on this side.
        variants: usize,
        /// The number of the variant, which counts from 0.
        found: u32,
    },
    /// A struct that grows, with fewer fields than its first version had, or such a
    /// variant of an enum.
    Fields {
        /// The number in the first version.
        first: u32,
        /// The number that came.
        found: u32,
    },
    /// A null pointer, which is not allowed.
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
    /// A time outside the range of the platform, in seconds since 1970.
    Time(i64),
    /// A version of an IP address other than 4 and 6.
    IpVersion(u8),
    /// A number that is none of a standard error's kinds.
    ErrorKind(u8),
    /// Keys or elements of a map or set that are not distinct.
    Duplicate {
        /// The number of keys or elements.
        found: usize,
        /// The number of distinct ones.
        distinct: usize,
    },
    /// An object whose methods are not those of the interface.
    Object {
        /// The interface's full path.
        interface: &'static str,
    },
    /// A value that is borrowed for the call, but not as an argument, or for a
    /// method whose result borrows from its arguments.
    Borrowed,
    /// A value that was passed as `&mut`, and that is not there when the call
    /// has returned.
    Missing,
    /// An error without a message.
    NoMessage,
    /// A value that a module of `#[ffi(with = module)]` refused, with its
    /// reason.
    Refused(&'static str),
    /// The status for a method's own error, from a method that has none.
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
            LiftError::Fields { first, found } => {
                write!(f, "what grows must have its first {first} fields, found {found}")
            }
            LiftError::LaterVariant { of, variants, found } => write!(
                f,
                "`{of}` has {variants} variants on this side, found number {found} of a later version: build this side with that version, or mark the variant that stands for later ones with `#[ffi(other)]`"
            ),
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
            LiftError::IpVersion(found) => {
                write!(f, "the version of an IP address must be 4 or 6, found {found}")
            }
            LiftError::ErrorKind(found) => {
                write!(f, "the kind of an error must be one that it has, found {found}")
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
            LiftError::Missing => {
                write!(
                    f,
                    "a value that is passed as `&mut` must be there after the call, found none"
                )
            }
            LiftError::NoMessage => write!(f, "an error must have a message, found none"),
            LiftError::Refused(reason) => f.write_str(reason),
            LiftError::Status => write!(f, "only a method that returns a Result may fail"),
        }
    }
}

impl core::error::Error for LiftError {}
