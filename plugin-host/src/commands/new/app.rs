//! An application with an interface, a plugin and a host.

use anyhow::Context as _;
use toml_edit::{DocumentMut, InlineTable, Item, Value};

use super::draft::{Draft, IGNORED, Place, crate_name, filled};
use super::source::{self, text};

/// The manifest of an application that joins no workspace.
const WORKSPACE: &str = include_str!("../../../templates/app/workspace.toml");

/// The members of an application.
const FOLDERS: [&str; 3] = ["interface", "plugins/shout", "host"];

/// The files of an application, their content, and their meaning.
const FILES: [(&str, &str, &str); 7] = [
    ("interface/Cargo.toml", include_str!("../../../templates/app/interface.toml"), ""),
    (
        "interface/src/lib.rs",
        include_str!("../../../templates/app/interface.rs"),
        "the trait that the host and its plugins share",
    ),
    ("plugins/shout/Cargo.toml", include_str!("../../../templates/app/plugin.toml"), ""),
    ("plugins/shout/src/lib.rs", include_str!("../../../templates/app/plugin.rs"), "a plugin"),
    ("host/Cargo.toml", include_str!("../../../templates/app/host.toml"), ""),
    (
        "host/src/main.rs",
        include_str!("../../../templates/app/host.rs"),
        "the program that loads plugins",
    ),
    (
        "host/tests/plugins.rs",
        include_str!("../../../templates/app/tests.rs"),
        "tests that load the plugin",
    ),
];

const CI_FILE: &str = ".github/workflows/ci.yml";
const CI: &str = include_str!("../../../templates/app/ci.yml");

pub(super) fn draft(place: &Place<'_>) -> anyhow::Result<Draft> {
    let name = place.name;
    let crate_name = crate_name(name);
    let names = [("my-app", name), ("my_app", crate_name.as_str())];
    let files =
        FILES.map(|(file, template, meaning)| (file.to_owned(), filled(template, &names), meaning));
    let mut draft = Draft {
        files: files.into(),
        packages: FOLDERS.into(),
        is_of_framework: true,
        last: "The last one prints `shout: HELLO!`. Change that line in the plugin,\n\
               build and run again."
            .to_owned(),
        ..Draft::default()
    };
    let interface = format!("{name}-interface");
    match place.around {
        Some(workspace) => {
            let root = &workspace.root;
            let framework = source::dependency(place.framework, root)?;
            draft.shared.push(("plugin-interface".to_owned(), framework));
            let folder = source::real(&place.folder.join("interface"))?;
            draft.shared.push((interface, at(&text(&source::relative(root, &folder))?)));
            draft.next = vec![
                format!("cargo build --package {name}-shout"),
                format!("cargo test --package {name}"),
                format!("cargo run --package {name}"),
            ];
        }
        None => {
            let mut manifest: DocumentMut = WORKSPACE.parse().context("the template")?;
            let dependencies = &mut manifest["workspace"]["dependencies"];
            dependencies[&interface] = Item::Value(at("interface"));
            let framework = source::dependency(place.framework, place.folder)?;
            dependencies["plugin-interface"] = Item::Value(framework);
            let install = source::install(place.framework, place.folder)?;
            let ci = CI.replace("INSTALL", &install);
            let meaning = "tests and `plugin-host check` for each push";
            draft.files.push((CI_FILE.to_owned(), ci, meaning));
            let manifest = manifest.to_string();
            draft.files.push(("Cargo.toml".to_owned(), manifest, "the workspace"));
            draft.files.push((".gitignore".to_owned(), IGNORED.to_owned(), ""));
            draft.next = place.commands(&["cargo build", "cargo run"]);
        }
    }
    Ok(draft)
}

/// Returns the dependency on a package in a folder.
fn at(path: &str) -> Value {
    let mut table = InlineTable::new();
    table.insert("path", path.into());
    table.into()
}
