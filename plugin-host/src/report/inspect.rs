//! The metadata of a library, as `inspect` prints it.

use std::io;

use plugin_interface::BuiltFor;
use plugin_interface::metadata::{
    InterfaceMetadata, PluginMetadata, RegistrationMetadata, TypeMetadata, as_written,
};
use serde::Serialize;

use crate::contents::crates::ContainedCrate;
use crate::output::{escaped, print_line};
use crate::report::services::{self, ServiceReport};
use crate::report::settings::{self, SettingsReport};
use crate::report::trust::TrustReport;

#[derive(Serialize)]
pub(crate) struct InspectReport<'a> {
    file: String,
    abi_version: u32,
    rust: bool,
    unwinds: bool,
    package: &'a str,
    version: &'a str,
    authors: Vec<&'a str>,
    description: &'a str,
    license: &'a str,
    repository: &'a str,
    rustc: &'a str,
    target: &'a str,
    /// The system and the processor, as the headers of the file say.
    system: String,
    /// The reason why the dynamic linker never unmaps it, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    stays_mapped: Option<String>,
    /// What is known about the file, if the options ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trust: Option<TrustReport>,
    /// The crates that it says it was built from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) crates: Option<Vec<ContainedCrate>>,
    interfaces: Vec<InterfaceReport<'a>>,
}

#[derive(Serialize)]
struct InterfaceReport<'a> {
    #[serde(flatten)]
    itself: TraitReport<'a>,
    implementations: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<SettingsReport<'a>>,
    /// The services without which they are not created.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<ServiceReport<'a>>,
    /// The services that they offer to other plugins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    provides: Vec<ServiceReport<'a>>,
    /// Those whose state a new version receives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    state: Vec<&'a str>,
    /// Those that a host starts and stops.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lifecycle: Vec<&'a str>,
    /// The interfaces of the objects that it takes or returns, and of theirs.
    objects: Vec<TraitReport<'a>>,
}

/// An interface of the library, or of an object.
#[derive(Serialize)]
struct TraitReport<'a> {
    path: &'a str,
    version: &'a str,
    fingerprint: String,
    send: bool,
    sync: bool,
    methods: Vec<String>,
    types: Vec<TypeReport<'a>>,
}

#[derive(Serialize)]
struct TypeReport<'a> {
    path: &'a str,
    version: &'a str,
    definition: String,
}

pub(crate) fn report<'a>(
    file: String,
    metadata: &'a PluginMetadata,
    system: &BuiltFor,
    stays_mapped: Option<String>,
) -> InspectReport<'a> {
    let package = &metadata.package;
    InspectReport {
        file,
        abi_version: package.abi_version,
        rust: package.rust,
        unwinds: package.unwinds,
        package: &package.name,
        version: &package.version,
        authors: package.authors.split(':').filter(|author| !author.is_empty()).collect(),
        description: &package.description,
        license: &package.license,
        repository: &package.repository,
        rustc: &package.rustc,
        target: &package.target,
        system: system.to_string(),
        stays_mapped,
        trust: None,
        crates: None,
        interfaces: metadata.interfaces.iter().map(|i| interface(i, metadata)).collect(),
    }
}

fn interface<'a>(
    interface: &'a InterfaceMetadata,
    metadata: &'a PluginMetadata,
) -> InterfaceReport<'a> {
    let declared = metadata.settings.iter().filter(|it| it.interface == interface.path);
    let ours = metadata.registrations.iter().filter(|r| r.interface == interface.path);
    let names = |has: fn(&RegistrationMetadata) -> bool| {
        ours.clone().filter(|it| has(it)).map(|it| &*it.name).collect()
    };
    let (state, lifecycle) = (names(|it| it.keeps_state), names(|it| it.has_lifecycle));
    let needs = ours.clone().flat_map(services::needs).collect();
    let provides = ours.clone().flat_map(services::provides).collect();
    InterfaceReport {
        itself: described(interface),
        implementations: ours.map(|registration| registration.name.as_str()).collect(),
        settings: declared.map(settings::report).collect(),
        needs,
        provides,
        state,
        lifecycle,
        objects: interface.objects.iter().map(described).collect(),
    }
}

fn described(interface: &InterfaceMetadata) -> TraitReport<'_> {
    let types = interface.types.iter();
    TraitReport {
        path: &interface.path,
        version: &interface.version,
        fingerprint: format!("{:#034x}", interface.fingerprint),
        send: interface.send,
        sync: interface.sync,
        methods: interface.methods.iter().map(|method| as_written(&method.signature)).collect(),
        types: types.map(type_report).collect(),
    }
}

fn type_report(ty: &TypeMetadata) -> TypeReport<'_> {
    let definition = as_written(&ty.definition);
    TypeReport { path: &ty.path, version: &ty.version, definition }
}

