//! Plugins in a sandbox:
//! `cargo test --package plugin-interface --features sandbox --test sandbox`.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "opens a file that each child process inherits")]

mod companions;
mod kernels;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plugin_interface::PluginManager;
use plugin_interface::process::{Isolated, IsolatedPlugin, Sandbox, Worker, WorkerError};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A file that cargo builds beside this test, or as
/// `cargo build --features sandbox --example caged --example worker` does.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("examples").join(name)
}

fn worker() -> Worker {
    Worker::new(built("worker")).back_off(Duration::ZERO, Duration::ZERO).deaths(usize::MAX)
}

fn load(worker: Worker) -> Isolated {
    let library = PluginManager::new().load_isolated(built("libcaged.so"), worker);
    library.unwrap_or_else(|error| panic!("{error}"))
}

fn prisoner(library: &Isolated) -> IsolatedPlugin {
    library.plugins().swap_remove(0)
}

fn caged(sandbox: Sandbox) -> IsolatedPlugin {
    prisoner(&load(worker().sandbox(sandbox)))
}

/// Makes the plugin try something.
fn attempt(plugin: &IsolatedPlugin, what: &str, with: &str) -> Result<String, String> {
    let answer = plugin.call("attempt", (what, with)).unwrap_or_else(|it| panic!("{what}: {it}"));
    answer.to().unwrap()
}

fn is_refused(result: &Result<String, String>) -> bool {
    let Err(error) = result else { return false };
    error.contains("Operation not permitted") || error.contains("Permission denied")
}

/// A folder with a file, a listener and a socket, and what a plugin may try with it.
struct Outside {
    folder: TempDir,
    listener: TcpListener,
    _socket: std::os::unix::net::UnixListener,
}

impl Outside {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["file", "other", "third"] {
            fs::write(folder.path().join(name), "content").unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        Outside { folder, listener, _socket: socket }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn address(&self) -> String {
        self.listener.local_addr().unwrap().to_string()
    }

    fn attempts(&self) -> Vec<(&'static str, String)> {
        vec![
            ("read", self.path("file")),
            ("list", self.path("")),
            ("create", self.path("new")),
            ("append", self.path("file")),
            ("folder", self.path("folder")),
            ("permissions", self.path("file")),
            ("rename", self.path("other")),
            ("remove", self.path("third")),
            ("exec", String::new()),
            ("fork", String::new()),
            ("connect", self.address()),
            ("listen", "127.0.0.1:0".to_owned()),
            ("udp", String::new()),
            ("unix", self.path("socket")),
            ("signal", String::new()),
        ]
    }
}

#[test]
fn what_a_plugin_can_do_elsewhere_it_cannot_do_in_a_strict_sandbox() {
    let outside = Outside::new();
    let library = load(worker().sandbox(Sandbox::strict()));
    let enforced = library.enforced().unwrap();
    println!("this kernel enforces: {enforced}");
    assert!(enforced.is_full(), "{enforced}");
    let plugin = prisoner(&library);
    for (what, with) in outside.attempts() {
        let result = attempt(&plugin, what, &with);
        assert!(is_refused(&result), "{what}: {result:?}");
    }
    assert_eq!(fs::read_to_string(outside.path("file")).unwrap(), "content");
    // The same without a sandbox.
    let free = load(worker());
    assert_eq!(free.enforced(), None);
    let free = prisoner(&free);
    for (what, with) in outside.attempts() {
        attempt(&free, what, &with).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

#[test]
fn nothing_of_the_library_runs_before_it_is_restricted() {
    let library = load(worker().sandbox(Sandbox::strict()));
    let plugin = prisoner(&library);
    let tried: Vec<Result<String, String>> = plugin.call("at_load", ()).unwrap().to().unwrap();
    assert_eq!(tried.len(), 8);
    assert!(tried.iter().all(is_refused), "{tried:?}");
    let free: Vec<Result<String, String>> =
        prisoner(&load(worker())).call("at_load", ()).unwrap().to().unwrap();
    assert!(free.iter().all(Result::is_ok), "{free:?}");
}

#[test]
fn what_the_dynamic_linker_read_is_closed_afterwards() {
    for sandbox in [Sandbox::strict(), Sandbox::strict().read("/etc/hostname")] {
        let plugin = caged(sandbox);
        for path in ["/lib", "/usr/lib", "/lib64"].iter().filter(|path| Path::new(path).exists()) {
            let listed = attempt(&plugin, "list", path);
            assert!(is_refused(&listed), "{path}: {listed:?}");
        }
        // Calls that run beside each other have threads of their own.
        let refuse =
            || (0..20).for_each(|_| assert!(is_refused(&attempt(&plugin, "list", "/usr"))));
        std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(refuse))));
        let own = plugin.path().to_str().unwrap().to_owned();
        assert!(is_refused(&attempt(&plugin, "read", &own)));
    }
}

