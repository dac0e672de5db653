//! Whatever the bytes, the readers give metadata or an error, and metadata that
//! was read is what it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plugin_interface::{PluginMetadata, inspect_bytes};

fuzz_target!(|bytes: &[u8]| {
    let _ = inspect_bytes(bytes);
    match PluginMetadata::from_section(bytes) {
        Ok(metadata) => {
            for interface in &metadata.interfaces {
                assert!(interface.path.ends_with(interface.name()));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
