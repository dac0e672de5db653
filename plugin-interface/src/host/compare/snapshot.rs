//! The snapshot of an interface: a text file in its author's repository, and the
//! test that compares the two.

use core::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use crate::host::compare::version_check::{InterfaceChange, RequiredBump};
use crate::interface::PluginTrait;
use crate::metadata::signature::Method;
use crate::metadata::{
    InterfaceMetadata, LaterField, MethodMetadata, Reference, TypeMetadata, as_written,
};

/// Fails the calling test if an interface differs from its snapshot.
///
/// The message lists the changes, and says whether existing plugins and hosts
/// keep working and which version the changes require.
///
/// It is one line in the crate that defines the interface. The path is relative
/// to that crate. `SNAPSHOT=overwrite cargo test` writes the file, the first time
/// and after each intended change. Commit the file: a reviewer then sees the
/// change as plugins will see it. The macro needs the feature `manager`, which a
/// crate of interfaces enables under `[dev-dependencies]`, so that plugins do not
/// compile it.
///
/// ```
/// # // In a test of the crate that defines the interface.
/// plugin_interface::assert_snapshot!(dyn plugin_interface::Greeter, "snapshots/Greeter.txt");
/// ```
///
/// # Panics
///
/// If the interface differs from the file, or there is no such file.
#[cfg(feature = "manager")]
#[macro_export]
macro_rules! assert_snapshot {
    ($interface:ty, $file:expr $(,)?) => {
        $crate::__private::assert_snapshot(
            $crate::PluginTrait::of::<$interface>(),
            $crate::__private::core::env!("CARGO_MANIFEST_DIR"),
            $file,
        )
    };
}

/// The environment variable that makes the tests write the files.
const VARIABLE: &str = "SNAPSHOT";

/// The function behind `assert_snapshot!`.
#[track_caller]
pub fn assert_snapshot(interface: PluginTrait, folder: &str, file: &str) {
    let overwrite = env::var_os(VARIABLE).is_some_and(|value| value == "overwrite");
    let now = interface.metadata().expect("this build wrote the record");
    if let Err(text) = check(&now, Path::new(folder), file, overwrite) {
        panic!("{text}");
    }
}

/// Compares an interface with its file, or writes the file.
fn check(
    now: &InterfaceMetadata,
    folder: &Path,
    file: &str,
    overwrite: bool,
) -> Result<(), String> {
    let (path, text) = (folder.join(file), write(now));
    let shown = path.display();
    if overwrite {
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = folder.and_then(|()| fs::write(&path, &text));
        return written.map_err(|error| format!("cannot write {shown}: {error}"));
    }
    let before = fs::read_to_string(&path).map_err(|error| {
        format!(
            "cannot read {shown}: {error}\n  run the tests once with {VARIABLE}=overwrite to write it"
        )
    })?;
    // Line by line: git may have changed the line ends.
    if before.lines().eq(text.lines()) { Ok(()) } else { Err(report(now, &before, file)) }
}

/// Describes the changes of an interface, and what to do.
fn report(now: &InterfaceMetadata, before: &str, file: &str) -> String {
    let mut text = format!("the interface {} differs from {file}", now.path);
    let Some(before) = read(before) else {
        let _ = write!(text, ", which cannot be read\n  run the tests with {VARIABLE}=overwrite");
        return text;
    };
    if before.path != now.path {
        let _ =
            write!(text, ", which describes {}\n  give each interface its own file", before.path);
        return text;
    }
    let change = InterfaceChange::between(&before, now);
    for lines in change.changes() {
        let _ = write!(text, "\n{lines}");
    }
    let bump =
        change.all().map(InterfaceChange::required_bump).max().unwrap_or(RequiredBump::Nothing);
    text += match (bump, change.is_compatible()) {
        (RequiredBump::Nothing, true) => "\n  compatible: nothing that is passed has changed",
        (RequiredBump::Minor, true) => "\n  compatible: existing plugins and hosts keep working",
        (RequiredBump::Nothing | RequiredBump::Minor, false) => {
            "\n  incompatible only because of a version"
        }
        (RequiredBump::Major, _) => "\n  incompatible: existing plugins are rejected",
    };
    let _ = write!(text, "\n  its version {}", version(&change));
    for object in change.objects() {
        let [was, is] = object.versions();
        if object.required_bump() > RequiredBump::Nothing || was != is {
            let _ = write!(text, "\n  that of {} {}", object.path(), version(object));
        }
    }
    let _ = write!(
        text,
        "\n  if the change is intended, run the tests with {VARIABLE}=overwrite, and commit {file}"
    );
    text
}

