//! The structs and enums of an interface.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use plugin_interface::metadata::{InterfaceMetadata, TypeMetadata, as_written};
use syn::visit::Visit;
use syn::{Fields, Item, Type, Visibility, parse_quote};

use crate::interface_source::answers::text;

use super::borrows::{Place, has_borrow, write};
use super::found::{Behind, Found, NamesIn};
use super::later_fields::Value;
use super::names::{Names, with_raw_names};
use super::plain;
use super::record::{Lifetimes, split};

/// The definitions of the types that interfaces refer to.
pub(super) struct Definitions {
    all: BTreeMap<String, Definition>,
    /// The types that have a lifetime.
    lending: BTreeSet<String>,
    /// Those that are passed by pointer.
    plain: BTreeSet<String>,
    /// Those that are keys of maps and sets.
    keys: BTreeSet<String>,
}

struct Definition {
    path: String,
    item: Item,
    is_growing: bool,
    /// Names of types of this file in the definition.
    names: BTreeSet<String>,
    /// It has references.
    borrows: bool,
    /// It has objects or exclusive references, which have no `Clone`.
    is_unique: bool,
    /// The text in the record, without the lifetimes of its fields.
    text: String,
    /// The fields of which the record tells lifetimes; of a variant, with its name.
    lent: BTreeSet<String>,
}

impl Definitions {
    pub(super) fn new(interfaces: &[&InterfaceMetadata]) -> anyhow::Result<Self> {
        let mut all = BTreeMap::<String, Definition>::new();
        for of in interfaces.iter().flat_map(|interface| &interface.types) {
            let definition = Definition::parse(of)
                .with_context(|| format!("{}: {}", of.path, plain::cannot(&of.definition)))?;
            let name = of.path.rsplit("::").next().unwrap_or(&of.path).to_owned();
            let known = all.entry(name).or_insert(definition);
            anyhow::ensure!(
                known.path == of.path,
                "{} and {} have one name, which is not possible here; depend on the crate of \
                 the interface instead, with --for",
                known.path,
                of.path
            );
        }
        let names: BTreeSet<_> = all.keys().cloned().collect();
        for definition in all.values_mut() {
            definition.names.retain(|name| names.contains(name));
        }
        let none = BTreeSet::new;
        let mut definitions = Definitions { all, lending: none(), plain: none(), keys: none() };
        definitions.find_lending(interfaces);
        definitions.find_plain_and_keys(interfaces);
        Ok(definitions)
    }

