//! `serde_json::Error`: its text, with the line and the column that are in it; or its
//! `io::Error`.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use std::io::{self, Read};

use serde_core::de::Error as _;
use serde_json::{Error, Value};

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

converts_via! {
    impl [] Error,
    via: (Option<io::Error>, String), at 'a: Error,
    shape: Shape::Named("serde_json::Error"),
    lower: error => match error.is_io() {
        true => (Some(error.into()), String::new()),
        false => (None, error.to_string()),
    },
    lift: (io, text) => Ok::<_, LiftError>(match io {
        // A reader that was interrupted is read again.
        Some(error) if error.kind() == io::ErrorKind::Interrupted => Error::custom(error),
        Some(error) => of_io(error),
        None => Error::custom(text),
    }),
}

/// Returns the error of a reader that fails so.
fn of_io(error: io::Error) -> Error {
    struct Failing(Option<io::Error>);

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            self.0.take().map_or(Ok(0), Err)
        }
    }

    let read: Result<Value, _> = serde_json::from_reader(Failing(Some(error)));
    read.err().unwrap_or_else(|| Error::custom("no error"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundary::{FfiSafe, Origin};

    fn pass(error: Error) -> Error {
        // SAFETY: lowered here, and lifted once.
        unsafe { Error::lift(error.lower(), Origin::Rust) }.unwrap()
    }

    #[test]
    fn a_text_arrives_with_its_line_and_its_column() {
        let error = || serde_json::from_str::<Value>("[1,\n  x]").unwrap_err();
        let passed = pass(error());
        assert_eq!((passed.line(), passed.column()), (2, 3));
        assert_eq!(passed.to_string(), error().to_string());
        assert_eq!(pass(pass(error())).to_string(), error().to_string());
        let custom = pass(Error::custom("at line one"));
        assert_eq!((custom.to_string().as_str(), custom.line()), ("at line one", 0));
    }

    #[test]
    fn an_error_of_a_reader_arrives_with_its_kind() {
        for kind in [io::ErrorKind::NotFound, io::ErrorKind::UnexpectedEof] {
            let passed = pass(of_io(io::Error::new(kind, "a text")));
            assert_eq!(passed.io_error_kind(), Some(kind));
            assert_eq!(passed.to_string(), "a text");
        }
    }

    #[test]
    fn an_error_of_an_interrupted_reader_arrives_as_its_text() {
        let interrupted = io::Error::new(io::ErrorKind::Interrupted, "a text");
        let wire = (Some(interrupted), String::new()).lower();
        // SAFETY: lowered here, and lifted once.
        let error = unsafe { Error::lift(wire, Origin::Rust) }.unwrap();
        assert_eq!(error.to_string(), "a text");
    }
}
