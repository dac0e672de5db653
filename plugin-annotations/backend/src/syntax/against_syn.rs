//! The parser of this folder against the full one of `syn`.
//!
//! Both read every trait, impl, function, struct, enum and union of this
//! repository, and of the standard library where its sources are installed. The
//! other one is `syn` 2, as a dependency of tests only. A dependency on the
//! feature `full` of `syn` 3 would reach the builds of all plugins in the
//! workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn2::parse::{Parse as _, Parser as _};

use super::attribute::{Attribute, visibility};
use super::{
    Data, Fields, Generics, ItemImpl, ItemTrait, ItemType, Kind, OtherKind, Receiver, Signature,
    TraitItem, TraitMethod,
};

#[test]
fn items_are_read_as_by_syn() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let found = Comparison::of(root);
    found.report("this repository");
    // Templates are no Rust before they are filled in.
    let is_source =
        |path: &&PathBuf| !path.components().any(|part| part.as_os_str() == "templates");
    let unparsed: Vec<_> = found.unparsed.iter().filter(is_source).collect();
    assert!(unparsed.is_empty(), "syn itself cannot read {unparsed:?}");
    assert!(found.items > 3_000, "only {} items", found.items);

    let library = standard_library();
    if library.exists() {
        let mut found = Comparison::default();
        for part in ["core/src", "alloc/src", "std/src"] {
            found.directory(&library.join(part));
        }
        found.report("the standard library");
        assert!(found.items > 10_000, "only {} items", found.items);
    } else {
        eprintln!("NOT COMPARED: no {} (rustup component add rust-src)", library.display());
    }
}

/// The folder of the standard library's sources, if they are installed.
fn standard_library() -> PathBuf {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output().unwrap().stdout;
    let sysroot = String::from_utf8(sysroot).unwrap();
    Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library")
}

/// The results of both parsers for some files.
#[derive(Default)]
struct Comparison {
    files: usize,
    items: usize,
    /// Files and items that `syn` does not know either.
    unparsed: Vec<PathBuf>,
    unknown: usize,
    /// The file and the item that are being compared.
    place: String,
    differences: Vec<String>,
}

impl Comparison {
    fn of(directory: &Path) -> Comparison {
        let mut comparison = Comparison::default();
        comparison.directory(directory);
        comparison
    }

    fn report(&self, name: &str) {
        eprintln!(
            "{name}: {} items in {} files ({} files and {} items that syn does not know)",
            self.items,
            self.files,
            self.unparsed.len(),
            self.unknown
        );
        let count = self.differences.len();
        let first = self.differences[..count.min(20)].join("\n");
        assert_eq!(count, 0, "the parsers differ in {count} places:\n{first}");
    }

    fn directory(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                self.directory(&path);
            } else if name.ends_with(".rs") {
                self.file(&path);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let text = fs::read_to_string(path).unwrap();
        let parsed = text.parse::<TokenStream>().ok();
        let items = parsed.and_then(|tokens| each(tokens, syn2::Item::parse).ok());
        self.place = path.display().to_string();
        self.files += 1;
        match items {
            Some(items) => self.items(items),
            None => self.unparsed.push(path.to_owned()),
        }
    }

    fn items(&mut self, items: Vec<(TokenStream, syn2::Item)>) {
        let file = self.place.clone();
        for (tokens, item) in items {
            let name: Vec<_> = tokens.to_string().chars().take(80).collect();
            self.place = format!("{file}: {}", String::from_iter(name).replace('\n', " "));
            match item {
                syn2::Item::Trait(item) => self.item(tokens, item, Self::item_trait),
                syn2::Item::Impl(item) => self.item(tokens, item, Self::item_impl),
                syn2::Item::Fn(item) => self.function(tokens, &item.sig),
                syn2::Item::Struct(_) | syn2::Item::Enum(_) | syn2::Item::Union(_) => {
                    self.item(tokens, item, Self::item_type);
                }
                syn2::Item::Mod(item) if item.content.is_some() => {
                    self.place = file.clone();
                    self.items(each(braced(tokens), syn2::Item::parse).unwrap());
                }
                syn2::Item::Verbatim(_) => self.unknown += 1,
                _ => {}
            }
        }
    }

