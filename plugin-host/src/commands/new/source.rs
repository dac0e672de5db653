//! The framework's crates, as a manifest names them.

use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use toml_edit::{DocumentMut, InlineTable, Value};

use crate::cli::Framework;
use crate::exit::UsageError;

/// Returns the source that was chosen, or that which this program comes from.
pub(crate) fn chosen(option: Option<&Framework>) -> anyhow::Result<Framework> {
    let Some(framework) = option else { return Ok(of_this_program()) };
    if let Framework::Path(path) = framework
        && !is_clone(path)
    {
        return Err(UsageError(format!(
            "expected a clone of the framework, found no plugin-interface/Cargo.toml in {}; \
             name the root of the clone",
            path.display()
        ))
        .into());
    }
    Ok(framework.clone())
}

fn is_clone(path: &Path) -> bool {
    ["plugin-interface", "plugin-host"]
        .iter()
        .all(|package| path.join(package).join("Cargo.toml").is_file())
}

/// Returns the clone in which this program lies, or what `cargo install` notes of
/// it, or its version.
fn of_this_program() -> Framework {
    let version = || Framework::Version(env!("CARGO_PKG_VERSION").to_owned());
    let Ok(program) = std::env::current_exe() else { return version() };
    if let Some(clone) = program.ancestors().find(|folder| is_clone(folder)) {
        return Framework::Path(clone.to_owned());
    }
    let notes = program.ancestors().nth(2).map(|root| root.join(".crates.toml"));
    let notes = notes.and_then(|file| std::fs::read_to_string(file).ok());
    match notes.as_deref().and_then(installed_from) {
        Some(Framework::Path(path)) if !is_clone(&path) => version(),
        Some(framework) => framework,
        None => version(),
    }
}

/// Returns the clone or the address that `cargo install` notes for this program.
fn installed_from(notes: &str) -> Option<Framework> {
    let notes: DocumentMut = notes.parse().ok()?;
    let packages = notes.get("v1")?.as_table()?;
    let begin = concat!("plugin-host ", env!("CARGO_PKG_VERSION"), " (");
    let id = packages.iter().find_map(|(package, _)| package.strip_prefix(begin))?;
    let id = id.strip_suffix(')')?;
    if let Some(path) = id.strip_prefix("path+file://") {
        let is_plain = !path.contains(['%', '#', '?']);
        return is_plain.then(|| Framework::Path(Path::new(path).parent().unwrap().to_owned()));
    }
    let url = id.strip_prefix("git+")?.split(['?', '#']).next()?;
    Some(Framework::Git(url.to_owned()))
}

/// Returns the value for a package in `[workspace.dependencies]`, seen from the
/// folder of the manifest.
pub(crate) fn dependency(framework: &Framework, root: &Path) -> anyhow::Result<Value> {
    let mut table = InlineTable::new();
    match framework {
        Framework::Path(path) => {
            let path = path.join("plugin-interface");
            table.insert("path", text(&seen_from(root, &path)?)?.into());
        }
        Framework::Git(url) => drop(table.insert("git", url.into())),
        Framework::Version(version) => drop(table.insert("version", version.into())),
    }
    table.insert("default-features", false.into());
    Ok(table.into())
}

/// Returns the arguments with which `cargo install` installs this program.
pub(crate) fn install(framework: &Framework, root: &Path) -> anyhow::Result<String> {
    Ok(match framework {
        Framework::Path(path) => {
            let path = seen_from(root, &path.join("plugin-host"))?;
            format!("--path '{}'", text(&path)?)
        }
        Framework::Git(url) => format!("--git '{url}' plugin-host"),
        Framework::Version(version) => format!("--version '{version}' plugin-host"),
    })
}

/// Returns a path as one writes it in a file of a folder. An absolute one stays.
/// The folder need not exist yet.
fn seen_from(folder: &Path, path: &Path) -> anyhow::Result<PathBuf> {
    if path.is_absolute() {
        return Ok(path.to_owned());
    }
    let path = path.canonicalize().with_context(|| format!("cannot read {}", path.display()))?;
    Ok(relative(&real(folder)?, &path))
}

/// Returns the path without links of a folder that may not exist yet.
pub(crate) fn real(folder: &Path) -> anyhow::Result<PathBuf> {
    let folder = std::path::absolute(folder)?;
    let exists = folder.ancestors().find(|folder| folder.exists());
    let exists = exists.context("no folder exists")?;
    Ok(exists.canonicalize()?.join(folder.strip_prefix(exists)?))
}

/// Returns the way from a folder to a path; both are without links.
pub(crate) fn relative(folder: &Path, path: &Path) -> PathBuf {
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), path.components().collect());
    let same = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
    let up = from[same..].iter().map(|_| Component::ParentDir);
    up.chain(to[same..].iter().copied()).collect()
}

/// Returns a path as manifests have it.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    let text = path.to_str();
    let text = text.with_context(|| format!("the path {} is not UTF-8", path.display()))?;
    Ok(text.replace(std::path::MAIN_SEPARATOR, "/"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Framework, dependency, installed_from, relative};

    #[test]
    fn the_way_to_a_path_goes_up_and_down() {
        for (from, to, way) in [
            ("/a/b", "/a/c/d", "../c/d"),
            ("/a", "/a/b", "b"),
            ("/a/b", "/a", ".."),
            ("/a", "/b", "../b"),
        ] {
            assert_eq!(relative(Path::new(from), Path::new(to)), Path::new(way));
        }
    }

    #[test]
    fn each_source_is_a_dependency() {
        let write = |framework| dependency(&framework, Path::new("/a")).unwrap().to_string();
        assert_eq!(
            write(Framework::Git("https://x/y\"".to_owned())),
            r#"{ git = 'https://x/y"', default-features = false }"#
        );
        assert_eq!(
            write(Framework::Version("0.1".to_owned())),
            r#"{ version = "0.1", default-features = false }"#
        );
        assert_eq!(
            write(Framework::Path("/b".into())),
            r#"{ path = "/b/plugin-interface", default-features = false }"#
        );
    }

    #[test]
    fn an_installed_program_knows_where_it_comes_from() {
        let notes = |source: &str| {
            let version = env!("CARGO_PKG_VERSION");
            installed_from(&format!(
                "[v1]\n\"other 0.1.0 (path+file:///x)\" = []\n\
                 \"plugin-host {version} ({source})\" = [\"plugin-host\"]\n"
            ))
        };
        assert_eq!(notes("path+file:///a/plugin-host"), Some(Framework::Path("/a".into())));
        assert_eq!(
            notes("git+https://x/y?branch=main#abc"),
            Some(Framework::Git("https://x/y".to_owned()))
        );
        assert_eq!(notes("registry+https://x"), None);
        assert_eq!(notes("path+file:///a%20b/plugin-host"), None);
        assert_eq!(installed_from("not toml ="), None);
    }
}
