//! The error of a load, with the path of what was not loaded.

use core::fmt;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::configuration::{ConfigurationError, Mistakes};
use super::debug::debug_as_message;
use super::inspect::InspectError;
use super::load_texts::{
    file_name, hint, in_lock, in_this_version, is_newer, linker_message, listed, moved, untrusted,
};
use super::lock_difference::LockDifference;
use super::need_step::{NeedStep, Way};
use super::proxy::ProxyError;
use super::revocation::Revocation;
use super::signature::SignatureError;
use crate::host::compare::mismatch::Mismatch;
use crate::host::library::outcome::UnloadOutcome;
use crate::host::services::offers::offered_services;

/// The error of loading a directory or a library.
///
/// ```
/// use plugin_interface::{LoadError, PluginManager, PluginTrait};
///
/// let error = PluginManager::new().load_plugins("no/such/folder", PluginTrait::Greeter);
/// assert!(matches!(error, Err(LoadError::DirectoryMissing { .. })));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The directory does not exist.
    #[error("no such directory: {}; name the directory that the plugins are in", path.display())]
    DirectoryMissing {
        /// The directory.
        path: PathBuf,
    },
    /// The path names a file instead of a directory.
    #[error("expected a directory, found a file: {}; name the directory that it is in", path.display())]
    NotADirectory {
        /// The path that was named.
        path: PathBuf,
    },
    /// The directory cannot be read.
    #[error("cannot read the directory {}", path.display())]
    ReadDirectory {
        /// The directory.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The configuration in the directory cannot be read, or has a mistake.
    #[error(transparent)]
    Configuration(ConfigurationError),
    /// The candidate is a directory, a pipe or the like.
    #[error("expected a regular file, found {found}: {}", path.display())]
    NotAFile {
        /// The candidate.
        path: PathBuf,
        /// The kind of file.
        found: &'static str,
    },
    /// The candidate is a link whose target does not exist, or is the link itself.
    #[error("{} is a link to {}, which cannot be followed", path.display(), to.display())]
    LinkBroken {
        /// The candidate.
        path: PathBuf,
        /// The target that the link names.
        to: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The candidate is a link out of its directory, to a file that another user may
    /// replace.
    #[error(
        "{} is a link to {}, and {} belongs to another user; copy the file to here, or allow such links by LoadPolicy::allow_links_outside",
        path.display(),
        to.display(),
        if culprit == to { "that".to_owned() } else { culprit.display().to_string() }
    )]
    LinkOutside {
        /// The candidate.
        path: PathBuf,
        /// The file, without links.
        to: Box<Path>,
        /// What belongs to another user: the file, or a directory above it.
        culprit: Box<Path>,
    },
    /// The candidate cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The candidate.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The candidate changed while it was copied.
    #[error("{} is still being written; load it again when the writer is done", path.display())]
    StillWritten {
        /// The candidate.
        path: PathBuf,
    },
    /// The private copy cannot be created.
    #[error("cannot make a private copy of {} in {}", path.display(), to.display())]
    Copy {
        /// The candidate.
        path: PathBuf,
        /// The path of the copy.
        to: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The candidate is no sound plugin library.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// The same library was loaded from another file of this directory.
    #[error("{} is the same library as {}; remove one of them", path.display(), of.display())]
    Duplicate {
        /// The second file.
        path: PathBuf,
        /// The first one.
        of: PathBuf,
    },
    /// The library speaks another version of the binary interface.
    #[error(
        "{}: expected ABI version {expected}, found {found}; build the plugin and the host with the same major version of plugin-interface",
        path.display()
    )]
    AbiVersion {
        /// The library.
        path: PathBuf,
        /// The host's version.
        expected: u32,
        /// The plugin's version.
        found: u32,
    },
    /// The library was built to abort on a panic, which would end the host.
    #[error(
        "{} is built with panic = \"abort\", so its panic would end the host; build it with panic = \"unwind\"",
        path.display()
    )]
    PanicAbort {
        /// The library.
        path: PathBuf,
    },
    /// Any user may modify the library, or replace it.
    #[error(
        "{}; run `chmod o-w {}`, or allow it by `LoadPolicy::allow_world_writable`",
        untrusted(path, culprit),
        culprit.display()
    )]
    WorldWritable {
        /// The library.
        path: PathBuf,
        /// The file or directory that any user may modify.
        culprit: PathBuf,
    },
    /// The policy pins digests, and the library's is not among them.
    #[error(
        "{} is not pinned: its SHA-256 digest is {found}; pin that one if you trust it",
        path.display()
    )]
    NotPinned {
        /// The library.
        path: PathBuf,
        /// Its digest.
        found: String,
    },
    /// The policy asks for a lock, and the library is not in it.
    #[error(
        "{} is not in {}: its SHA-256 digest is {found}; approve it by `plugin-host lock` if you trust it",
        path.display(),
        in_lock(lock)
    )]
    Unlocked {
        /// The library.
        path: PathBuf,
        /// The lock file; empty if the policy has no lock.
        lock: PathBuf,
        /// The digest of the library.
        found: String,
    },
    /// The library is not the file that was locked.
    #[error("{} was modified after it was locked: {difference}", path.display())]
    Modified {
        /// The library.
        path: PathBuf,
        /// What differs.
        difference: Box<LockDifference>,
    },
    /// The policy asks for a signature, and the library has none.
    #[error(
        "{} is not signed: expected {} beside it; sign it by `plugin-host sign`, or allow it by `LoadPolicy::allow_unsigned`",
        path.display(),
        file_name(signature)
    )]
    Unsigned {
        /// The library.
        path: PathBuf,
        /// The file of the signature that is missing.
        signature: PathBuf,
    },
    /// The signature of the library cannot be trusted.
    #[error("{reason}")]
    Signature {
        /// The library.
        path: PathBuf,
        /// The reason, which names the file of the signature.
        reason: Box<SignatureError>,
    },
    /// The library, or the key that signed it, was revoked.
    #[error("{} is revoked: {revocation}", path.display())]
    Revoked {
        /// The library.
        path: PathBuf,
        /// The entry that revokes it.
        revocation: Box<Revocation>,
    },
    /// The list of what is revoked cannot be used.
    #[error("{} may be revoked: {reason}", path.display())]
    RevocationsUnknown {
        /// The library.
        path: PathBuf,
        /// The reason, which names the file of the list.
        reason: Box<dyn Error + Send + Sync>,
    },
    /// A library that is locked does not exist.
    #[error(
        "{} does not exist, but {}:{line} locks it; restore it, or write the lock again by `plugin-host lock`",
        path.display(),
        lock.display()
    )]
    LockedMissing {
        /// The library.
        path: PathBuf,
        /// The lock file.
        lock: PathBuf,
        /// The line in it.
        line: usize,
    },
    /// The policy denies the library's package.
    #[error("{} is of the package {package}, which the policy denies", path.display())]
    Denied {
        /// The library.
        path: PathBuf,
        /// Its package.
        package: String,
    },
    /// The configuration disables the library's package.
    #[error("{} is of the package {package}, which {}:{line} disables", path.display(), file.display())]
    Disabled {
        /// The library.
        path: PathBuf,
        /// Its package.
        package: String,
        /// The configuration.
        file: PathBuf,
        /// The line in it.
        line: usize,
    },
    /// The program disabled the library's package while it runs.
    #[error("{} is of the package {package}, which this program disabled: {reason}", path.display())]
    DisabledByHost {
        /// The library.
        path: PathBuf,
        /// Its package.
        package: String,
        /// The program's reason.
        reason: String,
    },
    /// A later directory has the library's package too, and has precedence.
    #[error(
        "{} is of the package {package} {found}{}, and {} has version {version} of it, in a directory with precedence; remove that file if this one is to be used",
        path.display(),
        if is_newer(found, version) { ", which is newer" } else { "" },
        by.display()
    )]
    Shadowed {
        /// The library.
        path: PathBuf,
        /// Its package.
        package: Box<str>,
        /// Its version.
        found: Box<str>,
        /// The library that is used.
        by: Box<Path>,
        /// The version that is used.
        version: Box<str>,
    },
    /// The settings of the plugin have mistakes.
    #[error("cannot configure {}:{}", path.display(), Mistakes(mistakes))]
    Settings {
        /// The library.
        path: PathBuf,
        /// Its package.
        package: String,
        /// At least one mistake, in the order of the lines.
        mistakes: Vec<ConfigurationError>,
    },
    /// The policy allows no more earlier versions of the library to stay mapped.
    #[error(
        "{}: {versions} earlier version{} still mapped ({bytes} bytes of memory), as many as the policy allows; the last is {outcome}; or allow more by LoadPolicy::retain",
        path.display(),
        if *versions == 1 { " is" } else { "s are" }
    )]
    StillMapped {
        /// The library.
        path: PathBuf,
        /// The number of versions that were closed and are still mapped.
        versions: usize,
        /// The size of their code and data in memory.
        bytes: u64,
        /// The reason why the last of them is mapped.
        outcome: Box<UnloadOutcome>,
    },
    /// The plugin needs a service that the host does not offer.
    #[error(
        "{}: {plugin} needs the service {interface} (version {version}), and {}; offer it by `provide`, which `PluginManager`, `PluginsOptions` and `LiveOptions` have",
        path.display(),
        offered_services(offered)
    )]
    ServiceMissing {
        /// The library.
        path: PathBuf,
        /// The name of the plugin.
        plugin: String,
        /// The full path of the service's interface.
        interface: Box<str>,
        /// Its version in the plugin.
        version: Box<str>,
        /// The services that the host offers, each with its version.
        offered: Box<[String]>,
    },
    /// The plugin needs a service that the host offers in an incompatible
    /// version.
    #[error("{}: {plugin} needs a service in another version: {mismatch}", path.display())]
    ServiceMismatch {
        /// The library.
        path: PathBuf,
        /// The name of the plugin.
        plugin: String,
        /// The difference.
        mismatch: Box<Mismatch>,
    },
    /// The plugin needs a service of another plugin, which was not created.
    #[error("{}: {}, which was not created: {reason}", path.display(), Way { path, steps: way })]
    ProviderFailed {
        /// The library.
        path: PathBuf,
        /// The name of the plugin.
        plugin: String,
        /// The plugins on the way to the one that was not created, at least one.
        way: Box<[NeedStep]>,
        /// The reason why that was not created.
        reason: Box<str>,
    },
    /// The plugin needs a service of a plugin that needs one of its own, maybe by way
    /// of others.
    #[error(
        "{}: {}: a cycle, so none of them can be created first; plugins of one library count as one",
        path.display(),
        Way { path, steps: way }
    )]
    ServiceCycle {
        /// The library.
        path: PathBuf,
        /// The name of the plugin.
        plugin: String,
        /// The plugins on the way, at least one.
        way: Box<[NeedStep]>,
    },
    /// A new version of the library lacks a service that another plugin uses.
    #[error(
        "{}: {user} in {} uses the service {interface}, which this version does not provide{}",
        path.display(),
        user_path.display(),
        in_this_version(mismatch.as_deref())
    )]
    ServiceInUse {
        /// The library.
        path: PathBuf,
        /// The name of the plugin that uses the service.
        user: String,
        /// The library of that plugin.
        user_path: Box<Path>,
        /// The full path of the service's interface.
        interface: Box<str>,
        /// The difference, if it provides the service in another version.
        mismatch: Option<Box<Mismatch>>,
    },
    /// Others use the services of the library, and the host does not let it be
    /// replaced meanwhile.
    #[error(
        "{}: it provides services to {}, so it is not replaced; replace these first, or allow it by `LoadPolicy::replace_providers`",
        path.display(),
        listed(users, ", ")
    )]
    ProviderInUse {
        /// The library.
        path: PathBuf,
        /// The plugins that use its services, each with its file.
        users: Vec<String>,
    },
    /// The library lacks the interface that was asked for.
    #[error(
        "{} has no plugin for {wanted}; it offers {}{}",
        path.display(),
        if offered.is_empty() { "none".to_owned() } else { listed(offered, ", ") },
        moved(wanted, offered)
    )]
    OtherInterface {
        /// The library.
        path: PathBuf,
        /// The interface that was asked for.
        wanted: String,
        /// The interfaces that it has.
        offered: Vec<String>,
    },
    /// The library's metadata names no interface at all.
    #[error(
        "{} offers no interface; put #[plugin_aggregates(..)] at its crate root, and build it again",
        path.display()
    )]
    NoInterface {
        /// The library.
        path: PathBuf,
    },
    /// The library has several registrations of the interface, and one was asked
    /// for.
    #[error(
        "{} implements {interface} several times, and one is asked for; name it: {}",
        path.display(),
        listed(names, " or ")
    )]
    SeveralRegistrations {
        /// The library.
        path: PathBuf,
        /// The interface.
        interface: String,
        /// The names of the registrations.
        names: Vec<String>,
    },
    /// The library has no registration of the name that was asked for.
    #[error(
        "{} has no {interface} named {name}; it has {}",
        path.display(),
        if names.is_empty() { "none".to_owned() } else { listed(names, ", ") }
    )]
    NoSuchRegistration {
        /// The library.
        path: PathBuf,
        /// The interface.
        interface: String,
        /// The name that was asked for.
        name: String,
        /// The names of the registrations.
        names: Vec<String>,
    },
    /// The library contains the interface, but no implementation of it.
    #[error(
        "{} implements nothing; put #[plugin_impl({name})] on an impl of {name}",
        path.display()
    )]
    NoRegistration {
        /// The library.
        path: PathBuf,
        /// The name of the interface.
        name: String,
    },
    /// The library was built against an incompatible version of the interface.
    #[error("{}: {mismatch}", path.display())]
    Mismatch {
        /// The library.
        path: PathBuf,
        /// The difference.
        mismatch: Box<Mismatch>,
    },
    /// The library crashed the child process that tried it first.
    #[error("{} crashed the child process that tried it first: {how}", path.display())]
    ProbeCrashed {
        /// The library.
        path: PathBuf,
        /// A description of how the process ended.
        how: String,
    },
    /// Somebody ended the child process that tried the library first, as Ctrl-C in
    /// a terminal does.
    #[error("{} was not tried to its end in a child process: {how}", path.display())]
    ProbeInterrupted {
        /// The library.
        path: PathBuf,
        /// A description of how the process ended.
        how: String,
    },
    /// The child process that tried the library first did not answer in time.
    #[error(
        "{} did not answer within {deadline:?} in the child process that tried it first",
        path.display()
    )]
    ProbeTimedOut {
        /// The library.
        path: PathBuf,
        /// The time that the host waited.
        deadline: Duration,
    },
    /// The child process could not be started.
    #[error("cannot try {} in a child process: {} does not start", path.display(), program.display())]
    ProbeNotStarted {
        /// The library.
        path: PathBuf,
        /// The program of the child.
        program: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The library shares Rust code with other libraries that must be its own.
    #[error(
        "{} has the standard library or plugin-interface in common with others, in {library}: its thread exits, panics and registrations would be mixed up; build it without `-C prefer-dynamic`, and link no crate as a `dylib`",
        path.display()
    )]
    SharedRuntime {
        /// The library.
        path: PathBuf,
        /// The library that has the code, or those that it needs.
        library: String,
    },
    /// The library was built for a newer C library.
    #[error(
        "{} needs {needed}, which the C library of this system lacks; build it on a system as old as the oldest that it is to run on",
        path.display()
    )]
    SystemTooOld {
        /// The library.
        path: PathBuf,
        /// The version that is missing, such as `GLIBC_2.99`.
        needed: String,
    },
    /// A library that it needs is mapped already, in another build.
    #[error(
        "{} needs {}, but the process has another build of it, from {}, and the dynamic linker would use that one; start the host again, link it statically, or give each build a name of its own",
        path.display(),
        needed.display(),
        mapped.display()
    )]
    OtherBuild {
        /// The library.
        path: PathBuf,
        /// The library that it needs.
        needed: PathBuf,
        /// The library that is mapped.
        mapped: PathBuf,
    },
    /// A variable of the library is there already, as another version has it.
    #[error(
        "{}: its {name} is one for the whole process (STB_GNU_UNIQUE), and {} has it already, so new code would run on an old object; compile it with -fno-gnu-unique, or start the host again",
        path.display(),
        of.display()
    )]
    UniqueObject {
        /// The library.
        path: PathBuf,
        /// The library that was loaded before, which may be an earlier version.
        of: PathBuf,
        /// The symbol of the variable.
        name: String,
    },
    /// The dynamic linker refused the library.
    #[error("cannot open {}{}", path.display(), hint(&source.to_string()))]
    Open {
        /// The library.
        path: PathBuf,
        /// The linker's message.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The library lacks a symbol that its metadata promises.
    #[error("{} does not export {symbol}, which its metadata promises", path.display())]
    MissingSymbol {
        /// The library.
        path: PathBuf,
        /// The symbol.
        symbol: String,
    },
    /// The library's entry has fewer fields than this version of the binary
    /// interface.
    #[error(
        "{}: expected an entry of at least {expected} bytes, found {found}; build the plugin again",
        path.display()
    )]
    Entry {
        /// The library.
        path: PathBuf,
        /// The size of a whole entry.
        expected: usize,
        /// The size of the library's.
        found: usize,
    },
    /// The library refused the host.
    #[error(
        "{} refused to connect to this host (code {code}); build both with the same version of plugin-interface",
        path.display()
    )]
    Connect {
        /// The library.
        path: PathBuf,
        /// The code that it returned.
        code: u32,
    },
    /// A constructor returned an error.
    #[error("{}: the constructor of {name} failed: {message}", path.display())]
    Constructor {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// The error's text.
        message: String,
    },
    /// A constructor panicked.
    #[error("{}: the constructor of {name} panicked: {message}", path.display())]
    ConstructorPanicked {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// The panic's message.
        message: String,
    },
    /// A maker returned nothing.
    #[error(
        "{}: {symbol} returned null instead of a registration; its panic or error, if any, was reported when it happened",
        path.display()
    )]
    MakerReturnedNull {
        /// The library.
        path: PathBuf,
        /// The maker.
        symbol: String,
    },
    /// The library's functions returned no registration.
    #[error(
        "{} created no plugin although its metadata lists an interface; rebuild it",
        path.display()
    )]
    NothingMade {
        /// The library.
        path: PathBuf,
    },
    /// An instance was created, but no proxy of it.
    #[error("{}: no proxy can be created", path.display())]
    Proxy {
        /// The library.
        path: PathBuf,
        /// The reason.
        source: ProxyError,
    },
    /// The current version could not save its state for the next one.
    #[error("{}: the current {name} panicked while it saved its state: {message}", path.display())]
    Save {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// The panic's message.
        message: String,
    },
    /// The current version cannot save its state for the next one, since
    /// somebody has its only proxy.
    #[error(
        "{}: the state of the current {name} cannot be saved while a proxy of it exists; drop the proxy, and take the next one from the new version",
        path.display()
    )]
    StateInUse {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
    },
    /// The new version rejected the state of the current one.
    #[error(
        "{}: {name} expects state version {expected} and rejected version {found}: {message}; restore that version too, or restart the host",
        path.display()
    )]
    Restore {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// The version of its own state.
        expected: u32,
        /// The version of the state that was saved.
        found: u32,
        /// The reason, or the panic's message.
        message: String,
    },
    /// An instance was created, and said that it cannot start.
    #[error("{}: {name} did not start: {message}", path.display())]
    Start {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// Its reason.
        message: String,
    },
    /// An instance was created, and panicked when it was started.
    #[error("{}: the start of {name} panicked: {message}", path.display())]
    StartPanicked {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// The panic's message.
        message: String,
    },
    /// A maker returned something that is no registration of the interface.
    #[error("{}: {symbol} returned no registration of {interface}: {reason}", path.display())]
    Registration {
        /// The library.
        path: PathBuf,
        /// The maker.
        symbol: String,
        /// The interface.
        interface: String,
        /// The reason.
        reason: String,
    },
}

debug_as_message!(LoadError);

impl LoadError {
    /// The error of the dynamic linker for a file, which says more where its
    /// cause is known.
    pub(crate) fn opening(path: &Path, error: &libloading::Error, file: &Path) -> Self {
        let (path, source) = (path.to_owned(), linker_message(error, file));
        let said = source.to_string();
        // "version `GLIBC_2.99' not found": the linker looks before any code
        // runs.
        let version = said.split_once("version `").and_then(|(_, rest)| rest.split_once('\''));
        match version {
            Some((needed, rest)) if rest.starts_with(" not found") => {
                LoadError::SystemTooOld { path, needed: needed.to_owned() }
            }
            _ => LoadError::Open { path, source },
        }
    }
}