    /// Reads an item here and compares.
    fn item<O: syn::parse::Parse, T>(
        &mut self,
        tokens: TokenStream,
        theirs: T,
        compare: fn(&mut Self, TokenStream, O, T),
    ) {
        self.items += 1;
        match syn::parse2::<O>(tokens.clone()) {
            Ok(ours) => compare(self, tokens, ours, theirs),
            Err(error) => self.differences.push(format!("{}: {error}", self.place)),
        }
    }

    fn item_trait(&mut self, tokens: TokenStream, ours: ItemTrait, theirs: syn2::ItemTrait) {
        self.same("attributes", list(&ours.attrs), list(&theirs.attrs));
        self.same("visibility", text(&ours.vis), text(&theirs.vis));
        self.same("unsafe", ours.unsafety.is_some(), theirs.unsafety.is_some());
        self.same("name", ours.ident.to_string(), theirs.ident.to_string());
        self.generics(&ours.generics, &theirs.generics);
        self.same("supertraits", list(&ours.supertraits), list(&theirs.supertraits));
        self.same("number of items", ours.items.len(), theirs.items.len());
        for (ours, theirs) in ours.items.iter().zip(&theirs.items) {
            match (ours, theirs) {
                (TraitItem::Method(ours), syn2::TraitItem::Fn(theirs)) => self.method(ours, theirs),
                (TraitItem::Other(ours), theirs) => {
                    let is_same = match ours.kind {
                        OtherKind::Const => matches!(theirs, syn2::TraitItem::Const(_)),
                        OtherKind::Type => matches!(theirs, syn2::TraitItem::Type(_)),
                        OtherKind::Macro => matches!(theirs, syn2::TraitItem::Macro(_)),
                        OtherKind::Qualified | OtherKind::Unknown => {
                            matches!(theirs, syn2::TraitItem::Verbatim(_))
                        }
                    };
                    self.same("kind of item", is_same, true);
                    self.same("item", text(ours), text(theirs));
                }
                (_, theirs) => self.same("kind of item", "method".to_owned(), text(theirs)),
            }
        }
        // The macro takes these out.
        let has_own = |item: &TraitItem| match item {
            TraitItem::Method(method) => {
                let parameters = &method.signature.parameters;
                let of_parameters = parameters.iter().any(|parameter| !parameter.ffi.is_empty());
                of_parameters
                    || !method.since.is_empty()
                    || !method.inherit.is_empty()
                    || !method.ffi.is_empty()
            }
            TraitItem::Other(_) => false,
        };
        if !ours.items.iter().any(has_own) {
            self.same("whole trait", text(&ours), text(&tokens));
        }
    }

    fn method(&mut self, ours: &TraitMethod, theirs: &syn2::TraitItemFn) {
        let attributes = ours.attrs.iter().chain(&ours.since).chain(&ours.inherit).chain(&ours.ffi);
        let (mut attributes, mut others) = (list(attributes), list(&theirs.attrs));
        attributes.sort();
        others.sort();
        self.same("attributes", attributes, others);
        self.same("default body", ours.has_body(), theirs.default.is_some());
        self.signature(&ours.signature, &theirs.sig);
    }

