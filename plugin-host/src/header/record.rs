//! The metadata record of an interface, encoded for C.

use plugin_interface::metadata::{InterfaceMetadata, Reference};

/// The number of bytes in a line.
const LINE: usize = 16;

/// Returns the record as the initialiser of an array, in the lines of a macro.
pub(super) fn bytes(interface: &InterfaceMetadata) -> String {
    let mut text = String::new();
    for line in encode(interface).chunks(LINE) {
        let bytes: Vec<_> = line.iter().map(|byte| format!("{byte:#04x}")).collect();
        text += &format!("        {}, \\\n", bytes.join(", "));
    }
    text
}

/// Encodes the record as `docs/abi.md` describes it.
fn encode(interface: &InterfaceMetadata) -> Vec<u8> {
    let mut out = Vec::new();
    encode_one(&mut out, interface);
    number(&mut out, interface.objects.len());
    for object in &interface.objects {
        encode_one(&mut out, object);
    }
    let mut record = b"PLUGIN\0\x01".to_vec();
    number(&mut record, 2);
    number(&mut record, out.len());
    record.extend(out);
    record
}

fn encode_one(out: &mut Vec<u8>, interface: &InterfaceMetadata) {
    out.extend(interface.fingerprint.to_le_bytes());
    string(out, &interface.path);
    string(out, &interface.version);
    let growing = interface.types.iter().filter_map(|ty| Some((ty, ty.later.as_ref()?)));
    let growing: Vec<_> = growing.collect();
    let markers = usize::from(interface.send) | usize::from(interface.sync) << 1;
    number(out, markers | usize::from(!growing.is_empty()) << 2);
    number(out, interface.methods.len());
    for method in &interface.methods {
        out.extend(method.fingerprint.to_le_bytes());
        string(out, &method.name);
        string(out, &method.signature);
        string(out, &method.since);
        references(out, &method.names);
    }
    number(out, interface.types.len());
    for ty in &interface.types {
        out.extend(ty.fingerprint.to_le_bytes());
        string(out, &ty.path);
        string(out, &ty.version);
        string(out, &ty.definition);
        references(out, &ty.names);
    }
    if !growing.is_empty() {
        number(out, growing.len());
    }
    for (ty, later) in growing {
        out.extend(ty.fingerprint.to_le_bytes());
        number(out, later.len());
        for field in later {
            out.extend(field.fingerprint.to_le_bytes());
            string(out, &field.name);
            string(out, &field.since);
        }
    }
}

fn references(out: &mut Vec<u8>, names: &[Reference]) {
    number(out, 2 * names.len());
    for name in names {
        let number = match *name {
            Reference::Type(number) => number as u16,
            Reference::Object(number) => 0x8000 | number as u16,
            _ => continue,
        };
        out.extend(number.to_le_bytes());
    }
}

fn number(out: &mut Vec<u8>, number: usize) {
    out.extend((number as u32).to_le_bytes());
}

fn string(out: &mut Vec<u8>, text: &str) {
    number(out, text.len());
    out.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use plugin_interface::{Greeter, Interface, PluginMetadata};

    #[test]
    fn the_record_is_that_of_the_macros() {
        let record = <dyn Greeter as Interface>::RECORD;
        // Any package: ABI version, flags, eight empty texts.
        let mut section = b"PLUGIN\0\x01\x01\0\0\0\x28\0\0\0\x01".to_vec();
        section.extend([0; 39]);
        section.extend(record);
        let metadata = PluginMetadata::from_section(&section).unwrap();
        assert_eq!(super::encode(&metadata.interfaces[0]), record);
    }
}
