//! `io::Error`: its kind, its code of the system, and its messages. `ErrorKind` and
//! `SeekFrom`: numbers.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use std::io::{self, ErrorKind, SeekFrom};

use super::error::{messages, received};
use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

/// The kinds by their numbers. A new kind is appended, and an older library
/// receives it as `Other`.
const KINDS: [ErrorKind; 39] = [
    ErrorKind::Other,
    ErrorKind::NotFound,
    ErrorKind::PermissionDenied,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkUnreachable,
    ErrorKind::ConnectionAborted,
    ErrorKind::NotConnected,
    ErrorKind::AddrInUse,
    ErrorKind::AddrNotAvailable,
    ErrorKind::NetworkDown,
    ErrorKind::BrokenPipe,
    ErrorKind::AlreadyExists,
    ErrorKind::WouldBlock,
    ErrorKind::NotADirectory,
    ErrorKind::IsADirectory,
    ErrorKind::DirectoryNotEmpty,
    ErrorKind::ReadOnlyFilesystem,
    ErrorKind::StaleNetworkFileHandle,
    ErrorKind::InvalidInput,
    ErrorKind::InvalidData,
    ErrorKind::TimedOut,
    ErrorKind::WriteZero,
    ErrorKind::StorageFull,
    ErrorKind::NotSeekable,
    ErrorKind::QuotaExceeded,
    ErrorKind::FileTooLarge,
    ErrorKind::ResourceBusy,
    ErrorKind::ExecutableFileBusy,
    ErrorKind::Deadlock,
    ErrorKind::CrossesDevices,
    ErrorKind::TooManyLinks,
    ErrorKind::InvalidFilename,
    ErrorKind::ArgumentListTooLong,
    ErrorKind::Interrupted,
    ErrorKind::Unsupported,
    ErrorKind::UnexpectedEof,
    ErrorKind::OutOfMemory,
];

fn number_of(kind: ErrorKind) -> Option<usize> {
    KINDS.iter().position(|&known| known == kind)
}

fn kind_of(number: u8) -> ErrorKind {
    KINDS.get(usize::from(number)).copied().unwrap_or(ErrorKind::Other)
}

fn lower(error: &io::Error) -> (u8, Option<i32>, Vec<String>) {
    let number = number_of(error.kind());
    let messages = match (error.raw_os_error(), error.get_ref()) {
        (Some(_), _) => Vec::new(),
        (None, Some(inner)) => messages(inner),
        // The text of a kind without a number says what it is.
        (None, None) if number.is_some() && error.to_string() == error.kind().to_string() => {
            Vec::new()
        }
        (None, None) => vec![error.to_string()],
    };
    (number.unwrap_or(0) as u8, error.raw_os_error(), messages)
}

fn lift(number: u8, code: Option<i32>, messages: Vec<String>) -> io::Error {
    let kind = kind_of(number);
    match (code, received(messages)) {
        (Some(code), _) => io::Error::from_raw_os_error(code),
        (None, Some(inner)) => io::Error::new(kind, inner),
        (None, None) => kind.into(),
    }
}

converts_via! {
    impl [] io::Error,
    via: (u8, Option<i32>, Vec<String>), at 'a: io::Error,
    shape: Shape::Named("io::Error"),
    lower: error => lower(&error),
    lift: (number, code, messages) => Ok(lift(number, code, messages)),
}

converts_via! {
    impl [] ErrorKind,
    via: u8, at 'a: ErrorKind,
    shape: Shape::Named("ErrorKind"),
    lower: kind => number_of(kind).unwrap_or(0) as u8,
    lift: number => Ok(kind_of(number)),
}

// From the start, from the end, from here; and the distance, of which the first has
// the bits.
converts_via! {
    impl [] SeekFrom,
    via: (u8, i64), at 'a: SeekFrom,
    shape: Shape::Named("SeekFrom"),
    lower: position => match position {
        SeekFrom::Start(distance) => (0, distance.cast_signed()),
        SeekFrom::End(distance) => (1, distance),
        SeekFrom::Current(distance) => (2, distance),
    },
    lift: (from, distance) => match from {
        0 => Ok(SeekFrom::Start(distance.cast_unsigned())),
        1 => Ok(SeekFrom::End(distance)),
        2 => Ok(SeekFrom::Current(distance)),
        other => Err(LiftError::Tag(other)),
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(error: &io::Error) -> io::Error {
        let (number, code, messages) = lower(error);
        lift(number, code, messages)
    }

    #[test]
    fn every_kind_arrives_as_itself_alone_and_with_a_text() {
        for kind in KINDS {
            assert_eq!(pass(&kind.into()).kind(), kind);
            let error = pass(&io::Error::new(kind, "a text"));
            assert_eq!((error.kind(), error.to_string()), (kind, "a text".to_owned()));
        }
    }

    #[test]
    fn a_code_of_the_system_arrives_with_its_kind_and_its_text() {
        for code in [1, 2, 13, 4095, -1] {
            let (sent, error) =
                (io::Error::from_raw_os_error(code), pass(&io::Error::from_raw_os_error(code)));
            assert_eq!(error.raw_os_error(), Some(code));
            assert_eq!((error.kind(), error.to_string()), (sent.kind(), sent.to_string()));
        }
    }

    #[test]
    fn causes_are_the_causes_of_the_error_within() {
        let cause = "x".parse::<u8>().unwrap_err();
        let inner = io::Error::other(io::Error::new(ErrorKind::InvalidData, cause.clone()));
        let error = pass(&inner);
        assert_eq!(error.to_string(), cause.to_string());
        assert!(std::error::Error::source(&error).is_none());
        assert_eq!(pass(&io::Error::other("")).to_string(), "");
    }

    #[test]
    fn an_unknown_number_is_another_error() {
        assert_eq!(lift(u8::MAX, None, vec![]).kind(), ErrorKind::Other);
    }
}