    fn signature(&mut self, ours: &Signature, theirs: &syn2::Signature) {
        self.same("const", ours.constness.is_some(), theirs.constness.is_some());
        self.same("async", ours.asyncness.is_some(), theirs.asyncness.is_some());
        self.same("unsafe", ours.unsafety.is_some(), theirs.unsafety.is_some());
        self.same("abi", text(&ours.abi), text(&theirs.abi));
        self.same("name", ours.ident.to_string(), theirs.ident.to_string());
        self.generics(&ours.generics, &theirs.generics);
        self.same("variadic", ours.variadic.is_some(), theirs.variadic.is_some());
        let output = ours.output.as_ref().map(|(_, ty)| text(ty));
        let other = match &theirs.output {
            syn2::ReturnType::Default => None,
            syn2::ReturnType::Type(_, ty) => Some(text(ty)),
        };
        self.same("output", output, other);
        let (mut receiver, mut parameters) = (None, Vec::new());
        for input in &theirs.inputs {
            match input {
                syn2::FnArg::Receiver(found) => receiver = Some(found),
                syn2::FnArg::Typed(typed) => parameters.push(typed),
            }
        }
        self.same("receiver", ours.receiver.as_ref().map(text), receiver.map(text));
        if let (Some(ours), Some(theirs)) = (&ours.receiver, receiver) {
            self.receiver(ours, theirs);
        }
        self.same("number of parameters", ours.parameters.len(), parameters.len());
        for (ours, theirs) in ours.parameters.iter().zip(parameters) {
            let attributes = list(ours.ffi.iter().chain(&ours.attrs));
            self.same("attributes", attributes, list(&theirs.attrs));
            self.same("pattern", text(&ours.pattern), text(&theirs.pat));
            self.same("type", text(&ours.ty), text(&theirs.ty));
            let name = match &*theirs.pat {
                syn2::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                    Some(pat.ident.to_string())
                }
                _ => None,
            };
            self.same("parameter", ours.name().map(|name| name.to_string()), name);
        }
    }

    fn receiver(&mut self, ours: &Receiver, theirs: &syn2::Receiver) {
        let lifetime = theirs.reference.as_ref().and_then(|(_, lifetime)| lifetime.as_ref());
        self.same("reference", ours.is_reference(), theirs.reference.is_some());
        self.same("lifetime", ours.lifetime.as_ref().map(text), lifetime.map(text));
        self.same("mut", ours.mutability.is_some(), theirs.mutability.is_some());
    }

    fn function(&mut self, tokens: TokenStream, theirs: &syn2::Signature) {
        self.items += 1;
        let parser = |input: ParseStream<'_>| {
            Attribute::parse_outer(input)?;
            visibility(input)?;
            let signature: Signature = input.parse()?;
            input.parse::<TokenTree>()?;
            Ok(signature)
        };
        match parser.parse2(tokens) {
            Ok(ours) => self.signature(&ours, theirs),
            Err(error) => self.differences.push(format!("{}: {error}", self.place)),
        }
    }

    fn item_impl(&mut self, tokens: TokenStream, ours: ItemImpl, theirs: syn2::ItemImpl) {
        let path = theirs.trait_.as_ref().map(|(_, path, _)| path);
        self.same("trait", ours.interface.as_ref().map(text), path.map(text));
        if let (Some(ours), Some(theirs)) = (&ours.interface, path) {
            let last = theirs.segments.last().map(|segment| segment.ident.to_string());
            self.same("name of the trait", ours.last().map(ToString::to_string), last);
        }
        self.same("type", text(&ours.self_ty), text(&theirs.self_ty));
        self.generics(&ours.generics, &theirs.generics);
        let place = self.place.clone();
        for (tokens, item) in each(braced(tokens), syn2::ImplItem::parse).unwrap() {
            match item {
                syn2::ImplItem::Fn(method) if method.defaultness.is_none() => {
                    self.place = format!("{place}: fn {}", method.sig.ident);
                    self.function(tokens, &method.sig);
                }
                syn2::ImplItem::Verbatim(_) => self.unknown += 1,
                _ => {}
            }
        }
    }

    fn item_type(&mut self, _: TokenStream, ours: ItemType, theirs: syn2::Item) {
        let (attributes, name, generics) = match &theirs {
            syn2::Item::Struct(item) => (&item.attrs, &item.ident, &item.generics),
            syn2::Item::Enum(item) => (&item.attrs, &item.ident, &item.generics),
            syn2::Item::Union(item) => (&item.attrs, &item.ident, &item.generics),
            _ => unreachable!(),
        };
        self.same("attributes", list(&ours.attrs), list(attributes));
        self.same("name", ours.ident.to_string(), name.to_string());
        self.generics(&ours.generics, generics);
        match (&ours.data, &theirs) {
            (Data::Struct(ours), syn2::Item::Struct(theirs)) => self.fields(ours, &theirs.fields),
            (Data::Union(_), syn2::Item::Union(_)) => {}
            (Data::Enum(ours), syn2::Item::Enum(theirs)) => {
                self.same("number of variants", ours.len(), theirs.variants.len());
                for (ours, theirs) in ours.iter().zip(&theirs.variants) {
                    self.same("attributes", list(&ours.attrs), list(&theirs.attrs));
                    self.same("variant", ours.ident.to_string(), theirs.ident.to_string());
                    self.fields(&ours.fields, &theirs.fields);
                    let other = theirs.discriminant.as_ref().map(|(_, value)| text(value));
                    self.same("value", text(&ours.discriminant), other.unwrap_or_default());
                }
            }
            _ => self.same("keyword", false, true),
        }
    }

    fn fields(&mut self, ours: &Fields, theirs: &syn2::Fields) {
        let is_same = matches!(
            (ours, theirs),
            (Fields::Unit, syn2::Fields::Unit)
                | (Fields::Tuple(_), syn2::Fields::Unnamed(_))
                | (Fields::Named(_), syn2::Fields::Named(_))
        );
        self.same("kind of fields", is_same, true);
        self.same("number of fields", ours.all().len(), theirs.len());
        for (ours, theirs) in ours.all().iter().zip(theirs) {
            self.same("attributes", list(&ours.attrs), list(&theirs.attrs));
            self.same("field", text(&ours.ident), text(&theirs.ident));
            self.same("type", text(&ours.ty), text(&theirs.ty));
        }
    }

    fn generics(&mut self, ours: &Generics, theirs: &syn2::Generics) {
        self.same("generics", text(ours), text(theirs));
        self.same("number of generics", ours.params.len(), theirs.params.len());
        for (ours, theirs) in ours.params.iter().zip(&theirs.params) {
            let (kind, name, bounds) = match theirs {
                syn2::GenericParam::Lifetime(of) => {
                    (Kind::Lifetime, text(&of.lifetime), text(&of.bounds))
                }
                syn2::GenericParam::Type(of) => (Kind::Type, text(&of.ident), text(&of.bounds)),
                syn2::GenericParam::Const(of) => (Kind::Const, text(&of.ident), String::new()),
            };
            self.same("kind of generics", ours.kind == kind, true);
            self.same("generic", text(&ours.name()), name);
            self.same("bounds", text(&ours.bounds), bounds);
        }
        let clause = ours.where_clause.as_ref().map(|(_, predicates)| text(predicates));
        let other = theirs.where_clause.as_ref().map(|clause| text(&clause.predicates));
        self.same("where clause", clause, other);
    }

    fn same<T: PartialEq + std::fmt::Debug>(&mut self, part: &str, ours: T, theirs: T) {
        if ours != theirs {
            let found = format!("{}: {part}:\n  here {ours:?}\n  syn  {theirs:?}", self.place);
            self.differences.push(found);
        }
    }
}

