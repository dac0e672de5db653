//! Plugins that implement an interface with plain answers.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use syn::{
    FnArg, Item, ItemTrait, Pat, ReceiverKind, ReturnType, TraitItem, TraitItemFn, Type,
    TypeParamBound,
};

use super::answers::{Answers, Field, is_default, text};
use super::methods::Methods;
use super::names::FullPath;
use super::read::{Found, Sources};

/// The parts of the file of a plugin.
pub(crate) struct Plugin {
    /// The lines of `use`.
    pub(crate) imports: String,
    /// The name of the trait in the file.
    pub(crate) interface: String,
    /// The name of the type.
    pub(crate) name: String,
    /// The type, with the traits that it needs.
    pub(crate) ty: String,
    pub(crate) methods: String,
    /// The types of the objects that methods return, with their impls.
    pub(crate) others: String,
    /// The crates whose types the methods name, beside that of the interface.
    pub(crate) crates: BTreeSet<String>,
    /// The methods that have no answer, but panic.
    pub(crate) unanswered: Vec<String>,
}

/// Traits of the standard library that each type has, or may have without a word.
const MARKERS: [&str; 7] = ["Any", "RefUnwindSafe", "Send", "Sized", "Sync", "Unpin", "UnwindSafe"];

/// Returns a plugin whose type has a name that is derived from that of its package.
pub(crate) fn plugin(
    sources: &Sources,
    found: &Found<'_>,
    package: &str,
    which: Methods,
) -> anyhow::Result<Plugin> {
    let mut answers = Answers::new(sources, which);
    for taken in ["plugin", "tests", "plugin_aggregates", "plugin_impl"] {
        answers.imports.reserve(taken);
    }
    let names = [vec![sources.name.clone()], found.path.clone()].concat();
    let interface = answers.imports.name(&names);
    let mut name = camel(package);
    if answers.imports.has(&name) {
        name += "Plugin";
    }
    answers.imports.reserve(&name);
    let methods = answers.methods(found.item, found.module);
    let ty = answers.ty(&name, found.item, found.module);
    if let Some(private) = &answers.imports.private {
        anyhow::bail!(
            "a method of {} names {private}, which other crates cannot name; make it public",
            found.full_path(sources)
        );
    }
    let units = &answers.units;
    Ok(Plugin {
        imports: answers.imports.lines(),
        interface,
        methods: without_default(&methods, &name, units),
        ty: without_default(&ty, &name, units),
        name,
        others: without_default(&answers.others.join("\n"), "", units),
        crates: answers.imports.crates,
        unanswered: answers.unanswered,
    })
}

/// Returns the name of a type for the name of a package: `MyTool` for `my-tool`.
pub(crate) fn camel(package: &str) -> String {
    let parts = package.split(['-', '_']).filter(|part| !part.is_empty());
    let parts = parts.map(|part| part[..1].to_uppercase() + &part[1..]);
    parts.collect()
}

