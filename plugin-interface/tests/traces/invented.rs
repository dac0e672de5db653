//! Callsites that no macro has written.

use tracing::callsite::{Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata};

struct Invented;

impl Callsite for Invented {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        unreachable!("it is not registered")
    }
}

/// Passes an event of a callsite of its own, whose name is long.
pub(super) fn event(number: usize) {
    let name = String::leak(format!("{number} {}", "x".repeat(64 << 10)));
    let fields = FieldSet::new(&[], Identifier(&Invented));
    let (level, kind) = (Level::INFO, Kind::EVENT);
    let metadata = Metadata::new(name, "invented", level, None, None, None, fields, kind);
    let metadata: &'static Metadata<'static> = Box::leak(Box::new(metadata));
    Event::dispatch(metadata, &metadata.fields().value_set_all(&[]));
}
