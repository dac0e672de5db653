//! Calls of C functions by signatures that are known only at run time.
#![expect(unsafe_code, reason = "calls functions by their signatures")]

mod signature;
mod value;

use core::ffi::{CStr, c_void};
use core::fmt;
use std::error::Error;

use libffi::middle::{Arg, Cif, CodePtr, Type};

use self::signature::{CType, Kind, Scalar};
use super::error::NotDefined;
use super::handle::HotLibrary;
use super::version::HotVersion;
use crate::host::error::debug_as_message;

pub use self::signature::Signature;
pub use self::value::{Buffer, Value};

/// The error of a function that was not called.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DynamicCallError {
    /// The current version has no such function.
    #[error(transparent)]
    NotDefined(#[from] NotDefined),
    /// The text is no valid signature.
    #[error("`{text}` is not a signature: {reason}; write it like `scale(double, int) -> double`")]
    Signature {
        /// The text.
        text: String,
        /// The reason.
        reason: String,
    },
    /// There are more or fewer arguments than the function takes.
    #[error("{signature} takes {expected} arguments, found {found}")]
    Arity {
        /// The signature.
        signature: String,
        /// The number of its parameters.
        expected: usize,
        /// The number of arguments.
        found: usize,
    },
    /// An argument is not of the type of its parameter.
    #[error("argument {place}: expected {expected}, found {found}")]
    Type {
        /// The number of the argument, counted from 1.
        place: usize,
        /// The type of the parameter.
        expected: String,
        /// The argument.
        found: String,
    },
}

debug_as_message!(DynamicCallError);

impl HotLibrary {
    /// Calls a function of the current version, by a signature that is known
    /// only at run time.
    ///
    /// Feature `call-dynamic`.
    ///
    /// # Errors
    ///
    /// If the function is not defined, if the number of arguments is not that
    /// of the parameters, or if an argument is not of its parameter's type or
    /// out of its range.
    ///
    /// # Safety
    ///
    /// 1. The function has this signature, and its own conditions are met. It
    ///    does not write beyond the end of a buffer, and keeps no pointer to
    ///    one.
    /// 2. A `char *` that it returns is null or ends with NUL.
    ///
    /// ```
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("libfoo.so");
    /// # std::fs::write(directory.path().join("foo.c"),
    /// #     "double scale(double value, int by) { return value * by; }")?;
    /// # let gcc = std::process::Command::new("gcc").args(["-shared", "-o"]).arg(&path)
    /// #     .arg(directory.path().join("foo.c")).status()?;
    /// # assert!(gcc.success());
    /// use plugin_interface::HotLibrary;
    /// use plugin_interface::dynamic::{Signature, Value};
    ///
    /// let library = HotLibrary::open(path, &["scale"])?;
    /// let signature: Signature = "scale(double, int) -> double".parse()?;
    /// // SAFETY: this is its signature.
    /// let scaled = unsafe { library.call_dynamic("scale", &signature, &[1.5.into(), 2.into()]) }?;
    /// assert_eq!(scaled, Value::Float(3.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub unsafe fn call_dynamic(
        &self,
        name: &str,
        signature: &Signature,
        arguments: &[Value<'_>],
    ) -> Result<Value<'static>, DynamicCallError> {
        // SAFETY: the conditions of this function.
        unsafe { self.version().call_dynamic(name, signature, arguments) }
    }
}

