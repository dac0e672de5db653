//! The changes of an interface and of those that it refers to, and the version that
//! each of them requires. The comparison is the one that admits libraries.

use core::{fmt, iter};

use crate::host::compare::additions::{additions, appended, later};
use crate::host::compare::diff::{Difference, NONE, differences};
use crate::host::compare::fit::{is_compatible, is_compatible_alone};
use crate::host::compare::{growing, pairs};
use crate::metadata::{InterfaceMetadata, MethodMetadata};

/// The version step that the changes of an interface require.
///
/// ```
/// use plugin_interface::RequiredBump;
/// assert!(RequiredBump::Major > RequiredBump::Minor);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequiredBump {
    /// Nothing that is passed has changed.
    Nothing,
    /// Existing plugins and hosts keep working: a new minor version.
    Minor,
    /// Existing plugins are rejected: a new major version.
    Major,
}

/// The difference between an old and a new state of an interface, and of the
/// interfaces of its objects.
///
/// Each interface has its own version, and is compared by that version alone. So
/// an interface with unchanged methods keeps its version even if one that it
/// [refers to](InterfaceChange::objects) changes. That one gets a new version.
///
/// ```no_run
/// # fn main() -> Result<(), plugin_interface::InspectError> {
/// use plugin_interface::{InterfaceChange, inspect};
///
/// let (old, new) = (inspect("old/libtools.so")?, inspect("new/libtools.so")?);
/// let change = InterfaceChange::between(&old.interfaces[0], &new.interfaces[0]);
/// println!("existing plugins keep working: {}", change.is_compatible());
/// for text in change.changes() {
///     println!("{text}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct InterfaceChange<'i> {
    old: &'i InterfaceMetadata,
    new: &'i InterfaceMetadata,
    bump: RequiredBump,
    objects: Vec<InterfaceChange<'i>>,
}

impl fmt::Debug for InterfaceChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InterfaceChange")
            .field("interface", &self.new.path)
            .field("old", &self.old.version)
            .field("new", &self.new.version)
            .field("bump", &self.bump)
            .field("objects", &self.objects)
            .finish()
    }
}

impl<'i> InterfaceChange<'i> {
    /// Compares two states of one interface.
    pub fn between(old: &'i InterfaceMetadata, new: &'i InterfaceMetadata) -> Self {
        // An interface may refer to itself.
        let itself = [old, new].map(|it| InterfaceMetadata { objects: Vec::new(), ..it.clone() });
        let others = pairs::objects(old, new).into_iter().filter(|both| *both != itself.each_ref());
        let objects = others.map(|[old, new]| InterfaceChange::alone(old, new)).collect();
        InterfaceChange { objects, ..InterfaceChange::alone(old, new) }
    }

    /// Compares the two without the interfaces that they refer to.
    fn alone(old: &'i InterfaceMetadata, new: &'i InterfaceMetadata) -> Self {
        // The versions have no influence on the required one.
        let unversioned = InterfaceMetadata { version: old.version.clone(), ..new.clone() };
        let fits_all = is_compatible_alone(old, &unversioned)
            && earlier(old).all(|earlier| is_compatible_alone(&earlier, &unversioned));
        let bump = match fits_all {
            false => RequiredBump::Major,
            true if old.fingerprint == new.fingerprint => RequiredBump::Nothing,
            true => RequiredBump::Minor,
        };
        InterfaceChange { old, new, bump, objects: Vec::new() }
    }

