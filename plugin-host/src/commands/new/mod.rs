//! `new NAME`: creates an application with an interface, a plugin and a host.

mod begun;
mod name;
mod source;
mod workspace;

use std::path::Path;

use anyhow::Context as _;
use toml_edit::{DocumentMut, InlineTable, Item, Value};

use self::begun::Begun;
use self::source::text;
use self::workspace::Workspace;
use crate::cli::{Framework, NewArgs};
use crate::exit::{Exit, UsageError};
use crate::output::{escaped, print_line, print_note};

/// The manifest of an application that joins no workspace.
const WORKSPACE: &str = include_str!("../../../templates/app/workspace.toml");

const IGNORED: &str = "/target\n";

/// The members of an application.
const FOLDERS: [&str; 3] = ["interface", "plugins/shout", "host"];

/// The files of an application, and their content.
const FILES: [(&str, &str); 7] = [
    ("interface/Cargo.toml", include_str!("../../../templates/app/interface.toml")),
    ("interface/src/lib.rs", include_str!("../../../templates/app/interface.rs")),
    ("plugins/shout/Cargo.toml", include_str!("../../../templates/app/plugin.toml")),
    ("plugins/shout/src/lib.rs", include_str!("../../../templates/app/plugin.rs")),
    ("host/Cargo.toml", include_str!("../../../templates/app/host.toml")),
    ("host/src/main.rs", include_str!("../../../templates/app/host.rs")),
    ("host/tests/plugins.rs", include_str!("../../../templates/app/tests.rs")),
];

const CI_FILE: &str = ".github/workflows/ci.yml";
const CI: &str = include_str!("../../../templates/app/ci.yml");

const TREE: [(&str, &str); 6] = [
    ("├── interface/src/lib.rs", "the trait that the host and its plugins share"),
    ("├── plugins/shout/src/lib.rs", "a plugin"),
    ("├── host/src/main.rs", "the program that loads plugins"),
    ("├── host/tests/plugins.rs", "tests that load the plugin"),
    ("├── .github/workflows/ci.yml", "tests and `plugin-host check` for each push"),
    ("└── Cargo.toml, .gitignore", "the workspace"),
];

pub(crate) fn run(args: &NewArgs) -> anyhow::Result<Exit> {
    let folder = &args.folder;
    let name = folder.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        UsageError(format!("expected a name such as my-app, found {}", folder.display()))
    })?;
    name::check(name)?;
    begun::check_empty(folder)?;
    let framework = source::chosen(args.framework.as_ref())?;
    let around = Workspace::around(folder)?;
    let joins = around.is_some();
    create(folder, name, &framework, around)?;
    if let Framework::Version(version) = &framework
        && args.framework.is_none()
    {
        print_note(&format!(
            "it depends on plugin-interface {version}; until that is published, name a clone: \
             --framework path=../rust-plugin-system"
        ));
    }
    show(folder, name, joins)?;
    Ok(Exit::Ok)
}

/// Creates everything or, on an error, nothing.
fn create(
    folder: &Path,
    name: &str,
    framework: &Framework,
    around: Option<Workspace>,
) -> anyhow::Result<()> {
    let mut begun = Begun::default();
    for (file, template) in FILES {
        begun.write(&folder.join(file), &filled(template, name))?;
    }
    let interface = format!("{name}-interface");
    match around {
        Some(mut workspace) => {
            let root = workspace.root.clone();
            workspace.add_dependency("plugin-interface", source::dependency(framework, &root)?)?;
            let path = source::relative(&root, &source::real(&folder.join("interface"))?);
            workspace.add_dependency(&interface, at(&text(&path)?))?;
            for member in FOLDERS {
                workspace.add_member(&folder.join(member))?;
            }
            workspace.save()?;
        }
        None => {
            let mut manifest: DocumentMut = WORKSPACE.parse().context("the template")?;
            let dependencies = &mut manifest["workspace"]["dependencies"];
            dependencies[&interface] = Item::Value(at("interface"));
            dependencies["plugin-interface"] = Item::Value(source::dependency(framework, folder)?);
            begun.write(&folder.join("Cargo.toml"), &manifest.to_string())?;
            begun.write(&folder.join(".gitignore"), IGNORED)?;
            let install = source::install(framework, folder)?;
            begun.write(&folder.join(CI_FILE), &CI.replace("INSTALL", &install))?;
        }
    }
    begun.finish();
    Ok(())
}

/// Returns the dependency on a package in a folder.
fn at(path: &str) -> Value {
    let mut table = InlineTable::new();
    table.insert("path", path.into());
    table.into()
}

/// Replaces the name that the templates have.
fn filled(template: &str, name: &str) -> String {
    template.replace("my-app", name).replace("my_app", &name.replace('-', "_"))
}

/// Prints the new files and what to type next.
fn show(folder: &Path, name: &str, joins: bool) -> anyhow::Result<()> {
    let path = escaped(&folder.display().to_string());
    print_line(&path)?;
    for (file, meaning) in &TREE[..if joins { 4 } else { 6 }] {
        print_line(&format!("{file:30} {meaning}"))?;
    }
    let (first, second, third) = match joins {
        true => (
            format!("cargo build --package {name}-shout"),
            format!("cargo test --package {name}"),
            format!("cargo run --package {name}"),
        ),
        false => (format!("cd {path}"), "cargo build".to_owned(), "cargo run".to_owned()),
    };
    print_line("\nNext:")?;
    for command in [first, second, third] {
        print_line(&format!("  {command}"))?;
    }
    print_line(
        "\nThe last one prints `shout: HELLO!`. Change that line in the plugin,\n\
         build and run again.",
    )?;
    Ok(())
}
