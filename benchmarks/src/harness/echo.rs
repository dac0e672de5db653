//! A process that answers each message with as many bytes as it asks for, over a
//! pair of sockets: what a call between two processes cannot do without.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Child;

use anyhow::Result;

use super::child::command;

/// The number of bytes of the message and of the answer.
const HEADER: usize = 8;

/// The host's side.
pub struct Echo {
    socket: UnixStream,
    buffer: RefCell<Vec<u8>>,
    child: Child,
}

impl Echo {
    pub fn start() -> Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        let child = command("echo", &[])?.stdin(OwnedFd::from(theirs)).spawn()?;
        Ok(Echo { socket, buffer: RefCell::default(), child })
    }

    /// Sends a message of so many bytes, and gets an answer of so many.
    pub fn round(&self, there: usize, back: usize) -> Result<()> {
        let mut socket = &self.socket;
        let mut buffer = self.buffer.borrow_mut();
        buffer.resize((HEADER + there).max(back), 1);
        buffer[..4].copy_from_slice(&(there as u32).to_le_bytes());
        buffer[4..HEADER].copy_from_slice(&(back as u32).to_le_bytes());
        socket.write_all(&buffer[..HEADER + there])?;
        Ok(socket.read_exact(&mut buffer[..back])?)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other side.
pub fn serve() {
    let socket = io::stdin().as_fd().try_clone_to_owned().unwrap();
    let mut socket = UnixStream::from(socket);
    let (mut buffer, mut len) = (vec![0; 1 << 20], 0);
    loop {
        let found = socket.read(&mut buffer[len..]).unwrap();
        if found == 0 {
            return;
        }
        len += found;
        let number = |at: usize| u32::from_le_bytes(buffer[at..at + 4].try_into().unwrap());
        if len < HEADER || len < HEADER + number(0) as usize {
            continue;
        }
        let back = number(4) as usize;
        socket.write_all(&buffer[..back]).unwrap();
        len = 0;
    }
}
