//! A crate with an interface.

use super::draft::{Draft, IGNORED, Place, filled};
use super::manifest::{Needed, parse};
use crate::interface_source::camel;

const MANIFEST: &str = include_str!("../../../templates/interface/interface.toml");
const INTERFACE: &str = include_str!("../../../templates/app/interface.rs");

pub(super) fn draft(place: &Place<'_>) -> anyhow::Result<Draft> {
    let mut manifest = parse(&filled(MANIFEST, &[("my-interface", place.name)]))?;
    let framework = Needed::framework(place)?;
    framework.add_to(&mut manifest, "dependencies", "plugin-interface");
    let name = camel(place.name.strip_suffix("-interface").unwrap_or(place.name));
    let interface = filled(INTERFACE, &[("trait Tool", &format!("trait {name}"))]);
    let mut next = place.commands(&["cargo build"]);
    let folder = place.folder.display();
    let back = if place.around.is_some() { "" } else { "cd - && " };
    next.push(format!("{back}plugin-host new --plugin shout --for {folder}"));
    let mut draft = Draft {
        files: vec![
            ("src/lib.rs".to_owned(), interface, "the trait that hosts and plugins share"),
            ("Cargo.toml".to_owned(), manifest.to_string(), "the package"),
        ],
        packages: vec![""],
        is_of_framework: true,
        next,
        last: "Change the trait first. The last command creates a plugin for it.".to_owned(),
        ..Draft::default()
    };
    if place.around.is_none() {
        draft.files.push((".gitignore".to_owned(), IGNORED.to_owned(), ""));
    }
    Ok(draft)
}
