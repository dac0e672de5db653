//! The limits of a worker.

use std::io;
use std::time::Duration;

use crate::host::platform::processes::{Limited, limit};

/// The limits of a worker, which the system enforces.
///
/// They are set before anything of the library runs, and cannot be raised. A worker
/// never writes a core file.
///
/// Feature `process`.
///
/// ```
/// use plugin_interface::process::{Limits, Worker};
///
/// let limits = Limits::new().memory(1 << 30).files(64);
/// let worker = Worker::new("my-host").limits(limits);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    memory: Option<u64>,
    processor_time: Option<u64>,
    files: Option<u64>,
}

impl Limits {
    /// Returns no limits.
    ///
    /// Feature `process`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits the memory, in bytes of address space. A plugin in Rust aborts when
    /// an allocation fails.
    ///
    /// Feature `process`.
    pub fn memory(self, bytes: u64) -> Self {
        Limits { memory: Some(bytes), ..self }
    }

    /// Limits the processor time of each worker, in whole seconds.
    ///
    /// Feature `process`.
    pub fn processor_time(self, time: Duration) -> Self {
        // None at all would be no time to load the library.
        Limits { processor_time: Some(time.as_secs().max(1)), ..self }
    }

    /// Limits the number of open files.
    ///
    /// Feature `process`.
    pub fn files(self, count: u64) -> Self {
        Limits { files: Some(count), ..self }
    }

    fn all(&self) -> [(&'static str, Limited, Option<u64>); 3] {
        [
            ("memory", Limited::Memory, self.memory),
            ("processor-time", Limited::ProcessorTime, self.processor_time),
            ("files", Limited::Files, self.files),
        ]
    }

    /// Writes the limits as one argument.
    pub(super) fn write(&self) -> String {
        let set = self.all().into_iter().filter_map(|(name, _, most)| Some((name, most?)));
        set.map(|(name, most)| format!("{name}={most}")).collect::<Vec<_>>().join(",")
    }

    /// Reads what was written; `None` if it was not.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut limits = Limits::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (name, most) = part.split_once('=')?;
            let most = most.parse().ok()?;
            match name {
                "memory" => limits.memory = Some(most),
                "processor-time" => limits.processor_time = Some(most),
                "files" => limits.files = Some(most),
                _ => return None,
            }
        }
        Some(limits)
    }

    /// Sets the limits of this process.
    pub(super) fn set(&self) -> io::Result<()> {
        limit(Limited::CoreFile, 0)?;
        for (_, resource, most) in self.all() {
            if let Some(most) = most {
                limit(resource, most)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_they_were_written() {
        let all = Limits::new().memory(1).processor_time(Duration::from_millis(1)).files(3);
        assert_eq!(all.write(), "memory=1,processor-time=1,files=3");
        for limits in [all, Limits::new(), Limits::new().files(u64::MAX)] {
            assert_eq!(Limits::read(&limits.write()), Some(limits));
        }
        for text in ["memory", "memory=", "memory=-1", "other=1"] {
            assert_eq!(Limits::read(text), None, "{text}");
        }
    }
}
