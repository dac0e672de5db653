//! `new --like` for many interfaces: what it writes compiles, and hosts of the
//! interface load it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use plugin_interface::{Mismatch, inspect};

use crate::environment::{Directory, is_thorough, plugin_host, root};
use crate::new::{cargo, new, packages, target};

/// Interfaces with types of many shapes.
const SHAPES: &str = include_str!("new_like/shapes.rs");

/// A host that loads a plugin of each interface.
const HOST: &str = "\
fn main() {
    let folder = std::env::args_os().nth(1).unwrap();
LOADS}

fn load<I: plugin_interface::Interface + ?Sized>(folder: &std::ffi::OsStr) {
    let name = std::any::type_name::<I>();
    let mut manager = plugin_interface::PluginManager::new();
    let plugins = manager.load::<I>(folder).unwrap();
    let rejected: Vec<_> = manager.rejected().iter().map(ToString::to_string).collect();
    assert_eq!((plugins.len(), &rejected[..]), (1, &[][..]), \"{name}\");
}
";

/// A workspace that the tests write.
struct Workspace(Directory);

impl Workspace {
    fn new() -> Self {
        Workspace(Directory::new())
    }

    /// Adds a package, whose manifest ends with `manifest`.
    fn add(&self, name: &str, file: &str, source: &str, manifest: &str) {
        let folder = self.0.path().join(name);
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src").join(file), source).unwrap();
        let head =
            format!("[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n");
        fs::write(folder.join("Cargo.toml"), head + manifest).unwrap();
        let members: Vec<_> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
        fs::write(self.0.path().join("Cargo.toml"), manifest).unwrap();
        // The versions that the repository has, since others are not at hand. Each
        // build removes those that it does not need.
        let lock = root().join("plugin-interface/tests/fixtures/Cargo.lock");
        fs::copy(lock, self.0.path().join("Cargo.lock")).unwrap();
    }

    /// Builds a package, and returns its library.
    fn library(&self, name: &str) -> PathBuf {
        cargo(self.0.path(), &format!("build --quiet --package {name}"));
        target().join(format!("debug/lib{name}.so"))
    }

    /// Creates a plugin for each interface, as one library.
    fn plugins(&self, name: &str, of: &[(&str, &str)], interfaces: &[impl AsRef<str>]) {
        let mut source = String::new();
        for (number, interface) in interfaces.iter().enumerate() {
            let module = format!("{name}_{number}");
            let collects = self.plugin(&self.0.path().join(name), &module, of, interface.as_ref());
            source += &format!("pub mod {module};\n");
            let names = format!("#[plugin_interface::plugin_aggregates({collects})]\n");
            source += &format!("{names}mod collected_{number} {{}}\n");
        }
        let manifest = format!(
            "[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\n[dependencies]\n{}{}",
            framework(""),
            dependencies(of)
        );
        self.add(name, "lib.rs", &source, &manifest);
    }

    /// Creates a plugin as a module of a crate, and returns the path of its interface.
    fn plugin(&self, to: &Path, module: &str, of: &[(&str, &str)], interface: &str) -> String {
        let alone = Directory::new();
        let name = module.replace('_', "-");
        let clone = format!("path={}", root().display());
        let mut arguments = vec!["--plugin", &name, "--trait", interface, "--framework", &clone];
        arguments.extend(of.iter().flat_map(|(option, path)| [*option, *path]));
        let created = new(alone.path(), &arguments);
        // A note would be about a method that panics.
        assert_eq!((created.code, created.err.as_str()), (0, ""), "{interface}: {created:?}");
        let from = alone.path().join(name).join("src");
        let source = fs::read_to_string(from.join("lib.rs")).unwrap();
        for macros in ["panic!", "todo!", "unimplemented!"] {
            assert!(!source.contains(macros), "{interface}: {source}");
        }

        let (before, rest) = source.split_once("// Collects").unwrap();
        let (collects, after) = rest.split_once("mod plugin {}\n").unwrap();
        let (_, collects) = collects.split_once("#[plugin_aggregates(").unwrap();
        let (collects, _) = collects.split_once(")]").unwrap();
        let before = before.replace("#![forbid(unsafe_code)]\n", "");
        let before = before.replace("{plugin_aggregates, plugin_impl}", "plugin_impl");
        let own = format!("crate::{module}::interface");
        let source = (before + after).replace("crate::interface", &own);
        let folder = to.join("src").join(module);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("mod.rs"), &source).unwrap();
        if from.join("interface.rs").exists() {
            fs::copy(from.join("interface.rs"), folder.join("interface.rs")).unwrap();
            return format!("{module}::interface::{collects}");
        }
        interface.to_owned()
    }

    /// Runs a host of the interfaces, which loads a library.
    fn load(&self, library: &Path, of: &[(&str, &str)], interfaces: &[impl AsRef<str>]) {
        let plugins = Directory::new();
        fs::copy(library, plugins.path().join(library.file_name().unwrap())).unwrap();
        let loads = interfaces
            .iter()
            .map(|of| format!("    load::<dyn {}>(&folder);\n", of.as_ref()))
            .collect::<String>();
        let manifest = format!("[dependencies]\n{}{}", framework("\"manager\""), dependencies(of));
        self.add("original-host", "main.rs", &HOST.replace("LOADS", &loads), &manifest);
        let run = format!("run --quiet --package original-host {}", plugins.path().display());
        cargo(self.0.path(), &run);
    }
}

