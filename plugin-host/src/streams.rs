//! The standard streams, which this program shares with the plugins it runs.
//!
//! A plugin may read stdin and print whatever it likes. Stdin has nothing for it,
//! and where stdout is read by a program, only this program writes to it.

use std::fs::File;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Stdout while plugins cannot use it.
static RESERVED: OnceLock<File> = OnceLock::new();

/// `true` once the reader of stdout has gone away.
static UNREAD: AtomicBool = AtomicBool::new(false);

/// Keeps the streams from plugins, in this process and in its children: stdin is
/// empty for them. With `is_json`, their output goes to stderr, and only the lines
/// of this program to stdout.
///
/// On Windows stdin stays as it is, and a plugin that brings its own C library along
/// keeps stdout.
pub(crate) fn keep_from_plugins(is_json: bool) -> io::Result<()> {
    #[cfg(unix)]
    {
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
        if is_json && RESERVED.get().is_none() {
            let stdout = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
            rustix::stdio::dup2_stdout(io::stderr())?;
            let _ = RESERVED.set(File::from(stdout));
        }
    }
    #[cfg(windows)]
    if is_json && RESERVED.get().is_none() {
        use std::os::windows::io::AsHandle as _;
        let stdout = io::stdout().as_handle().try_clone_to_owned()?;
        crate::windows::give_stderr_as_stdout()?;
        let _ = RESERVED.set(File::from(stdout));
    }
    Ok(())
}

/// Returns stdin under another number, which plugins do not use and children do
/// not inherit.
pub(crate) fn another_stdin() -> io::Result<File> {
    #[cfg(unix)]
    {
        Ok(File::from(rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?))
    }
    #[cfg(windows)]
    {
        use std::os::windows::io::AsHandle as _;
        Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
    }
}

/// Returns `true` if the output of plugins goes to stderr.
pub(crate) fn is_reserved() -> bool {
    RESERVED.get().is_some()
}

/// Returns `true` once the reader of stdout, such as `head`, has gone away.
/// Endless commands stop then.
pub(crate) fn is_unread() -> bool {
    UNREAD.load(Ordering::Relaxed)
}

/// Prints text to stdout.
///
/// A reader that has gone away is no error: the exit code still tells how the
/// command went.
pub(crate) fn print_text(text: &str) -> io::Result<()> {
    print_bytes(text.as_bytes())
}

/// Prints bytes to stdout, as [`print_text`] prints text.
pub(crate) fn print_bytes(bytes: &[u8]) -> io::Result<()> {
    if is_unread() {
        return Ok(());
    }
    let written = match RESERVED.get() {
        Some(mut stdout) => write_all(&mut stdout, bytes),
        None => write_all(&mut io::stdout(), bytes).and_then(|()| io::stdout().flush()),
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            UNREAD.store(true, Ordering::Relaxed);
            Ok(())
        }
        written => written.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot write to stdout: {error}"))
        }),
    }
}

/// Writes everything. Waits where a plugin made the terminal or the pipe
/// non-blocking: it may have it too, as its stderr.
fn write_all(to: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match to.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
