//! What a host tells the constructors of a library, as bytes for the process that has
//! the library.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::time::Duration;

use crate::host::load::host_context::HostContext;
use crate::host::tasks::PluginExecutor;

impl HostContext {
    /// Returns the settings and folders as bytes, whether there is an executor, and how
    /// long tasks have to end.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![u8::from(self.executor.is_some())];
        let nanoseconds = u64::try_from(self.stop_within.as_nanos()).unwrap_or(u64::MAX);
        out.extend(nanoseconds.to_le_bytes());
        for folder in [&self.data_dir, &self.cache_dir] {
            out.push(u8::from(folder.is_some()));
            let path = folder.as_deref().map_or(OsStr::new(""), |path| path.as_os_str());
            put(path.as_bytes(), &mut out);
        }
        #[cfg(feature = "configure")]
        for (interface, registration, values) in self.settings.each() {
            put(interface.as_bytes(), &mut out);
            put(registration.as_bytes(), &mut out);
            put(values, &mut out);
        }
        out
    }

    /// Reads what was written. If the host has an executor, the process has that of
    /// `executor`.
    pub(crate) fn from_bytes(
        mut bytes: &[u8],
        executor: impl FnOnce() -> PluginExecutor,
    ) -> Result<Self, String> {
        let mut context = HostContext::default();
        let has_executor = bytes.split_off_first().ok_or("expected a byte")? == &1;
        let (nanoseconds, rest) = bytes.split_first_chunk().ok_or("expected a time")?;
        bytes = rest;
        context.stop_within = Duration::from_nanos(u64::from_le_bytes(*nanoseconds));
        if has_executor {
            context.executor = executor();
        }
        for folder in [&mut context.data_dir, &mut context.cache_dir] {
            let is_some = bytes.split_off_first() == Some(&1);
            let path = std::ffi::OsString::from_vec(take(&mut bytes)?.to_vec());
            *folder = is_some.then(|| PathBuf::from(path));
        }
        #[cfg(feature = "configure")]
        while !bytes.is_empty() {
            let mut text = || {
                let text = String::from_utf8(take(&mut bytes)?.to_vec());
                text.map_err(|error| error.to_string())
            };
            let (interface, registration) = (text()?, text()?);
            context.settings.add(interface, registration, take(&mut bytes)?.to_vec());
        }
        #[cfg(not(feature = "configure"))]
        if !bytes.is_empty() {
            let text = "expected a worker that passes settings on; \
                        build its program with the feature `configure`, as that of the host";
            return Err(text.to_owned());
        }
        Ok(context)
    }
}

fn put(bytes: &[u8], out: &mut Vec<u8>) {
    // Longer than a message may be, it is refused there.
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend(bytes);
}

fn take<'b>(bytes: &mut &'b [u8]) -> Result<&'b [u8], String> {
    let (len, rest) = bytes.split_first_chunk().ok_or("expected a length")?;
    let len = u32::from_le_bytes(*len) as usize;
    let (taken, rest) = rest.split_at_checked(len).ok_or("expected as many bytes as it says")?;
    *bytes = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let mut context = HostContext::default();
        let is_same = |context: &HostContext| {
            let none = || panic!("there is no executor");
            let read = HostContext::from_bytes(&context.to_bytes(), none).unwrap();
            assert_eq!(read.stop_within, context.stop_within);
            assert_eq!(read.data_dir, context.data_dir);
            assert_eq!(read.cache_dir, context.cache_dir);
            #[cfg(feature = "configure")]
            assert_eq!(
                read.settings.of("a::Tool", "Shout"),
                context.settings.of("a::Tool", "Shout")
            );
        };
        is_same(&context);
        context.stop_within = Duration::from_millis(1500);
        context.cache_dir = Some(OsStr::from_bytes(b"/tmp/\xff").into());
        #[cfg(feature = "configure")]
        context.settings.add("a::Tool".to_owned(), "Shout".to_owned(), vec![0, 1, 0xff]);
        is_same(&context);
        let bytes = context.to_bytes();
        for len in 0..19 {
            let read = HostContext::from_bytes(&bytes[..len], PluginExecutor::default);
            assert!(read.is_err(), "{len}");
        }
        #[cfg(not(feature = "configure"))]
        {
            let more = [&bytes[..], &[0]].concat();
            let more = HostContext::from_bytes(&more, PluginExecutor::default);
            assert!(more.err().unwrap().contains("the feature `configure`"));
        }
    }
}
