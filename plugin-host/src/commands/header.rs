//! `header FILE INTERFACE`: prints a C header for writing a plugin in C.

use std::fs;

use anyhow::Context;
use plugin_interface::metadata::InterfaceMetadata;

use crate::cli::HeaderArgs;
use crate::commands::interface_name::named;
use crate::exit::Exit;
use crate::header::header;
use crate::output::{print_error, print_note};
use crate::streams::print_text;

pub(crate) fn run(args: &HeaderArgs) -> anyhow::Result<Exit> {
    let metadata = plugin_interface::inspect(&args.file)?;
    let interface = match named(&metadata, &args.interface) {
        Ok(interface) => interface,
        Err(error) => {
            print_error(&format!("{}: {error}", args.file.display()));
            return Ok(Exit::Usage);
        }
    };
    if let Some(reason) = unusable(interface) {
        let file = args.file.display();
        print_error(&format!("{file}: {} {reason}", interface.path));
        return Ok(Exit::Failed);
    }
    let header = header(interface);
    match &args.output {
        Some(path) => fs::write(path, &header.text)
            .with_context(|| format!("cannot write {}", path.display()))?,
        None => print_text(&header.text)?,
    }
    for missing in &header.missing {
        // The header says so too; it is useful without them.
        print_note(missing);
    }
    Ok(Exit::Ok)
}

/// Returns the reason if an interface cannot have a header.
pub(crate) fn unusable(interface: &InterfaceMetadata) -> Option<&'static str> {
    if interface.methods.is_empty() {
        return Some("lists no methods; use a library that was built from the Rust trait");
    }
    let is_name = interface.name().chars().all(|c| c.is_alphanumeric() || c == '_');
    (!is_name).then_some("has a name that is not valid in Rust")
}

#[cfg(test)]
mod tests {
    use plugin_interface::PluginMetadata;

    use super::*;

    #[test]
    fn an_interface_is_found_by_its_name_or_its_path() {
        // A package without a name, and interfaces without methods.
        let mut section = b"PLUGIN\0\x01\x01\0\0\0\x28\0\0\0\x01".to_vec();
        section.extend([0; 39]);
        for path in ["one::Tool", "other::Tool", "one::Single"] {
            section.extend(b"PLUGIN\0\x01\x02\0\0\0");
            section.extend((32 + path.len() as u32).to_le_bytes());
            section.extend([0; 16]);
            section.extend((path.len() as u32).to_le_bytes());
            section.extend(path.bytes());
            section.extend([0; 12]);
        }
        let metadata = PluginMetadata::from_section(&section).unwrap();
        let found = |name| named(&metadata, name).map(|interface| interface.path.as_str());
        assert_eq!(found("Single"), Ok("one::Single"));
        assert_eq!(found("other::Tool"), Ok("other::Tool"));
        let several = "several interfaces are named Tool; write one of one::Tool, other::Tool";
        assert_eq!(found("Tool"), Err(several.to_owned()));
        let none = "no interface is named Tol; write one of one::Single, one::Tool, other::Tool";
        assert_eq!(found("Tol"), Err(none.to_owned()));

        let interface = &metadata.interfaces[0];
        assert!(unusable(interface).is_some_and(|reason| reason.contains("lists no methods")));
        let greeter = <dyn plugin_interface::Greeter as plugin_interface::Interface>::RECORD;
        section.extend(greeter);
        let mut metadata = PluginMetadata::from_section(&section).unwrap();
        let greeter = metadata.interfaces.last_mut().unwrap();
        assert_eq!(unusable(greeter), None);
        greeter.path += "(void); int x";
        assert!(unusable(greeter).is_some_and(|reason| reason.contains("not valid in Rust")));
    }
}
