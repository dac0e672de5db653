//! A bill of materials in the JSON of `CycloneDX`.

use std::collections::BTreeSet;

use auditable_serde::{Package, Source, VersionInfo};
use plugin_interface::metadata::PluginMetadata;
use serde_json::{Value, json};

use super::crates::is_of_build;

/// Describes a library with that digest, and the crates in it. The same library
/// gives the same text.
pub(crate) fn of(metadata: &PluginMetadata, sha256: &str, crates: Option<&VersionInfo>) -> Value {
    let packages = crates.map(|info| &info.packages[..]).unwrap_or_default();
    let root = packages.iter().position(|package| package.root);
    let this = reference(&metadata.package.name, &metadata.package.version, None);
    let name = |at: usize| match Some(at) == root {
        true => this.clone(),
        false => reference(&packages[at].name, &packages[at].version.to_string(), Some(at)),
    };
    let others = (0..packages.len()).filter(|at| Some(*at) != root);
    let components: Vec<_> = others.map(|at| component(&packages[at], name(at))).collect();
    let dependencies: Vec<_> = packages
        .iter()
        .enumerate()
        .map(|(at, package)| {
            // Each once, whatever a library says.
            let on: BTreeSet<_> = package.dependencies.iter().copied().collect();
            let on: Vec<_> = on.into_iter().map(name).collect();
            json!({ "ref": name(at), "dependsOn": on })
        })
        .collect();
    // Nobody lists the libraries of C that the system loads with it.
    let aggregate = if crates.is_some() { "incomplete" } else { "unknown" };
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "tools": { "components": [{
                "type": "application",
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
            }] },
            "component": {
                "type": "library",
                "bom-ref": this,
                "name": metadata.package.name,
                "version": metadata.package.version,
                "description": metadata.package.description,
                "hashes": [{ "alg": "SHA-256", "content": sha256 }],
            },
        },
        "components": components,
        "dependencies": dependencies,
        "compositions": [{ "aggregate": aggregate, "assemblies": [this] }],
    })
}

/// The name of a component in this document. Two sources may have one crate.
fn reference(name: &str, version: &str, at: Option<usize>) -> String {
    match at {
        Some(at) => format!("{at}-{name}@{version}"),
        None => format!("{name}@{version}"),
    }
}

fn component(package: &Package, reference: String) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference,
        "name": package.name,
        "version": package.version.to_string(),
        "scope": if is_of_build(package) { "excluded" } else { "required" },
    });
    if package.source == Source::CratesIo {
        let version = package.version.to_string().replace('+', "%2B");
        component["purl"] = format!("pkg:cargo/{}@{version}", package.name).into();
    }
    component
}
