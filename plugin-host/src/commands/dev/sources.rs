//! Watches the sources of a plugin, and tells files with new content.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::Context;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use plugin_interface::crossbeam_channel::Sender;
use walkdir::{DirEntry, WalkDir};

use super::event::Event;
use super::plugin::Plugin;
use super::saves::Written;

/// Larger files are told by their size and time.
const READ: u64 = 8 << 20;

/// The watched folders, and the content of each file in them.
pub(super) struct Sources {
    watcher: RecommendedWatcher,
    /// The folders of packages, and of the workspace.
    roots: Vec<PathBuf>,
    target: PathBuf,
    watched: BTreeSet<PathBuf>,
    known: BTreeMap<PathBuf, u64>,
}

impl Sources {
    /// Watches the folders of a plugin from now on.
    pub(super) fn watch(plugin: &Plugin, events: Sender<Event>) -> anyhow::Result<Self> {
        let handler = move |event: notify::Result<notify::Event>| {
            // Reading a file is no change.
            if event.as_ref().is_ok_and(is_read) {
                return;
            }
            // The loop that receives them has ended otherwise.
            let _ = events.send(Event::Files(event));
        };
        let watcher = notify::recommended_watcher(handler).context("cannot watch files")?;
        let mut sources = Sources {
            watcher,
            roots: Vec::new(),
            target: plugin.target.clone(),
            watched: BTreeSet::new(),
            known: BTreeMap::new(),
        };
        sources.include(plugin)?;
        Ok(sources)
    }

    /// Watches the folders of a plugin that are not watched yet.
    pub(super) fn include(&mut self, plugin: &Plugin) -> anyhow::Result<()> {
        let workspace = plugin.manifest.parent().map(Path::to_owned);
        self.roots = plugin.folders.iter().cloned().collect();
        for folder in &plugin.folders {
            self.add(folder)?;
        }
        // Its manifest and its lock file are sources too.
        if let Some(workspace) = workspace {
            self.watch_folder(&workspace)?;
            for name in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"] {
                self.learn(&workspace.join(name));
            }
        }
        Ok(())
    }

    /// Returns the number of folders.
    pub(super) fn folders(&self) -> usize {
        self.roots.len()
    }

    /// Returns the paths of an event that may concern a build. If events were lost,
    /// these are all folders.
    pub(super) fn concerned(&self, event: &notify::Event) -> Vec<PathBuf> {
        if event.need_rescan() {
            return self.roots.clone();
        }
        let concerned = |path: &&PathBuf| self.is_source(path) || self.is_ours(path);
        event.paths.iter().filter(concerned).cloned().collect()
    }

    /// Returns those of the paths that have new content or are gone, and what is
    /// new below them.
    pub(super) fn changed<'p>(
        &mut self,
        paths: impl IntoIterator<Item = &'p PathBuf>,
    ) -> anyhow::Result<BTreeSet<PathBuf>> {
        let mut changed = BTreeSet::new();
        for path in paths {
            if self.roots.contains(path) {
                changed.extend(self.changed_below(&path.clone())?);
            } else if path.is_dir() {
                if self.is_ours(path) && !self.watched.contains(path) {
                    changed.extend(self.add(path)?);
                }
            } else if path.exists() {
                if self.is_source(path) && self.learn(path) {
                    changed.insert(path.clone());
                }
            } else {
                // A file, or a folder with all its files.
                self.watched.retain(|folder| !folder.starts_with(path));
                changed.extend(self.forget(|known| known.starts_with(path)));
            }
        }
        Ok(changed)
    }

    /// Returns all files below a folder with new content, after events were lost.
    fn changed_below(&mut self, root: &Path) -> anyhow::Result<Vec<PathBuf>> {
        let is_gone = |path: &Path| path.starts_with(root) && !path.exists();
        let mut changed = self.forget(is_gone);
        self.watched.retain(|folder| folder.exists());
        changed.extend(self.add(root)?);
        Ok(changed)
    }

    /// Forgets files, and returns them.
    fn forget(&mut self, is_gone: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
        let gone: Vec<_> = self.known.keys().filter(|path| is_gone(path)).cloned().collect();
        self.known.retain(|path, _| !is_gone(path));
        gone
    }

    /// Watches a folder and those below it. Returns the files that are new.
    fn add(&mut self, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
        let (target, roots) = (self.target.clone(), self.roots.clone());
        let is_ours = |entry: &DirEntry| {
            entry.depth() == 0
                || !entry.file_type().is_dir()
                || is_inner(entry.path(), &target, &roots)
        };
        let mut new = Vec::new();
        for entry in WalkDir::new(folder).into_iter().filter_entry(is_ours).flatten() {
            if entry.file_type().is_dir() {
                self.watch_folder(entry.path())?;
            } else if self.is_source(entry.path()) && self.learn(entry.path()) {
                new.push(entry.into_path());
            }
        }
        Ok(new)
    }

    fn watch_folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        if self.watched.contains(folder) {
            return Ok(());
        }
        let watched = self.watcher.watch(folder, RecursiveMode::NonRecursive);
        watched.with_context(|| {
            format!("cannot watch {}; `plugin-host doctor` knows the limits", folder.display())
        })?;
        self.watched.insert(folder.to_owned());
        Ok(())
    }

    /// Returns `true` for a folder of the plugin that is no build output.
    fn is_ours(&self, folder: &Path) -> bool {
        let root = self.roots.iter().find(|root| folder.starts_with(root));
        root.is_some_and(|root| {
            let mut inner = folder.ancestors().take_while(|inner| *inner != root);
            inner.all(|inner| is_inner(inner, &self.target, &self.roots))
        })
    }

    /// Returns `true` for a file that a build may read.
    fn is_source(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_temporary = name.starts_with('.') || name.ends_with('~') || name.ends_with(".tmp");
        let folder = path.parent().unwrap_or(path);
        let is_of_workspace = self.known.contains_key(path);
        !is_temporary && (is_of_workspace || self.is_ours(folder))
    }

    /// Remembers the content of a file. Returns `true` if it is new.
    fn learn(&mut self, path: &Path) -> bool {
        let Some(content) = content(path) else { return false };
        self.known.insert(path.to_owned(), content) != Some(content)
    }
}

