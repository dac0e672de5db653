//! The differences between two interfaces with the same path, for a reader: the
//! method, and the field of the type that it refers to.

use core::fmt::{self, Write as _};

use crate::host::compare::growing;
use crate::host::compare::pairs::references;
use crate::metadata::signature::{Body, Field, Variant};
use crate::metadata::{InterfaceMetadata, MethodMetadata, Reference, TypeMetadata, as_written};

/// The text in place of an item that one side lacks.
pub(crate) const NONE: &str = "(none)";

/// The most names that show an order.
const NAMES: usize = 8;

/// One difference, with the text of each side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The place of the difference, from the outside to the inside.
    pub(crate) place: Vec<String>,
    pub(crate) sides: [String; 2],
    pub(crate) remedy: Remedy,
}

/// The way to remove a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Build both sides against one version.
    SameVersion,
    /// Append a method that one side lacks.
    Append,
    /// State the former path in this attribute of what moved.
    KeepPath(&'static str),
}

impl Difference {
    pub(crate) fn new(place: impl Into<String>, sides: [impl Into<String>; 2]) -> Self {
        let sides = sides.map(Into::into);
        Difference { place: vec![place.into()], sides, remedy: Remedy::SameVersion }
    }

    /// Writes the difference in lines, with the names of both sides.
    pub(crate) fn write(&self, f: &mut impl fmt::Write, names: [&str; 2]) -> fmt::Result {
        let (last, before) = self.place.split_last().expect("a difference is somewhere");
        for place in before {
            write!(f, "\n  {}", as_written(place))?;
        }
        write!(f, "\n  {}:", as_written(last))?;
        let width = names[0].len().max(names[1].len());
        let written = self.sides.each_ref().map(|side| as_written(side));
        let reads_alike = written[0] == written[1];
        for ((name, side), written) in names.iter().zip(&self.sides).zip(&written) {
            // A reference to a type that became plain data, or no longer is.
            let how = if reads_alike && side != written { ", passed as a copy" } else { "" };
            write!(f, "\n    {name:<width$} {written}{how}")?;
        }
        Ok(())
    }
}

/// Returns all differences between two incompatible interfaces: their markers, then
/// their methods. A later method at the end is no difference.
pub(crate) fn differences(host: &InterfaceMetadata, plugin: &InterfaceMetadata) -> Vec<Difference> {
    let mut found = Vec::new();
    if (host.send, host.sync) != (plugin.send, plugin.sync) {
        found.push(Difference::new("its threads", [markers(host), markers(plugin)]));
    }
    // A hand-written plugin need not list its methods.
    if plugin.methods.is_empty() || host.methods.is_empty() {
        if host.fingerprint != plugin.fingerprint {
            let hex = |interface: &InterfaceMetadata| format!("{:#034x}", interface.fingerprint);
            found.push(Difference::new("its fingerprint", [hex(host), hex(plugin)]));
        }
        return found;
    }
    let common = host.methods.len().min(plugin.methods.len());
    let items = |interface: &InterfaceMetadata| -> Vec<Item> {
        let methods = interface.methods.iter().enumerate();
        methods.map(|(i, method)| Item::method(method, i >= common)).collect()
    };
    let (ours, theirs) = (items(host), items(plugin));
    let methods = |names: [&String; 2]| {
        let ours = host.methods.iter().find(|method| method.name == *names[0])?;
        let theirs = plugin.methods.iter().find(|method| method.name == *names[1])?;
        Some([ours, theirs])
    };
    for pair in pairs(&ours, &theirs) {
        let name = pair.name();
        if let (Some(ours), Some(theirs)) = (pair.sides[0], pair.sides[1])
            && ours.text == theirs.text
            && let Some(both) = methods([&ours.name, &theirs.name])
            && let Some(mut deeper) = within([host, plugin], both)
        {
            deeper.place.insert(0, format!("method {name}: {}", ours.text));
            found.push(deeper);
        } else {
            let mut difference = Difference::new(format!("method {name}"), pair.texts());
            if pair.sides.contains(&None) {
                difference.remedy = Remedy::Append;
            }
            found.push(difference);
        }
    }
    found.extend(grown_apart([host, plugin]));
    if found.is_empty() {
        found.extend(order("methods", &ours[..common], &theirs[..common]));
    }
    found
}

fn markers(interface: &InterfaceMetadata) -> &'static str {
    match (interface.send, interface.sync) {
        (true, true) => "Send + Sync",
        (true, false) => "Send, not Sync",
        (false, true) => "Sync, not Send",
        (false, false) => "neither Send nor Sync",
    }
}

/// A method, field or variant, for comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    name: String,
    text: String,
    /// Equal for items that are the same.
    identity: String,
    /// `true` if the other side may lack the item.
    later: bool,
}

impl Item {
    fn method(method: &MethodMetadata, beyond: bool) -> Self {
        Item {
            name: method.name.clone(),
            text: method.signature.clone(),
            identity: format!("{:x}", method.fingerprint),
            later: beyond && !method.since.is_empty(),
        }
    }

