//! Every fact about an operating system.
//!
//! `unix` and `windows` have the same functions, and so have `linux` and
//! `portable`, which stands in for it elsewhere. The places of libraries and the
//! threads are known on Linux and on Windows. The rest of the host calls
//! them without asking for the system. A function that a system cannot offer
//! says so by its result.

pub(crate) mod c_library;
pub(crate) mod exit_status;
mod file_numbers;
#[cfg(target_os = "linux")]
mod frames;
#[cfg(target_os = "linux")]
mod image;
#[cfg(target_os = "linux")]
mod linux;
pub(crate) mod machine;
pub(crate) mod parent_death;
#[cfg(not(target_os = "linux"))]
mod portable;
#[cfg(not(any(target_os = "linux", windows)))]
mod portable_image;
#[cfg(not(any(target_os = "linux", windows)))]
mod portable_threads;
#[cfg(all(unix, feature = "process"))]
pub(crate) mod processes;
#[cfg(all(target_os = "linux", feature = "process"))]
pub(crate) mod shared_memory;
#[cfg(all(unix, not(target_os = "linux"), feature = "process"))]
#[path = "shared_memory_elsewhere.rs"]
pub(crate) mod shared_memory;
#[cfg(target_os = "linux")]
mod threads;
#[cfg(unix)]
mod unix;
#[cfg(all(target_os = "linux", feature = "crash-notes"))]
mod unwind;
#[cfg(windows)]
mod windows;

pub(crate) use file_numbers::FileNumbers;
#[cfg(target_os = "linux")]
pub(crate) use frames::each_frame;
#[cfg(target_os = "linux")]
pub(crate) use image::{Image, is_of_content, mapped};
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use image::{place, thread_local_place};
#[cfg(all(target_os = "linux", feature = "sandbox"))]
pub(crate) use linux::inherit_no_files;
#[cfg(target_os = "linux")]
pub(crate) use linux::{
    c_library, caught_signals, end_with_parent, fence_all_threads, has_holes, has_lease, next_data,
    next_hole, register_fences, signal_name, take_lease, thread_name,
};
#[cfg(not(target_os = "linux"))]
pub(crate) use portable::{
    c_library, caught_signals, end_with_parent, fence_all_threads, has_holes, next_data, next_hole,
    register_fences, signal_name, thread_name,
};
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) use portable::{has_lease, take_lease};
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) use portable_image::{Image, is_of_content, mapped};
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) use portable_threads::{SystemThread, threads};
#[cfg(target_os = "linux")]
pub(crate) use threads::{SystemThread, threads};
#[cfg(all(unix, not(target_os = "linux")))]
use unix::is_mapped;
#[cfg(all(unix, any(feature = "hot-library", feature = "watch")))]
pub(crate) use unix::look;
#[cfg(all(unix, feature = "trust"))]
pub(crate) use unix::may_others_write;
#[cfg(unix)]
pub(crate) use unix::{
    ChildPipe, another_stdout, at_exit, enter_by_owner_only, file_at, file_numbers, is_interrupted,
    is_missing, is_named, is_no_child, is_of_this_user, is_of_writer, is_sticky,
    is_trusted_in_sticky, is_world_writable, keep, killed_by, link, map, never_wait, os_string,
    path_bytes, read_at, special_file,
};
#[cfg(all(
    feature = "crash-notes",
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub(crate) use unwind::{UnwindTables, unwind_tables};
#[cfg(all(windows, any(feature = "hot-library", feature = "watch")))]
pub(crate) use windows::files::look;
#[cfg(windows)]
pub(crate) use windows::files::{file_numbers, has_lease, is_of_writer, take_lease};
#[cfg(windows)]
pub(crate) use windows::image::{
    Image, file_at, is_missing, is_named, is_of_content, keep, mapped,
};
#[cfg(all(windows, feature = "trust"))]
pub(crate) use windows::may_others_write;
#[cfg(windows)]
pub(crate) use windows::threads::{SystemThread, threads};
#[cfg(windows)]
pub(crate) use windows::{
    ChildPipe, another_stdout, at_exit, enter_by_owner_only, is_interrupted, is_no_child,
    is_of_this_user, is_sticky, is_trusted_in_sticky, is_world_writable, killed_by, link, map,
    never_wait, os_string, path_bytes, read_at, special_file,
};
