//! What became of an interface, and which version that needs: by the comparison
//! that admits libraries.

use super::difference::{Difference, NONE, differences};
use super::stages::admit::fits;
use crate::metadata::{InterfaceMetadata, MethodMetadata};

/// Which version the changes of an interface need.
///
/// ```
/// use plugin_interface::Need;
/// assert!(Need::Major > Need::Minor);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Nothing that crosses has changed.
    Nothing,
    /// What was built before goes on working: a new minor version.
    Minor,
    /// What was built before is refused: a new major version.
    Major,
}

/// An interface as it was, and as it is.
///
/// ```no_run
/// # fn main() -> Result<(), plugin_interface::InspectError> {
/// use plugin_interface::{Evolution, inspect};
///
/// let (old, new) = (inspect("old/libtools.so")?, inspect("new/libtools.so")?);
/// let evolution = Evolution::between(&old.interfaces[0], &new.interfaces[0]);
/// println!("what was built before goes on working: {}", evolution.is_compatible());
/// for change in evolution.changes() {
///     println!("{change}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Evolution<'i> {
    old: &'i InterfaceMetadata,
    new: &'i InterfaceMetadata,
    need: Need,
}

impl<'i> Evolution<'i> {
    /// Compares two states of one interface.
    pub fn between(old: &'i InterfaceMetadata, new: &'i InterfaceMetadata) -> Self {
        // What the versions claim does not change what they need.
        let unversioned = InterfaceMetadata { version: old.version.clone(), ..new.clone() };
        let fits_all =
            fits(old, &unversioned) && earlier(old).all(|earlier| fits(&earlier, &unversioned));
        let need = match fits_all {
            false => Need::Major,
            true if old.fingerprint == new.fingerprint => Need::Nothing,
            true => Need::Minor,
        };
        Evolution { old, new, need }
    }

    /// Which version the changes need, whichever the interface bears.
    pub fn need(&self) -> Need {
        self.need
    }

    /// Whether hosts and plugins of the old one, and of its earlier versions, fit
    /// those of the new one: by what decides when a library is loaded.
    pub fn is_compatible(&self) -> bool {
        self.need < Need::Major && fits(self.old, self.new)
    }

    /// Whether the version was raised as far as the changes need.
    pub fn is_versioned(&self) -> bool {
        let (old, new) = (numbers(&self.old.version), numbers(&self.new.version));
        let is_raised = new >= self.needed();
        // A method that came with a version that was there without it.
        let is_late = |method: &MethodMetadata| numbers(&method.since) <= old;
        match self.need {
            Need::Minor if old.0 == new.0 => is_raised && !self.appended().any(is_late),
            _ => is_raised,
        }
    }

    /// The least version that the interface may bear after the changes.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), plugin_interface::InspectError> {
    /// # use plugin_interface::{Evolution, inspect};
    /// # let (old, new) = (inspect("old/libtools.so")?, inspect("new/libtools.so")?);
    /// let evolution = Evolution::between(&old.interfaces[0], &new.interfaces[0]);
    /// assert!(evolution.is_versioned(), "needs version {}", evolution.needed_version());
    /// # Ok(())
    /// # }
    /// ```
    pub fn needed_version(&self) -> String {
        let (major, minor) = self.needed();
        format!("{major}.{minor}")
    }

    fn needed(&self) -> (u64, u64) {
        let (major, minor) = numbers(&self.old.version);
        match self.need {
            Need::Nothing => (major, minor),
            Need::Minor => (major, minor.saturating_add(1)),
            Need::Major => (major.saturating_add(1), 0),
        }
    }

    /// What changed, each in a few lines that tell old from new.
    pub fn changes(&self) -> Vec<String> {
        let changes = match self.need {
            Need::Major if !fits_by_types(self.old, self.new) => differences(self.old, self.new),
            _ => self.growth(),
        };
        let text = |change: Difference| {
            let mut text = String::new();
            // A string takes everything.
            let _ = change.write(&mut text, ["old", "new"]);
            text.trim_start_matches('\n').to_owned()
        };
        changes.into_iter().map(text).collect()
    }

    /// The methods that are new at the end.
    fn appended(&self) -> impl Iterator<Item = &'i MethodMetadata> {
        self.new.methods.iter().skip(self.old.methods.len())
    }

    /// What changes where all that both sides have is the same.
    fn growth(&self) -> Vec<Difference> {
        let (old, new) = (&self.old.methods, &self.new.methods);
        let mut changes = Vec::new();
        for (old, new) in old.iter().zip(new) {
            let place = format!("method {}", new.name);
            if old.since != new.since {
                let since = [old, new].map(|method| match method.since.as_str() {
                    "" => "always there".to_owned(),
                    since => format!("since {since}"),
                });
                changes.push(Difference::new(place, since));
            } else if old.signature != new.signature {
                changes.push(Difference::new(place, [&old.signature, &new.signature]));
            }
        }
        let only = |method: &MethodMetadata, is_new: bool| {
            let text = format!("{}, since {}", method.signature, method.since);
            let sides = if is_new { [NONE.to_owned(), text] } else { [text, NONE.to_owned()] };
            Difference::new(format!("method {}", method.name), sides)
        };
        changes.extend(old.iter().skip(new.len()).map(|method| only(method, false)));
        changes.extend(self.appended().map(|method| only(method, true)));
        for old in &self.old.types {
            let new = self.new.types.iter().find(|new| new.path == old.path);
            if let Some(new) = new.filter(|new| new.definition != old.definition) {
                let definitions = [&old.definition, &new.definition];
                changes.push(Difference::new(format!("type {}", old.path), definitions));
            }
        }
        changes
    }
}

