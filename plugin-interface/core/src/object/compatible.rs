//! The check that an object is compatible with an interface of this library.
//!
//! When a library is loaded, its interfaces are compared with those of its
//! host. But an object may come from a third library, which neither of the two
//! was compared with.

use crate::metadata::{MAGIC, flag};

/// Returns the number of methods that two interfaces share, by their records.
/// `None` if an object of one is not compatible with the other.
///
/// The rules are those for a plugin and its host. Path, major version and
/// markers are equal. The methods are equal as far as both have them. Each
/// further method was added in a later version. What grows has equal later fields or
/// variants, as far as both have them.
pub(crate) fn common_methods(own: &[u8], theirs: &[u8]) -> Option<u32> {
    let (own, theirs) = (Outline::read(own)?, Outline::read(theirs)?);
    let is_same = (own.path, own.major, own.flags) == (theirs.path, theirs.major, theirs.flags);
    let both = own.methods.len().min(theirs.methods.len());
    let agree = own.methods.iter().zip(&theirs.methods).all(|(own, theirs)| own.0 == theirs.0);
    let rest = own.methods[both..].iter().chain(&theirs.methods[both..]);
    let is_grown = rest.into_iter().all(|(_, came_later)| *came_later);
    (is_same && agree && is_grown && grew_alike(&own, &theirs)).then_some(both as u32)
}

/// Returns `true` if what grows has equal later fields or variants, as far as both
/// have them. Two types of one first version may be the same.
fn grew_alike(own: &Outline<'_>, theirs: &Outline<'_>) -> bool {
    own.growing.iter().all(|(first, fields)| {
        let mut same = theirs.growing.iter().filter(|(other, _)| other == first);
        same.all(|(_, others)| fields.iter().zip(others).all(|(own, other)| own == other))
    })
}

/// The part of an interface's record that decides about compatibility.
struct Outline<'a> {
    path: &'a [u8],
    major: &'a [u8],
    flags: u32,
    /// The fingerprint of each method, and `true` if it was added later.
    methods: Vec<(u128, bool)>,
    /// The fingerprint of each type that grows, and those of its later fields or
    /// variants.
    growing: Vec<(u128, Vec<u128>)>,
}

impl<'a> Outline<'a> {
    fn read(record: &'a [u8]) -> Option<Self> {
        let mut input = record.strip_prefix(&MAGIC)?.get(8 + 16..)?;
        let path = text(&mut input)?;
        let major = text(&mut input)?.split(|&byte| byte == b'.').next()?;
        let all_flags = number(&mut input)?;
        let flags = all_flags & (flag::SEND | flag::SYNC);
        let count = number(&mut input)?;
        let methods = (0..count).map(|_| {
            let fingerprint = u128::from_le_bytes(take(&mut input)?);
            let (_name, _signature) = (text(&mut input)?, text(&mut input)?);
            let (since, _types) = (text(&mut input)?, text(&mut input)?);
            Some((fingerprint, !since.is_empty()))
        });
        let methods = methods.collect::<Option<_>>()?;
        let growing = match all_flags & flag::GROWS {
            0 => Vec::new(),
            _ => growing(&mut input)?,
        };
        Some(Outline { path, major, flags, methods, growing })
    }
}

/// Reads the types that grow, which follow all types.
fn growing(input: &mut &[u8]) -> Option<Vec<(u128, Vec<u128>)>> {
    for _ in 0..number(input)? {
        let _fingerprint: [u8; 16] = take(input)?;
        let (_path, _version) = (text(input)?, text(input)?);
        let (_definition, _names) = (text(input)?, text(input)?);
    }
    let field = |input: &mut &[u8]| {
        let fingerprint = u128::from_le_bytes(take(input)?);
        let (_name, _since) = (text(input)?, text(input)?);
        Some(fingerprint)
    };
    let one = |input: &mut &[u8]| {
        let first = u128::from_le_bytes(take(input)?);
        let fields = (0..number(input)?).map(|_| field(input)).collect::<Option<_>>()?;
        Some((first, fields))
    };
    (0..number(input)?).map(|_| one(input)).collect()
}

fn number(input: &mut &[u8]) -> Option<u32> {
    take(input).map(u32::from_le_bytes)
}

fn take<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(*bytes)
}

fn text<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = u32::from_le_bytes(take(input)?) as usize;
    let (text, rest) = input.split_at_checked(len)?;
    *input = rest;
    Some(text)
}

#[cfg(test)]
mod tests {
    use crate::boundary::{Body, Definition, FfiSafe, Fields, Shape, Source};
    use crate::metadata::Writer;
    use crate::metadata::encode;
    use crate::metadata::{InterfaceDescription, MethodDescription, Receiver};
    use crate::object::compatible::*;

    /// Returns the record of an interface with these methods and the versions
    /// that added them.
    fn record(version: &'static str, methods: &[(&'static str, &'static str)]) -> Vec<u8> {
        record_of(version, methods, &Shape::Unit)
    }

    fn record_of(
        version: &'static str,
        methods: &[(&'static str, &'static str)],
        returns: &'static Shape,
    ) -> Vec<u8> {
        let describe = |&(name, since)| MethodDescription {
            name,
            since,
            receiver: Receiver::Ref,
            parameters: &[],
            returns,
            is_lent: false,
            lifetimes: "",
        };
        let methods: Vec<_> = methods.iter().map(describe).collect();
        let (path, methods) = ("home::Lamp", &*methods.leak());
        let interface = InterfaceDescription {
            path,
            source: Source::UNKNOWN,
            version,
            send: true,
            sync: true,
            methods,
            hashes: methods.iter().map(MethodDescription::hash).collect::<Vec<_>>().leak(),
        };
        let mut out = Writer::<1024>::new();
        let len = encode::interface_record(&mut out, &interface);
        out.filled(len)
    }

