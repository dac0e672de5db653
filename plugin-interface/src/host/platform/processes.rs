//! Unix: a process for a plugin, and how it ends.

use core::mem::MaybeUninit;
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, exit};
use std::thread;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recv, recvmsg, send as send_to, sendmsg,
};
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, getpgrp, getpid, kill_process,
    kill_process_group, setrlimit, waitid,
};

/// No signal is sent if nobody reads a socket any more.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NO_SIGNAL: SendFlags = SendFlags::empty();

/// Writes to a socket.
pub(crate) fn send(socket: &UnixStream, bytes: &[u8]) -> io::Result<usize> {
    Ok(send_to(socket, bytes, NO_SIGNAL)?)
}

/// Writes slices to a socket, one after another.
pub(crate) fn send_slices(socket: &UnixStream, slices: &[IoSlice<'_>]) -> io::Result<usize> {
    Ok(sendmsg(socket, slices, &mut SendAncillaryBuffer::default(), NO_SIGNAL)?)
}

/// Does the same, and waits for nothing.
#[cfg(feature = "log")]
pub(crate) fn send_now(socket: &UnixStream, bytes: &[u8]) -> io::Result<usize> {
    Ok(send_to(socket, bytes, NO_SIGNAL.union(SendFlags::DONTWAIT))?)
}

/// Appends what has come to a socket, as far as there is room, but so many bytes at
/// most. Waits for the first one as long as the socket says.
pub(crate) fn receive(socket: &UnixStream, to: &mut Vec<u8>, most: usize) -> io::Result<usize> {
    receive_as(socket, to, most, RecvFlags::empty())
}

/// Does the same, and waits for nothing.
pub(crate) fn receive_now(socket: &UnixStream, to: &mut Vec<u8>, most: usize) -> io::Result<usize> {
    receive_as(socket, to, most, RecvFlags::DONTWAIT)
}

fn receive_as(
    socket: &UnixStream,
    to: &mut Vec<u8>,
    most: usize,
    flags: RecvFlags,
) -> io::Result<usize> {
    if to.capacity() - to.len() <= most {
        return Ok(recv(socket, spare_capacity(to), flags)?.1);
    }
    let mut bytes = [0; 1024];
    let most = most.min(bytes.len());
    let (len, _) = recv(socket, &mut bytes[..most], flags)?;
    to.extend(&bytes[..len]);
    Ok(len)
}

/// Passes a file to another process, with a few bytes.
pub(crate) fn send_file(socket: &UnixStream, bytes: &[u8], file: BorrowedFd<'_>) -> io::Result<()> {
    send_file_as(socket, bytes, file, NO_SIGNAL)
}

/// Does the same, and waits for nothing: not for a process that takes no files.
pub(crate) fn send_file_now(
    socket: &UnixStream,
    bytes: &[u8],
    file: BorrowedFd<'_>,
) -> io::Result<()> {
    send_file_as(socket, bytes, file, NO_SIGNAL.union(SendFlags::DONTWAIT))
}

fn send_file_as(
    socket: &UnixStream,
    bytes: &[u8],
    file: BorrowedFd<'_>,
    flags: SendFlags,
) -> io::Result<()> {
    let files = [file];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&files)), "there is room for one");
    loop {
        match sendmsg(socket, &[IoSlice::new(bytes)], &mut control, flags) {
            Err(Errno::INTR) => {}
            Ok(sent) if sent < bytes.len() => return Err(io::ErrorKind::WriteZero.into()),
            sent => return Ok(sent.map(drop)?),
        }
    }
}

/// Waits for bytes with a file, which is `None` if this process may open no more. Returns
/// how many bytes came.
pub(crate) fn receive_file(
    socket: &UnixStream,
    bytes: &mut [u8],
) -> io::Result<(usize, Option<OwnedFd>)> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let flags = RecvFlags::CMSG_CLOEXEC;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let flags = RecvFlags::empty();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    loop {
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let came = recvmsg(socket, &mut [IoSliceMut::new(bytes)], &mut control, flags);
        match came {
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(came) => {
                let file = control.drain().find_map(|message| match message {
                    RecvAncillaryMessage::ScmRights(mut files) => files.next(),
                    _ => None,
                });
                // Else what a plugin starts would have it too.
                #[cfg(not(any(target_os = "linux", target_os = "android")))]
                if let Some(file) = &file {
                    rustix::io::fcntl_setfd(file, rustix::io::FdFlags::CLOEXEC)?;
                }
                return Ok((came.bytes, file));
            }
        }
    }
}

/// Waits until something can be read or written, or the other end is closed.
pub(crate) fn is_ready(
    socket: &UnixStream,
    is_writing: bool,
    within: Duration,
) -> io::Result<bool> {
    let flags = if is_writing { PollFlags::OUT } else { PollFlags::IN };
    let within = rustix::event::Timespec::try_from(within).map_err(io::Error::other)?;
    match poll(&mut [PollFd::new(socket, flags)], Some(&within)) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Makes a child the first process of a group.
pub(crate) fn lead_group(command: &mut Command) {
    command.process_group(0);
}

/// Waits until a child has ended, without taking its status: as long as nobody
/// takes it, no other process gets its number. `false` if it lives, or if the
/// system has dropped its status.
pub(crate) fn has_ended(child: &Child, within: Duration) -> bool {
    let end = Instant::now() + within;
    let pid = WaitId::Pid(Pid::from_child(child));
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    loop {
        match waitid(pid.clone(), options) {
            Ok(Some(_)) => return true,
            Ok(None) | Err(Errno::INTR) if Instant::now() < end => {
                thread::sleep(Duration::from_millis(1));
            }
            _ => return false,
        }
    }
}

/// Returns `true` if the system is ending all threads of a child, whose status has not
/// been taken. `false` if it is unknown.
pub(crate) fn is_ending(child: &Child) -> bool {
    #[cfg(target_os = "linux")]
    {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{}/task", child.id())) else {
            return false;
        };
        // One that has gone meanwhile has no file.
        let mut stats =
            threads.filter_map(|thread| std::fs::read(thread.ok()?.path().join("stat")).ok());
        let first = stats.next();
        first.is_some_and(|first| has_ending(&first) && stats.all(|stat| has_ending(&stat)))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = child;
        false
    }
}

