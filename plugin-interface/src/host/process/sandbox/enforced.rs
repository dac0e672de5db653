//! What a system enforces of a sandbox.

use core::fmt;

/// What a system enforces of a [`Sandbox`](crate::process::Sandbox).
///
/// Feature `sandbox`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enforced {
    /// That no other paths are opened.
    pub paths: Enforcement,
    /// That no other ports are used, and no sockets but those of TCP.
    pub ports: Enforcement,
    /// That no process is started, traced or sent a signal, and that nothing else is
    /// asked of the system that a plugin does not need.
    pub system_calls: Enforcement,
}

/// What a system enforces of one part of a sandbox.
///
/// Feature `sandbox`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// All of it.
    Full,
    /// Not all of it, for this reason.
    Partial(String),
    /// Nothing of it, for this reason.
    Missing(String),
}

impl Enforced {
    /// Returns `true` if the system enforces all of the sandbox.
    ///
    /// Feature `sandbox`.
    pub fn is_full(&self) -> bool {
        self.parts().iter().all(|(_, part)| **part == Enforcement::Full)
    }

    fn parts(&self) -> [(&'static str, &Enforcement); 3] {
        [("paths", &self.paths), ("ports", &self.ports), ("system calls", &self.system_calls)]
    }

    /// Returns each part as a word and a reason, for a message.
    pub(in super::super) fn words(&self) -> [(&'static str, &str); 3] {
        self.parts().map(|(_, part)| match part {
            Enforcement::Full => ("full", ""),
            Enforcement::Partial(reason) => ("partial", reason.as_str()),
            Enforcement::Missing(reason) => ("missing", reason.as_str()),
        })
    }

    /// Reads the parts of a message.
    pub(in super::super) fn read(words: Vec<(String, String)>) -> Result<Self, String> {
        let part = |(word, reason): (String, String)| match &*word {
            "full" => Ok(Enforcement::Full),
            "partial" => Ok(Enforcement::Partial(reason)),
            "missing" => Ok(Enforcement::Missing(reason)),
            _ => Err(format!("expected full, partial or missing, found `{word}`")),
        };
        let parts = words.into_iter().map(part).collect::<Result<Vec<_>, _>>()?;
        let [paths, ports, system_calls] = <[_; 3]>::try_from(parts)
            .map_err(|parts| format!("expected three parts of a sandbox, found {}", parts.len()))?;
        Ok(Enforced { paths, ports, system_calls })
    }
}

/// Writes one line, such as `paths: full, ports: missing (..), system calls: full`.
impl fmt::Display for Enforced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, part)) in self.parts().into_iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{name}: {part}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Enforcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Enforcement::Full => f.write_str("full"),
            Enforcement::Partial(reason) => write!(f, "partial ({reason})"),
            Enforcement::Missing(reason) => write!(f, "missing ({reason})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written_and_is_one_line() {
        let (paths, ports) = (Enforcement::Full, Enforcement::Partial("old".to_owned()));
        let system_calls = Enforcement::Missing("none".to_owned());
        let enforced = Enforced { paths, ports, system_calls };
        let owned = |enforced: &Enforced| {
            enforced.words().map(|(word, reason)| (word.to_owned(), reason.to_owned())).to_vec()
        };
        assert_eq!(Enforced::read(owned(&enforced)), Ok(enforced.clone()));
        let line = "paths: full, ports: partial (old), system calls: missing (none)";
        assert_eq!(enforced.to_string(), line);
        assert!(!enforced.is_full());
        let mut words = owned(&enforced);
        words[0].0 = "most".to_owned();
        assert_eq!(
            Enforced::read(words.clone()).unwrap_err(),
            "expected full, partial or missing, found `most`"
        );
        words[0].0 = "full".to_owned();
        words.pop();
        assert!(Enforced::read(words).is_err());
    }
}
