//! The differences between two interfaces with the same path, for a reader: the
//! method, and the field of the type that it refers to.

use core::fmt::{self, Write as _};
use std::collections::VecDeque;

use crate::metadata::signature::{Body, Definition, Field, Type};
use crate::metadata::{InterfaceMetadata, MethodMetadata, TypeMetadata};

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
    /// `true` for a method that one side lacks.
    pub(crate) method_lacks: bool,
}

impl Difference {
    pub(crate) fn new(place: impl Into<String>, sides: [impl Into<String>; 2]) -> Self {
        let sides = sides.map(Into::into);
        Difference { place: vec![place.into()], sides, method_lacks: false }
    }

    /// Writes the difference in lines, with the names of both sides.
    pub(crate) fn write(&self, f: &mut impl fmt::Write, names: [&str; 2]) -> fmt::Result {
        let (last, before) = self.place.split_last().expect("a difference is somewhere");
        for place in before {
            write!(f, "\n  {place}")?;
        }
        write!(f, "\n  {last}:")?;
        let width = names[0].len().max(names[1].len());
        for (name, side) in names.iter().zip(&self.sides) {
            write!(f, "\n    {name:<width$} {side}")?;
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
            let hex = |interface: &InterfaceMetadata| format!("{:#018x}", interface.fingerprint);
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
    let method = |interface: &'_ InterfaceMetadata, name: &str| {
        interface.methods.iter().position(|method| method.name == name)
    };
    for pair in pairs(&ours, &theirs) {
        let name = pair.name();
        if let (Some(ours), Some(theirs)) = (pair.sides[0], pair.sides[1])
            && ours.text == theirs.text
            && let Some(i) = method(host, &ours.name)
            && let Some(mut deeper) = within(host, plugin, &host.methods[i])
        {
            deeper.place.insert(0, format!("method {name}: {}", ours.text));
            found.push(deeper);
        } else {
            let mut difference = Difference::new(format!("method {name}"), pair.texts());
            difference.method_lacks = pair.sides.contains(&None);
            found.push(difference);
        }
    }
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

/// Returns the first difference in the types that a method of the host refers to.
fn within(
    host: &InterfaceMetadata,
    plugin: &InterfaceMetadata,
    method: &MethodMetadata,
) -> Option<Difference> {
    let signature = method.syntax()?;
    let mut names = VecDeque::new();
    signature.parameters.iter().for_each(|parameter| mention(&parameter.ty, &mut names));
    mention(&signature.returns, &mut names);
    let mut seen = Vec::new();
    while let Some(name) = names.pop_front() {
        for ours in host.types.iter().filter(|ours| last_name(&ours.path) == name) {
            if seen.contains(&&ours.path) {
                continue;
            }
            seen.push(&ours.path);
            let Some(theirs) = plugin.types.iter().find(|theirs| theirs.path == ours.path) else {
                return moved(host, plugin, ours);
            };
            if theirs.fingerprint != ours.fingerprint
                && let Some(difference) = of_types(ours, theirs)
            {
                return Some(difference);
            }
            ours.syntax().iter().for_each(|definition| mention_all(definition, &mut names));
        }
    }
    moved_object(host, plugin, &method.signature)
}

/// Returns the first interface in a signature whose path the plugin does not list.
fn moved_object(
    host: &InterfaceMetadata,
    plugin: &InterfaceMetadata,
    signature: &str,
) -> Option<Difference> {
    let words = signature.split(|c: char| !c.is_alphanumeric() && c != '_');
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let is_named = |name: &str| words.windows(2).any(|pair| pair == ["dyn", name]);
    let unknown = |to: &InterfaceMetadata, object: &InterfaceMetadata| {
        to.objects.iter().all(|known| known.path != object.path)
    };
    let ours =
        host.objects.iter().find(|it| is_named(last_name(&it.path)) && unknown(plugin, it))?;
    let name = last_name(&ours.path);
    let is_other = |it: &&InterfaceMetadata| last_name(&it.path) == name && unknown(host, it);
    let theirs = plugin.objects.iter().find(is_other).map_or(NONE, |it| it.path.as_str());
    Some(Difference::new(format!("in the interface {name}"), [ours.path.as_str(), theirs]))
}

/// Returns the difference of a type whose path the plugin does not list. The plugin
/// has another type with the same last name.
fn moved(
    host: &InterfaceMetadata,
    plugin: &InterfaceMetadata,
    ours: &TypeMetadata,
) -> Option<Difference> {
    let name = last_name(&ours.path);
    let is_new = |path: &str| host.types.iter().all(|known| known.path != path);
    let same_name = plugin.types.iter().filter(|theirs| last_name(&theirs.path) == name);
    let theirs = same_name.map(|theirs| theirs.path.as_str()).find(|path| is_new(path));
    Some(Difference::new(format!("in the type {name}"), [&ours.path, theirs.unwrap_or(NONE)]))
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
        (Body::Struct(host), Body::Struct(plugin)) => of_fields(host, plugin, path),
        (Body::Enum(host), Body::Enum(plugin)) => {
            let items = |variants: &[crate::metadata::signature::Variant]| -> Vec<Item> {
                variants.iter().map(|v| Item::new(v.name.clone(), v.text.clone())).collect()
            };
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
            Item::new(name, field.to_string())
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

/// Adds the names in a type.
fn mention(ty: &Type, names: &mut VecDeque<String>) {
    match ty {
        Type::Named { name, arguments } => {
            names.push_back(name.clone());
            arguments.iter().for_each(|argument| mention(argument, names));
        }
        Type::Reference { to, .. } => mention(to, names),
        Type::Slice(of) | Type::Array(of, _) => mention(of, names),
        Type::Tuple(values) => values.iter().for_each(|value| mention(value, names)),
        // Its names are among its words.
        Type::Other(text) => {
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            names.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }
}

/// Adds the names in a definition.
fn mention_all(definition: &Definition, names: &mut VecDeque<String>) {
    let mut fields = |fields: &[Field]| fields.iter().for_each(|field| mention(&field.ty, names));
    match &definition.body {
        Body::Struct(all) => fields(all),
        Body::Enum(variants) => variants.iter().for_each(|variant| fields(&variant.fields)),
    }
}

fn last_name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}
