//! The facts of an error, by which programs decide: its stage, its class, its
//! check and its path, for each error once.

use std::path::Path;

use super::class::ErrorClass;
use super::inspect::InspectError;
use super::load::LoadError;
use super::stage::Stage;
use crate::abi::ENTRY_SYMBOL;

impl LoadError {
    /// Returns the stage that failed.
    pub fn stage(&self) -> Stage {
        self.facts().stage
    }

    /// Returns the class of the error: what a program does about it.
    pub fn class(&self) -> ErrorClass {
        self.facts().class
    }

    /// Returns the name of the check of `plugin-host check` that the library
    /// fails.
    pub fn check(&self) -> &'static str {
        self.facts().check
    }

    /// Returns the directory or the library that was not loaded.
    pub fn path(&self) -> &Path {
        use LoadError as E;
        match self {
            E::DirectoryMissing { path, .. }
            | E::NotADirectory { path, .. }
            | E::ReadDirectory { path, .. }
            | E::NotAFile { path, .. }
            | E::LinkBroken { path, .. }
            | E::LinkOutside { path, .. }
            | E::Read { path, .. }
            | E::StillWritten { path, .. }
            | E::Copy { path, .. }
            | E::Duplicate { path, .. }
            | E::AbiVersion { path, .. }
            | E::PanicAbort { path, .. }
            | E::WorldWritable { path, .. }
            | E::NotPinned { path, .. }
            | E::Unlocked { path, .. }
            | E::Modified { path, .. }
            | E::Unsigned { path, .. }
            | E::Signature { path, .. }
            | E::Revoked { path, .. }
            | E::RevocationsUnknown { path, .. }
            | E::LockedMissing { path, .. }
            | E::Denied { path, .. }
            | E::Disabled { path, .. }
            | E::DisabledByHost { path, .. }
            | E::Shadowed { path, .. }
            | E::Settings { path, .. }
            | E::StillMapped { path, .. }
            | E::OtherInterface { path, .. }
            | E::NoInterface { path, .. }
            | E::SeveralRegistrations { path, .. }
            | E::NoSuchRegistration { path, .. }
            | E::NoRegistration { path, .. }
            | E::Mismatch { path, .. }
            | E::ServiceMissing { path, .. }
            | E::ProviderFailed { path, .. }
            | E::ServiceCycle { path, .. }
            | E::ServiceInUse { path, .. }
            | E::ProviderInUse { path, .. }
            | E::ServiceMismatch { path, .. }
            | E::ProbeCrashed { path, .. }
            | E::ProbeInterrupted { path, .. }
            | E::ProbeTimedOut { path, .. }
            | E::ProbeNotStarted { path, .. }
            | E::SharedRuntime { path, .. }
            | E::SystemTooOld { path, .. }
            | E::OtherBuild { path, .. }
            | E::UniqueObject { path, .. }
            | E::Open { path, .. }
            | E::MissingSymbol { path, .. }
            | E::Entry { path, .. }
            | E::Connect { path, .. }
            | E::Constructor { path, .. }
            | E::ConstructorPanicked { path, .. }
            | E::MakerReturnedNull { path, .. }
            | E::NothingMade { path, .. }
            | E::Proxy { path, .. }
            | E::Save { path, .. }
            | E::StateInUse { path, .. }
            | E::Restore { path, .. }
            | E::Start { path, .. }
            | E::StartPanicked { path, .. }
            | E::Registration { path, .. } => path,
            E::Inspect(error) => error.path(),
            E::Configuration(error) => error.path(),
        }
    }

    /// The facts that programs decide by, once for each error.
    fn facts(&self) -> Facts {
        use ErrorClass::{Crashed, Failed, Incompatible, Refused, TimedOut, Usage};
        use LoadError as E;
        use Stage::{Admit, Connect, Copy, Discover, Make, Open, Probe, Restore, Settle, Start};
        let facts = |stage, class, check| Facts { stage, class, check };
        match self {
            E::DirectoryMissing { .. } | E::NotADirectory { .. } => facts(Discover, Usage, "file"),
            E::ReadDirectory { .. } | E::LinkBroken { .. } => facts(Discover, Failed, "file"),
            E::Configuration(error) => facts(Discover, error.class(), "file"),
            E::NotAFile { .. } => facts(Settle, Failed, "file"),
            E::Read { source, .. } => facts(Settle, ErrorClass::of(source), "file"),
            E::StillWritten { .. } => facts(Settle, Failed, "settled"),
            E::WorldWritable { .. } | E::LinkOutside { .. } => facts(Settle, Refused, "writers"),
            E::StillMapped { .. } => facts(Settle, Refused, "policy"),
            E::Copy { .. } => facts(Copy, Failed, "settled"),
            E::NotPinned { .. } | E::Unlocked { .. } | E::Modified { .. } => {
                facts(Copy, Refused, "policy")
            }
            E::Unsigned { .. }
            | E::Signature { .. }
            | E::Revoked { .. }
            | E::RevocationsUnknown { .. } => facts(Copy, Refused, "policy"),
            E::LockedMissing { .. } => facts(Discover, Refused, "policy"),
            E::Duplicate { .. } => facts(Copy, Failed, "file"),
            E::Inspect(error) => facts(Stage::Check, error.class(), error.check()),
            E::Denied { .. }
            | E::Disabled { .. }
            | E::DisabledByHost { .. }
            | E::Shadowed { .. } => facts(Admit, Refused, "policy"),
            E::Settings { .. } => facts(Admit, Failed, "policy"),
            E::AbiVersion { .. } => facts(Admit, Incompatible, "abi"),
            E::PanicAbort { .. } => facts(Admit, Incompatible, "panics"),
            E::OtherInterface { .. } | E::Mismatch { .. } => {
                facts(Admit, Incompatible, "implementations")
            }
            E::ServiceMissing { .. }
            | E::ServiceMismatch { .. }
            | E::ProviderFailed { .. }
            | E::ServiceCycle { .. }
            | E::ServiceInUse { .. } => facts(Admit, Incompatible, "constructors"),
            E::ProviderInUse { .. } => facts(Admit, Refused, "policy"),
            E::NoInterface { .. }
            | E::NoRegistration { .. }
            | E::SeveralRegistrations { .. }
            | E::NoSuchRegistration { .. } => facts(Admit, Failed, "implementations"),
            E::ProbeCrashed { .. } => facts(Probe, Crashed, "probe"),
            E::ProbeTimedOut { .. } => facts(Probe, TimedOut, "probe"),
            E::ProbeNotStarted { .. } | E::ProbeInterrupted { .. } => facts(Probe, Failed, "probe"),
            E::SharedRuntime { .. } | E::SystemTooOld { .. } => {
                facts(Admit, Incompatible, "machine")
            }
            E::OtherBuild { .. } | E::UniqueObject { .. } => facts(Admit, Refused, "policy"),
            E::Open { .. } => facts(Open, Failed, "open"),
            E::MissingSymbol { symbol, .. } if symbol == ENTRY_SYMBOL => {
                facts(Open, Failed, "entry")
            }
            E::MissingSymbol { .. } => facts(Open, Failed, "constructors"),
            E::Entry { .. } | E::Connect { .. } => facts(Connect, Incompatible, "entry"),
            E::ConstructorPanicked { .. } => facts(Make, Crashed, "constructors"),
            E::Registration { .. } => facts(Make, Incompatible, "constructors"),
            E::Constructor { .. }
            | E::MakerReturnedNull { .. }
            | E::NothingMade { .. }
            | E::Proxy { .. } => facts(Make, Failed, "constructors"),
            E::Save { .. } | E::StateInUse { .. } | E::Restore { .. } => {
                facts(Restore, Failed, "constructors")
            }
            E::Start { .. } => facts(Start, Failed, "constructors"),
            E::StartPanicked { .. } => facts(Start, Crashed, "constructors"),
        }
    }

    /// Returns whether a second attempt makes sense while the file stays as it
    /// is.
    #[cfg(feature = "watch")]
    pub(crate) fn retry(&self) -> Retry {
        match self {
            LoadError::StillWritten { .. } => Retry::Soon,
            // The signature may be written after the file.
            LoadError::Unsigned { .. } | LoadError::Signature { .. } => Retry::Later,
            LoadError::RevocationsUnknown { .. } => Retry::Later,
            // The file may be half written where no lease tells.
            error if error.stage() <= Stage::Check => Retry::WhenQuiet,
            LoadError::SharedRuntime { .. } | LoadError::SystemTooOld { .. } => Retry::Never,
            LoadError::ServiceMissing { .. } | LoadError::ServiceMismatch { .. } => Retry::Later,
            LoadError::ProviderFailed { .. } | LoadError::ServiceCycle { .. } => Retry::Later,
            LoadError::ServiceInUse { .. } | LoadError::ProviderInUse { .. } => Retry::Later,
            LoadError::OtherBuild { .. } | LoadError::UniqueObject { .. } => Retry::Later,
            // The file is whole, and its own metadata says what is wrong.
            error if error.stage() == Stage::Admit => Retry::Never,
            // Its code ran into something that may come later.
            _ => Retry::Later,
        }
    }
}