    /// The full path of the interface.
    pub fn path(&self) -> &'i str {
        &self.new.path
    }

    /// The old and the new version.
    pub fn versions(&self) -> [&'i str; 2] {
        [&self.old.version, &self.new.version]
    }

    /// The changes of the interfaces that it refers to, directly or not, if both
    /// states list them. For each of these, this list is empty.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), plugin_interface::InspectError> {
    /// # use plugin_interface::{InterfaceChange, inspect};
    /// # let (old, new) = (inspect("old/libtools.so")?, inspect("new/libtools.so")?);
    /// let change = InterfaceChange::between(&old.interfaces[0], &new.interfaces[0]);
    /// for object in change.objects().iter().filter(|object| !object.is_versioned()) {
    ///     println!("{} needs version {}", object.path(), object.required_version());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn objects(&self) -> &[InterfaceChange<'i>] {
        &self.objects
    }

    /// Returns this interface, then those that it refers to.
    pub(crate) fn all(&self) -> impl Iterator<Item = &InterfaceChange<'i>> {
        iter::once(self).chain(&self.objects)
    }

    /// Returns the version step that its own changes require, whatever its version
    /// is.
    pub fn required_bump(&self) -> RequiredBump {
        self.bump
    }

    /// Returns `true` if hosts and plugins of the old state, and of its earlier
    /// versions, are compatible with those of the new one.
    ///
    /// This is the check of a load, so it includes the interfaces of objects.
    pub fn is_compatible(&self) -> bool {
        self.all().all(|one| one.bump < RequiredBump::Major) && is_compatible(self.old, self.new)
    }

    /// Returns `true` if its version is as high as its own changes require.
    pub fn is_versioned(&self) -> bool {
        let (old, new) = (numbers(&self.old.version), numbers(&self.new.version));
        let is_raised = new >= self.required();
        // A method or field whose `since` is a version that existed without it.
        let is_late = |since: &str| numbers(since) <= old;
        let is_late_method = |method: &MethodMetadata| is_late(&method.since);
        match self.bump {
            RequiredBump::Minor if old.0 == new.0 => {
                is_raised
                    && !appended(self.old, self.new).iter().any(is_late_method)
                    && !growing::appended(self.old, self.new).any(|field| is_late(&field.since))
            }
            _ => is_raised,
        }
    }

    /// Returns the lowest version that its own changes allow.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), plugin_interface::InspectError> {
    /// # use plugin_interface::{InterfaceChange, inspect};
    /// # let (old, new) = (inspect("old/libtools.so")?, inspect("new/libtools.so")?);
    /// let change = InterfaceChange::between(&old.interfaces[0], &new.interfaces[0]);
    /// assert!(change.is_versioned(), "needs version {}", change.required_version());
    /// # Ok(())
    /// # }
    /// ```
    pub fn required_version(&self) -> String {
        let (major, minor) = self.required();
        format!("{major}.{minor}")
    }

    /// Returns the methods at the end that only lack `#[since]`, and the version
    /// that would add them. With it, existing plugins would keep working.
    pub(crate) fn lacking_since(&self) -> Option<(Vec<&'i str>, String)> {
        let (major, minor) = numbers(&self.old.version);
        let since = format!("{major}.{}", minor.saturating_add(1));
        let lacks = |method: &&MethodMetadata| method.since.is_empty();
        let names = appended(self.old, self.new).iter().filter(lacks);
        let names: Vec<_> = names.map(|method| method.name.as_str()).collect();
        let mut mended = InterfaceMetadata { version: since.clone(), ..self.new.clone() };
        for method in mended.methods.iter_mut().skip(self.old.methods.len()) {
            method.since.clone_from(&since);
        }
        let is_enough = InterfaceChange::alone(self.old, &mended).bump == RequiredBump::Minor;
        (!names.is_empty() && is_enough).then_some((names, since))
    }

    fn required(&self) -> (u64, u64) {
        let (major, minor) = numbers(&self.old.version);
        match self.bump {
            RequiredBump::Nothing => (major, minor),
            RequiredBump::Minor => (major, minor.saturating_add(1)),
            RequiredBump::Major => (major.saturating_add(1), 0),
        }
    }

    /// Returns its changes and those of the interfaces that it refers to, each in a
    /// few lines with the old and the new text. A change of another interface
    /// begins with the path of that interface.
    pub fn changes(&self) -> Vec<String> {
        let mut changes = self.own_changes();
        changes.extend(self.objects.iter().flat_map(InterfaceChange::changes_behind));
        changes.extend(self.objects_of_one());
        let text = |change: Difference| {
            let mut text = String::new();
            // Writing to a string cannot fail.
            let _ = change.write(&mut text, ["old", "new"]);
            text.trim_start_matches('\n').to_owned()
        };
        changes.into_iter().map(text).collect()
    }

    fn own_changes(&self) -> Vec<Difference> {
        match self.bump {
            RequiredBump::Major if !is_compatible_by_types(self.old, self.new) => {
                let mut changes = differences(self.old, self.new);
                changes.extend(later(self.old, self.new));
                changes
            }
            _ => additions(self.old, self.new),
        }
    }

    /// Returns its changes, as those of an interface of objects.
    fn changes_behind(&self) -> Vec<Difference> {
        let (path, [old, new]) = (self.path(), self.versions());
        let mut changes = self.own_changes();
        if changes.is_empty() && old != new {
            changes.push(Difference::new(
                format!("interface {path}"),
                [old, new].map(|version| format!("version {version}")),
            ));
            return changes;
        }
        let to = if old == new { String::new() } else { format!(" to {new}") };
        for change in &mut changes {
            change.place.insert(0, format!("interface {path}, version {old}{to}"));
        }
        changes
    }

    /// Returns the interfaces that only one state refers to. No load compares them.
    fn objects_of_one(&self) -> Vec<Difference> {
        let unknown = |to: &InterfaceMetadata, of: &'i InterfaceMetadata| {
            let paths: Vec<_> = to.objects.iter().map(|known| known.path.clone()).collect();
            of.objects.iter().filter(move |object| !paths.contains(&object.path))
        };
        let version = |object: &InterfaceMetadata| format!("version {}", object.version);
        let gone = unknown(self.new, self.old).map(|it| (it, [version(it), NONE.to_owned()]));
        let come = unknown(self.old, self.new).map(|it| (it, [NONE.to_owned(), version(it)]));
        gone.chain(come)
            .map(|(object, sides)| Difference::new(format!("interface {}", object.path), sides))
            .collect()
    }
}

