//! `list DIR..`: prints the plugins of directories, without running any.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use plugin_interface::metadata::InterfaceMetadata;
use plugin_interface::{
    InspectError, LoadError, LockError, LockState, Mismatch, PluginLock, ScanEntry, VerifiedFile,
    inspect,
};

use crate::cli::ListArgs;
use crate::commands::interface_name;
use crate::elsewhere::{self, Elsewhere};
use crate::exit::Exit;
use crate::manager::{policy, without_probe};
use crate::output::{
    describe, escaped, print_error, print_failure, print_json, print_line, print_note, waiting,
};
use crate::report::list::{ListRow, table};

pub(crate) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let manager = without_probe(&args.policy)?;
    let found = match args.layers {
        true => Found::of_layers(args, |directories| manager.survey_all(directories, None)),
        false => Found::read(&args.directories, |directory| manager.survey(directory)),
    };
    let Some(name) = &args.interface else { return found.print(args) };
    let known = found.interfaces();
    if known.is_empty() {
        // Whatever is asked for, each file is refused for a reason of its own.
        return found.print(args);
    }
    let path =
        match interface_name::find(&known.iter().map(|it| &*it.path).collect::<Vec<_>>(), name) {
            Ok(path) => path,
            Err(error) => {
                print_failure(&error, args.json);
                return Ok(Exit::Usage);
            }
        };
    let mut found = match args.layers {
        true => Found::of_layers(args, |directories| manager.survey_all(directories, Some(path))),
        false => Found::read(&args.directories, |it| manager.survey_for_path(it, path)),
    };
    found.elsewhere.retain(|(_, result)| result.as_ref().is_ok_and(|it| it.offers(path)));
    let exit = found.print(args)?;
    found.note_differences(path);
    Ok(exit)
}

/// The content of the directories.
#[derive(Default)]
struct Found {
    entries: Vec<ScanEntry>,
    /// The libraries whose names are those of other systems.
    elsewhere: Vec<(PathBuf, Result<Elsewhere, InspectError>)>,
    /// The errors of directories that cannot be read.
    errors: Vec<LoadError>,
    locks: Locks,
}

/// What the lock files in the directories say.
#[derive(Default)]
struct Locks {
    files: Vec<VerifiedFile>,
    /// The errors of lock files that cannot be used.
    errors: Vec<LockError>,
}

impl Locks {
    /// Compares a directory with its lock, if it has one.
    fn read(&mut self, directory: &Path) {
        match PluginLock::read(directory.join(PluginLock::FILE)) {
            // An unreadable directory is reported without this.
            Ok(lock) => self.files.extend(lock.verify(directory).unwrap_or_default()),
            Err(LockError::Read { source, .. })
                if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => self.errors.push(error),
        }
    }

    fn state(&self, path: &Path) -> Option<LockState> {
        self.files.iter().find(|file| file.path == path).map(|file| file.state)
    }

    /// Returns the rows of files that are locked and do not exist.
    fn missing(&self) -> impl Iterator<Item = ListRow> {
        let missing = self.files.iter().filter(|file| file.state == LockState::Missing);
        missing.map(|file| ListRow::missing(&file.path))
    }
}

impl Found {
    fn read(
        directories: &[PathBuf],
        survey: impl Fn(&Path) -> Result<Vec<ScanEntry>, LoadError>,
    ) -> Found {
        let mut all = Found::default();
        for directory in directories {
            let waiting = waiting(format!("reading {}", escaped(&directory.display().to_string())));
            let found = survey(directory);
            waiting.finish_and_clear();
            match found {
                Ok(entries) => {
                    all.entries.extend(entries);
                    all.read_beside(directory);
                }
                Err(error) => all.errors.push(error),
            }
        }
        all
    }

    /// Reads directories as one, each of which has precedence over those before it.
    fn of_layers(
        args: &ListArgs,
        survey: impl FnOnce(&[PathBuf]) -> Result<Vec<ScanEntry>, LoadError>,
    ) -> Found {
        let mut all = Found::default();
        let waiting = waiting("reading the directories".to_owned());
        let found = survey(&args.directories);
        waiting.finish_and_clear();
        match found {
            Ok(entries) => {
                all.entries = entries;
                args.directories.iter().for_each(|directory| all.read_beside(directory));
            }
            Err(error) => all.errors.push(error),
        }
        all
    }

