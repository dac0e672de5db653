//! The system calls of a sandbox, which seccomp enforces. Those that are not listed
//! return `EPERM`.

use std::collections::BTreeMap;

use libc::{c_int, c_long};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads,
};

use super::call_lists::{
    COMPUTE, COMPUTE_OLD, LINK, LINK_OLD, NEWER, READ, READ_OLD, RESTRICT, WRITE, WRITE_OLD,
};
use super::rules::Sandbox;

/// The filters of a worker.
pub(super) struct Filters {
    /// What is to look as if the kernel did not have it.
    absent: BpfProgram,
    loading: BpfProgram,
    serving: BpfProgram,
}

impl Filters {
    /// Creates the filters of this process.
    pub(super) fn new(sandbox: &Sandbox) -> Result<Self, String> {
        let mut serving = Calls::default();
        // The other filter answers those that are newer.
        serving.all(COMPUTE).all(COMPUTE_OLD).all(NEWER);
        serving.of_process(std::process::id() as c_int);
        serving.with_arguments();
        serving.ports(sandbox);
        if sandbox.grants_files() {
            serving.all(READ).all(READ_OLD);
        }
        if sandbox.grants_writing() {
            serving.all(WRITE).all(WRITE_OLD);
        }
        let mut loading = Calls(serving.0.clone());
        loading.all(READ).all(READ_OLD).all(LINK).all(LINK_OLD).all(RESTRICT);
        let mut absent = Calls::default();
        absent.all(NEWER);
        let missing = SeccompAction::Errno(libc::ENOSYS as u32);
        Ok(Filters {
            absent: absent.program(SeccompAction::Allow, missing)?,
            loading: loading.allowed()?,
            serving: serving.allowed()?,
        })
    }

    /// Restricts all threads of this process, as far as a library can be opened.
    pub(super) fn restrict(&self) -> Result<(), String> {
        apply(&self.absent)?;
        apply(&self.loading)
    }

    /// Takes away what only opening a library needs.
    pub(super) fn shut(&self) -> Result<(), String> {
        apply(&self.serving)
    }
}

fn apply(program: &BpfProgram) -> Result<(), String> {
    apply_filter_all_threads(program).map_err(|error| error.to_string())
}

/// System calls, each with the conditions of which one must hold; without any, it is
/// listed whatever its arguments are.
#[derive(Default)]
struct Calls(BTreeMap<i64, Vec<SeccompRule>>);

/// A condition on an argument of four bytes.
type Condition = (u8, SeccompCmpOp, u64);

impl Calls {
    fn all(&mut self, calls: &[c_long]) -> &mut Self {
        self.0.extend(calls.iter().map(|call| (*call, Vec::new())));
        self
    }

    /// Lists a call if all these conditions hold.
    fn if_all(&mut self, call: c_long, conditions: &[Condition]) {
        let condition = |(argument, operator, value): &Condition| {
            let length = SeccompCmpArgLen::Dword;
            SeccompCondition::new(*argument, length, operator.clone(), *value)
                .expect("a call has six arguments")
        };
        let rule = SeccompRule::new(conditions.iter().map(condition).collect());
        self.0.entry(call).or_default().push(rule.expect("there are conditions"));
    }

    /// Lists a call if an argument has one of these values.
    fn if_one(&mut self, call: c_long, argument: u8, values: &[c_int]) {
        for value in values {
            self.if_all(call, &[(argument, SeccompCmpOp::Eq, u64::from(*value as u32))]);
        }
    }

    /// Signals to this process or its group, which it leads.
    fn of_process(&mut self, own: c_int) {
        self.if_one(libc::SYS_kill, 0, &[own, -own, 0]);
        self.if_one(libc::SYS_tgkill, 0, &[own]);
        self.if_one(libc::SYS_prlimit64, 0, &[0]);
    }