impl HotVersion {
    /// Calls a function of this version, like [`HotLibrary::call_dynamic`].
    ///
    /// Feature `call-dynamic`.
    ///
    /// # Errors
    ///
    /// Those of [`HotLibrary::call_dynamic`].
    ///
    /// # Safety
    ///
    /// The conditions of [`HotLibrary::call_dynamic`].
    pub unsafe fn call_dynamic(
        &self,
        name: &str,
        signature: &Signature,
        arguments: &[Value<'_>],
    ) -> Result<Value<'static>, DynamicCallError> {
        let function = *self.function::<unsafe extern "C" fn()>(name)?;
        signature.check_count(arguments.len())?;
        let parameters = signature.parameters.iter().zip(arguments).enumerate();
        let packed = parameters
            .map(|(index, (wanted, value))| {
                pack(wanted, value).ok_or_else(|| wanted.mismatch(index, format!("{value:?}")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let types = signature.parameters.iter().map(|parameter| ffi_type(parameter.kind));
        let cif = Cif::new(types, ffi_type(signature.returns.kind));
        let arguments: Vec<_> = packed.iter().map(Arg::new).collect();
        // SAFETY: the function has this signature (condition 1), and each
        // argument was packed for its parameter.
        Ok(unsafe { call(&cif, CodePtr::from_fun(function), &arguments, signature.returns.kind) })
    }
}

/// An argument in memory. Its bytes begin at the start.
#[repr(C, align(8))]
struct Packed([u8; 8]);

impl Packed {
    fn new<const N: usize>(bytes: [u8; N]) -> Self {
        let mut packed = [0; 8];
        packed[..N].copy_from_slice(&bytes);
        Packed(packed)
    }
}

/// Packs a value as an argument of that type. Returns `None` if it is not one.
fn pack(wanted: &CType, value: &Value<'_>) -> Option<Packed> {
    match (wanted.kind, value) {
        (Kind::Scalar(Scalar::Bool), Value::Bool(value)) => Some(Packed::new([u8::from(*value)])),
        (Kind::Scalar(Scalar::Float(size)), Value::Float(value)) => pack_float(size, *value),
        (Kind::Scalar(scalar), Value::Int(value)) => pack_integer(scalar, *value),
        (Kind::Pointer { .. }, value) => pack_pointer(wanted.kind, value),
        _ => None,
    }
}

fn pack_integer(scalar: Scalar, value: i128) -> Option<Packed> {
    Some(match scalar {
        Scalar::Signed(1) => Packed::new(i8::try_from(value).ok()?.to_ne_bytes()),
        Scalar::Signed(2) => Packed::new(i16::try_from(value).ok()?.to_ne_bytes()),
        Scalar::Signed(4) => Packed::new(i32::try_from(value).ok()?.to_ne_bytes()),
        Scalar::Signed(8) => Packed::new(i64::try_from(value).ok()?.to_ne_bytes()),
        Scalar::Unsigned(1) => Packed::new(u8::try_from(value).ok()?.to_ne_bytes()),
        Scalar::Unsigned(2) => Packed::new(u16::try_from(value).ok()?.to_ne_bytes()),
        Scalar::Unsigned(4) => Packed::new(u32::try_from(value).ok()?.to_ne_bytes()),
        Scalar::Unsigned(8) => Packed::new(u64::try_from(value).ok()?.to_ne_bytes()),
        _ => return None,
    })
}

fn pack_float(size: usize, value: f64) -> Option<Packed> {
    if size == 8 {
        return Some(Packed::new(value.to_ne_bytes()));
    }
    let rounded = value as f32;
    let is_in_range = rounded.is_finite() || !value.is_finite();
    is_in_range.then(|| Packed::new(rounded.to_ne_bytes()))
}

fn pack_pointer(kind: Kind, value: &Value<'_>) -> Option<Packed> {
    let Kind::Pointer { to, is_text, is_const } = kind else { return None };
    let address: *const c_void = match value {
        Value::Pointer(pointer) => *pointer,
        Value::Text(text) if is_text && is_const => text.as_ptr().cast(),
        Value::Buffer(buffer) if buffer.is_mutable || is_const => {
            // A text is an array of bytes, signed or unsigned.
            let is_bytes = matches!(buffer.element, Scalar::Signed(1) | Scalar::Unsigned(1));
            let fits = to.is_none() || to == Some(buffer.element) || (is_text && is_bytes);
            fits.then_some(buffer.start)?
        }
        _ => return None,
    };
    Some(Packed::new(address.expose_provenance().to_ne_bytes()))
}

fn ffi_type(kind: Kind) -> Type {
    match kind {
        Kind::Void => Type::void(),
        Kind::Pointer { .. } => Type::pointer(),
        Kind::Scalar(scalar) => match scalar {
            Scalar::Bool | Scalar::Unsigned(1) => Type::u8(),
            Scalar::Unsigned(2) => Type::u16(),
            Scalar::Unsigned(4) => Type::u32(),
            Scalar::Unsigned(_) => Type::u64(),
            Scalar::Signed(1) => Type::i8(),
            Scalar::Signed(2) => Type::i16(),
            Scalar::Signed(4) => Type::i32(),
            Scalar::Signed(_) => Type::i64(),
            Scalar::Float(4) => Type::f32(),
            Scalar::Float(_) => Type::f64(),
        },
    }
}

/// Calls a function and returns its result.
///
/// # Safety
///
/// 1. The conditions of [`Cif::call`] for a return of the kind `returns`.
/// 2. A text that is returned is null or ends with NUL.
unsafe fn call(
    cif: &Cif,
    function: CodePtr,
    arguments: &[Arg<'_>],
    returns: Kind,
) -> Value<'static> {
    macro_rules! returned {
        ($returned:ty) => {
            // SAFETY: condition 1, and the type is that of the return.
            unsafe { cif.call::<$returned>(function, arguments) }
        };
    }
    match returns {
        Kind::Void => {
            returned!(());
            Value::Void
        }
        Kind::Scalar(Scalar::Bool) => Value::Bool(returned!(u8) != 0),
        Kind::Scalar(Scalar::Float(4)) => Value::from(returned!(f32)),
        Kind::Scalar(Scalar::Float(_)) => Value::from(returned!(f64)),
        Kind::Scalar(Scalar::Signed(1)) => Value::from(returned!(i8)),
        Kind::Scalar(Scalar::Signed(2)) => Value::from(returned!(i16)),
        Kind::Scalar(Scalar::Signed(4)) => Value::from(returned!(i32)),
        Kind::Scalar(Scalar::Signed(_)) => Value::from(returned!(i64)),
        Kind::Scalar(Scalar::Unsigned(1)) => Value::from(returned!(u8)),
        Kind::Scalar(Scalar::Unsigned(2)) => Value::from(returned!(u16)),
        Kind::Scalar(Scalar::Unsigned(4)) => Value::from(returned!(u32)),
        Kind::Scalar(Scalar::Unsigned(_)) => Value::from(returned!(u64)),
        Kind::Pointer { is_text, .. } => {
            let pointer = returned!(*mut c_void);
            match is_text && !pointer.is_null() {
                // SAFETY: it is not null, and ends with NUL (condition 2).
                true => Value::Text(unsafe { CStr::from_ptr(pointer.cast()) }.to_owned()),
                false => Value::Pointer(pointer),
            }
        }
    }
}