/// Returns `true` if both are compatible apart from their versions.
fn is_compatible_by_types(old: &InterfaceMetadata, new: &InterfaceMetadata) -> bool {
    is_compatible_alone(old, &InterfaceMetadata { version: old.version.clone(), ..new.clone() })
}

/// Returns the earlier versions of an interface, which have fewer of its methods.
/// Existing plugins may have been built against them.
fn earlier(interface: &InterfaceMetadata) -> impl Iterator<Item = InterfaceMetadata> {
    let methods = &interface.methods;
    let begins = (1..methods.len())
        .filter(|&i| !methods[i].since.is_empty() && methods[i].since != methods[i - 1].since);
    begins.map(|i| InterfaceMetadata {
        // The record does not contain it.
        fingerprint: 0,
        methods: methods[..i].to_vec(),
        ..interface.clone()
    })
}

/// Returns the two numbers of a version, such as `1.2`.
fn numbers(version: &str) -> (u64, u64) {
    let (major, minor) = version.split_once('.').unwrap_or((version, ""));
    (major.parse().unwrap_or(0), minor.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use crate::host::compare::version_check::*;
    use crate::metadata::{LaterField, TypeMetadata};

    /// Returns an interface of these methods, each with its `since`.
    fn interface(version: &str, methods: &[(&str, &str)]) -> InterfaceMetadata {
        let methods: Vec<_> = methods
            .iter()
            .map(|(signature, since)| MethodMetadata {
                name: signature.split(['(', ' ']).nth(1).unwrap().to_owned(),
                signature: (*signature).to_owned(),
                since: (*since).to_owned(),
                fingerprint: hash(&signature.replace("other: ", "value: ")),
                names: Vec::new(),
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

    fn hash(text: &str) -> u128 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish().into()
    }

    const A: (&str, &str) = ("fn a(&self)", "");
    const B: (&str, &str) = ("fn b(&self, value: u8)", "1.1");

    #[test]
    fn a_field_that_was_appended_requires_a_minor_version() {
        let state = |version: &str, since: &[&str]| {
            let later = since.iter().enumerate().map(|(i, since)| LaterField {
                name: format!("field{i}"),
                since: (*since).to_owned(),
                fingerprint: i as u128,
            });
            let mut interface = interface(version, &[A]);
            interface.fingerprint ^= 8 << since.len();
            interface.types.push(TypeMetadata {
                path: "tools::Page".to_owned(),
                version: String::new(),
                definition: "growing struct Page { text: String }".to_owned(),
                fingerprint: 5,
                names: Vec::new(),
                later: Some(later.collect()),
            });
            interface
        };
        let old = state("1.1", &["1.1"]);
        for (new, versioned) in [
            (state("1.1", &["1.1", "1.2"]), false),
            (state("1.2", &["1.1", "1.1"]), false),
            (state("1.2", &["1.1", "1.2"]), true),
        ] {
            let change = InterfaceChange::between(&old, &new);
            assert_eq!(change.required_bump(), RequiredBump::Minor);
            assert!(change.is_compatible());
            assert_eq!(change.is_versioned(), versioned, "{}", new.version);
            assert_eq!(change.required_version(), "1.2");
        }
        let mut other = state("1.2", &["1.1", "1.2"]);
        other.types[0].later.as_mut().unwrap()[0].fingerprint = 9;
        let change = InterfaceChange::between(&old, &other);
        assert_eq!(change.required_bump(), RequiredBump::Major);
        assert!(change.changes()[0].contains("in the field field0 of tools::Page"));
    }

    #[test]
    fn a_change_requires_a_version_and_the_version_may_lack_it() {
        let one = interface("1.0", &[A]);
        let two = interface("1.1", &[A, B]);
        let cases = [
            (&one, interface("1.0", &[A]), RequiredBump::Nothing, true, true, "1.0"),
            (&one, interface("1.1", &[A]), RequiredBump::Nothing, true, true, "1.0"),
            (&one, interface("2.0", &[A]), RequiredBump::Nothing, false, true, "1.0"),
            (&two, interface("1.0", &[A, B]), RequiredBump::Nothing, true, false, "1.1"),
            (&one, interface("1.1", &[A, B]), RequiredBump::Minor, true, true, "1.1"),
            // It was version 1.1 without that method.
            (
                &interface("1.1", &[A]),
                interface("1.1", &[A, B]),
                RequiredBump::Minor,
                true,
                false,
                "1.2",
            ),
            (
                &interface("1.1", &[A]),
                interface("1.2", &[A, B]),
                RequiredBump::Minor,
                true,
                false,
                "1.2",
            ),
            (&two, interface("1.2", &[A]), RequiredBump::Minor, true, true, "1.2"),
            // Plugins of version 1.0 would be rejected.
            (&two, interface("1.1", &[A, (B.0, "")]), RequiredBump::Major, false, false, "2.0"),
            (
                &one,
                interface("1.0", &[(A.0, ""), (B.0, "")]),
                RequiredBump::Major,
                false,
                false,
                "2.0",
            ),
            (
                &one,
                interface("1.1", &[("fn a(&mut self)", "")]),
                RequiredBump::Major,
                false,
                false,
                "2.0",
            ),
            (
                &one,
                interface("2.0", &[("fn a(&mut self)", "")]),
                RequiredBump::Major,
                false,
                true,
                "2.0",
            ),
        ];
        for (old, new, bump, compatible, versioned, version) in cases {
            let change = InterfaceChange::between(old, &new);
            let found = (
                change.required_bump(),
                change.is_compatible(),
                change.is_versioned(),
                &*change.required_version(),
            );
            assert_eq!(found, (bump, compatible, versioned, version), "{old:?}\n{new:?}");
        }
    }

    #[test]
    fn changes_show_both_states() {
        let changes = |old: &[_], new: &[_]| {
            let (old, new) = (interface("1.0", old), interface("1.1", new));
            InterfaceChange::between(&old, &new).changes()
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

    /// Returns an interface with these interfaces of objects.
    fn referring(to: &[InterfaceMetadata]) -> InterfaceMetadata {
        InterfaceMetadata { objects: to.to_vec(), ..interface("1.0", &[A]) }
    }

    fn named(path: &str, version: &str, methods: &[(&str, &str)]) -> InterfaceMetadata {
        InterfaceMetadata { path: path.to_owned(), ..interface(version, methods) }
    }

    #[test]
    fn an_object_that_lost_its_earlier_version_is_incompatible_although_versions_are_equal() {
        let old = referring(&[named("tools::Part", "1.1", &[A, B])]);
        let new = referring(&[named("tools::Part", "1.1", &[A, (B.0, "")])]);
        let change = InterfaceChange::between(&old, &new);
        assert!(is_compatible(&old, &new), "those of version 1.1 are compatible");
        assert!(!change.is_compatible(), "those of version 1.0 are not");
        let [part] = change.objects() else { panic!("{change:?}") };
        assert_eq!(
            (change.required_bump(), part.required_bump()),
            (RequiredBump::Nothing, RequiredBump::Major)
        );
        assert_eq!((change.is_versioned(), part.is_versioned()), (true, false));
        assert_eq!((&*change.required_version(), &*part.required_version()), ("1.0", "2.0"));
        assert_eq!(
            change.changes(),
            [
                "  interface tools::Part, version 1.1\n  method b:\n    old since 1.1\n    new always there"
            ]
        );
    }

    #[test]
    fn an_interface_that_refers_to_itself_is_compared_once() {
        let to_itself = |version, methods: &[_]| {
            let alone = interface(version, methods);
            InterfaceMetadata { objects: vec![alone.clone()], ..alone }
        };
        let (old, new) = (to_itself("1.0", &[A]), to_itself("1.1", &[A, B]));
        let change = InterfaceChange::between(&old, &new);
        assert_eq!((change.objects().len(), change.changes().len()), (0, 1));
        // A hand-written record may list another version, and a load reads that.
        let new = InterfaceMetadata { objects: vec![interface("2.0", &[A])], ..old.clone() };
        let change = InterfaceChange::between(&old, &new);
        assert!(!change.is_compatible() && !is_compatible(&old, &new));
        assert_eq!(
            change.changes(),
            ["  interface tools::Tool:\n    old version 1.0\n    new version 2.0"]
        );
    }

    #[test]
    fn a_later_method_is_reported_beside_a_broken_one() {
        let (old, new) =
            (interface("1.0", &[A]), interface("2.0", &[("fn a(&self) -> u8", ""), B]));
        assert_eq!(
            InterfaceChange::between(&old, &new).changes(),
            [
                "  method a:\n    old fn a(&self)\n    new fn a(&self) -> u8",
                "  method b:\n    old (none)\n    new fn b(&self, value: u8), since 1.1",
            ]
        );
    }
}
