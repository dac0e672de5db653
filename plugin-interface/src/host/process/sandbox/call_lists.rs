//! Lists of system calls, for the filters of a sandbox. Processors that came later lack
//! the older ones.

use libc::c_long;

pub(super) use old::{COMPUTE_OLD, LINK_OLD, READ_OLD, WRITE_OLD};

/// Memory, threads, clocks, and files that are open.
pub(super) const COMPUTE: &[c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_get_robust_list,
    libc::SYS_getcpu,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpeername,
    libc::SYS_getpgid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_getsockname,
    libc::SYS_getsockopt,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_memfd_create,
    libc::SYS_mlock,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munlock,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_pselect6,
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigpending,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_shutdown,
    libc::SYS_sigaltstack,
    libc::SYS_sysinfo,
    libc::SYS_timerfd_create,
    libc::SYS_timerfd_gettime,
    libc::SYS_timerfd_settime,
    libc::SYS_times,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Opening and looking, as far as landlock allows it.
pub(super) const READ: &[c_long] = &[
    libc::SYS_faccessat,
    libc::SYS_fadvise64,
    libc::SYS_fstatfs,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_readlinkat,
    libc::SYS_statfs,
    libc::SYS_statx,
];

/// Links to the libraries that a library needs.
pub(super) const LINK: &[c_long] = &[libc::SYS_mkdirat, libc::SYS_symlinkat, libc::SYS_unlinkat];

/// Changing what is in a folder. Permissions, owners and times are missing, which
/// landlock does not know.
pub(super) const WRITE: &[c_long] = &[
    libc::SYS_copy_file_range,
    libc::SYS_fallocate,
    libc::SYS_fdatasync,
    libc::SYS_flock,
    libc::SYS_fsync,
    libc::SYS_ftruncate,
    libc::SYS_linkat,
    libc::SYS_mkdirat,
    libc::SYS_msync,
    libc::SYS_renameat2,
    libc::SYS_sendfile,
    libc::SYS_symlinkat,
    libc::SYS_truncate,
    libc::SYS_unlinkat,
];

/// What a process restricts itself by.
pub(super) const RESTRICT: &[c_long] = &[libc::SYS_landlock_restrict_self, libc::SYS_seccomp];

/// Calls for which the C library has others, if the kernel lacks them. The flags of
/// the first lie in memory, where no filter sees them.
pub(super) const NEWER: &[c_long] = &[
    libc::SYS_clone3,
    libc::SYS_close_range,
    libc::SYS_epoll_pwait2,
    libc::SYS_faccessat2,
    libc::SYS_openat2,
];

#[cfg(target_arch = "x86_64")]
mod old {
    use libc::c_long;

    pub(in super::super) const COMPUTE_OLD: &[c_long] = &[
        libc::SYS_alarm,
        libc::SYS_arch_prctl,
        libc::SYS_dup2,
        libc::SYS_epoll_create,
        libc::SYS_epoll_wait,
        libc::SYS_eventfd,
        libc::SYS_getpgrp,
        libc::SYS_getrlimit,
        libc::SYS_pause,
        libc::SYS_pipe,
        libc::SYS_poll,
        libc::SYS_select,
        libc::SYS_time,
    ];

    pub(in super::super) const READ_OLD: &[c_long] = &[
        libc::SYS_access,
        libc::SYS_getdents,
        libc::SYS_lstat,
        libc::SYS_open,
        libc::SYS_readlink,
        libc::SYS_stat,
    ];

    pub(in super::super) const LINK_OLD: &[c_long] =
        &[libc::SYS_mkdir, libc::SYS_symlink, libc::SYS_unlink];

    pub(in super::super) const WRITE_OLD: &[c_long] = &[
        libc::SYS_creat,
        libc::SYS_link,
        libc::SYS_mkdir,
        libc::SYS_rename,
        libc::SYS_renameat,
        libc::SYS_rmdir,
        libc::SYS_symlink,
        libc::SYS_unlink,
    ];
}

#[cfg(not(target_arch = "x86_64"))]
mod old {
    use libc::c_long;

    pub(in super::super) const COMPUTE_OLD: &[c_long] = &[];
    pub(in super::super) const READ_OLD: &[c_long] = &[];
    pub(in super::super) const LINK_OLD: &[c_long] = &[];
    #[cfg(target_arch = "aarch64")]
    pub(in super::super) const WRITE_OLD: &[c_long] = &[libc::SYS_renameat];
    #[cfg(not(target_arch = "aarch64"))]
    pub(in super::super) const WRITE_OLD: &[c_long] = &[];
}
