//! A plugin that ends its process in each way, as its caller asks.
#![expect(unsafe_code, reason = "writes where nothing is, as a faulty plugin does")]
#![allow(missing_docs, reason = "nobody else implements the interface")]

use std::collections::BTreeSet;
use std::fs;
use std::hint::black_box;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};

use plugin_interface::{Greeter, PluginContext, plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface]
pub trait Mortal {
    fn echo(&self, text: &str) -> String;
    fn half(&self, of: f64) -> f64;
    fn reverse(&self, numbers: &mut [u8]);
    fn check(&self, is_well: bool) -> Result<u32, String>;
    fn count(&mut self) -> u32;
    fn print(&self, text: &str);
    fn end(&self, how: &str);
    fn grandchild(&self) -> u32;
    fn allocate(&self, bytes: u64) -> u64;
    fn open(&self, files: u32) -> Result<(), String>;
    fn be_traced(&self, seconds: u32);
    fn close(&self);
    fn greeter(&self) -> Box<dyn Greeter>;
    fn variables(&self) -> Vec<String>;
    fn scribble(&self, seed: u64) -> bool;
}

#[plugin_aggregates(Mortal)]
#[plugin_aggregates(Greeter)]
mod plugin {}

/// Is never created.
struct Unborn;

impl Unborn {
    fn new(_: &PluginContext<'_>) -> Result<Self, String> {
        Err("as always".to_owned())
    }
}

#[plugin_impl(Greeter, new = Unborn::new)]
impl Greeter for Unborn {
    fn name(&self) -> &str {
        unreachable!()
    }

    fn greet(&self, _: &str) -> String {
        unreachable!()
    }
}

#[derive(Default)]
struct Victim(u32);

#[plugin_impl(Mortal)]
impl Mortal for Victim {
    fn echo(&self, text: &str) -> String {
        text.to_owned()
    }

    fn half(&self, of: f64) -> f64 {
        of / 2.0
    }

    fn reverse(&self, numbers: &mut [u8]) {
        numbers.reverse();
    }

    fn check(&self, is_well: bool) -> Result<u32, String> {
        if is_well { Ok(1) } else { Err("unwell".to_owned()) }
    }

    fn count(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }

    fn print(&self, text: &str) {
        println!("stdout: {text}");
        eprintln!("stderr: {text}");
    }

    fn end(&self, how: &str) {
        match how {
            // SAFETY: none: this is what a faulty plugin does.
            "SIGSEGV" => unsafe { std::ptr::without_provenance_mut::<u8>(8).write_volatile(0) },
            "abort" => {
                eprintln!("cannot go on");
                std::process::abort()
            }
            "overflow" => drop(descend(u64::MAX)),
            "exit" => std::process::exit(0),
            "SIGKILL" => {
                let own = std::process::id().to_string();
                Command::new("kill").args(["-KILL", &own]).status().unwrap();
                loop {
                    std::thread::park();
                }
            }
            // The new process keeps all that was open.
            // SAFETY: it does nothing but wait.
            "fork" => match unsafe { libc::fork() } {
                0 => loop {
                    // SAFETY: waits for a signal.
                    unsafe { libc::pause() };
                },
                _ => std::process::abort(),
            },
            "loop" => loop {
                black_box(());
            },
            // The same, which takes no time of the processor from other tests.
            "wait" => loop {
                std::thread::park();
            },
            // The group of its host may not be killed for it.
            "leave" => {
                // SAFETY: changes nothing but the group of this process.
                let left = unsafe { libc::setpgid(0, libc::getpgid(libc::getppid())) };
                assert_eq!(left, 0, "cannot leave the group");
                loop {
                    std::thread::park();
                }
            }
            "panic" => panic!("as asked"),
            "nonsense" => write_to_host(&[0xff; 16]),
            "lie" => {
                write_to_host(b"\x0b\0\0\0{\"reply\":0}");
                // Else the host might read the reply behind it, and say so.
                loop {
                    std::thread::park();
                }
            }
            _ => panic!("{how}"),
        }
    }

    fn grandchild(&self) -> u32 {
        let mut command = Command::new("sleep");
        command.arg("1000").stdin(Stdio::null()).spawn().unwrap().id()
    }

