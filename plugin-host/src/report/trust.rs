//! What is known about a file, as `list` and `inspect` print it.

use plugin_interface::{FileTrust, SignatureState};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct TrustReport {
    /// All of it in a few words.
    pub(crate) state: String,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<String>,
    signature: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    revoked: bool,
    /// The approval that was asked for.
    policy: String,
    /// The exception from that, by which it loads.
    exception: Option<String>,
    refused: Option<String>,
}

impl From<&FileTrust> for TrustReport {
    fn from(trust: &FileTrust) -> Self {
        let (signature, key, comment) = match &trust.signature {
            SignatureState::Signed { key, comment } => ("signed", Some(key), Some(comment)),
            SignatureState::UnknownKey { key } => ("unknown key", Some(key), None),
            SignatureState::Invalid => ("invalid", None, None),
            _ => ("unsigned", None, None),
        };
        TrustReport {
            state: trust.to_string(),
            sha256: trust.sha256.clone(),
            lock: trust.lock.map(|state| state.to_string()),
            signature: signature.to_owned(),
            key: key.map(ToString::to_string),
            comment: comment.cloned(),
            revoked: trust.is_revoked,
            policy: trust.policy.to_string(),
            exception: trust.exception.map(|exception| exception.to_string()),
            refused: trust.error.as_ref().map(|error| crate::output::describe(error)),
        }
    }
}
