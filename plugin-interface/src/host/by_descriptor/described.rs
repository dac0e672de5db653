//! Descriptions of interfaces, for tests.

use crate::metadata::{InterfaceMetadata, MethodMetadata};

/// Returns the description of an interface with one method, by its signature, such as
/// `fn fill(&self, with: &str)`.
pub(super) fn interface_of(signature: &str) -> InterfaceMetadata {
    let name = signature.strip_prefix("fn ").and_then(|rest| rest.split('(').next());
    let method = MethodMetadata {
        name: name.expect("a signature begins with `fn` and a name").to_owned(),
        signature: signature.to_owned(),
        since: String::new(),
        fingerprint: 0,
        names: Vec::new(),
    };
    InterfaceMetadata {
        path: "a::Tool".to_owned(),
        version: String::new(),
        send: true,
        sync: true,
        fingerprint: 0,
        methods: vec![method],
        types: Vec::new(),
        objects: Vec::new(),
    }
}