    /// Calls that do harmless things and others.
    fn with_arguments(&mut self) {
        use SeccompCmpOp::{Eq, MaskedEq};
        // Threads, no processes.
        let thread = libc::CLONE_THREAD as u64;
        self.if_all(libc::SYS_clone, &[(0, MaskedEq(thread), thread)]);
        self.if_one(
            libc::SYS_prctl,
            0,
            &[libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_NO_NEW_PRIVS, PR_SET_VMA],
        );
        // No signals to the owner of a file, which might be any process.
        self.if_one(
            libc::SYS_fcntl,
            1,
            &[
                libc::F_DUPFD,
                libc::F_DUPFD_CLOEXEC,
                libc::F_GETFD,
                libc::F_SETFD,
                libc::F_GETFL,
                libc::F_SETFL,
                libc::F_GETLK,
                libc::F_SETLK,
                libc::F_SETLKW,
                libc::F_OFD_GETLK,
                libc::F_OFD_SETLK,
                libc::F_OFD_SETLKW,
            ],
        );
        // Nothing that types into a terminal.
        for request in [libc::TCGETS, libc::TIOCGWINSZ, libc::FIONREAD, libc::FIONBIO, FIOCLEX] {
            self.if_all(libc::SYS_ioctl, &[(1, Eq, u64::from(request as u32))]);
        }
        // An open file has no name there.
        let unnamed = libc::AT_EMPTY_PATH as u64;
        self.if_all(libc::SYS_newfstatat, &[(3, MaskedEq(unnamed), unnamed)]);
        self.if_all(libc::SYS_statx, &[(2, MaskedEq(unnamed), unnamed)]);
        // Connects without asking landlock.
        let fast_open = libc::MSG_FASTOPEN as u64;
        self.if_all(libc::SYS_sendto, &[(3, MaskedEq(fast_open), 0)]);
        self.if_all(libc::SYS_sendmsg, &[(2, MaskedEq(fast_open), 0)]);
        // Both ends are in this process. Other kinds can send to any address.
        let (unix, stream) = (libc::AF_UNIX as u64, libc::SOCK_STREAM as u64);
        self.if_all(libc::SYS_socketpair, &[(0, Eq, unix), (1, MaskedEq(KIND), stream)]);
    }

    /// Sockets of TCP, if any port is allowed. Landlock knows no others.
    fn ports(&mut self, sandbox: &Sandbox) {
        use SeccompCmpOp::{Eq, MaskedEq};
        if !sandbox.grants_ports() {
            return;
        }
        for family in [libc::AF_INET, libc::AF_INET6] {
            for protocol in [0, libc::IPPROTO_TCP] {
                self.if_all(
                    libc::SYS_socket,
                    &[
                        (0, Eq, family as u64),
                        (1, MaskedEq(KIND), libc::SOCK_STREAM as u64),
                        (2, Eq, protocol as u64),
                    ],
                );
            }
        }
        self.all(&[libc::SYS_setsockopt]);
        if sandbox.grants_connecting() {
            self.all(&[libc::SYS_connect]);
        }
        if sandbox.grants_listening() {
            self.all(&[libc::SYS_bind, libc::SYS_listen, libc::SYS_accept, libc::SYS_accept4]);
        }
    }

    /// Returns the filter that allows these calls alone.
    fn allowed(self) -> Result<BpfProgram, String> {
        self.program(SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow)
    }

    fn program(self, others: SeccompAction, these: SeccompAction) -> Result<BpfProgram, String> {
        let machine = TargetArch::try_from(std::env::consts::ARCH);
        let filter = machine.and_then(|machine| SeccompFilter::new(self.0, others, these, machine));
        filter.and_then(TryInto::try_into).map_err(|error| error.to_string())
    }
}

/// The bits of a kind of socket, without flags.
const KIND: u64 = 0xf;

/// Names an area of memory.
const PR_SET_VMA: c_int = 0x5356_4d41;

/// Closes a file at an exec.
const FIOCLEX: libc::Ioctl = 0x5451;