    fn new(name: String, text: String) -> Self {
        Item { name, identity: text.clone(), text, later: false }
    }
}

/// Two items that should be the same.
struct Pair<'a> {
    sides: [Option<&'a Item>; 2],
}

impl Pair<'_> {
    fn name(&self) -> &str {
        self.sides.iter().flatten().next().map_or("", |item| &item.name)
    }

    fn texts(&self) -> [String; 2] {
        self.sides.map(|side| side.map_or(NONE, |item| &item.text).to_owned())
    }
}

/// Returns the items that differ. Items are paired by name; if both sides have
/// another name in the same place, the item was renamed.
fn pairs<'a>(host: &'a [Item], plugin: &'a [Item]) -> Vec<Pair<'a>> {
    let named = |side: &'a [Item], name: &str| side.iter().find(|item| item.name == name);
    let mut found = Vec::new();
    for (i, ours) in host.iter().enumerate() {
        match named(plugin, &ours.name) {
            Some(theirs) if theirs.identity == ours.identity => {}
            Some(theirs) => found.push(Pair { sides: [Some(ours), Some(theirs)] }),
            None if ours.later => {}
            None => {
                let renamed = plugin.get(i).filter(|theirs| named(host, &theirs.name).is_none());
                found.push(Pair { sides: [Some(ours), renamed] });
            }
        }
    }
    for (i, theirs) in plugin.iter().enumerate() {
        let renamed = host.get(i).is_some_and(|ours| named(plugin, &ours.name).is_none());
        if named(host, &theirs.name).is_none() && !theirs.later && !renamed {
            found.push(Pair { sides: [None, Some(theirs)] });
        }
    }
    found
}

/// Returns the difference between two orders of the same items.
fn order(what: &str, host: &[Item], plugin: &[Item]) -> Option<Difference> {
    let first = host.iter().zip(plugin).position(|(ours, theirs)| ours.name != theirs.name)?;
    let names = |side: &[Item]| {
        let mut text = String::new();
        for item in side.iter().skip(first).take(NAMES) {
            let _ = write!(text, "{}{}", if text.is_empty() { "" } else { ", " }, item.name);
        }
        text + if side.len() > first + NAMES { ", .." } else { "" }
    };
    Some(Difference::new(format!("the order of the {what}"), [names(host), names(plugin)]))
}

/// Returns the first difference in the fields and variants that later versions added.
fn grown_apart(both: [&InterfaceMetadata; 2]) -> Option<Difference> {
    let conflict = growing::first_conflict(both[0], both[1])?;
    let [ours, theirs] = conflict.types;
    let place = format!("in the {} {} of {}", conflict.kind(), conflict.name(), ours.path);
    let texts = conflict.texts();
    if texts[0] == texts[1] {
        let mut pairs = references(both, &[[&ours.names, &theirs.names]]).into_iter();
        if let Some(mut deeper) = pairs.find_map(|pair| of_named(both, pair)) {
            deeper.place.insert(0, format!("{place}: {}", texts[0]));
            return Some(deeper);
        }
    }
    Some(Difference::new(place, texts))
}

/// Returns the first difference in the types and interfaces that two methods of one
/// signature name.
fn within(
    both: [&InterfaceMetadata; 2],
    [ours, theirs]: [&MethodMetadata; 2],
) -> Option<Difference> {
    let pairs = references(both, &[[&ours.names, &theirs.names]]);
    pairs.iter().find_map(|&pair| of_named(both, pair)).or_else(|| which(both, &pairs))
}

/// Returns the difference between two items that stand in the same place.
fn of_named([host, plugin]: [&InterfaceMetadata; 2], pair: [Reference; 2]) -> Option<Difference> {
    match pair {
        [Reference::Type(ours), Reference::Type(theirs)] => {
            let both = [host.types.get(ours)?, plugin.types.get(theirs)?];
            match both.map(|ty| ty.path.as_str()) {
                [ours, theirs] if ours != theirs => Some(moved("type", [ours, theirs])),
                _ if both[0].fingerprint == both[1].fingerprint => None,
                _ => {
                    let mut found = of_types(both[0], both[1])?;
                    if is_ambiguous(host, plugin, both) {
                        let origins = both.map(origin);
                        for (side, origin) in found.sides.iter_mut().zip(origins) {
                            *side = format!("{side}, in {origin}");
                        }
                    }
                    Some(found)
                }
            }
        }
        [Reference::Object(ours), Reference::Object(theirs)] => {
            let paths = [&*host.objects.get(ours)?.path, &*plugin.objects.get(theirs)?.path];
            (paths[0] != paths[1]).then(|| moved("interface", paths))
        }
        _ => None,
    }
}