    fn allocate(&self, bytes: u64) -> u64 {
        let memory = vec![1_u8; bytes.try_into().unwrap()];
        black_box(memory).len() as u64
    }

    fn open(&self, files: u32) -> Result<(), String> {
        let open = |_| fs::File::open("/dev/null").map_err(|error| error.to_string());
        (0..files).map(open).collect::<Result<Vec<_>, _>>().map(drop)
    }

    fn be_traced(&self, seconds: u32) {
        let (mut attached, writer) = std::io::pipe().unwrap();
        let (process, status) = (std::process::id(), 0_i32);
        // SAFETY: has no pointers. It fails where the system lets any process trace.
        unsafe { libc::prctl(libc::PR_SET_PTRACER, libc::PR_SET_PTRACER_ANY) };
        let writer = writer.as_raw_fd();
        // SAFETY: the child calls functions of the system only.
        match unsafe { libc::fork() } {
            0 => {
                // SAFETY: as above. Of its files it keeps the pipe, under another number.
                unsafe {
                    libc::setsid();
                    let is_attached = libc::ptrace(libc::PTRACE_SEIZE, process, 0_usize, 0_usize);
                    libc::dup2(writer, 0);
                    libc::close_range(1, u32::MAX, 0);
                    let answer = [u8::from(is_attached == 0)];
                    libc::write(0, answer.as_ptr().cast(), 1);
                    // Until it has ended, and longer: its parent hears of that last.
                    let options = libc::WEXITED | libc::WNOWAIT;
                    let mut info = std::mem::zeroed();
                    libc::waitid(libc::P_PID, process, &mut info, options);
                    libc::sleep(seconds);
                    libc::_exit(status)
                }
            }
            child => assert!(child > 0, "cannot fork"),
        }
        let mut is_attached = [0];
        attached.read_exact(&mut is_attached).unwrap();
        assert_eq!(is_attached, [1], "cannot trace");
    }

    fn close(&self) {
        for file in 0..1024 {
            // SAFETY: no memory is involved. It is an error for what is no socket.
            unsafe { libc::shutdown(file, libc::SHUT_WR) };
        }
        loop {
            std::thread::park();
        }
    }

    fn greeter(&self) -> Box<dyn Greeter> {
        unreachable!("an object cannot leave the process")
    }

    fn variables(&self) -> Vec<String> {
        std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()).collect()
    }

    fn scribble(&self, seed: u64) -> bool {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let Some(shared) = maps.lines().find(|line| line.contains("plugin-messages")) else {
            return false;
        };
        let start = u64::from_str_radix(shared.split('-').next().unwrap(), 16).unwrap();
        std::thread::spawn(move || scribble(start, seed));
        true
    }
}

/// Writes at random, for ever, to where this process and its host leave messages.
fn scribble(start: u64, mut random: u64) {
    /// The bytes of a mailbox.
    const SIZE: u64 = 4096;
    let memory = fs::OpenOptions::new().write(true).open("/proc/self/mem").unwrap();
    loop {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (number, word, value) = (random >> 33, random >> 41, random >> 49);
        // That of the host, whose messages are short, and seldom that of this process.
        let mailbox = if number % 16 == 0 { 0 } else { SIZE };
        let place = start + mailbox + 8 * (word % 6);
        let value = match value % 8 {
            0 => value,
            1 => random,
            2 => SIZE - 8 + 2 + value % 3,
            _ => value % 64,
        };
        memory.write_all_at(&value.to_ne_bytes(), place).unwrap();
    }
}

fn descend(left: u64) -> u64 {
    if black_box(left) == 0 { 0 } else { black_box(descend(left - 1)) + 1 }
}

/// Writes once to each socket of this process, of which it may have several files.
fn write_to_host(bytes: &[u8]) {
    let mut written = BTreeSet::new();
    for entry in fs::read_dir("/proc/self/fd").unwrap().flatten() {
        let Ok(target) = fs::read_link(entry.path()) else { continue };
        if target.to_string_lossy().starts_with("socket:") && written.insert(target) {
            let number = entry.file_name().to_str().unwrap().parse().unwrap();
            // SAFETY: the file is open; it is not closed here.
            let mut file = std::mem::ManuallyDrop::new(unsafe { fs::File::from_raw_fd(number) });
            file.write_all(bytes).unwrap();
        }
    }
}
