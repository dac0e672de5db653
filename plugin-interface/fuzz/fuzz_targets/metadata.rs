//! For any bytes, the decoders return metadata or an error, without a panic. The
//! same holds for the texts in the metadata, and for the layouts of its types.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plugin_interface::metadata::layout::Layouts;
use plugin_interface::{PluginMetadata, inspect_bytes};

fuzz_target!(|bytes: &[u8]| {
    let _ = inspect_bytes(bytes);
    match PluginMetadata::from_section(bytes) {
        Ok(metadata) => {
            for interface in &metadata.interfaces {
                assert!(interface.path.ends_with(interface.name()));
                let mut layouts = Layouts::new(interface);
                for method in interface.methods.iter().filter_map(|method| method.syntax()) {
                    for parameter in &method.parameters {
                        let _ = layouts.of(&parameter.ty);
                    }
                    let _ = layouts.outcome(&method.returns);
                }
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