/// Returns the difference if a type stands where the other side has two of one
/// path.
fn which([host, plugin]: [&InterfaceMetadata; 2], pairs: &[[Reference; 2]]) -> Option<Difference> {
    let is_double = |[ours, theirs]: &[Reference; 2]| {
        pairs.iter().any(|other| (other[0] == *ours) != (other[1] == *theirs))
    };
    match pairs.iter().rev().find(|pair| is_double(pair))? {
        [Reference::Type(ours), Reference::Type(theirs)] => {
            let both = [host.types.get(*ours)?, plugin.types.get(*theirs)?];
            Some(Difference::new(format!("in the type {}", both[0].path), both.map(origin)))
        }
        [Reference::Object(ours), Reference::Object(theirs)] => {
            let both = [host.objects.get(*ours)?, plugin.objects.get(*theirs)?];
            let place = format!("in the interface {}", both[0].path);
            let number = |number: &usize| format!("number {number} of the interfaces it uses");
            Some(Difference::new(place, [number(ours), number(theirs)]))
        }
        _ => None,
    }
}

/// Returns `true` if the path does not tell which type is meant.
fn is_ambiguous(
    host: &InterfaceMetadata,
    plugin: &InterfaceMetadata,
    [ours, theirs]: [&TypeMetadata; 2],
) -> bool {
    let is_double = |interface: &InterfaceMetadata| {
        interface.types.iter().filter(|ty| ty.path == ours.path).count() > 1
    };
    ours.version != theirs.version || is_double(host) || is_double(plugin)
}

/// Returns the crate of a type and its version.
fn origin(ty: &TypeMetadata) -> String {
    let name = ty.path.split("::").next().unwrap_or(&ty.path);
    match ty.version.as_str() {
        "" => format!("{name} of another version"),
        version => format!("{name} {version}"),
    }
}

/// Returns the remedy if what has this attribute only moved from that path.
pub(crate) fn keep_path(attribute: &str, before: &str) -> String {
    format!("if it only moved, keep its identity by `#[{attribute}(path = \"{before}\")]`")
}

/// Returns the difference of a type or an interface that has another path.
fn moved(kind: &'static str, paths: [&str; 2]) -> Difference {
    let place = format!("in the {kind} {}", last_name(paths[0]));
    let attribute = if kind == "type" { "ffi" } else { "plugin_interface" };
    Difference { remedy: Remedy::KeepPath(attribute), ..Difference::new(place, paths) }
}

/// Returns the difference between two definitions with the same path, if their
/// texts show one.
fn of_types(ours: &TypeMetadata, theirs: &TypeMetadata) -> Option<Difference> {
    let whole = || {
        let definitions = [&*ours.definition, &*theirs.definition];
        Difference::new(format!("in the type {}", ours.path), definitions)
    };
    let path = &ours.path;
    let (Some(host), Some(plugin)) = (ours.syntax(), theirs.syntax()) else { return Some(whole()) };
    let found = match (&host.body, &plugin.body) {
        (Body::Struct(host), Body::Struct(plugin))
        | (Body::Growing(host), Body::Growing(plugin)) => of_fields(host, plugin, path),
        (Body::Enum(host), Body::Enum(plugin))
        | (Body::GrowingEnum(host), Body::GrowingEnum(plugin)) => {
            let item = |v: &Variant| Item {
                later: !v.since.is_empty(),
                ..Item::new(v.name.clone(), v.to_string())
            };
            let items = |variants: &[Variant]| -> Vec<Item> { variants.iter().map(item).collect() };
            let (ours, theirs) = (items(host), items(plugin));
            let first = pairs(&ours, &theirs).into_iter().next();
            let fields = |name: &str| {
                let [host, plugin] = [host, plugin].map(|v| v.iter().find(|v| v.name == name));
                let of = format!("{path}::{name}");
                host.zip(plugin).and_then(|(h, p)| of_fields(&h.fields, &p.fields, &of))
            };
            match first {
                Some(pair) => fields(pair.name()).or_else(|| {
                    let place = format!("in the variant {} of {path}", pair.name());
                    Some(Difference::new(place, pair.texts()))
                }),
                None => order(&format!("variants of {path}"), &ours, &theirs),
            }
        }
        _ => Some(whole()),
    };
    // `struct A` and `struct A()` differ in no field.
    found.or_else(|| (ours.definition != theirs.definition).then(whole))
}

fn of_fields(host: &[Field], plugin: &[Field], of: &str) -> Option<Difference> {
    let items = |fields: &[Field]| -> Vec<Item> {
        let item = |(i, field): (usize, &Field)| {
            let name = if field.name.is_empty() { i.to_string() } else { field.name.clone() };
            Item { later: !field.since.is_empty(), ..Item::new(name, field.to_string()) }
        };
        fields.iter().enumerate().map(item).collect()
    };
    let (host, plugin) = (items(host), items(plugin));
    match pairs(&host, &plugin).first() {
        Some(pair) => {
            Some(Difference::new(format!("in the field {} of {of}", pair.name()), pair.texts()))
        }
        None => order(&format!("fields of {of}"), &host, &plugin),
    }
}

/// Returns the last part of a path.
pub(crate) fn last_name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}
