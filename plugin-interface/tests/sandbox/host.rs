//! A host that loads a library in a sandbox, on a kernel without something.

use std::env::args;

use plugin_interface::PluginManager;
use plugin_interface::process::{Sandbox, Worker};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

/// Takes the library, the kind of sandbox, what the kernel lacks, and whether to wait.
pub(crate) fn run() {
    let arguments: Vec<_> = args().skip(2).collect();
    let lacks = match &*arguments[2] {
        "landlock" => Some(libc::SYS_landlock_create_ruleset),
        "seccomp" => Some(libc::SYS_seccomp),
        _ => None,
    };
    if let Some(call) = lacks {
        lack(call);
    }
    let mut sandbox = Sandbox::strict();
    if arguments[1] == "best-effort" {
        sandbox = sandbox.best_effort();
    }
    let worker = Worker::new(std::env::current_exe().unwrap()).sandbox(sandbox);
    let library = match PluginManager::new().load_isolated(&arguments[0], worker) {
        Ok(library) => library,
        Err(error) => return println!("{error}"),
    };
    println!("{}", library.enforced().unwrap());
    let plugin = library.plugins().swap_remove(0);
    for what in ["read", "exec", "udp"] {
        let answer = plugin.call("attempt", (what, "/etc/passwd")).unwrap();
        let answer: Result<String, String> = answer.to().unwrap();
        println!("{what}: {}", answer.unwrap_or_else(|error| error));
    }
    if arguments.get(3).is_some_and(|last| last == "wait") {
        println!("{}", library.process_id().unwrap());
        std::thread::sleep(std::time::Duration::MAX);
    }
}

/// Lets a call of the system return what it does where the kernel does not have it.
fn lack(call: libc::c_long) {
    let machine = std::env::consts::ARCH.try_into().unwrap();
    let absent = SeccompAction::Errno(libc::ENOSYS as u32);
    let calls = [(call, Vec::new())].into();
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, absent, machine).unwrap();
    apply_filter(&BpfProgram::try_from(filter).unwrap()).unwrap();
}