/// Describes the old, the new and the required version of one interface.
fn version(change: &InterfaceChange<'_>) -> String {
    let ([was, is], required) = (change.versions(), change.required_version());
    let verdict = match (change.is_versioned(), change.required_bump()) {
        (true, RequiredBump::Nothing) if was != is => "although no change requires that".to_owned(),
        (true, _) => "as required".to_owned(),
        (false, _) if let Some((names, since)) = change.lacking_since() => format!(
            "but a method was added: give {} a default body and `#[since(\"{since}\")]`, and write `#[plugin_interface(version = \"{since}\")]`; only if every plugin is built again, write version {required}",
            names.join(", ")
        ),
        (false, bump) => format!(
            "but must be at least {required}: write `#[plugin_interface(version = \"{required}\")]`{}",
            if bump == RequiredBump::Minor {
                format!(" and `#[since(\"{required}\")]`")
            } else {
                String::new()
            }
        ),
    };
    format!("was {was} and is {is}, {verdict}")
}

/// Writes an interface as text, one line for each method and type. The interfaces
/// of its objects follow, each after a line with its name.
fn write(interface: &InterfaceMetadata) -> String {
    let mut text = write_one("interface", interface);
    for object in &interface.objects {
        text += &write_one("object", object);
    }
    text
}

fn write_one(kind: &str, interface: &InterfaceMetadata) -> String {
    let InterfaceMetadata { path, version, send, sync, fingerprint, methods, types, .. } =
        interface;
    let mut text = format!("{kind} {path} {version}\nfingerprint {fingerprint:#034x}\n");
    for (marker, name) in [(send, "Send"), (sync, "Sync")] {
        text += &if *marker { format!("marker {name}\n") } else { String::new() };
    }
    for MethodMetadata { signature, since, fingerprint, names, .. } in methods {
        let since = if since.is_empty() { String::new() } else { format!("since {since} ") };
        let _ = writeln!(text, "method {fingerprint:#034x} {since}{}", as_written(signature));
        text += &write_names(names);
    }
    for TypeMetadata { path, definition, fingerprint, names, later, .. } in types {
        let _ = writeln!(text, "type {fingerprint:#034x} {path} = {}", as_written(definition));
        text += &write_names(names);
        for LaterField { name, since, fingerprint } in later.iter().flatten() {
            let name = if name.is_empty() { String::new() } else { format!(" {name}") };
            let _ = writeln!(text, "later {fingerprint:#034x} since {since}{name}");
        }
    }
    text
}

/// Writes which types and objects the line before names, by their numbers.
fn write_names(names: &[Reference]) -> String {
    let mut text = String::new();
    for name in names {
        let _ = match name {
            Reference::Type(number) => write!(text, " type {number}"),
            Reference::Object(number) => write!(text, " object {number}"),
        };
    }
    if text.is_empty() { text } else { format!("names{text}\n") }
}

/// Reads the text of [`write`].
fn read(text: &str) -> Option<InterfaceMetadata> {
    let mut all: Vec<InterfaceMetadata> = Vec::new();
    for line in text.lines() {
        let (kind, rest) = line.split_once(' ')?;
        let is_first = all.is_empty();
        if kind == if is_first { "interface" } else { "object" } {
            all.push(empty(rest)?);
        } else {
            read_line(all.last_mut()?, kind, rest)?;
        }
    }
    let objects = all.split_off(1.min(all.len()));
    Some(InterfaceMetadata { objects, ..all.pop()? })
}

