//! Functions of plain libraries, called by a signature that the user typed.
#![expect(unsafe_code, reason = "calls a function with the signature that its user typed")]

use std::path::Path;

use plugin_interface::dynamic::{DynamicCallError, Signature, Value};
use plugin_interface::{HotLibrary, HotOptions};

use crate::cli::PolicyArgs;

/// Opens a library for the functions of some signatures.
pub(crate) fn open<'s>(
    file: &Path,
    signatures: impl IntoIterator<Item = &'s Signature>,
    policy: &PolicyArgs,
    options: HotOptions,
) -> anyhow::Result<HotLibrary> {
    let names: Vec<_> = signatures.into_iter().map(Signature::name).collect();
    Ok(options.policy(crate::manager::policy(policy)?).open(file, &names)?)
}

/// Calls the function that the signature names.
pub(crate) fn call(
    library: &HotLibrary,
    signature: &Signature,
    arguments: &[Value<'_>],
) -> Result<Value<'static>, DynamicCallError> {
    // SAFETY: the user asserts that the function has the signature that they
    // typed; nothing in the library tells. A mistake ends a child process that
    // has no other task.
    unsafe { library.call_dynamic(signature.name(), signature, arguments) }
}

/// Parses the signatures of functions without parameters.
pub(crate) fn without_parameters(texts: &[String]) -> anyhow::Result<Vec<Signature>> {
    let parse = |text: &String| -> anyhow::Result<Signature> {
        let signature: Signature = text.parse()?;
        // An error if it has parameters.
        signature.read([])?;
        Ok(signature)
    };
    texts.iter().map(parse).collect()
}