impl Answers<'_> {
    /// Returns a type with its impl of a trait, for objects.
    pub(super) fn implementation(
        &mut self,
        name: &str,
        path: &FullPath,
        item: &ItemTrait,
        module: usize,
    ) -> String {
        let methods = self.methods(item, module);
        let ty = self.ty(name, item, module);
        let methods = without_default(&methods, name, &self.units);
        let path = self.imports.name(path);
        let is_async = item
            .items
            .iter()
            .any(|item| matches!(item, TraitItem::Fn(method) if method.sig.asyncness.is_some()));
        let attribute = if is_async { "#[plugin_interface::async_impl]\n" } else { "" };
        format!(
            "/// An object of `{path}` that does nothing.\n{ty}\n\
             {attribute}impl {path} for {name} {{\n{methods}}}\n"
        )
    }

    /// Returns the definition of the type whose methods were written, and the impls of
    /// the supertraits.
    fn ty(&mut self, name: &str, item: &ItemTrait, module: usize) -> String {
        let fields = std::mem::take(&mut self.fields);
        let mut derives = Vec::new();
        let mut impls = String::new();
        for bound in &item.supertraits {
            let TypeParamBound::Trait(bound) = bound else { continue };
            let path = self.sources.qualified(module, &bound.path);
            let last = path.last().map(String::as_str).unwrap_or_default();
            match (self.sources.find(&path), last) {
                (None, last) if MARKERS.contains(&last) => {}
                (None, "Debug") => derives.push("Debug"),
                (None, "Display") => impls += &display(name),
                (None, "Error") => {
                    derives.push("Debug");
                    impls += &format!("\nimpl std::error::Error for {name} {{}}\n");
                    impls += &display(name);
                }
                (Some((Item::Trait(own), module)), _) if !self.is_for_all(&path) => {
                    let methods = self.methods(own, module);
                    let path = self.imports.name(&path);
                    let _ = write!(impls, "\nimpl {path} for {name} {{\n{methods}}}\n");
                }
                _ => {}
            }
        }
        let mut text = String::new();
        // What the impls of the supertraits lend is in the type as well.
        let fields: Vec<_> = fields.into_iter().chain(std::mem::take(&mut self.fields)).collect();
        let is_usual = fields.iter().all(|field| is_default(&field.value));
        if is_usual {
            derives.insert(0, "Default");
        }
        if !derives.is_empty() {
            let _ = writeln!(text, "#[derive({})]", derives.join(", "));
        }
        if fields.is_empty() {
            self.units.push(name.to_owned());
            let _ = writeln!(text, "pub struct {name};");
        } else {
            let list = |value: fn(&Field) -> &str| {
                let lines = fields.iter().map(|field| format!("{}: {},", field.name, value(field)));
                lines.collect::<Vec<_>>().join("\n")
            };
            let _ = writeln!(text, "pub struct {name} {{\n{}\n}}", list(|field| &field.ty));
            if !is_usual {
                let _ = writeln!(
                    text,
                    "\nimpl Default for {name} {{\nfn default() -> Self {{\n\
                     {name} {{\n{}\n}}\n}}\n}}",
                    list(|field| &field.value)
                );
            }
        }
        text + &impls
    }

    /// Returns `true` if a crate implements its trait for all types.
    fn is_for_all(&self, path: &FullPath) -> bool {
        self.sources.modules.iter().enumerate().any(|(module, within)| {
            within.items.iter().any(|item| {
                let Item::Impl(item) = item else { return false };
                let Some((of, _)) = &item.trait_ else { return false };
                let Type::Path(ty) = &*item.self_ty else { return false };
                let is_parameter =
                    |ident: &syn::Ident| item.generics.type_params().any(|p| p.ident == *ident);
                ty.path.get_ident().is_some_and(is_parameter)
                    && self.sources.qualified(module, of) == *path
            })
        })
    }

    /// Returns the methods of a trait that have no body, with answers.
    fn methods(&mut self, item: &ItemTrait, module: usize) -> String {
        let all = self.which == Methods::All;
        let required = item.items.iter().filter_map(|item| match item {
            // It is a method of a supertrait.
            TraitItem::Fn(method) if method.attrs.iter().any(is_inherited) => None,
            TraitItem::Fn(method) if method.default.is_none() || all => Some(method),
            _ => None,
        });
        required.map(|method| self.method(method, module)).collect::<Vec<_>>().join("\n")
    }

    fn method(&mut self, method: &TraitItemFn, module: usize) -> String {
        let signature = &method.sig;
        let name = signature.ident.to_string();
        let mut is_boxed = false;
        let inputs: Vec<_> = signature
            .inputs
            .iter()
            .map(|input| match input {
                FnArg::Receiver(receiver) => {
                    is_boxed = matches!(receiver.kind, ReceiverKind::Typed(..));
                    text(receiver)
                }
                FnArg::Typed(input) => {
                    let name = match &*input.pat {
                        Pat::Ident(name) => name.ident.to_string(),
                        _ => String::new(),
                    };
                    let name = name.trim_start_matches("r#").trim_start_matches('_').to_owned();
                    format!("_{name}: {}", self.short(&input.ty, module))
                }
            })
            .collect();
        self.method = (name.clone(), is_boxed);
        let (returns, answer) = match &signature.output {
            ReturnType::Default => (String::new(), Some(String::new())),
            ReturnType::Type(_, ty) => {
                let mut full = (**ty).clone();
                self.sources.qualify(module, &mut full);
                let answer = self.of(&full, 0);
                (format!(" -> {}", self.short(ty, module)), answer)
            }
        };
        let answer = answer.unwrap_or_else(|| {
            self.unanswered.push(name.clone());
            format!(
                "// Its type has no plain value: write an answer in place of this line.\n        \
                 panic!(\"`{name}` has no answer yet\")"
            )
        });
        let generics = &signature.generics;
        let (parameters, bounds) = (text(generics), text(&generics.where_clause));
        let asyncness = if signature.asyncness.is_some() { "async " } else { "" };
        let inputs = inputs.join(", ");
        let answer = if answer.is_empty() { answer } else { format!("\n        {answer}\n    ") };
        let conditions = method.attrs.iter().filter(|of| of.path().is_ident("cfg"));
        let conditions: String = conditions.map(|of| text(of) + "\n").collect();
        format!(
            "    {conditions}{asyncness}fn {name}{parameters}({inputs}){returns} {bounds} {{{answer}}}\n"
        )
    }

    /// Returns the text of a type, in the names of the file.
    fn short(&mut self, ty: &Type, module: usize) -> String {
        let mut ty = ty.clone();
        self.sources.qualify(module, &mut ty);
        self.expand_private(&mut ty);
        self.imports.shorten(&mut ty);
        text(&ty)
    }
}

/// Returns `true` for `#[inherit(Super)]`.
fn is_inherited(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("inherit")
}

/// Writes the names of types without fields in place of calls of their `default`.
fn without_default(text: &str, own: &str, units: &[String]) -> String {
    let mut text = text.to_owned();
    for unit in units {
        text = text.replace(&format!("{unit}::default()"), unit);
        if unit == own {
            text = text.replace("Self::default()", "Self");
        }
    }
    text
}

fn display(name: &str) -> String {
    format!(
        "\nimpl std::fmt::Display for {name} {{\n    \
         fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{\n        \
         f.write_str(\"{name}\")\n    }}\n}}\n"
    )
}
