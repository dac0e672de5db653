//! Writes the text of a lock.

use core::fmt;
use std::fs::Permissions;
use std::io::{self, Write as _};
use std::path::Path;

use super::error::LockError;
use super::lock::{LockedPlugin, PluginLock};
use super::read::VERSION;

/// Writes the lock in TOML, sorted by the names of the files.
impl fmt::Display for PluginLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# The approved plugins. Written by `plugin-host lock`.")?;
        writeln!(f, "version = {VERSION}")?;
        self.plugins().try_for_each(|plugin| write!(f, "\n{plugin}"))
    }
}

impl fmt::Display for LockedPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[[plugin]]")?;
        writeln!(f, "file = {}", Quoted(&self.file))?;
        writeln!(f, "name = {}", Quoted(&self.name))?;
        if let Some(abi) = self.abi {
            writeln!(f, "version = {}", Quoted(&self.version))?;
            writeln!(f, "abi = {abi}")?;
        }
        writeln!(f, "size = {}", self.size)?;
        writeln!(f, "sha256 = {}", Quoted(&self.sha256))?;
        let signer = self.key.map(|key| key.to_string()).unwrap_or_default();
        let optional = [
            ("blake3", &self.blake3),
            ("build-id", &self.build_id),
            ("key", &signer),
            ("note", &self.note),
        ];
        for (key, text) in optional {
            if !text.is_empty() {
                writeln!(f, "{key} = {}", Quoted(text))?;
            }
        }
        if !self.interfaces.is_empty() {
            writeln!(f, "interfaces = [")?;
            for interface in &self.interfaces {
                let (path, version) = (Quoted(&interface.path), Quoted(&interface.version));
                let fingerprint = interface.fingerprint;
                writeln!(
                    f,
                    "    {{ path = {path}, version = {version}, fingerprint = \"{fingerprint:#034x}\" }},"
                )?;
            }
            writeln!(f, "]")?;
        }
        Ok(())
    }
}

/// A text as a basic string of TOML, on one line.
struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

impl PluginLock {
    /// Writes the lock to a file, which is replaced at once or not at all.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), LockError> {
        let path = path.as_ref();
        let unwritable = |source| LockError::Write { path: path.to_owned(), source };
        replace(path, self.to_string().as_bytes()).map_err(unwritable)
    }
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    if let Some(permissions) = permissions() {
        builder.permissions(permissions);
    }
    let mut file = builder.prefix(".plugins.lock").tempfile_in(directory)?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}

/// Returns those of any new file, which the mask of the process narrows.
#[cfg(unix)]
fn permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn permissions() -> Option<Permissions> {
    None
}
