//! The source of an interface, written from the metadata of a library.

mod borrows;
mod definitions;
mod found;
mod later_fields;
mod lifetimes;
mod names;
mod plain;
mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Context as _;
use plugin_interface::metadata::{InterfaceMetadata, MethodMetadata, as_written};
use syn::TraitItemFn;

use definitions::Definitions;
use names::{Names, with_raw_names};
use record::{Lifetimes, split};

/// A module with an interface, its types and the interfaces of its objects.
pub(crate) struct Written {
    pub(crate) text: String,
    /// The other crates whose types it names.
    pub(crate) crates: BTreeSet<String>,
}

/// Writes the source of an interface.
pub(crate) fn written(interface: &InterfaceMetadata) -> anyhow::Result<Written> {
    let all = interfaces(interface);
    plain::check(&all)?;
    let mut definitions = Definitions::new(&all)?;
    check_names(&all, &definitions)?;
    let written = module(&all, &definitions)?;
    let values = later_fields::values(&written.text)?;
    if values.is_empty() {
        return Ok(written);
    }
    definitions.add_values(&values)?;
    module(&all, &definitions)
}

fn module(all: &[&InterfaceMetadata], definitions: &Definitions) -> anyhow::Result<Written> {
    let own = definitions.paths().map(|(name, _)| name);
    let own = own.chain(all.iter().map(|interface| interface.name()));
    let mut names = Names::new(own.collect());
    let mut text = String::new();
    for definition in definitions.texts(&mut names)? {
        let _ = writeln!(text, "{definition}");
    }
    for of in all {
        let _ = writeln!(text, "{}", trait_of(of, definitions, &mut names)?);
    }
    let (imports, crates) = names.finish();
    Ok(Written { text: format!("{imports}\n{text}"), crates })
}

/// Returns the interface and those of its objects, each once.
fn interfaces(interface: &InterfaceMetadata) -> Vec<&InterfaceMetadata> {
    let mut all = vec![interface];
    for object in &interface.objects {
        if all.iter().all(|known| known.path != object.path) {
            all.push(object);
        }
    }
    all
}

/// Checks that no two have one name.
fn check_names(all: &[&InterfaceMetadata], definitions: &Definitions) -> anyhow::Result<()> {
    let mut names: BTreeMap<&str, &str> = definitions.paths().collect();
    for interface in all {
        if let Some(other) = names.insert(interface.name(), &interface.path) {
            anyhow::bail!(
                "{other} and {} have one name, which is not possible here; depend on the crate \
                 of the interface instead, with --for",
                interface.path
            );
        }
    }
    Ok(())
}

/// Returns a trait with its methods.
fn trait_of(
    interface: &InterfaceMetadata,
    definitions: &Definitions,
    names: &mut Names<'_>,
) -> anyhow::Result<String> {
    let mut text = format!(
        "/// The interface `{path}`, version {version}.\n\
         #[plugin_interface(version = \"{version}\", path = \"{path}\")]\npub trait {name}",
        path = interface.path,
        version = interface.version,
        name = interface.name(),
    );
    text += match (interface.send, interface.sync) {
        (true, true) => ": Send + Sync",
        (true, false) => ": Send",
        (false, true) => ": Sync",
        (false, false) => "",
    };
    text += " {\n";
    for method in &interface.methods {
        let item = method_of(method, definitions, names)
            .with_context(|| format!("{}: {}", interface.path, plain::cannot(&method.signature)))?;
        let item = super::answers::text(&item);
        match method.since.as_str() {
            "" => text += &format!("{item}\n"),
            since => {
                let item = item.trim_end().trim_end_matches(';');
                let name = &method.name;
                let _ = writeln!(
                    text,
                    "#[since(\"{since}\")]\n{item} {{\n\
                     panic!(\"`{name}` came with version {since}, which this plugin is older than\")\n}}"
                );
            }
        }
    }
    Ok(text + "}\n")
}

/// Returns a method with the lifetimes that its text leaves out.
fn method_of(
    method: &MethodMetadata,
    definitions: &Definitions,
    names: &mut Names<'_>,
) -> anyhow::Result<TraitItemFn> {
    let (signature, lifetimes) = split(&method.signature);
    let mut item: TraitItemFn =
        syn::parse_str(&format!("{};", with_raw_names(&as_written(signature))))?;
    plain::method(&item, &method.name)?;
    Lifetimes::parse(lifetimes).write_into(&mut item, definitions.lending())?;
    names.qualify_signature(&mut item.sig);
    Ok(item)
}
