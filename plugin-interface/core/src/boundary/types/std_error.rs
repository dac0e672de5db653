//! Errors of the standard library that only it can create: passed as the number
//! of their kind. The receiver causes the same error. A kind that a later standard
//! library added, and that is not listed here, arrives as the first of its list.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::char::{CharTryFromError, ParseCharError};
use core::fmt;
use core::net::{
    AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6,
};
use core::num::{NonZero, ParseFloatError, ParseIntError, TryFromIntError};
use core::str::{ParseBoolError, Utf8Error};
use std::string::FromUtf8Error;

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

/// Implements `FfiSafe` for errors, each by a list of all values that it has.
macro_rules! one_of {
    ($($name:literal $error:ty: $values:ident = [$($value:expr),+];)+) => {
        $(
            fn $values() -> impl Iterator<Item = $error> {
                [$($value.expect_err("it is an error")),+].into_iter()
            }

            converts_via! {
                impl [] $error,
                via: u8, at 'a: $error,
                shape: Shape::Named($name),
                lower: error => number_of($values(), &error),
                lift: number => {
                    $values().nth(number.into()).ok_or(LiftError::ErrorKind(number))
                },
            }
        )+
    };
}

/// Returns the number of an error in the list of all values that it has.
///
/// A later standard library may have a kind that is not listed: it is passed as the
/// first one, since an error must not become a panic.
fn number_of<E: PartialEq>(values: impl Iterator<Item = E>, error: &E) -> u8 {
    values.zip(0..).find(|(value, _)| value == error).map_or(0, |(_, number)| number)
}

one_of! {
    "ParseIntError" ParseIntError: of_integers = [
        "".parse::<u8>(), "x".parse::<u8>(), "256".parse::<u8>(), "-129".parse::<i8>(),
        "0".parse::<NonZero<u8>>()
    ];
    "ParseFloatError" ParseFloatError: of_floats = ["".parse::<f64>(), "x".parse::<f64>()];
    "ParseBoolError" ParseBoolError: of_bools = ["".parse::<bool>()];
    "ParseCharError" ParseCharError: of_chars = ["".parse::<char>(), "xx".parse::<char>()];
    "CharTryFromError" CharTryFromError: of_numbers_as_chars = [char::try_from(u32::MAX)];
    "TryFromIntError" TryFromIntError: of_ints = [u8::try_from(u16::MAX)];
    "AddrParseError" AddrParseError: of_addresses = [
        "".parse::<IpAddr>(), "".parse::<Ipv4Addr>(), "".parse::<Ipv6Addr>(),
        "".parse::<SocketAddr>(), "".parse::<SocketAddrV4>(), "".parse::<SocketAddrV6>()
    ];
}

converts_via! {
    impl [] fmt::Error,
    via: (), at 'a: fmt::Error,
    shape: Shape::Named("fmt::Error"),
    lower: _error => (),
    lift: () => Ok(fmt::Error),
}

converts_via! {
    impl [] FromUtf8Error,
    via: Vec<u8>, at 'a: FromUtf8Error,
    shape: Shape::Named("FromUtf8Error"),
    lower: error => error.into_bytes(),
    lift: bytes => String::from_utf8(bytes).err().ok_or(LiftError::ErrorKind(0)),
}

// The length of the valid text before the error, and that of the bad sequence,
// or 0 if the text ends within one.
converts_via! {
    impl [] Utf8Error,
    via: (usize, u8), at 'a: Utf8Error,
    shape: Shape::Named("Utf8Error"),
    lower: error => (error.valid_up_to(), error.error_len().unwrap_or(0) as u8),
    lift: (valid, len) => utf8_error(valid, len),
}

/// Causes an error by text that has it.
fn utf8_error(valid: usize, len: u8) -> Result<Utf8Error, LiftError> {
    let bad: &[u8] = match len {
        0 => b"\xf0\x90\x80",
        1 => b"\xff",
        2 => b"\xf0\x90 ",
        3 => b"\xf0\x90\x80 ",
        other => return Err(LiftError::ErrorKind(other)),
    };
    let size = valid.checked_add(bad.len()).ok_or(LiftError::Length(valid))?;
    let (mut short, mut long) = ([b' '; 64], Vec::new());
    let text = match short.get_mut(..size) {
        Some(text) => text,
        None => {
            long.try_reserve_exact(size).map_err(|_| LiftError::Length(valid))?;
            long.resize(size, b' ');
            &mut long[..]
        }
    };
    text[valid..].copy_from_slice(bad);
    core::str::from_utf8(text).err().ok_or(LiftError::ErrorKind(len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_utf8_is_caused_again_wherever_it_was() {
        let texts: [&[u8]; 6] =
            [b"\xff", b"ab\xc3", b"abc\xe2\x82x", b"\xf0\x90\x80", b"a\xf0\x90\x80x", b"\xc3("];
        for text in texts {
            let error = core::str::from_utf8(text).unwrap_err();
            let len = error.error_len().unwrap_or(0) as u8;
            assert_eq!(utf8_error(error.valid_up_to(), len), Ok(error), "{text:?}");
        }
    }

    #[test]
    fn a_kind_that_is_not_listed_is_passed_as_the_first_one() {
        let too_small = "-129".parse::<i8>().unwrap_err();
        assert_eq!(number_of(of_integers(), &too_small), 3);
        assert_eq!(number_of(of_integers().take(2), &too_small), 0);
    }

    #[test]
    fn an_impossible_error_of_utf8_is_refused() {
        assert_eq!(utf8_error(0, 4), Err(LiftError::ErrorKind(4)));
        assert_eq!(utf8_error(usize::MAX, 1), Err(LiftError::Length(usize::MAX)));
        assert_eq!(utf8_error(usize::MAX - 9, 1), Err(LiftError::Length(usize::MAX - 9)));
    }
}
