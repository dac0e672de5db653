//! How a process ended, and what it printed.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

#[cfg(unix)]
use std::os::unix::process::ExitStatusExt;
#[cfg(windows)]
use std::os::windows::process::ExitStatusExt;
use std::process::{ExitStatus, Output};

use crate::boundary::Shape;
use crate::boundary::via::converts_via;

// What `wait` returns.
#[cfg(unix)]
converts_via! {
    impl [] ExitStatus,
    via: i32, at 'a: ExitStatus,
    shape: Shape::Named("process::ExitStatus"),
    lower: status => status.into_raw(),
    lift: status => Ok(ExitStatus::from_raw(status)),
}

// The exit code, with the bits of an `i32`.
#[cfg(windows)]
converts_via! {
    impl [] ExitStatus,
    via: i32, at 'a: ExitStatus,
    shape: Shape::Named("process::ExitStatus"),
    lower: status => status.code().unwrap_or_default(),
    lift: status => Ok(ExitStatus::from_raw(status.cast_unsigned())),
}

converts_via! {
    impl [] Output,
    via: (ExitStatus, Vec<u8>, Vec<u8>), at 'a: Output,
    shape: Shape::Named("process::Output"),
    lower: output => (output.status, output.stdout, output.stderr),
    lift: (status, stdout, stderr) => Ok(Output { status, stdout, stderr }),
}
