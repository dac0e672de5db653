//! What a worker prints, of which the end is kept.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The number of bytes that are kept.
const KEPT: usize = 64 << 10;

/// The end of what was printed.
#[derive(Clone, Debug, Default)]
pub(super) struct Printed(Arc<Mutex<VecDeque<u8>>>);

impl Printed {
    pub(super) fn text(&self) -> String {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(last.make_contiguous()).into_owned()
    }

    fn add(&self, bytes: &[u8]) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.extend(bytes);
        let over = last.len().saturating_sub(KEPT);
        last.drain(..over);
    }
}

/// The output of one worker. A thread reads it until the last process has closed it,
/// so that nobody waits for room.
#[derive(Debug)]
pub(super) struct Output {
    printed: Printed,
    has_ended: Mutex<Receiver<()>>,
}

impl Output {
    pub(super) fn start(mut pipe: PipeReader) -> io::Result<Self> {
        let printed = Printed::default();
        let kept = printed.clone();
        let (ended, has_ended) = channel();
        let read = move || {
            let mut bytes = [0; 4096];
            loop {
                match pipe.read(&mut bytes) {
                    Ok(len @ 1..) => kept.add(&bytes[..len]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Ok(0) | Err(_) => break,
                }
            }
            drop::<Sender<()>>(ended);
        };
        thread::Builder::new().name("plugin-worker-output".to_owned()).spawn(read)?;
        Ok(Output { printed, has_ended: Mutex::new(has_ended) })
    }

    pub(super) fn printed(&self) -> Printed {
        self.printed.clone()
    }

    /// Returns its end when the worker has ended. A process that left the group may
    /// hold the output open: it is not waited for.
    pub(super) fn last_text(&self) -> String {
        const PATIENCE: Duration = Duration::from_millis(50);
        let has_ended = self.has_ended.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = has_ended.recv_timeout(PATIENCE);
        drop(has_ended);
        self.printed.text()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_end_of_a_long_output_is_kept() {
        let (reader, mut writer) = io::pipe().unwrap();
        let output = Output::start(reader).unwrap();
        writer.write_all(&[b'x'; KEPT]).unwrap();
        writer.write_all(b"last \xff").unwrap();
        drop(writer);
        output
            .has_ended
            .lock()
            .unwrap()
            .recv_timeout(Duration::from_secs(60))
            .expect_err("the end of the pipe");
        let text = output.last_text();
        assert!(text.starts_with('x') && text.ends_with("xlast \u{fffd}"));
        assert_eq!(text.len(), KEPT + "\u{fffd}".len() - 1);
    }
}