    /// Returns the names with their paths.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all.iter().map(|(name, definition)| (name.as_str(), definition.path.as_str()))
    }

    /// Returns the names of the types that have a lifetime.
    pub(super) fn lending(&self) -> &BTreeSet<String> {
        &self.lending
    }

    /// Finds the types with a lifetime. The text of a definition does not show it,
    /// but a method says which of its types are lent.
    fn find_lending(&mut self, interfaces: &[&InterfaceMetadata]) {
        let (mut lent, mut owned) = (BTreeSet::new(), BTreeSet::new());
        for method in interfaces.iter().flat_map(|interface| &interface.methods) {
            let Some(syntax) = method.syntax() else { continue };
            let lifetimes = Lifetimes::parse(split(&method.signature).1);
            let parameters =
                syntax.parameters.iter().map(|of| (of.name.as_str(), of.ty.to_string()));
            for (name, ty) in parameters.chain([("return", syntax.returns.to_string())]) {
                let Ok(parsed) = syn::parse_str::<Type>(&ty) else { continue };
                if name == "return" {
                    // What `self` lends by a reference has no borrows in it.
                    owned.extend(self.names_in(|found| Behind(found).visit_type(&parsed)));
                }
                if has_borrow(&ty) {
                    continue;
                }
                let names = self.names_in(|found| found.visit_type(&parsed));
                match lifetimes.of(name).is_empty() {
                    true => owned.extend(names),
                    // An object in it may be what is lent.
                    false if !ty.contains("dyn ") => {
                        let inner = self.with_inner(names.into_iter().collect());
                        let has_object = |name: &String| self.all[name].has_object();
                        lent.extend(inner.into_iter().filter(has_object));
                    }
                    false => {}
                }
            }
        }
        let told = self.all.iter().filter(|(_, of)| !of.lent.is_empty());
        lent.extend(told.map(|(name, _)| name.clone()));
        // A type without a lifetime has no field with one.
        let owned = self.with_inner(owned);
        let borrows = self.all.iter().filter(|(_, of)| of.borrows);
        let borrows: BTreeSet<_> = borrows.map(|(name, _)| name.clone()).collect();
        let mut lending: BTreeSet<_> = &(&borrows | &lent) - &owned;
        loop {
            let outer = self.all.iter().filter(|(name, of)| {
                !lending.contains(*name)
                    && !owned.contains(*name)
                    && of.names.iter().any(|name| lending.contains(name))
            });
            let outer: Vec<_> = outer.map(|(name, _)| name.clone()).collect();
            if outer.is_empty() {
                break;
            }
            lending.extend(outer);
        }
        self.lending = lending;
    }

    /// Finds the types that references lead to without a copy, and those that are
    /// keys, each with the types within.
    fn find_plain_and_keys(&mut self, interfaces: &[&InterfaceMetadata]) {
        let mut found = Found::default();
        let methods = interfaces.iter().flat_map(|interface| &interface.methods);
        for method in methods {
            let text = format!("{};", with_raw_names(split(&method.signature).0));
            if let Ok(item) = syn::parse_str::<syn::TraitItemFn>(&text) {
                found.visit_trait_item_fn(&item);
            }
        }
        for definition in self.all.values() {
            if let Ok(item) = parse_definition(&definition.text) {
                found.visit_item(&item);
            }
        }
        self.plain = self.with_inner(found.plain);
        self.keys = self.with_inner(found.keys);
    }

    /// Returns these types and all within them.
    fn with_inner(&self, names: BTreeSet<String>) -> BTreeSet<String> {
        let mut todo: Vec<_> = names.into_iter().collect();
        let mut all = BTreeSet::new();
        while let Some(name) = todo.pop() {
            if let Some(definition) = self.all.get(&name)
                && all.insert(name)
            {
                todo.extend(definition.names.iter().cloned());
            }
        }
        all
    }

    fn names_in(&self, visit: impl FnOnce(&mut NamesIn)) -> Vec<String> {
        let mut found = NamesIn::default();
        visit(&mut found);
        found.0.into_iter().filter(|name| self.all.contains_key(name)).collect()
    }

    /// Returns `true` if a type and all within it have `Clone`.
    fn is_clone(&self, name: &str) -> bool {
        let all = self.with_inner(BTreeSet::from([name.to_owned()]));
        all.iter().all(|name| !self.all[name].is_unique)
    }

    /// Adds the values of later fields.
    pub(super) fn add_values(&mut self, values: &[Value]) -> anyhow::Result<()> {
        for Value { ty, field, value } in values {
            let value: syn::Expr = syn::parse_str(value)?;
            let Some(Item::Struct(item)) = self.all.get_mut(ty).map(|of| &mut of.item) else {
                continue;
            };
            let is_it = |of: &&mut syn::Field| of.ident.as_ref().is_some_and(|name| name == field);
            if let Some(of) = item.fields.iter_mut().find(is_it) {
                of.attrs.push(parse_quote!(#[ffi(default = #value)]));
            }
        }
        Ok(())
    }

    /// Returns the text of each.
    pub(super) fn texts(&self, names: &mut Names<'_>) -> anyhow::Result<Vec<String>> {
        let texts = self.all.iter().map(|(name, definition)| {
            let mut item = definition.item.clone();
            self.write_lifetimes(name, &mut item);
            names.qualify_item(&mut item);
            let mut derives = Vec::new();
            if self.is_clone(name) {
                derives.push("Clone");
            }
            if self.plain.contains(name) {
                derives.push("Copy");
            }
            if self.keys.contains(name) {
                derives.extend(["PartialEq", "Eq", "PartialOrd", "Ord", "Hash"]);
            }
            let mut attributes = format!(
                "/// The type `{path}`.\n#[derive({derives}plugin_interface::FfiSafe)]\n\
                 #[ffi(path = \"{path}\"{growing})]\n",
                path = definition.path,
                derives = derives.iter().map(|of| format!("{of}, ")).collect::<String>(),
                growing = if definition.is_growing { ", growing" } else { "" },
            );
            if self.plain.contains(name) {
                attributes += "#[repr(C)]\n";
            }
            Ok(attributes + &text(&item) + "\n")
        });
        texts.collect()
    }

    /// Writes the lifetimes of the fields, and the parameter if there is one.
    fn write_lifetimes(&self, name: &str, item: &mut Item) {
        let is_lending = self.lending.contains(name);
        let lent = &self.all[name].lent;
        let (generics, fields): (_, Vec<(String, &mut Fields)>) = match item {
            Item::Struct(item) => (&mut item.generics, vec![(String::new(), &mut item.fields)]),
            Item::Enum(item) => {
                let fields = item.variants.iter_mut();
                let fields = fields.map(|of| (format!("{}.", of.ident), &mut of.fields));
                (&mut item.generics, fields.collect())
            }
            _ => return,
        };
        if is_lending {
            generics.params.insert(0, parse_quote!('a));
            generics.lt_token.get_or_insert_with(Default::default);
            generics.gt_token.get_or_insert_with(Default::default);
        }
        for (variant, fields) in fields {
            for (i, field) in fields.iter_mut().enumerate() {
                let name = field.ident.as_ref().map_or(i.to_string(), ToString::to_string);
                let is_lent = lent.contains(&format!("{variant}{name}"));
                write(&mut field.ty, &self.lending, |place| match (place, is_lending) {
                    (Place::Object, _) => is_lent.then(|| parse_quote!('a)),
                    (_, true) => Some(parse_quote!('a)),
                    (_, false) => Some(parse_quote!('static)),
                });
            }
        }
    }
}

impl Definition {
    fn parse(of: &TypeMetadata) -> anyhow::Result<Self> {
        let (text, lifetimes) = split(&of.definition);
        let mut item = parse_definition(&as_written(text))?;
        plain::definition(&item, &of.path)?;
        let mut found = NamesIn::default();
        found.visit_item(&item);
        if let Item::Struct(item) = &mut item {
            item.vis = parse_quote!(pub);
            for field in &mut item.fields {
                field.vis = Visibility::Public(Default::default());
            }
        }
        if let Item::Enum(item) = &mut item {
            item.vis = parse_quote!(pub);
        }
        let is_unique =
            ["Box<dyn", "Pin<", "&mut ", "io::Error"].iter().any(|of| text.contains(of));
        Ok(Definition {
            path: of.path.clone(),
            item,
            is_growing: of.later.is_some(),
            names: found.0,
            borrows: has_borrow(text),
            is_unique,
            text: text.to_owned(),
            lent: Lifetimes::parse(lifetimes).names().map(str::to_owned).collect(),
        })
    }

    /// Returns `true` if a field may be an object that somebody lends.
    fn has_object(&self) -> bool {
        ["dyn ", "BoxFuture"].iter().any(|of| self.text.contains(of))
    }
}

fn parse_definition(text: &str) -> syn::Result<Item> {
    let text = text.strip_prefix("growing ").unwrap_or(text);
    let is_block = text.ends_with('}');
    let text = with_raw_names(text);
    syn::parse_str(&if is_block { text } else { format!("{text};") })
}