    /// Reads what a directory has beside its plugins.
    fn read_beside(&mut self, directory: &Path) {
        self.elsewhere.extend(elsewhere::find(directory));
        self.locks.read(directory);
    }

    /// Returns the interfaces of all libraries, also of those that are refused.
    fn interfaces(&self) -> Vec<InterfaceMetadata> {
        let of = |entry: &ScanEntry| match &entry.result {
            Ok(metadata) => metadata.interfaces.clone(),
            Err(_) => inspect(&entry.path).map_or_else(|_| Vec::new(), |it| it.interfaces),
        };
        let elsewhere = self.elsewhere.iter().filter_map(|(_, result)| result.as_ref().ok());
        let elsewhere = elsewhere.flat_map(|found| found.metadata.interfaces.clone());
        self.entries.iter().flat_map(of).chain(elsewhere).collect()
    }

    /// Returns `true` if no directory could be read, so that there is no list.
    fn is_of_no_directory(&self, args: &ListArgs) -> bool {
        let together = args.layers && !self.errors.is_empty();
        together || self.errors.len() == args.directories.len()
    }

    fn print(&self, args: &ListArgs) -> anyhow::Result<Exit> {
        if self.is_of_no_directory(args) {
            let errors: Vec<_> = self.errors.iter().map(|error| describe(error)).collect();
            print_failure(&errors.join("\n"), args.json);
            return Ok(self.errors.iter().map(Exit::from).max().unwrap_or(Exit::Usage));
        }
        for error in &self.errors {
            print_error(&describe(error));
        }
        for error in &self.locks.errors {
            print_error(&describe(error));
        }
        let is_asked = args.policy.trust.is_given();
        let policy = is_asked.then(|| policy(&args.policy)).transpose()?;
        let errors = self.entries.iter().filter_map(|entry| entry.result.as_ref().err());
        let errors = errors.filter(|error| !matches!(error, LoadError::Shadowed { .. }));
        let of_locks = self.locks.errors.iter().map(|error| Exit::from(error.class()));
        let exit = errors.chain(&self.errors).map(Exit::from).chain(of_locks).max();
        let unread = self.elsewhere.iter().filter_map(|(_, result)| result.as_ref().err());
        let exit = unread.map(Exit::from).fold(exit.unwrap_or(Exit::Ok), Ord::max);
        let rows = self.entries.iter().map(|entry| {
            ListRow::of(&entry.path, &entry.result)
                .with_lock(self.locks.state(&entry.path))
                .with_trust(policy.as_ref().and_then(|it| it.trust_of(&entry.path).ok()).as_ref())
        });
        let elsewhere = self.elsewhere.iter().map(|(path, it)| ListRow::elsewhere(path, it));
        let rows: Vec<_> = rows.chain(elsewhere).chain(self.locks.missing()).collect();
        if args.json {
            print_json(&rows)?;
        } else if !rows.is_empty() {
            print_line(&table(&rows))?;
            for row in &rows {
                match &row.reason {
                    Some(reason) if row.is_shadowed() => print_note(reason),
                    Some(reason) => print_error(reason),
                    None => {}
                }
            }
        } else if exit == Exit::Ok {
            // An empty directory is a fine answer; only `run` and `check` need plugins.
            for directory in &args.directories {
                print_line(&escaped(&super::nothing_in(directory)))?;
            }
        }
        Ok(exit)
    }

    /// Prints which libraries no host can load together, since the interface at that
    /// path differs.
    fn note_differences(&self, path: &str) {
        let of = |entry: &ScanEntry| -> Vec<InterfaceMetadata> {
            let metadata = entry.result.iter();
            // Two versions of a crate may offer two of one path.
            let all = metadata.flat_map(|metadata| &metadata.interfaces);
            all.filter(|interface| interface.path == path).cloned().collect()
        };
        let loaded = self.entries.iter().filter(|entry| entry.result.is_ok());
        let mut loaded = loaded.map(|entry| (entry.path.display(), of(entry)));
        let Some((first, hosts)) = loaded.next() else { return };
        for (other, plugins) in loaded {
            let is_same = |host| plugins.iter().any(|it| Mismatch::between(host, it).is_none());
            if !hosts.iter().any(is_same) {
                print_note(&format!(
                    "{path} is not the same in {first} and {other}, so no host loads both; compare them by `plugin-host diff`"
                ));
            }
        }
    }
}
