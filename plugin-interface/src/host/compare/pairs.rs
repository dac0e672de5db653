//! The types and interfaces that two interfaces name in the same places.
//!
//! Paths alone do not pair them: two types of one interface may have one path, such
//! as those of two versions of a crate.

use std::collections::HashSet;

use crate::metadata::{InterfaceMetadata, Reference, TypeMetadata};

/// Returns the references in the same places of two lists, and then those in the
/// definitions of their types. The fields of two types are followed if both have
/// the same, or look the same: a type that moved is another one under the same name.
pub(crate) fn references(
    [host, plugin]: [&InterfaceMetadata; 2],
    lists: &[[&[Reference]; 2]],
) -> Vec<[Reference; 2]> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |[ours, theirs]: [&[Reference]; 2], found: &mut Vec<[Reference; 2]>| {
        let pairs = ours.iter().zip(theirs).map(|(&ours, &theirs)| [ours, theirs]);
        found.extend(pairs.filter(|&pair| seen.insert(pair)));
    };
    lists.iter().for_each(|&lists| add(lists, &mut found));
    let mut done = 0;
    while let Some(&pair) = found.get(done) {
        done += 1;
        if let [Reference::Type(ours), Reference::Type(theirs)] = pair
            && let Some(ours) = host.types.get(ours)
            && let Some(theirs) = plugin.types.get(theirs)
            && (ours.fingerprint == theirs.fingerprint || ours.definition == theirs.definition)
        {
            add([&ours.names, &theirs.names], &mut found);
        }
    }
    found
}

/// Returns the references in the methods that both have in the same place.
fn of_methods(both: [&InterfaceMetadata; 2]) -> Vec<[Reference; 2]> {
    let [host, plugin] = both;
    let methods = host.methods.iter().zip(&plugin.methods);
    let same = methods.filter(|(ours, theirs)| ours.fingerprint == theirs.fingerprint);
    let lists: Vec<_> = same.map(|(ours, theirs)| [ours.names.as_slice(), &theirs.names]).collect();
    references(both, &lists)
}

/// Returns the interfaces of objects that both know, in the order of the host.
///
/// Those which methods name in the same places are pairs; of the others, those of
/// one path.
pub(crate) fn objects<'i>(
    host: &'i InterfaceMetadata,
    plugin: &'i InterfaceMetadata,
) -> Vec<[&'i InterfaceMetadata; 2]> {
    let object = |pair: [usize; 2]| -> Option<[&'i InterfaceMetadata; 2]> {
        let [ours, theirs] = pair;
        let both = [host.objects.get(ours)?, plugin.objects.get(theirs)?];
        (both[0].path == both[1].path).then_some(both)
    };
    let mut found: Vec<[usize; 2]> = Vec::new();
    let mut seen = HashSet::new();
    let mut queue = vec![[host, plugin]];
    while let Some(both) = queue.pop() {
        for pair in of_methods(both) {
            let [Reference::Object(ours), Reference::Object(theirs)] = pair else { continue };
            let pair = [ours, theirs];
            if let Some(both) = object(pair)
                && seen.insert(pair)
            {
                found.push(pair);
                queue.push(both);
            }
        }
    }
    let is_paired =
        |found: &[[usize; 2]], side: usize, number| found.iter().any(|pair| pair[side] == number);
    for (i, ours) in host.objects.iter().enumerate() {
        if is_paired(&found, 0, i) {
            continue;
        }
        let mut others = plugin.objects.iter().enumerate();
        let other = others.find(|(j, it)| it.path == ours.path && !is_paired(&found, 1, *j));
        found.extend(other.map(|(j, _)| [i, j]));
    }
    found.sort_unstable();
    found.into_iter().filter_map(object).collect()
}

/// Returns the types that the methods of both name in the same places.
pub(crate) fn types<'i>(
    host: &'i InterfaceMetadata,
    plugin: &'i InterfaceMetadata,
) -> Vec<[&'i TypeMetadata; 2]> {
    let pair = |pair: [Reference; 2]| match pair {
        [Reference::Type(ours), Reference::Type(theirs)] => {
            Some([host.types.get(ours)?, plugin.types.get(theirs)?])
        }
        _ => None,
    };
    of_methods([host, plugin]).into_iter().filter_map(pair).collect()
}