/// Every `T` in `tokens`, behind inner attributes, with the tokens it was read
/// from.
fn each<T>(
    tokens: TokenStream,
    one: fn(syn2::parse::ParseStream<'_>) -> syn2::Result<T>,
) -> syn2::Result<Vec<(TokenStream, T)>> {
    let parser = |input: syn2::parse::ParseStream<'_>| {
        syn2::Attribute::parse_inner(input)?;
        let mut all = Vec::new();
        while !input.is_empty() {
            let mut cursor = input.cursor();
            let found = one(input)?;
            let mut tokens = Vec::new();
            while cursor != input.cursor() {
                let (token, rest) = cursor.token_tree().unwrap();
                tokens.push(token);
                cursor = rest;
            }
            all.push((tokens.into_iter().collect(), found));
        }
        Ok(all)
    };
    parser.parse2(tokens)
}

/// The tokens in the braces at the end of an item.
fn braced(tokens: TokenStream) -> TokenStream {
    match tokens.into_iter().last() {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => TokenStream::new(),
    }
}

fn list<T: ToTokens>(all: impl IntoIterator<Item = T>) -> Vec<String> {
    all.into_iter().map(|one| text(&one)).collect()
}

/// The tokens without their spacing, and without commas that may be left out.
fn text<T: ToTokens>(tokens: &T) -> String {
    fn write(tokens: TokenStream, out: &mut Vec<String>) {
        for token in tokens {
            let TokenTree::Group(group) = token else {
                out.push(token.to_string());
                continue;
            };
            let (open, close) = match group.delimiter() {
                Delimiter::Parenthesis => ("(", ")"),
                Delimiter::Brace => ("{", "}"),
                Delimiter::Bracket => ("[", "]"),
                Delimiter::None => ("", ""),
            };
            out.push(open.to_owned());
            write(group.stream(), out);
            out.pop_if(|last| last == ",");
            out.push(close.to_owned());
        }
    }
    let mut out = Vec::new();
    write(tokens.to_token_stream(), &mut out);
    out.pop_if(|last| last == ",");
    out.retain(|token| !token.is_empty());
    out.join(" ")
}
