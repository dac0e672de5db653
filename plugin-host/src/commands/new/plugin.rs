//! A plugin for the interface of a crate.

use std::path::Path;

use anyhow::Context as _;
use toml_edit::DocumentMut;

use super::draft::{Draft, IGNORED, Place, crate_name, filled};
use super::foreign;
use super::interface_crate::{Located, interface};
use super::library::of_library;
use super::manifest::{Needed, parse};
use crate::cli::InterfaceCrate;
use crate::interface_source::{Methods, Plugin, Sources, plugin, written};
use crate::output::escaped;
use crate::rustfmt::formatted;

const MANIFEST: &str = include_str!("../../../templates/plugin/plugin.toml");
const PLUGIN: &str = include_str!("../../../templates/plugin/plugin.rs");
const TESTS: &str = include_str!("../../../templates/plugin/tests.rs");

/// The test of an interface that was written from a library.
const SAME: &str = "
    /// Otherwise hosts of that library would refuse the plugin.
    #[test]
    fn the_interface_is_that_of_the_library() {
        let interface = plugin_interface::PluginTrait::of::<dyn Interface>();
        assert_eq!(interface.fingerprint(), FINGERPRINT);
    }
";

pub(super) fn draft(
    place: &Place<'_>,
    source: &InterfaceCrate,
    name: Option<&str>,
) -> anyhow::Result<Draft> {
    let located = Located::find(source)?;
    let sources = located.sources()?;
    let found = interface(&sources, name)?;
    let written = plugin(&sources, &found, place.name, Methods::Required)?;

    let mut manifest = parse(&filled(MANIFEST, &[("my-plugin", place.name)]))?;
    let interface_crate = Needed::interface(place, &located)?;
    interface_crate.add_to(&mut manifest, "dependencies", &located.package.name);
    let framework = Needed::framework_of(place, &located)?;
    for other in written.crates.iter().filter(|other| *other != "plugin_interface") {
        let Some(dependency) = located.dependency(other) else { continue };
        let known_as = dependency.rename.as_ref().unwrap_or(&dependency.name);
        let needed = Needed::like(place, &located, other, known_as)?;
        needed.add_to(&mut manifest, "dependencies", known_as);
    }
    let path = found.full_path(&sources);
    Ok(drafted(place, manifest, framework, &written, [&path, &path], ""))
}

/// A plugin like that of a library, whose interface is written as well.
pub(super) fn like(place: &Place<'_>, library: &Path, name: Option<&str>) -> anyhow::Result<Draft> {
    let metadata = plugin_interface::inspect(library)?;
    let interface = of_library(&metadata, library, name)?;
    let module = written(interface)?;
    let sources = Sources::of_module("interface", &module.text)?;
    let mut all = sources.interfaces();
    let at = all.iter().position(|found| found.name() == interface.name());
    let found = all.swap_remove(at.context("the interface was not written")?);
    let plugin = plugin(&sources, &found, place.name, Methods::All)?;

    let mut manifest = parse(&filled(MANIFEST, &[("my-plugin", place.name)]))?;
    let mut framework = Needed::framework(place)?;
    for other in &module.crates {
        let (name, needed) = foreign::dependency(other)
            .with_context(|| format!("the interface names types of an unknown crate {other}"))?;
        framework = framework.with_feature(name);
        needed.add_to(&mut manifest, "dependencies", name);
    }
    let outer = format!("{}::interface::{}", crate_name(place.name), interface.name());
    let same = filled(SAME, &[("FINGERPRINT", &*format!("{:#034x}", interface.fingerprint))]);
    let paths = [interface.path.as_str(), outer.as_str()];
    let mut draft = drafted(place, manifest, framework, &plugin, paths, &same);
    let file = escaped(&library.file_name().unwrap_or_default().to_string_lossy());
    let head = format!(
        "//! The interface of `{file}`, from its metadata.\n\
                        #![allow(nonstandard_style, unused_variables, clippy::all)]\n\n"
    );
    let text = formatted(&(head + &module.text), place.folder);
    let file = "src/interface.rs".to_owned();
    draft.files.insert(1, (file, text, "the interface of the library; do not edit it"));
    Ok(draft)
}

/// Returns the files of a plugin. `paths` are those of the interface: in words, and
/// for the tests beside the crate.
fn drafted(
    place: &Place<'_>,
    mut manifest: DocumentMut,
    framework: Needed,
    written: &Plugin,
    [path, outer]: [&str; 2],
    same: &str,
) -> Draft {
    framework.clone().add_to(&mut manifest, "dependencies", "plugin-interface");
    let for_tests = framework.with_feature("manager");
    for_tests.add_to(&mut manifest, "dev-dependencies", "plugin-interface");
    let interface = &written.interface;
    let module = if same.is_empty() { "" } else { "pub mod interface;\n\n" };
    let names = [
        ("__TESTS__", same),
        ("`Interface`", &*format!("`{path}`")),
        ("dyn Interface", &format!("dyn {interface}")),
        ("super::Interface", &format!("super::{interface}")),
        ("(Interface)", &format!("({interface})")),
        ("impl Interface", &format!("impl {interface}")),
        ("my-plugin", place.name),
        ("MyPlugin", &written.name),
        ("__MODULES__", module),
        ("__IMPORTS__\n", &written.imports),
        ("__TYPE__", &written.ty),
        ("__METHODS__", &written.methods),
        ("__OTHERS__", &written.others),
    ];
    let plugin = formatted(&filled(PLUGIN, &names), place.folder);
    let name = outer.rsplit("::").next().unwrap_or(outer);
    let names = [
        ("FULL_PATH", outer),
        ("my-plugin", place.name),
        ("MyPlugin", &written.name),
        ("Interface", name),
    ];
    let tests = formatted(&filled(TESTS, &names), place.folder);
    let panics = "panics until you write it: its type has no plain value";
    let notes = written.unanswered.iter().map(|method| format!("`{method}` {panics}"));
    let mut draft = Draft {
        files: vec![
            ("src/lib.rs".to_owned(), plugin, "the plugin"),
            ("tests/loaded.rs".to_owned(), tests, "a test that loads its library"),
            ("Cargo.toml".to_owned(), manifest.to_string(), "the package"),
        ],
        packages: vec![""],
        next: place.commands(&["cargo build", "cargo test"]),
        last: "Its answers mean nothing yet. Write yours, and put the library into the\n\
               folder where the host looks for plugins."
            .to_owned(),
        notes: notes.collect(),
        ..Draft::default()
    };
    if place.around.is_none() {
        draft.files.push((".gitignore".to_owned(), IGNORED.to_owned(), ""));
    }
    draft
}