/// Whether they fit but for their versions.
fn fits_by_types(old: &InterfaceMetadata, new: &InterfaceMetadata) -> bool {
    fits(old, &InterfaceMetadata { version: old.version.clone(), ..new.clone() })
}

/// The versions of an interface that came before it: those without its later
/// methods, which plugins may still be of.
fn earlier(interface: &InterfaceMetadata) -> impl Iterator<Item = InterfaceMetadata> {
    let methods = &interface.methods;
    let begins = (1..methods.len())
        .filter(|&i| !methods[i].since.is_empty() && methods[i].since != methods[i - 1].since);
    begins.map(|i| InterfaceMetadata {
        // Which it was, the text does not tell.
        fingerprint: 0,
        methods: methods[..i].to_vec(),
        ..interface.clone()
    })
}

/// The numbers of a version, such as `1.2`.
fn numbers(version: &str) -> (u64, u64) {
    let (major, minor) = version.split_once('.').unwrap_or((version, ""));
    (major.parse().unwrap_or(0), minor.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An interface of these methods, each with the version that it came with.
    fn interface(version: &str, methods: &[(&str, &str)]) -> InterfaceMetadata {
        let methods: Vec<_> = methods
            .iter()
            .map(|(signature, since)| MethodMetadata {
                name: signature.split(['(', ' ']).nth(1).unwrap().to_owned(),
                signature: (*signature).to_owned(),
                since: (*since).to_owned(),
                fingerprint: hash(&signature.replace("other: ", "value: ")),
            })
            .collect();
        InterfaceMetadata {
            path: "tools::Tool".to_owned(),
            version: version.to_owned(),
            send: true,
            sync: true,
            fingerprint: methods.iter().fold(1, |all, m| all ^ m.fingerprint),
            methods,
            types: Vec::new(),
            objects: Vec::new(),
        }
    }

    fn hash(text: &str) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    }

    const A: (&str, &str) = ("fn a(&self)", "");
    const B: (&str, &str) = ("fn b(&self, value: u8)", "1.1");

    #[test]
    fn what_a_change_needs_and_whether_the_version_has_it() {
        let one = interface("1.0", &[A]);
        let two = interface("1.1", &[A, B]);
        let cases = [
            (&one, interface("1.0", &[A]), Need::Nothing, true, true, "1.0"),
            (&one, interface("1.1", &[A]), Need::Nothing, true, true, "1.0"),
            (&one, interface("2.0", &[A]), Need::Nothing, false, true, "1.0"),
            (&two, interface("1.0", &[A, B]), Need::Nothing, true, false, "1.1"),
            (&one, interface("1.1", &[A, B]), Need::Minor, true, true, "1.1"),
            // It was version 1.1 without that method.
            (&interface("1.1", &[A]), interface("1.1", &[A, B]), Need::Minor, true, false, "1.2"),
            (&interface("1.1", &[A]), interface("1.2", &[A, B]), Need::Minor, true, false, "1.2"),
            (&two, interface("1.2", &[A]), Need::Minor, true, true, "1.2"),
            // Plugins of version 1.0 would be refused.
            (&two, interface("1.1", &[A, (B.0, "")]), Need::Major, false, false, "2.0"),
            (&one, interface("1.0", &[(A.0, ""), (B.0, "")]), Need::Major, false, false, "2.0"),
            (&one, interface("1.1", &[("fn a(&mut self)", "")]), Need::Major, false, false, "2.0"),
            (&one, interface("2.0", &[("fn a(&mut self)", "")]), Need::Major, false, true, "2.0"),
        ];
        for (old, new, need, compatible, versioned, version) in cases {
            let evolution = Evolution::between(old, &new);
            let found = (
                evolution.need(),
                evolution.is_compatible(),
                evolution.is_versioned(),
                &*evolution.needed_version(),
            );
            assert_eq!(found, (need, compatible, versioned, version), "{old:?}\n{new:?}");
        }
    }

    #[test]
    fn changes_are_told_from_both_sides() {
        let changes = |old: &[_], new: &[_]| {
            let (old, new) = (interface("1.0", old), interface("1.1", new));
            Evolution::between(&old, &new).changes()
        };
        assert_eq!(changes(&[A], &[A]), [""; 0]);
        assert_eq!(
            changes(&[A], &[A, B]),
            ["  method b:\n    old (none)\n    new fn b(&self, value: u8), since 1.1"]
        );
        assert_eq!(
            changes(&[A, B], &[A]),
            ["  method b:\n    old fn b(&self, value: u8), since 1.1\n    new (none)"]
        );
        assert_eq!(
            changes(&[B], &[("fn b(&self, other: u8)", "1.1")]),
            ["  method b:\n    old fn b(&self, value: u8)\n    new fn b(&self, other: u8)"]
        );
        assert_eq!(
            changes(&[A, B], &[A, (B.0, "")]),
            ["  method b:\n    old since 1.1\n    new always there"]
        );
        assert_eq!(
            changes(&[A, (B.0, "")], &[("fn a(&self) -> u8", "")]),
            [
                "  method a:\n    old fn a(&self)\n    new fn a(&self) -> u8",
                "  method b:\n    old fn b(&self, value: u8)\n    new (none)",
            ]
        );
    }
}
