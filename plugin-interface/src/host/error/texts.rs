//! Each error of a load, in all forms that a program prints: each fact once.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{
    ConfigurationError, InspectError, LoadError, LockDifference, NeedStep, ProxyError, Revocation,
    SignatureError, UnloadError, linker_message,
};
use crate::host::library::outcome::UnloadOutcome;
use crate::host::live::ReloadError;
use crate::metadata::MetadataError;

const FILE: &str = "/plugins/libx.so";
const COPY: &str = "/private/libx.so";
const NAME: &str = "Shout";

fn path() -> PathBuf {
    FILE.into()
}

fn name() -> String {
    NAME.to_owned()
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

fn difference() -> Box<LockDifference> {
    let (expected, found) = ("ab".repeat(32), "cd".repeat(32));
    let lock = "/plugins/plugins.lock".into();
    Box::new(LockDifference { lock, line: 4, what: "sha256", expected, found })
}

fn revocation() -> Box<Revocation> {
    let (list, value) = ("/plugins/plugins.revoked".into(), "ab".repeat(32));
    let (what, reason) = ("SHA-256 digest", "it leaks".to_owned());
    Box::new(Revocation { list, line: 4, what, value, reason, is_loaded: false })
}

fn unknown_key() -> SignatureError {
    let (path, key) = (format!("{FILE}.minisig").into(), "E7620F1842B4E81F".to_owned());
    SignatureError::UnknownKey { path, line: 2, key, trusted: Vec::new() }
}

fn of_inspect() -> Vec<InspectError> {
    use InspectError as E;
    let reason = || "it ends early".to_owned();
    vec![
        E::Read { path: path(), source: missing() },
        E::NotALibrary { path: path(), reason: reason() },
        E::Damaged { path: path(), reason: reason() },
        E::OtherMachine { path: path(), found: "RISC-V".to_owned() },
        E::NotAPlugin { path: path() },
        E::Metadata { path: path(), source: MetadataError::Package },
    ]
}

fn of_load() -> Vec<LoadError> {
    use LoadError as E;
    let message = || "boom".to_owned();
    let linker = || linker_message(&libloading::Error::DlOpenUnknown, Path::new(COPY));
    vec![
        E::DirectoryMissing { path: path() },
        E::NotADirectory { path: path() },
        E::ReadDirectory { path: path(), source: missing() },
        E::Configuration(ConfigurationError::Read { path: path(), source: missing() }),
        E::NotAFile { path: path(), found: "a directory" },
        E::LinkBroken { path: path(), to: "/other".into(), source: missing() },
        E::LinkOutside {
            path: path(),
            to: Path::new("/store/a/libx.so").into(),
            culprit: Path::new("/store").into(),
        },
        E::Read { path: path(), source: missing() },
        E::StillWritten { path: path() },
        E::Copy { path: path(), to: COPY.into(), source: missing() },
        E::Inspect(InspectError::NotAPlugin { path: path() }),
        E::Unlocked { path: path(), lock: "/plugins/plugins.lock".into(), found: "ab".repeat(32) },
        E::Modified { path: path(), difference: difference() },
        E::Unsigned { path: path(), signature: format!("{FILE}.minisig").into() },
        E::Revoked { path: path(), revocation: revocation() },
        E::RevocationsUnknown { path: path(), reason: "cannot read list".into() },
        E::Signature { path: path(), reason: Box::new(unknown_key()) },
        E::LockedMissing { path: path(), lock: "/plugins/plugins.lock".into(), line: 4 },
        E::Duplicate { path: path(), of: "/plugins/liby.so".into() },
        E::AbiVersion { path: path(), expected: 1, found: 2 },
        E::PanicAbort { path: path() },
        E::SharedRuntime { path: path(), library: "libstd.so".to_owned() },
        E::SystemTooOld { path: path(), needed: "GLIBC_2.99".to_owned() },
        E::OtherBuild { path: path(), needed: "/lib/a.so".into(), mapped: "/b.so".into() },
        E::UniqueObject { path: path(), of: "/plugins/liby.so".into(), name: name() },
        E::WorldWritable { path: path(), culprit: path() },
        E::NotPinned { path: path(), found: "9f86".to_owned() },
        E::Denied { path: path(), package: "greeter".to_owned() },
        E::Disabled {
            path: path(),
            package: "greeter".to_owned(),
            file: "/plugins/plugins.toml".into(),
            line: 4,
        },
        E::DisabledByHost { path: path(), package: "x".to_owned(), reason: message() },
        E::Shadowed {
            path: path(),
            package: "x".into(),
            found: "1.10.0".into(),
            by: Path::new("/user/liby.so").into(),
            version: "1.9.2".into(),
        },
        E::Settings {
            path: path(),
            package: "greeter".to_owned(),
            mistakes: vec![ConfigurationError::Missing {
                path: "/plugins/plugins.toml".into(),
                line: 4,
                key: "plugins.greeter.settings.word".to_owned(),
                expected: "a text".to_owned(),
            }],
        },
        E::StillMapped {
            path: path(),
            versions: 64,
            bytes: 9,
            outcome: Box::new(UnloadOutcome::Unmapped),
        },
        E::OtherInterface { path: path(), wanted: "a::Tool".to_owned(), offered: Vec::new() },
        E::NoInterface { path: path() },
        E::SeveralRegistrations {
            path: path(),
            interface: "a::Tool".to_owned(),
            names: vec![name(), "Whisper".to_owned()],
        },
        E::NoSuchRegistration {
            path: path(),
            interface: "a::Tool".to_owned(),
            name: name(),
            names: Vec::new(),
        },
        E::NoRegistration { path: path(), name: "a::Tool".to_owned() },
        E::Mismatch { path: path(), mismatch: Box::new(mismatch()) },
        E::ServiceMissing {
            path: path(),
            plugin: name(),
            interface: "a::Site".into(),
            version: "1.0".into(),
            offered: ["a::Store (version 1.2)".to_owned()].into(),
        },
        E::ServiceMismatch { path: path(), plugin: name(), mismatch: Box::new(mismatch()) },
        E::ProviderFailed {
            path: path(),
            plugin: name(),
            way: [need("/plugins/liby.so"), need("/plugins/libz.so")].into(),
            reason: "/plugins/libz.so: boom".into(),
        },
        E::ServiceCycle {
            path: path(),
            plugin: name(),
            way: [need("/plugins/liby.so"), need(FILE)].into(),
        },
        E::ServiceInUse {
            path: path(),
            user: name(),
            user_path: Path::new("/plugins/liby.so").into(),
            interface: "a::Site".into(),
            mismatch: Some(Box::new(mismatch())),
        },
        E::ProviderInUse { path: path(), users: vec!["Reader in /plugins/liby.so".to_owned()] },
        E::ProbeCrashed { path: path(), how: "it was killed".to_owned() },
        E::ProbeInterrupted { path: path(), how: "it was interrupted".to_owned() },
        E::ProbeTimedOut { path: path(), deadline: Duration::from_secs(3) },
        E::ProbeNotStarted { path: path(), program: "/host".into(), source: missing() },
        E::Open { path: path(), source: linker() },
        E::MissingSymbol { path: path(), symbol: "plugin_entry_v1".to_owned() },
        E::Entry { path: path(), expected: 32, found: 8 },
        E::Connect { path: path(), code: 1 },
        E::Constructor { path: path(), name: name(), message: message() },
        E::ConstructorPanicked { path: path(), name: name(), message: message() },
        E::MakerReturnedNull { path: path(), symbol: "make".to_owned() },
        E::NothingMade { path: path() },
        E::Proxy { path: path(), source: ProxyError::Taken { name: name() } },
        E::Save { path: path(), name: name(), message: message() },
        E::StateInUse { path: path(), name: name() },
        E::Restore { path: path(), name: name(), expected: 1, found: 2, message: message() },
        E::Start { path: path(), name: name(), message: message() },
        E::StartPanicked { path: path(), name: name(), message: message() },
        E::Registration {
            path: path(),
            symbol: "make".to_owned(),
            interface: "a::Tool".to_owned(),
            reason: "it is null".to_owned(),
        },
    ]
}

fn need(provider_path: &str) -> NeedStep {
    NeedStep {
        plugin: name(),
        interface: "a::Site".to_owned(),
        version: "1.0".to_owned(),
        provider: "Blog".to_owned(),
        provider_path: provider_path.into(),
    }
}

fn mismatch() -> crate::host::Mismatch {
    let of = crate::interface::PluginTrait::Greeter.metadata().unwrap();
    let (host, mut plugin) = (of.clone(), of);
    plugin.version = "2.0".to_owned();
    crate::host::Mismatch { host, plugin }
}

fn of_unload() -> Vec<UnloadError> {
    use UnloadError as E;
    vec![
        E::NotLoaded { path: path() },
        E::DropPanicked { path: path(), name: name(), message: "boom".to_owned(), counter: None },
        E::Stop { path: path(), name: name(), message: "full".to_owned(), counter: Some(1) },
        E::StopPanicked { path: path(), name: name(), message: "boom".to_owned(), counter: None },
        E::StopOverdue { path: path(), name: name(), within: Duration::from_secs(3) },
        E::TasksOverdue {
            path: path(),
            name: name(),
            tasks: vec!["poll".to_owned(), "src/lib.rs:7".to_owned()],
            within: Duration::from_secs(3),
            counter: None,
        },
        E::Close { path: path(), source: "it is busy".into() },
    ]
}

/// The text and its causes, as `anyhow` and the program print them.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Checks that each form of the error names the file once.
#[track_caller]
fn names_its_file_once(error: &impl Error) {
    for text in [error.to_string(), chain(error), format!("{error:?}")] {
        assert_eq!(text.matches(FILE).count(), 1, "{text}");
        assert!(!text.contains(COPY) || text.contains("private copy"), "{text}");
    }
    assert_eq!(format!("{error:?}"), chain(error));
}

#[test]
fn each_variant_is_here() {
    let variants = |source: &str| source.matches("    #[error(").count();
    assert_eq!(variants(include_str!("load.rs")), of_load().len());
    assert_eq!(variants(include_str!("inspect.rs")), of_inspect().len());
    assert_eq!(variants(include_str!("unload.rs")), of_unload().len());
}

#[test]
fn each_error_names_its_file_once() {
    of_load().iter().for_each(names_its_file_once);
    of_inspect().iter().for_each(names_its_file_once);
    of_unload().iter().for_each(names_its_file_once);
}

#[test]
fn a_reload_adds_the_stage_and_repeats_nothing() {
    for error in of_load() {
        let (text, stage) = (error.to_string(), error.stage());
        let error = ReloadError::Refused { path: path(), stage, source: Box::new(error) };
        names_its_file_once(&error);
        assert_eq!(error.to_string(), format!("{text} (at the stage `{stage}`)"));
        assert_eq!(format!("{error:?}").matches("stage").count(), 1, "{error:?}");
    }
    names_its_file_once(&ReloadError::Reentered { path: path() });
    #[cfg(feature = "watch")]
    names_its_file_once(&ReloadError::NotWatched { path: path(), source: missing() });
}

#[cfg(feature = "watch")]
#[test]
fn an_error_of_a_watch_repeats_nothing() {
    use crate::host::WatchError;

    for error in of_load() {
        names_its_file_once(&WatchError::Load {
            path: path(),
            error,
            serving: true,
            retried: true,
        });
    }
    for error in of_unload() {
        names_its_file_once(&WatchError::Unload { error });
    }
}

#[test]
fn what_a_scan_found_names_its_file_once() {
    use crate::host::{Rejected, ScanEntry};

    for error in of_load() {
        let rejected = Rejected { path: path(), error };
        assert_eq!(format!("{rejected:?}").matches(FILE).count(), 1, "{rejected:?}");
        assert_eq!(rejected.to_string().matches(FILE).count(), 1, "{rejected}");
        let found = ScanEntry { path: path(), result: Err(rejected.error) };
        assert_eq!(format!("{found:?}").matches(FILE).count(), 1, "{found:?}");
    }
}