/// Returns `true` if the `stat` file of a thread says that it is ending. The name of the
/// thread may have any bytes, and the kernel cuts it after 15.
#[cfg(target_os = "linux")]
fn has_ending(stat: &[u8]) -> bool {
    /// The flag of a thread that ends.
    const EXITING: u32 = 4;
    let stat = String::from_utf8_lossy(stat);
    // The name may have parentheses. The flags are the seventh word behind it.
    let words = stat.rsplit_once(") ").map(|(_, words)| words.split(' ').nth(6));
    let flags = words.flatten().and_then(|word| word.parse::<u32>().ok());
    flags.is_some_and(|flags| flags & EXITING != 0)
}

/// Kills a child and all processes of its group. The status of the child must not
/// have been taken. If the system has dropped it, as in a process that ignores
/// `SIGCHLD`, nothing is killed: another process may have the number by now.
pub(crate) fn kill_group(child: &Child) {
    let pid = Pid::from_child(child);
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    if !matches!(waitid(WaitId::Pid(pid), options), Err(Errno::CHILD)) {
        // It leads a group, which may have ended, and which it may have left.
        let _ = kill_process_group(pid, Signal::KILL);
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Takes over the socket that the parent of this process passed as stdin, which is
/// empty from then on.
pub(crate) fn take_stdin() -> io::Result<UnixStream> {
    let socket: OwnedFd = io::stdin().as_fd().try_clone_to_owned()?;
    let empty = std::fs::File::open("/dev/null")?;
    rustix::stdio::dup2_stdin(&empty)?;
    let socket = UnixStream::from(socket);
    // An error if it is no socket.
    socket.peer_addr()?;
    Ok(socket)
}

/// Ends this process when the thread of the parent ends that started it, on Linux. It
/// is for the time in which that thread waits, and
/// [`end_with_peer`] follows.
#[cfg(feature = "sandbox")]
pub(crate) fn end_with_starter() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
}

/// Ends this process and its group when the parent ends, or closes the socket.
///
/// Two signs of it: a copy of the other end may live on in a process that the
/// parent forked.
pub(crate) fn end_with_peer(socket: &UnixStream) -> io::Result<()> {
    let socket = socket.try_clone()?;
    #[cfg(target_os = "linux")]
    let parent = {
        use rustix::process::{PidfdFlags, getppid, pidfd_open, set_parent_process_death_signal};
        // A process that is stopped sees nothing. The signal comes when the thread
        // ends that started it, and harms none that runs.
        let _ = set_parent_process_death_signal(Some(Signal::CONT));
        // The socket is enough on a system that refuses it.
        getppid().and_then(|parent| pidfd_open(parent, PidfdFlags::empty()).ok())
    };
    #[cfg(not(target_os = "linux"))]
    let parent: Option<OwnedFd> = None;
    let watch = move || {
        // A socket that is closed at the other end is reported without a request.
        let mut signs = vec![PollFd::new(&socket, PollFlags::empty())];
        signs.extend(parent.as_ref().map(|parent| PollFd::new(parent, PollFlags::IN)));
        while poll(&mut signs, None) == Err(Errno::INTR) {}
        end_group();
    };
    thread::Builder::new().name("plugin-worker-watch".to_owned()).spawn(watch).map(drop)
}

/// Kills this process, and its group if it leads one.
pub(crate) fn end_group() -> ! {
    if getpgrp() == getpid() {
        let _ = kill_process_group(getpid(), Signal::KILL);
    }
    exit(1);
}

/// Limits a resource of this process, for good.
pub(crate) fn limit(resource: Limited, most: u64) -> io::Result<()> {
    let resource = match resource {
        Limited::Memory => Resource::As,
        Limited::ProcessorTime => Resource::Cpu,
        Limited::Files => Resource::Nofile,
        Limited::CoreFile => Resource::Core,
    };
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// A resource of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    /// Addresses, in bytes.
    Memory,
    /// Seconds.
    ProcessorTime,
    /// Open files.
    Files,
    /// The file of a crash, in bytes.
    CoreFile,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_name_of_a_thread_may_have_any_bytes() {
        let stat = |name: &[u8], flags: u32| {
            [b"7 (", name, format!(") S 1 2 3 4 5 {flags} 0 0").as_bytes()].concat()
        };
        for name in [&b"plain"[..], b"a) R 1 (b", b"cut after \xc3", b"\xff"] {
            assert!(has_ending(&stat(name, 0x40_0044)), "{name:?}");
            assert!(!has_ending(&stat(name, 0x40_0040)), "{name:?}");
        }
    }

    #[test]
    fn nobody_waits_for_a_process_that_takes_no_files() {
        let (socket, theirs) = UnixStream::pair().unwrap();
        let file = std::fs::File::open("/dev/null").unwrap();
        let pass = || send_file_now(&socket, &[0; 5], file.as_fd());
        let full = (0..100_000).find_map(|_| pass().err());
        assert_eq!(full.unwrap().kind(), io::ErrorKind::WouldBlock);
        assert_eq!(receive_file(&theirs, &mut [0; 5]).unwrap().0, 5);
    }
}