fn framework(features: &str) -> String {
    let path = root().join("plugin-interface");
    format!(
        "plugin-interface = {{ path = {path:?}, default-features = false, \
         features = [{features}] }}\n"
    )
}

/// Returns a line for the crate of the interface, if the source is one.
fn dependencies(of: &[(&str, &str)]) -> String {
    let crates = of.iter().filter(|(option, _)| *option == "--for");
    let line = |path: &str| {
        let name = Path::new(path).file_name().unwrap().to_str().unwrap();
        let name = if name == "interface" { "fixture-interface" } else { name };
        format!("{name} = {{ path = {path:?} }}\n")
    };
    crates.map(|(_, path)| line(path)).collect()
}

#[test]
fn plugins_like_those_of_a_library_load_in_the_hosts_of_its_interfaces() {
    let workspace = Workspace::new();
    let dependencies = format!("[dependencies]\n{}", framework(""));
    workspace.add("shapes", "lib.rs", SHAPES, &dependencies);
    let shapes = workspace.0.path().join("shapes");
    let of = [("--for", shapes.to_str().unwrap())];
    let paths: Vec<_> = SHAPES
        .lines()
        .filter_map(|line| line.strip_prefix("pub trait ")?.split([':', ' ']).next())
        .map(|name| format!("shapes::{name}"))
        .collect();
    assert!(paths.len() > 10, "{paths:?}");
    workspace.plugins("originals", &of, &paths);
    let originals = workspace.library("originals");
    let like = [("--like", originals.to_str().unwrap())];
    workspace.plugins("alike", &like, &paths);
    workspace.load(&workspace.library("alike"), &of, &paths);
}

/// `PLUGIN_THOROUGH=1` creates a plugin for each interface in the libraries of the
/// fixtures.
#[test]
fn plugins_like_those_of_the_fixtures_have_their_interfaces() {
    if !is_thorough() {
        eprintln!("NOT TESTED with each interface of the fixtures: PLUGIN_THOROUGH is not set");
        return;
    }
    let fixtures = root().join("plugin-interface/tests/fixtures");
    cargo(&fixtures, "build --quiet --workspace");
    let workspace = Workspace::new();
    let mut known = BTreeSet::new();
    for package in packages(&fixtures) {
        let name = package.replace('-', "_");
        let file = target().join(format!("debug/lib{name}.so"));
        let Ok(original) = inspect(&file) else { continue };
        let mut interfaces = original.interfaces;
        // Many of them have the same.
        interfaces.retain(|it| known.insert((it.path.clone(), it.fingerprint)));
        if interfaces.is_empty() {
            continue;
        }
        let paths: Vec<_> = interfaces.iter().map(|interface| &*interface.path).collect();
        let alike = format!("like_{name}");
        workspace.plugins(&alike, &[("--like", file.to_str().unwrap())], &paths);
        let library = workspace.library(&alike);
        let found = inspect(&library).unwrap().interfaces;
        for interface in &interfaces {
            let own = found.iter().find(|it| it.path == interface.path);
            let own = own.unwrap_or_else(|| panic!("{name} has no {}", interface.path));
            let mismatch = Mismatch::between(interface, own);
            assert!(mismatch.is_none(), "{name}: {}", mismatch.unwrap());
        }
        let plugins = Directory::new();
        fs::copy(&library, plugins.path().join(library.file_name().unwrap())).unwrap();
        let run = plugin_host(&["run", plugins.path().to_str().unwrap()]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
    }
    assert!(known.len() >= 30, "{}", known.len());
}
