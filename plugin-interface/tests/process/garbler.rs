//! A process between a host and its worker, which changes the frames that pass.
//!
//! It runs this program again, without its own arguments, as the worker. A frame is
//! a length of four bytes and as many bytes.

use std::env::args_os;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Command, exit};
use std::thread;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// Numbers that look random, the same for each seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        // A linear congruential generator, whose high bits are used.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % most.max(1)
    }
}

/// Takes the direction, `to-worker` or `to-host`, a seed, and one in how many frames is
/// changed.
pub(crate) fn run() -> ! {
    let arguments: Vec<_> = args_os().skip(2).collect();
    let (direction, seed) = (&arguments[0], arguments[1].to_str().unwrap().parse().unwrap());
    let one_in = arguments[2].to_str().unwrap().parse().unwrap();
    let host = UnixStream::from(io::stdin().as_fd().try_clone_to_owned().unwrap());
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    let mut worker = command.args(&arguments[3..]).stdin(OwnedFd::from(theirs)).spawn().unwrap();
    // Its end of the socket.
    drop(command);
    let (to_worker, to_host) = (direction == "to-worker", direction == "to-host");
    let [from_host, from_worker] = [&host, &ours].map(|it| it.try_clone().unwrap());
    let worker_end = ours.try_clone().unwrap();
    let to_worker = to_worker.then_some((Random(seed), one_in));
    thread::spawn(move || {
        // The first message of the host has what the constructors are told, and a
        // connection follows.
        let first = read(&from_host).and_then(|first| (&ours).write_all(&first));
        if first.and_then(|()| pass_file(&from_host, &ours)).is_ok() {
            pass(from_host, ours, to_worker, 0);
        }
    });
    // The worker greets twice.
    pass(from_worker, host, to_host.then_some((Random(seed), one_in)), 2);
    drop(worker_end);
    let status = worker.wait().unwrap();
    exit(status.code().unwrap_or(1));
}

/// Passes frames on, and changes some after the first ones.
fn pass(
    mut from: UnixStream,
    mut to: UnixStream,
    mut random: Option<(Random, usize)>,
    first: usize,
) {
    let mut count = 0;
    while let Ok(mut frame) = read(&mut from) {
        if let Some((random, one_in)) = random.as_mut().filter(|_| count >= first)
            && random.below(*one_in) == 0
        {
            change(&mut frame, random);
        }
        count += 1;
        if to.write_all(&frame).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
    let _ = from.shutdown(std::net::Shutdown::Both);
}

/// Passes on one byte with a file.
fn pass_file(from: &UnixStream, to: &UnixStream) -> io::Result<()> {
    let mut byte = [0];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    recvmsg(from, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::empty())?;
    let file = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut files) => files.next(),
        _ => None,
    });
    let file = file.ok_or_else(|| io::Error::other("a file"))?;
    let files = [file.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&files)));
    sendmsg(to, &[IoSlice::new(&byte)], &mut control, SendFlags::empty())?;
    Ok(())
}

fn read(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; 4];
    from.read_exact(&mut frame)?;
    let len = u32::from_le_bytes([frame[0], frame[1], frame[2], frame[3]]) as usize;
    frame.resize(4 + len, 0);
    from.read_exact(&mut frame[4..])?;
    Ok(frame)
}

/// Changes some bytes of a message. A length that is too large makes the receiver
/// wait, which takes a while, so it is rare. So is a change in the head, which ends the
/// process: most are in the values behind it, where both sides go on.
fn change(frame: &mut Vec<u8>, random: &mut Random) {
    const EDGES: [u8; 6] = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
    /// The bytes before the values of an answer: its number, and the kind of the reply.
    const HEAD: usize = 9;
    let message = frame.len() - 4;
    match random.below(256) {
        0 => frame[random.below(4)] ^= 1 << random.below(8),
        // Shorter or longer, with a length that says so.
        1..=8 => {
            let len = random.below(message + 1);
            frame.truncate(4 + len);
        }
        9..=16 => frame.extend((0..random.below(9)).map(|at| at as u8)),
        _ => {
            let head = if random.below(8) == 0 { 0 } else { HEAD.min(message) };
            for _ in 0..=random.below(3) {
                let at = 4 + head + random.below(message - head);
                if let Some(byte) = frame.get_mut(at) {
                    *byte = match random.below(2) {
                        0 => EDGES[random.below(EDGES.len())],
                        _ => *byte ^ (1 << random.below(8)),
                    };
                }
            }
            return;
        }
    }
    if frame.len() - 4 != message {
        let len = (frame.len() - 4) as u32;
        frame[..4].copy_from_slice(&len.to_le_bytes());
    }
}