/// Returns `true` if a file was only read.
fn is_read(event: &notify::Event) -> bool {
    event.kind.is_access() && written(event) != Written::Completely
}

/// Returns what an event says of its files. Only Linux reports when a file is
/// closed.
pub(super) fn written(event: &notify::Event) -> Written {
    use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind};
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(_))
        | EventKind::Remove(_) => Written::Completely,
        EventKind::Create(CreateKind::File) | EventKind::Modify(ModifyKind::Data(_))
            if cfg!(target_os = "linux") =>
        {
            Written::Partly
        }
        _ => Written::Unknown,
    }
}

/// Returns `true` for a folder of a package that is neither hidden nor build
/// output, nor another package.
fn is_inner(folder: &Path, target: &Path, roots: &[PathBuf]) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_other = folder.join("Cargo.toml").exists() && !roots.iter().any(|root| root == folder);
    !(name.starts_with('.') || name == "target" || folder == target || is_other)
}

/// Returns a digest of the content of a file; `None` if it cannot be read.
fn content(path: &Path) -> Option<u64> {
    let metadata = path.metadata().ok().filter(fs::Metadata::is_file)?;
    let mut hasher = DefaultHasher::new();
    match metadata.len() {
        0..=READ => fs::read(path).ok()?.hash(&mut hasher),
        len => (len, metadata.modified().ok()?).hash(&mut hasher),
    }
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sources_with_new_content_are_changes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let write = |name: &str, text: &str| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let source = write("src/lib.rs", "one");
        for name in ["target/debug/x.rs", ".git/HEAD", "other/Cargo.toml", "other/src/lib.rs"] {
            write(name, "");
        }
        let plugin = Plugin {
            id: cargo_metadata::PackageId { repr: "x".to_owned() },
            name: "x".to_owned(),
            manifest: write("Cargo.toml", ""),
            target: root.join("target"),
            library: "libx.so".to_owned(),
            folders: [root.clone()].into(),
            packages: 1,
        };
        let (events, _receiver) = plugin_interface::crossbeam_channel::unbounded();
        let mut sources = Sources::watch(&plugin, events).unwrap();
        assert_eq!(sources.watched.len(), 2, "{:?}", sources.watched);

        let name = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let mut changed = |path: &Path| {
            let event = notify::Event::new(notify::EventKind::Any).add_path(path.to_owned());
            let concerned = sources.concerned(&event);
            let changed = sources.changed(&concerned).unwrap();
            Vec::from_iter(changed.iter().map(|path| name(path)))
        };
        assert_eq!(changed(&source), [] as [&str; 0]);
        write("src/lib.rs", "two");
        assert_eq!(changed(&source), ["src/lib.rs"]);
        assert_eq!(changed(&source), [] as [&str; 0]);
        for other in ["target/debug/x.rs", "other/src/lib.rs", "src/.lib.rs.swp", "src/lib.rs~"] {
            let other = write(other, "more");
            assert_eq!(changed(&other), [] as [&str; 0], "{other:?}");
        }
        write("src/deep/more.rs", "");
        assert_eq!(changed(&root.join("src/deep")), ["src/deep/more.rs"]);
        let manifest = write("Cargo.toml", "[package]");
        assert_eq!(changed(&manifest), ["Cargo.toml"]);
        fs::remove_dir_all(root.join("src")).unwrap();
        assert_eq!(changed(&root.join("src")), ["src/deep/more.rs", "src/lib.rs"]);
        write("src/lib.rs", "two");
        let lost =
            notify::Event::new(notify::EventKind::Other).set_flag(notify::event::Flag::Rescan);
        let concerned = sources.concerned(&lost);
        assert_eq!(Vec::from_iter(sources.changed(&concerned).unwrap()), [source]);
    }
}