pub(crate) fn show(report: &InspectReport<'_>) -> io::Result<()> {
    line("file", &report.file)?;
    line("package", &format!("{} {}", report.package, report.version))?;
    line("description", report.description)?;
    line("authors", &report.authors.join(", "))?;
    line("license", report.license)?;
    line("repository", report.repository)?;
    line("compiler", report.rustc)?;
    line("target", report.target)?;
    line("system", &report.system)?;
    line("abi", &report.abi_version.to_string())?;
    let panics = match (report.rust, report.unwinds) {
        (_, true) => "unwind",
        (true, false) => "abort",
        (false, false) => "none, as the library is not written in Rust",
    };
    line("panics", panics)?;
    line("values", if report.rust { "typed by rustc" } else { "validated in each call" })?;
    line("stays mapped", report.stays_mapped.as_deref().unwrap_or_default())?;
    line("trust", report.trust.as_ref().map_or("", |trust| &trust.state))?;
    show_crates(report)?;
    for interface in &report.interfaces {
        let InterfaceReport { itself, implementations, settings, needs, provides, .. } = interface;
        let InterfaceReport { state, lifecycle, objects, .. } = interface;
        print_line("")?;
        line("interface", &format!("{} {}", itself.path, itself.version))?;
        line("fingerprint", itself.fingerprint.as_str())?;
        line("threads", threads(itself))?;
        line("implemented", &format!("by {}", implementations.join(", ")))?;
        for SettingsReport { implementation, settings } in settings {
            line("settings", &format!("of {implementation}"))?;
            settings.iter().try_for_each(|setting| line("", &setting.line()))?;
        }
        needs.iter().try_for_each(|service| line("needs", &service.line("for")))?;
        provides.iter().try_for_each(|service| line("provides", &service.line("by")))?;
        state.iter().try_for_each(|name| line("state", &format!("of {name}")))?;
        lifecycle.iter().try_for_each(|name| line("lifecycle", &format!("of {name}")))?;
        content(itself)?;
        for object in objects {
            line("uses", &format!("{} {}", object.path, object.version))?;
            // It may refer to itself.
            if object.path != itself.path {
                content(object)?;
            }
        }
    }
    Ok(())
}

fn show_crates(report: &InspectReport<'_>) -> io::Result<()> {
    for (i, it) in report.crates.iter().flatten().enumerate() {
        let name = if i == 0 { "crates" } else { "" };
        let use_of = if it.build { " (for its build)" } else { "" };
        line(name, &format!("{} {}{use_of}", it.name, it.version))?;
    }
    Ok(())
}

fn line(name: &str, value: &str) -> io::Result<()> {
    match value {
        "" => Ok(()),
        value => print_line(&format!("{name:<12} {}", escaped(value))),
    }
}

fn threads(interface: &TraitReport<'_>) -> &'static str {
    match (interface.send, interface.sync) {
        (true, true) => "Send + Sync",
        (true, false) => "Send",
        (false, true) => "Sync",
        (false, false) => "one thread",
    }
}

/// Returns a definition, with its crate if another type has the same path.
fn definition(interface: &TraitReport<'_>, ty: &TypeReport<'_>) -> String {
    let TypeReport { path, version, definition } = ty;
    match interface.types.iter().filter(|other| other.path == *path).count() {
        1 => definition.clone(),
        _ => format!("{definition} ({path}, version {version})"),
    }
}

/// Prints the methods, and the types that they refer to.
fn content(interface: &TraitReport<'_>) -> io::Result<()> {
    interface.methods.iter().try_for_each(|method| line("", method))?;
    interface.types.iter().try_for_each(|ty| line("", &definition(interface, ty)))
}

#[cfg(test)]
mod tests {
    use plugin_interface::__private::{
        PackageDescription, abilities, abilities_record, abilities_record_len, package_record,
        package_record_len, registration_record, registration_record_len,
    };
    use plugin_interface::{Greeter, Interface};

    use super::*;

    #[test]
    fn plugins_with_state_and_with_a_lifecycle_are_named() {
        const PATH: &str = <dyn Greeter as Interface>::DESCRIPTION.path;
        const PACKAGE: PackageDescription = PackageDescription {
            name: "birds",
            version: "1.0.0",
            authors: "",
            description: "",
            license: "",
            repository: "",
            unwinds: true,
        };
        const NAME: usize = registration_record_len(PATH, "Parrot");
        const FLAGS: usize = abilities_record_len(PATH, "Parrot", 0);
        let section = [
            &package_record::<{ package_record_len(&PACKAGE) }>(&PACKAGE)[..],
            <dyn Greeter as Interface>::RECORD,
            &registration_record::<NAME>(PATH, "Parrot"),
            &abilities_record::<FLAGS>(PATH, "Parrot", abilities(true, false)),
            &registration_record::<NAME>(PATH, "Magpie"),
            &abilities_record::<FLAGS>(PATH, "Magpie", abilities(true, true)),
        ];
        let metadata = PluginMetadata::from_section(&section.concat()).unwrap();
        let report = serde_json::to_value(interface(&metadata.interfaces[0], &metadata)).unwrap();
        assert_eq!(report["state"], serde_json::json!(["Parrot", "Magpie"]));
        assert_eq!(report["lifecycle"], serde_json::json!(["Magpie"]));
    }
}
