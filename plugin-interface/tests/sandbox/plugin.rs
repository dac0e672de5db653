//! A plugin that tries what a sandbox forbids, when it is loaded and when it is asked.
#![expect(unsafe_code, reason = "calls the system as a hostile plugin does")]
#![allow(missing_docs, reason = "nobody else implements the interface")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{FromRawFd, RawFd};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use plugin_interface::{PluginContext, plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface]
pub trait Caged {
    /// Tries something, and says what came of it.
    fn attempt(&self, what: &str, with: &str) -> Result<String, String>;
    /// Makes a call of the system with these arguments, and returns the error.
    fn system(&self, number: i64, arguments: &[i64]) -> i32;
    /// Reads a file of this number, which another process opened.
    fn read_open(&self, number: i32) -> Result<String, String>;
    /// What the initializer and the constructor tried.
    fn at_load(&self) -> Vec<Result<String, String>>;
    fn sum_in_threads(&self, threads: u64) -> u64;
    fn allocate(&self, bytes: u64) -> u64;
    fn print(&self, text: &str);
    fn end(&self, how: &str);
}

#[plugin_aggregates(Caged)]
mod plugin {}

static BY_INITIALIZER: OnceLock<Vec<Result<String, String>>> = OnceLock::new();

/// Runs while the library is opened, before the host can ask it anything.
#[used]
#[unsafe(link_section = ".init_array")]
static INITIALIZER: extern "C" fn() = initialize;

extern "C" fn initialize() {
    let _ = BY_INITIALIZER.set(try_all());
}

fn try_all() -> Vec<Result<String, String>> {
    ["read", "exec", "fork", "udp"].map(|what| attempt(what, "/etc/passwd")).into()
}

struct Prisoner(Vec<Result<String, String>>);

impl Prisoner {
    fn new(_: &PluginContext<'_>) -> Result<Self, String> {
        Ok(Prisoner(try_all()))
    }
}

#[plugin_impl(Caged, new = Prisoner::new)]
impl Caged for Prisoner {
    fn attempt(&self, what: &str, with: &str) -> Result<String, String> {
        attempt(what, with)
    }

    fn system(&self, number: i64, arguments: &[i64]) -> i32 {
        let mut all = [0; 6];
        all[..arguments.len()].copy_from_slice(arguments);
        let [a, b, c, d, e, f] = all;
        // SAFETY: none: the test passes what does no harm, even where it is allowed.
        match unsafe { libc::syscall(number, a, b, c, d, e, f) } {
            -1 => io::Error::last_os_error().raw_os_error().unwrap_or(0),
            _ => 0,
        }
    }

    fn read_open(&self, number: i32) -> Result<String, String> {
        // SAFETY: none: the number may be that of no file, or of one of others.
        let file = unsafe { File::from_raw_fd(number as RawFd) };
        let file = std::mem::ManuallyDrop::new(file);
        let mut bytes = [0; 6];
        // At a place, so that it does not wait if it is a socket.
        let read = file.read_exact_at(&mut bytes, 0).map_err(|error| error.to_string());
        read.map(|()| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn at_load(&self) -> Vec<Result<String, String>> {
        [&BY_INITIALIZER.get().unwrap()[..], &self.0].concat()
    }

    fn sum_in_threads(&self, threads: u64) -> u64 {
        let sum = |number: u64| {
            let name = format!("adds {number}");
            let add = move || (0..1000).map(|it| it * number).sum::<u64>();
            thread::Builder::new().name(name).spawn(add).unwrap()
        };
        let threads: Vec<_> = (0..threads).map(sum).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    }

    fn allocate(&self, bytes: u64) -> u64 {
        vec![1_u8; bytes as usize].iter().map(|byte| u64::from(*byte)).sum()
    }

    fn print(&self, text: &str) {
        println!("{text}");
    }

    fn end(&self, how: &str) {
        match how {
            // SAFETY: none: this is what a faulty plugin does.
            "SIGSEGV" => unsafe { std::ptr::without_provenance_mut::<u8>(8).write_volatile(0) },
            "abort" => std::process::abort(),
            "exit" => std::process::exit(0),
            _ => loop {
                std::hint::black_box(());
            },
        }
    }
}

fn attempt(what: &str, with: &str) -> Result<String, String> {
    let done = || Ok("done".to_owned());
    let result: io::Result<String> = match what {
        "read" => fs::read_to_string(with),
        "list" => fs::read_dir(with).map(|entries| entries.count().to_string()),
        "create" => File::create(with).and_then(|_| done()),
        "append" => OpenOptions::new().append(true).open(with).and_then(|mut file| {
            file.write_all(b"more")?;
            done()
        }),
        "folder" => fs::create_dir(with).and_then(|()| done()),
        "rename" => fs::rename(with, format!("{with}-2")).and_then(|()| done()),
        "remove" => fs::remove_file(with).and_then(|()| done()),
        "permissions" => with_path(with, |path| {
            // SAFETY: the text ends with a zero.
            unsafe { libc::chmod(path, 0o600) }
        }),
        "exec" => Command::new("/bin/true").stdin(Stdio::null()).status().and_then(|_| done()),
        // SAFETY: the child ends at once.
        "fork" => match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            // SAFETY: ends this process.
            0 => unsafe { libc::_exit(0) },
            _ => done(),
        },
        "connect" => TcpStream::connect(with).and_then(|_| done()),
        "listen" => TcpListener::bind(with).and_then(|_| done()),
        "udp" => UdpSocket::bind("127.0.0.1:0").and_then(|_| done()),
        "unix" => UnixStream::connect(with).and_then(|_| done()),
        "pair" => UnixStream::pair().and_then(|_| done()),
        // SAFETY: no signal is sent.
        "signal" => match unsafe { libc::kill(libc::getppid(), 0) } {
            0 => done(),
            _ => Err(io::Error::last_os_error()),
        },
        _ => Err(io::Error::other(format!("what is {what}?"))),
    };
    result.map_err(|error| error.to_string())
}

fn with_path(path: &str, call: impl Fn(*const libc::c_char) -> i32) -> io::Result<String> {
    let path = std::ffi::CString::new(path)?;
    match call(path.as_ptr()) {
        0 => Ok("done".to_owned()),
        _ => Err(io::Error::last_os_error()),
    }
}
