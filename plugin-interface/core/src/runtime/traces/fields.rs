//! The values of a span or an event, as the host takes them.

use core::fmt::{Debug, Write};

use tracing_core::Field;
use tracing_core::field::Visit;

use crate::abi::{RawSlice, TraceField};

/// The values, with the texts that they point to.
#[derive(Default)]
pub(super) struct Fields {
    list: Vec<TraceField>,
    /// All texts, one after the other.
    text: String,
    /// Where the text of each value ends.
    ends: Vec<usize>,
}

impl Fields {
    /// Collects what `record` visits.
    pub(super) fn of(record: impl FnOnce(&mut dyn Visit)) -> Self {
        let mut fields = Fields::default();
        record(&mut fields);
        // Now that the text does not move any more.
        let mut begin = 0;
        for (field, end) in fields.list.iter_mut().zip(&fields.ends) {
            field.text = RawSlice::of(&fields.text.as_bytes()[begin..*end]);
            begin = *end;
        }
        fields
    }

    /// Returns the values, which point into this.
    pub(super) fn list(&self) -> &[TraceField] {
        &self.list
    }

    fn add(&mut self, field: &Field, kind: u32, bits: u128) {
        let index = u32::try_from(field.index()).unwrap_or(u32::MAX);
        let bits = [bits as u64, (bits >> 64) as u64];
        self.list.push(TraceField { index, kind, bits, text: RawSlice::of::<u8>(&[]) });
        self.ends.push(self.text.len());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, TraceField::F64, value.to_bits().into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, TraceField::I64, i128::from(value) as u128);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, TraceField::U64, value.into());
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add(field, TraceField::I128, value as u128);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, TraceField::U128, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, TraceField::BOOL, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text.push_str(value);
        self.add(field, TraceField::STR, 0);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn core::error::Error + 'static)) {
        let _ = write!(self.text, "{value}");
        self.add(field, TraceField::ERROR, 0);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.text, "{value:?}");
        self.add(field, TraceField::DEBUG, 0);
    }
}
