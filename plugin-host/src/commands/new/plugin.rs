//! A plugin for the interface of a crate.

use super::draft::{Draft, IGNORED, Place, filled};
use super::interface_crate::{Located, interface};
use super::manifest::{Needed, parse};
use crate::cli::InterfaceCrate;
use crate::interface_source::plugin;
use crate::rustfmt::formatted;

const MANIFEST: &str = include_str!("../../../templates/plugin/plugin.toml");
const PLUGIN: &str = include_str!("../../../templates/plugin/plugin.rs");
const TESTS: &str = include_str!("../../../templates/plugin/tests.rs");

pub(super) fn draft(
    place: &Place<'_>,
    source: &InterfaceCrate,
    name: Option<&str>,
) -> anyhow::Result<Draft> {
    let located = Located::find(source)?;
    let sources = located.sources()?;
    let found = interface(&sources, name)?;
    let written = plugin(&sources, &found, place.name)?;

    let mut manifest = parse(&filled(MANIFEST, &[("my-plugin", place.name)]))?;
    let interface_crate = Needed::interface(place, &located)?;
    interface_crate.add_to(&mut manifest, "dependencies", &located.package.name);
    let framework = Needed::framework_of(place, &located)?;
    framework.clone().add_to(&mut manifest, "dependencies", "plugin-interface");
    for other in written.crates.iter().filter(|other| *other != "plugin_interface") {
        let Some(dependency) = located.dependency(other) else { continue };
        let known_as = dependency.rename.as_ref().unwrap_or(&dependency.name);
        let needed = Needed::like(place, &located, other, known_as)?;
        needed.add_to(&mut manifest, "dependencies", known_as);
    }
    let for_tests = framework.with_feature("manager");
    for_tests.add_to(&mut manifest, "dev-dependencies", "plugin-interface");

    let full_path = found.full_path(&sources);
    let interface = &written.interface;
    let names = [
        ("`Interface`", &*format!("`{full_path}`")),
        ("dyn Interface", &format!("dyn {interface}")),
        ("super::Interface", &format!("super::{interface}")),
        ("(Interface)", &format!("({interface})")),
        ("impl Interface", &format!("impl {interface}")),
        ("my-plugin", place.name),
        ("MyPlugin", &written.name),
        ("__IMPORTS__\n", &written.imports),
        ("__TYPE__", &written.ty),
        ("__METHODS__", &written.methods),
        ("__OTHERS__", &written.others),
    ];
    let plugin = formatted(&filled(PLUGIN, &names), place.folder);
    let trait_name = found.name();
    let names = [
        ("FULL_PATH", full_path.as_str()),
        ("my-plugin", place.name),
        ("MyPlugin", &written.name),
        ("Interface", &trait_name),
    ];
    let tests = formatted(&filled(TESTS, &names), place.folder);
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
        notes: written
            .unanswered
            .iter()
            .map(|method| {
                format!("`{method}` panics until you write it: its type has no plain value")
            })
            .collect(),
        ..Draft::default()
    };
    if place.around.is_none() {
        draft.files.push((".gitignore".to_owned(), IGNORED.to_owned(), ""));
    }
    Ok(draft)
}
