//! The values of a plugin's span or event, as the host's subscribers read them.

use core::error::Error;
use core::fmt;
use std::borrow::Cow;

use tracing::field::{DisplayValue, Value, ValueSet, display};

use super::callsite::{HostCallsite, PLUGIN};
use crate::abi::TraceField;

/// A field with its text.
pub(crate) struct Given<'a> {
    pub(crate) field: &'a TraceField,
    pub(crate) text: Cow<'a, str>,
}

/// An error of a plugin, of which its text is known.
#[derive(Debug)]
struct PluginError(String);

impl fmt::Display for PluginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for PluginError {}

enum Read<'a> {
    Bool(bool),
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    F64(f64),
    Str(&'a str),
    Error(Box<dyn Error>),
    Shown(DisplayValue<&'a str>),
}

impl<'a> Read<'a> {
    fn of(Given { field, text }: &'a Given<'_>) -> Self {
        let [low, high] = field.bits;
        let bits = u128::from(high) << 64 | u128::from(low);
        match field.kind {
            TraceField::BOOL => Read::Bool(bits != 0),
            TraceField::I64 => Read::I64(low as i64),
            TraceField::U64 => Read::U64(low),
            TraceField::I128 => Read::I128(bits as i128),
            TraceField::U128 => Read::U128(bits),
            TraceField::F64 => Read::F64(f64::from_bits(low)),
            TraceField::STR => Read::Str(text),
            TraceField::ERROR => Read::Error(Box::new(PluginError(text.clone().into_owned()))),
            _ => Read::Shown(display(text)),
        }
    }

    fn value(&self) -> &dyn Value {
        match self {
            Read::Bool(value) => value,
            Read::I64(value) => value,
            Read::U64(value) => value,
            Read::I128(value) => value,
            Read::U128(value) => value,
            Read::F64(value) => value,
            Read::Str(value) => value,
            Read::Error(value) => value,
            Read::Shown(value) => value,
        }
    }
}

/// Calls `act` with the values, and with the name of the plugin if its callsite has no
/// such field itself.
pub(super) fn with_values<R>(
    callsite: &'static HostCallsite,
    given: &[Given<'_>],
    plugin: Option<&str>,
    act: impl FnOnce(&ValueSet<'_>) -> R,
) -> R {
    let fields = callsite.metadata().fields();
    let read: Vec<_> =
        given.iter().map(|given| (given.field.index as usize, Read::of(given))).collect();
    let mut values: Vec<Option<&dyn Value>> = vec![None; fields.len()];
    for (index, read) in &read {
        if let Some(value) = values.get_mut(*index) {
            *value = Some(read.value());
        }
    }
    if let (Some(plugin), Some(value)) = (&plugin, values.last_mut())
        && fields.iter().last().is_some_and(|field| field.name() == PLUGIN)
        && value.is_none()
    {
        *value = Some(plugin);
    }
    act(&fields.value_set_all(&values))
}