    #[test]
    fn an_object_has_the_methods_of_both_interfaces() {
        let first = record("1.0", &[("on", "")]);
        let later = record("1.2", &[("on", ""), ("off", "1.1"), ("dim", "1.2")]);
        assert_eq!(common_methods(&first, &later), Some(1));
        assert_eq!(common_methods(&later, &first), Some(1));
        assert_eq!(common_methods(&later, &later), Some(3));
    }

    #[test]
    fn objects_of_two_that_grew_apart_are_not_compatible() {
        let host = record("1.0", &[("on", "")]);
        let one = record("1.1", &[("on", ""), ("off", "1.1")]);
        let other = record("1.1", &[("on", ""), ("dim", "1.1")]);
        assert_eq!(
            (common_methods(&host, &one), common_methods(&host, &other)),
            (Some(1), Some(1))
        );
        assert_eq!(common_methods(&one, &other), None);
        assert_eq!(common_methods(&one, &record("2.1", &[("on", ""), ("off", "1.1")])), None);
        assert_eq!(common_methods(&one, &record("1.1", &[("on", ""), ("off", "")])), Some(2));
        assert_eq!(common_methods(&host, &record("1.1", &[("on", ""), ("off", "")])), None);
    }

    /// Returns the record of an interface whose method returns a struct with these
    /// later fields.
    fn record_of_growing(later: &[(&'static str, &'static Shape)]) -> Vec<u8> {
        let since: Vec<_> = later.iter().map(|_| "1.1").collect();
        let fields = [&[("text", <String as FfiSafe>::SHAPE)], later].concat();
        let body = Body::Growing(Fields::Named(fields.leak()), since.leak());
        let definition: &_ = Box::leak(Box::new(Definition::new("home::Page", &[], body)));
        let page = Box::leak(Box::new(Shape::defined(definition, "home::Page", &[])));
        record_of("1.0", &[("page", "")], page)
    }

    #[test]
    fn structs_of_objects_have_equal_later_fields() {
        let (number, text) = (<u32 as FfiSafe>::SHAPE, <String as FfiSafe>::SHAPE);
        let first = record_of_growing(&[]);
        let one = record_of_growing(&[("size", number)]);
        let two = record_of_growing(&[("size", number), ("title", text)]);
        for later in [&one, &two] {
            assert_eq!(common_methods(&first, later), Some(1));
            assert_eq!(common_methods(later, &first), Some(1));
        }
        assert_eq!(common_methods(&one, &two), Some(1));
        let (named, typed) = ([("weight", number)], [("size", text)]);
        for other in [&named, &typed].map(|later| record_of_growing(later)) {
            assert_eq!(common_methods(&one, &other), None);
            assert_eq!(common_methods(&other, &two), None);
            assert_eq!(common_methods(&first, &other), Some(1));
        }
        let fingerprint = |record: &[u8]| encode::fingerprint(record);
        assert_ne!(fingerprint(&first), fingerprint(&one));
        assert_ne!(fingerprint(&one), fingerprint(&record_of_growing(&named)));
        for len in 0..two.len() {
            let _ = common_methods(&one, &two[..len]);
        }
    }

    #[test]
    fn enums_of_objects_have_equal_later_variants() {
        let number = <u32 as FfiSafe>::SHAPE;
        let record_of_variants = |later: &[(&'static str, Fields)]| {
            let since: Vec<_> = later.iter().map(|_| "1.1").collect();
            let mut variants = vec![("First", Fields::Tuple(&[]))];
            variants.extend(later.iter().map(|(name, fields)| match fields {
                Fields::Unit => (*name, Fields::Unit),
                Fields::Tuple(fields) => (*name, Fields::Tuple(fields)),
                Fields::Named(fields) => (*name, Fields::Named(fields)),
            }));
            let body = Body::GrowingEnum(variants.leak(), since.leak());
            let definition: &_ = Box::leak(Box::new(Definition::new("home::Event", &[], body)));
            let event = Box::leak(Box::new(Shape::defined(definition, "home::Event", &[])));
            record_of("1.0", &[("event", "")], event)
        };
        let fields: &'static [&'static Shape] = Box::leak(Box::new([number]));
        let first = record_of_variants(&[]);
        let one = record_of_variants(&[("Second", Fields::Unit)]);
        let two = record_of_variants(&[("Second", Fields::Unit), ("Third", Fields::Tuple(fields))]);
        let other = record_of_variants(&[("Second", Fields::Tuple(fields))]);
        for (own, theirs) in [(&first, &one), (&two, &first), (&one, &two), (&other, &first)] {
            assert_eq!(common_methods(own, theirs), Some(1));
        }
        for later in [&one, &two] {
            assert_eq!(common_methods(later, &other), None);
            assert_eq!(common_methods(&other, later), None);
        }
    }

    #[test]
    fn a_damaged_record_is_compatible_with_nothing() {
        let whole = record("1.0", &[("on", "")]);
        assert_eq!(common_methods(&whole, &[]), None);
        for len in 0..whole.len() {
            let _ = common_methods(&whole, &whole[..len]);
        }
        assert_eq!(common_methods(&whole, &whole[..40]), None);
    }
}