/// Reads the path and version of an interface, and leaves the rest empty.
fn empty(path_and_version: &str) -> Option<InterfaceMetadata> {
    let (path, version) = path_and_version.rsplit_once(' ')?;
    Some(InterfaceMetadata {
        path: path.to_owned(),
        version: version.to_owned(),
        send: false,
        sync: false,
        fingerprint: 0,
        methods: Vec::new(),
        types: Vec::new(),
        objects: Vec::new(),
    })
}

fn read_line(interface: &mut InterfaceMetadata, kind: &str, rest: &str) -> Option<()> {
    let hex = |text: &str| u128::from_str_radix(text.strip_prefix("0x")?, 16).ok();
    match (kind, rest) {
        ("fingerprint", number) => interface.fingerprint = hex(number)?,
        ("marker", "Send") => interface.send = true,
        ("marker", "Sync") => interface.sync = true,
        ("method", rest) => {
            let (fingerprint, rest) = rest.split_once(' ')?;
            let (since, signature) = match rest.strip_prefix("since ") {
                Some(rest) => rest.split_once(' ')?,
                None => ("", rest),
            };
            interface.methods.push(MethodMetadata {
                name: Method::parse(signature)?.name,
                signature: signature.to_owned(),
                since: since.to_owned(),
                fingerprint: hex(fingerprint)?,
                names: Vec::new(),
            });
        }
        ("names", rest) => {
            let of_method = interface.methods.last_mut().map(|method| &mut method.names);
            let of_type = interface.types.last_mut().map(|ty| &mut ty.names);
            *of_type.or(of_method)? = read_names(rest)?;
        }
        ("type", rest) => {
            let (fingerprint, rest) = rest.split_once(' ')?;
            let (path, definition) = rest.split_once(" = ")?;
            interface.types.push(TypeMetadata {
                path: path.to_owned(),
                version: String::new(),
                definition: definition.to_owned(),
                fingerprint: hex(fingerprint)?,
                names: Vec::new(),
                later: definition.starts_with("growing ").then(Vec::new),
            });
        }
        ("later", rest) => {
            let (fingerprint, rest) = rest.split_once(" since ")?;
            let (since, name) = rest.split_once(' ').unwrap_or((rest, ""));
            interface.types.last_mut()?.later.as_mut()?.push(LaterField {
                name: name.to_owned(),
                since: since.to_owned(),
                fingerprint: hex(fingerprint)?,
            });
        }
        _ => return None,
    }
    Some(())
}

