//! A host for the plugins of an interface.

use super::draft::{Draft, IGNORED, Place, filled};
use super::interface_crate::{Located, interface};
use super::manifest::{Needed, parse};
use crate::cli::InterfaceCrate;
use crate::rustfmt::formatted;

const MANIFEST: &str = include_str!("../../../templates/host/host.toml");
const HOST: &str = include_str!("../../../templates/host/host.rs");
const TESTS: &str = include_str!("../../../templates/host/tests.rs");

pub(super) fn draft(
    place: &Place<'_>,
    source: &InterfaceCrate,
    name: Option<&str>,
) -> anyhow::Result<Draft> {
    let located = Located::find(source)?;
    let sources = located.sources()?;
    let found = interface(&sources, name)?;

    let mut manifest = parse(&filled(MANIFEST, &[("my-app", place.name)]))?;
    let interface_crate = Needed::interface(place, &located)?;
    interface_crate.add_to(&mut manifest, "dependencies", &located.package.name);
    let framework = Needed::framework_of(place, &located)?.with_feature("manager");
    framework.add_to(&mut manifest, "dependencies", "plugin-interface");

    let (path, name) = (found.full_path(&sources), found.name());
    let dyn_name = format!("dyn {name}");
    let host = filled(HOST, &[("FULL_PATH", path.as_str()), ("dyn Interface", &dyn_name)]);
    let tests = filled(TESTS, &[("my-app", place.name)]);
    let mut draft = Draft {
        files: vec![
            (
                "src/main.rs".to_owned(),
                formatted(&host, place.folder),
                "the program that loads plugins",
            ),
            ("tests/host.rs".to_owned(), formatted(&tests, place.folder), "a test that runs it"),
            ("Cargo.toml".to_owned(), manifest.to_string(), "the package"),
        ],
        packages: vec![""],
        next: place.commands(&["cargo build", "cargo test"]),
        last: "Run it with a folder of plugins. It prints the name of each; call their\n\
               methods where a comment says so."
            .to_owned(),
        ..Draft::default()
    };
    if place.around.is_none() {
        draft.files.push((".gitignore".to_owned(), IGNORED.to_owned(), ""));
    }
    Ok(draft)
}
