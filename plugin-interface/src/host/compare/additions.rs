//! The changes between two compatible interfaces: methods and definitions that only
//! one of them has.

use crate::host::compare::diff::{Difference, NONE};
use crate::host::compare::pairs;
use crate::metadata::{InterfaceMetadata, MethodMetadata, as_written};

/// Returns the methods that are new at the end.
pub(crate) fn appended<'i>(
    old: &InterfaceMetadata,
    new: &'i InterfaceMetadata,
) -> &'i [MethodMetadata] {
    &new.methods[old.methods.len().min(new.methods.len())..]
}

/// Returns the changes of methods, then those of type definitions.
pub(crate) fn additions(old: &InterfaceMetadata, new: &InterfaceMetadata) -> Vec<Difference> {
    let mut changes: Vec<_> =
        old.methods.iter().zip(&new.methods).filter_map(|(old, new)| of_method(old, new)).collect();
    changes.extend(later(old, new));
    for [old, new] in pairs::types(old, new) {
        if !reads_alike(&old.definition, &new.definition) {
            let definitions = [&old.definition, &new.definition];
            changes.push(Difference::new(format!("type {}", old.path), definitions));
        }
    }
    changes
}

/// Returns the later methods at the end that only one of the two has.
pub(crate) fn later(old: &InterfaceMetadata, new: &InterfaceMetadata) -> Vec<Difference> {
    let of_one = |with: &'_ InterfaceMetadata, without: &InterfaceMetadata, is_new: bool| {
        let is_known = |name: &str| without.methods.iter().any(|known| known.name == name);
        let more = appended(without, with).iter();
        let more = more.filter(|it| !it.since.is_empty() && !is_known(&it.name));
        more.map(|method| only(method, is_new)).collect::<Vec<_>>()
    };
    [of_one(old, new, false), of_one(new, old, true)].concat()
}

fn of_method(old: &MethodMetadata, new: &MethodMetadata) -> Option<Difference> {
    let place = format!("method {}", new.name);
    if old.since != new.since {
        let since = [old, new].map(|method| match method.since.as_str() {
            "" => "always there".to_owned(),
            since => format!("since {since}"),
        });
        Some(Difference::new(place, since))
    } else if !reads_alike(&old.signature, &new.signature) {
        Some(Difference::new(place, [&old.signature, &new.signature]))
    } else {
        None
    }
}

/// Returns `true` if two texts read alike. One may be of a snapshot, whose texts
/// are as their author wrote them.
fn reads_alike(old: &str, new: &str) -> bool {
    old == new || as_written(old) == new || old == as_written(new)
}

/// Returns the difference of a method that only one of the two has.
fn only(method: &MethodMetadata, is_new: bool) -> Difference {
    let text = format!("{}, since {}", method.signature, method.since);
    let sides = if is_new { [NONE.to_owned(), text] } else { [text, NONE.to_owned()] };
    Difference::new(format!("method {}", method.name), sides)
}