/// Reads the text of [`write_names`].
fn read_names(text: &str) -> Option<Vec<Reference>> {
    let mut words = text.split(' ');
    let mut names = Vec::new();
    while let Some(kind) = words.next() {
        let number = words.next()?.parse().ok()?;
        names.push(match kind {
            "type" => Reference::Type(number),
            "object" => Reference::Object(number),
            _ => return None,
        });
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use crate::host::compare::snapshot::*;

    fn greeter() -> InterfaceMetadata {
        PluginTrait::Greeter.metadata().unwrap()
    }

    #[test]
    fn a_snapshot_can_be_read_back() {
        let mut interface = greeter();
        assert_eq!(read(&write(&interface)), Some(interface.clone()));
        interface.sync = false;
        interface.methods[1].since = "1.1".to_owned();
        interface.types.push(TypeMetadata {
            path: "a::B".to_owned(),
            version: String::new(),
            definition: "struct B { c: D }".to_owned(),
            fingerprint: 7,
            names: vec![Reference::Type(0), Reference::Object(1)],
            later: None,
        });
        let later = |name: &str| LaterField {
            name: name.to_owned(),
            since: "1.1".to_owned(),
            fingerprint: 9,
        };
        interface.types.push(TypeMetadata {
            path: "a::C".to_owned(),
            version: String::new(),
            definition: "growing struct C()".to_owned(),
            fingerprint: 8,
            names: Vec::new(),
            later: Some(vec![later(""), later("d")]),
        });
        interface.objects = vec![greeter(), InterfaceMetadata { sync: false, ..greeter() }];
        assert_eq!(read(&write(&interface)), Some(interface));
        for text in ["", "interface a", "nonsense", "interface a 1.0\nfingerprint 0x1\nmethod 0x1"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_change_comes_with_its_verdict_and_the_remedy() {
        let now = greeter();
        let accept = "\n  if the change is intended, run the tests with SNAPSHOT=overwrite, and commit G.txt";
        let title = "the interface plugin_interface::greeter::Greeter differs from G.txt";
        fn reported(before: &InterfaceMetadata, now: &InterfaceMetadata) -> String {
            super::report(now, &write(before), "G.txt")
        }

        let mut before = now.clone();
        before.methods[1].signature = before.methods[1].signature.replace("target", "whom");
        let expected = format!(
            "{title}\n  method greet:\n    old fn greet(&self, whom: &str) -> String\n    new fn greet(&self, target: &str) -> String\n  compatible: nothing that is passed has changed\n  its version was 1.0 and is 1.0, as required{accept}"
        );
        assert_eq!(reported(&before, &now), expected);

        let mut newer = now.clone();
        newer.fingerprint = 1;
        newer.methods.push(MethodMetadata {
            name: "part".to_owned(),
            signature: "fn part(&self)".to_owned(),
            since: "1.1".to_owned(),
            fingerprint: 1,
            names: Vec::new(),
        });
        let change = "\n  method part:\n    old (none)\n    new fn part(&self), since 1.1\n  compatible: existing plugins and hosts keep working";
        let expected = format!(
            "{title}{change}\n  its version was 1.0 and is 1.0, but must be at least 1.1: write `#[plugin_interface(version = \"1.1\")]` and `#[since(\"1.1\")]`{accept}"
        );
        assert_eq!(reported(&now, &newer), expected);
        newer.version = "1.1".to_owned();
        let expected =
            format!("{title}{change}\n  its version was 1.0 and is 1.1, as required{accept}");
        assert_eq!(reported(&now, &newer), expected);

        newer.version = "1.0".to_owned();
        newer.methods[2].since = String::new();
        let text = reported(&now, &newer);
        let advice = "but a method was added: give part a default body and `#[since(\"1.1\")]`, and write `#[plugin_interface(version = \"1.1\")]`; only if every plugin is built again, write version 2.0";
        assert!(text.contains(advice), "{text}");
        newer.methods[0].fingerprint = 1;
        let text = reported(&now, &newer);
        assert!(text.contains("but must be at least 2.0"), "{text}");

        let mut other = now.clone();
        (other.fingerprint, other.methods[0].fingerprint) = (1, 1);
        other.methods[0].signature = "fn name(&self) -> String".to_owned();
        let expected = format!(
            "{title}\n  method name:\n    old fn name(&self) -> &str\n    new fn name(&self) -> String\n  incompatible: existing plugins are rejected\n  its version was 1.0 and is 1.0, but must be at least 2.0: write `#[plugin_interface(version = \"2.0\")]`{accept}"
        );
        assert_eq!(reported(&now, &other), expected);
    }

    /// A sink that takes text in one of two ways, and may be flushed.
    fn sink(version: &str, put: &str, flush: bool) -> InterfaceMetadata {
        let method = |signature: &str, since: &str| MethodMetadata {
            name: Method::parse(signature).unwrap().name,
            signature: signature.to_owned(),
            since: since.to_owned(),
            fingerprint: signature.len() as u128,
            names: Vec::new(),
        };
        let flush = flush.then(|| method("fn flush(&self)", "1.1"));
        let methods: Vec<_> = [method(put, "")].into_iter().chain(flush).collect();
        let fingerprint = methods.iter().map(|method| method.fingerprint).sum();
        let path_and_version = format!("art::Sink {version}");
        InterfaceMetadata { fingerprint, methods, ..empty(&path_and_version).unwrap() }
    }

    #[test]
    fn a_change_in_the_interface_of_an_object_comes_with_the_version_that_it_requires() {
        const PUT: &str = "fn put(&self, text: &str)";
        const PUT_OWNED: &str = "fn put(&self, text: String)";
        let before = InterfaceMetadata { objects: vec![sink("1.0", PUT, false)], ..greeter() };
        let reported = |sink: InterfaceMetadata| {
            let now = InterfaceMetadata { objects: vec![sink], ..greeter() };
            super::report(&now, &write(&before), "G.txt")
        };
        let expected = |versions: &str, change: &str, verdict: &str, version: &str| {
            format!(
                "the interface plugin_interface::greeter::Greeter differs from G.txt\n  interface art::Sink{versions}{change}\n  {verdict}\n  its version was 1.0 and is 1.0, as required\n  that of art::Sink was 1.0 and is {version}\n  if the change is intended, run the tests with SNAPSHOT=overwrite, and commit G.txt"
            )
        };

        let change = "\n  method put:\n    old fn put(&self, text: &str)\n    new fn put(&self, text: String)";
        let verdict = "incompatible: existing plugins are rejected";
        assert_eq!(
            reported(sink("1.0", PUT_OWNED, false)),
            expected(
                ", version 1.0",
                change,
                verdict,
                "1.0, but must be at least 2.0: write `#[plugin_interface(version = \"2.0\")]`"
            )
        );
        assert_eq!(
            reported(sink("2.0", PUT_OWNED, false)),
            expected(", version 1.0 to 2.0", change, verdict, "2.0, as required")
        );

        let change = "\n  method flush:\n    old (none)\n    new fn flush(&self), since 1.1";
        let verdict = "compatible: existing plugins and hosts keep working";
        assert_eq!(
            reported(sink("1.0", PUT, true)),
            expected(
                ", version 1.0",
                change,
                verdict,
                "1.0, but must be at least 1.1: write `#[plugin_interface(version = \"1.1\")]` and `#[since(\"1.1\")]`"
            )
        );
        assert_eq!(
            reported(sink("1.1", PUT, true)),
            expected(", version 1.0 to 1.1", change, verdict, "1.1, as required")
        );

        let change = ":\n    old version 1.0\n    new version 2.0";
        assert_eq!(
            reported(sink("2.0", PUT, false)),
            expected(
                "",
                change,
                "incompatible only because of a version",
                "2.0, although no change requires that"
            )
        );
    }

    #[test]
    fn a_file_without_objects_is_read_and_lacks_them() {
        let text = write(&greeter());
        assert!(!text.contains("object"), "{text}");
        let objects = vec![sink("1.3", "fn put(&self, text: &str)", false)];
        let text = report(&InterfaceMetadata { objects, ..greeter() }, &text, "G.txt");
        let change = "\n  interface art::Sink:\n    old (none)\n    new version 1.3\n  compatible: nothing that is passed has changed\n  its version was 1.0 and is 1.0, as required\n  if";
        assert!(text.contains(change), "{text}");
    }

    #[test]
    fn an_interface_is_compared_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let check = |now: &InterfaceMetadata, overwrite| {
            super::check(now, folder.path(), "a/G.txt", overwrite)
        };
        let (now, mut other) = (greeter(), greeter());
        other.methods.pop();
        let missing = check(&now, false).unwrap_err();
        assert!(missing.ends_with("run the tests once with SNAPSHOT=overwrite to write it"));
        assert_eq!(check(&now, true), Ok(()));
        assert_eq!(check(&now, false), Ok(()));
        assert!(check(&other, false).unwrap_err().contains("differs from a/G.txt"));
        let file = folder.path().join("a/G.txt");
        let ended_otherwise = fs::read_to_string(&file).unwrap().replace('\n', "\r\n");
        fs::write(&file, ended_otherwise).unwrap();
        assert_eq!(check(&now, false), Ok(()));
        assert_eq!(check(&other, true), Ok(()));
        assert!(check(&now, false).is_err());
    }

    #[test]
    fn a_file_of_another_interface_is_named() {
        let text = report(&greeter(), "text", "G.txt");
        assert!(text.ends_with("which cannot be read\n  run the tests with SNAPSHOT=overwrite"));
        let other = InterfaceMetadata { path: "a::B".to_owned(), ..greeter() };
        let text = report(&greeter(), &write(&other), "G.txt");
        assert!(
            text.ends_with("which describes a::B\n  give each interface its own file"),
            "{text}"
        );
    }
}