/// The answers of an error.
struct Facts {
    stage: Stage,
    class: ErrorClass,
    check: &'static str,
}

/// The sense of a second attempt to load a file that did not change.
#[cfg(feature = "watch")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// The writer may be done in a moment.
    Soon,
    /// The writer may have been silent for a while.
    WhenQuiet,
    /// What it needs may come: a dependency, a licence, a device.
    Later,
    Never,
}

impl InspectError {
    /// Returns the class of the error.
    pub fn class(&self) -> ErrorClass {
        self.facts().0
    }

    /// Returns the name of the check of `plugin-host check` that the file fails.
    pub fn check(&self) -> &'static str {
        self.facts().1
    }

    /// Returns the file; empty if it was read from memory.
    pub fn path(&self) -> &Path {
        use InspectError as E;
        match self {
            E::Read { path, .. }
            | E::NotALibrary { path, .. }
            | E::Damaged { path, .. }
            | E::OtherMachine { path, .. }
            | E::NotAPlugin { path }
            | E::Metadata { path, .. } => path,
        }
    }

    fn facts(&self) -> (ErrorClass, &'static str) {
        use ErrorClass::{Failed, Incompatible};
        use InspectError as E;
        match self {
            E::Read { source, .. } => (ErrorClass::of(source), "file"),
            E::NotALibrary { .. } => (Failed, "format"),
            E::Damaged { .. } => (Failed, "integrity"),
            E::OtherMachine { .. } => (Incompatible, "machine"),
            E::NotAPlugin { .. } => (Failed, "plugin"),
            E::Metadata { .. } => (Failed, "metadata"),
        }
    }
}