#[test]
fn a_plugin_computes_and_prints_and_talks_to_its_host() {
    for (time, has_memory) in [(Duration::ZERO, false), (Duration::from_micros(50), true)] {
        let library = load(worker().sandbox(Sandbox::strict()).spinning(time));
        let maps = format!("/proc/{}/maps", library.process_id().unwrap());
        let maps = std::fs::read_to_string(maps).unwrap();
        assert_eq!(maps.contains("plugin-messages"), has_memory);
        computes_and_prints_and_talks(&library);
    }
}

fn computes_and_prints_and_talks(library: &Isolated) {
    let plugin = prisoner(library);
    assert_eq!(plugin.call("sum_in_threads", (16,)).unwrap().value, 499_500 * 120);
    assert_eq!(plugin.call("allocate", (64 << 20,)).unwrap().value, 64 << 20);
    assert_eq!(attempt(&plugin, "pair", "").as_deref(), Ok("done"));
    plugin.call("print", ("from within",)).unwrap();
    // The answer may be here before what was printed.
    let end = std::time::Instant::now() + Duration::from_secs(60);
    while !library.output().contains("from within") {
        assert!(std::time::Instant::now() < end, "{}", library.output());
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Calls that a plugin has no use for, each with arguments that do no harm, and what
/// the kernel says of them where they are allowed to this user.
#[test]
fn other_calls_of_the_system_are_refused() {
    let plugin = caged(Sandbox::strict().read("/usr").write("/tmp").connect(80).listen(81));
    let host = i64::from(std::process::id());
    let none: &[i64] = &[];
    let calls: [(i64, &[i64]); 33] = [
        (libc::SYS_ptrace, &[libc::PTRACE_SEIZE as i64, host]),
        (libc::SYS_process_vm_readv, &[host]),
        (libc::SYS_process_vm_writev, &[host]),
        (libc::SYS_execve, none),
        (libc::SYS_execveat, &[-1]),
        (libc::SYS_clone, &[libc::SIGCHLD as i64]),
        (libc::SYS_vfork, none),
        (libc::SYS_mount, none),
        (libc::SYS_umount2, none),
        (libc::SYS_pivot_root, none),
        (libc::SYS_chroot, none),
        (libc::SYS_unshare, none),
        (libc::SYS_setns, &[-1]),
        (libc::SYS_bpf, &[-1]),
        (libc::SYS_perf_event_open, none),
        (libc::SYS_io_uring_setup, none),
        (libc::SYS_keyctl, &[-1]),
        (libc::SYS_kill, &[host]),
        (libc::SYS_tgkill, &[host, host]),
        (libc::SYS_tkill, &[host]),
        (libc::SYS_pidfd_open, &[host]),
        (libc::SYS_pidfd_send_signal, &[-1]),
        (libc::SYS_prlimit64, &[host]),
        (libc::SYS_setpriority, &[0, host]),
        (libc::SYS_setuid, &[-1]),
        (libc::SYS_chmod, none),
        (libc::SYS_fchmodat, none),
        (libc::SYS_utimensat, &[-1]),
        (libc::SYS_fcntl, &[0, libc::F_SETOWN as i64, host]),
        (libc::SYS_ioctl, &[0, libc::TIOCSTI as i64]),
        (libc::SYS_socket, &[libc::AF_UNIX as i64, libc::SOCK_STREAM as i64]),
        (libc::SYS_socket, &[libc::AF_INET as i64, libc::SOCK_STREAM as i64, 262]),
        (libc::SYS_sendto, &[-1, 0, 0, libc::MSG_FASTOPEN as i64]),
    ];
    for (number, arguments) in calls {
        let error = plugin.call("system", (number, arguments)).unwrap().value;
        assert_eq!(error, libc::EPERM, "{number} {arguments:?}");
    }
    for number in [libc::SYS_clone3, libc::SYS_openat2, libc::SYS_close_range] {
        let error = plugin.call("system", (number, none)).unwrap().value;
        assert_eq!(error, libc::ENOSYS, "{number}");
    }
    // To itself it may.
    let own = plugin.call("system", (libc::SYS_kill, [0, 0])).unwrap().value;
    assert_eq!(own, 0);
}

#[test]
fn what_is_allowed_works_and_nothing_beside_it() {
    let (readable, writable) = (Outside::new(), Outside::new());
    let port = readable.listener.local_addr().unwrap().port();
    let own = {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let sandbox = Sandbox::strict()
        .read(readable.folder.path())
        .write(writable.folder.path())
        .connect(port)
        .listen(own);
    let library = load(worker().sandbox(sandbox));
    let plugin = prisoner(&library);
    assert!(library.enforced().unwrap().is_full(), "{:?}", library.enforced());
    let allowed = [
        ("read", readable.path("file")),
        ("list", readable.path("")),
        ("connect", readable.address()),
        ("listen", format!("127.0.0.1:{own}")),
        ("read", writable.path("file")),
        ("create", writable.path("new")),
        ("append", writable.path("file")),
        ("folder", writable.path("folder")),
        ("rename", writable.path("other")),
        ("remove", writable.path("third")),
    ];
    for (what, with) in allowed {
        attempt(&plugin, what, &with).unwrap_or_else(|error| panic!("{what} {with}: {error}"));
    }
    let refused = [
        ("create", readable.path("new")),
        ("append", readable.path("file")),
        ("remove", readable.path("third")),
        ("permissions", writable.path("file")),
        ("connect", writable.address()),
        ("listen", "127.0.0.1:0".to_owned()),
        ("read", "/etc/passwd".to_owned()),
        ("unix", readable.path("socket")),
        ("unix", writable.path("socket")),
        ("udp", String::new()),
        ("exec", String::new()),
        ("fork", String::new()),
        ("signal", String::new()),
    ];
    for (what, with) in refused {
        let result = attempt(&plugin, what, &with);
        assert!(is_refused(&result), "{what} {with}: {result:?}");
    }
}

#[test]
fn a_path_that_cannot_be_allowed_is_named() {
    let sandboxed = worker().sandbox(Sandbox::strict().read("/no/such/folder"));
    let error = PluginManager::new().load_isolated(built("libcaged.so"), sandboxed).unwrap_err();
    assert!(matches!(error, WorkerError::NotLoaded { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("the sandbox: cannot allow /no/such/folder: No such file"), "{text}");
}

#[test]
fn no_open_file_of_the_host_is_passed_on() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"secret").unwrap();
    // SAFETY: the file is open, and its flags are its own.
    assert_eq!(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, 0) }, 0);
    let read = |plugin: &IsolatedPlugin| -> Result<String, String> {
        plugin.call("read_open", (file.as_raw_fd(),)).unwrap().to().unwrap()
    };
    let free = prisoner(&load(worker()));
    assert_eq!(read(&free).as_deref(), Ok("secret"));
    let plugin = caged(Sandbox::strict());
    let read = read(&plugin);
    assert_ne!(read.as_deref(), Ok("secret"));
}

#[test]
fn deaths_are_told_and_the_next_worker_is_restricted_too() {
    let library = load(worker().sandbox(Sandbox::strict()).deadline(Duration::from_secs(3)));
    let plugin = prisoner(&library);
    for (how, signal) in [("SIGSEGV", Some(libc::SIGSEGV)), ("abort", Some(6)), ("exit", None)] {
        let error = plugin.call("end", (how,)).unwrap_err();
        let WorkerError::Died { status: Some(status), .. } = &error else { panic!("{error}") };
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(status), signal, "{how}");
        assert!(is_refused(&attempt(&plugin, "read", "/etc/passwd")), "{how}");
        assert!(library.enforced().unwrap().is_full());
    }
    let error = plugin.call("end", ("loop",)).unwrap_err();
    assert!(matches!(error, WorkerError::TimedOut { .. }), "{error}");
    assert_eq!(plugin.call("allocate", (1,)).unwrap().value, json!(1));
}

#[test]
fn a_wrong_argument_is_the_error_of_its_call() {
    let plugin = caged(Sandbox::strict());
    assert!(matches!(plugin.call("allocate", ("one",)), Err(WorkerError::Call(_))));
    assert_eq!(plugin.call("allocate", (2,)).unwrap().value, Value::from(2));
}
