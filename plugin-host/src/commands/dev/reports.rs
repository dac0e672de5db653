//! The reports of the user's own host, which come line by line in a file.

use std::fs::File;
use std::io::Read as _;

use plugin_interface::crossbeam_channel::Sender;
use plugin_interface::dev::DevReport;

use super::event::Event;

/// The reports that a host writes, as far as they were read.
pub(super) struct Reports {
    file: File,
    /// A line that has no end yet.
    begun: Vec<u8>,
    events: Sender<Event>,
}

impl Reports {
    pub(super) fn of(file: File, events: Sender<Event>) -> Self {
        Reports { file, begun: Vec::new(), events }
    }

    /// Passes on what is new. Without it, less is known of the host.
    pub(super) fn pass_on(&mut self) {
        let _ = self.file.read_to_end(&mut self.begun);
        while let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            let report = DevReport::read(&String::from_utf8_lossy(&line[..end]));
            if let Some(report) = report {
                let _ = self.events.send(Event::HostReported(report));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use plugin_interface::crossbeam_channel::unbounded;

    use super::*;

    #[test]
    fn a_line_is_passed_on_once_it_has_its_end() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let (send, events) = unbounded();
        let mut reports = Reports::of(file.reopen().unwrap(), send);
        let mut passed_on = |written: &str| {
            file.write_all(written.as_bytes()).unwrap();
            reports.pass_on();
            let panics = events.try_iter().map(|event| match event {
                Event::HostReported(report) => report.panics,
                _ => unreachable!("nothing else is sent"),
            });
            Vec::from_iter(panics)
        };
        assert_eq!(passed_on(""), [0_u64; 0]);
        assert_eq!(passed_on("1 used 5 6 7 1\n1 us"), [1]);
        assert_eq!(passed_on("ed 5 6 7 "), [0_u64; 0]);
        assert_eq!(passed_on("2\nnot a report\n1 used 5 6 7 3\n"), [2, 3]);
    }
}
