//! Reads the modules of a crate.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use syn::{
    Attribute, Expr, FnArg, Ident, Item, ItemTrait, Lit, Meta, ReceiverKind, TraitItem, Visibility,
};

/// The deepest nesting of modules that is read.
const DEPTH: usize = 32;

/// The modules of a crate, the root first.
pub(crate) struct Sources {
    /// The name of the crate, as `use` has it.
    pub(crate) name: String,
    pub(super) modules: Vec<Module>,
}

/// One module.
pub(super) struct Module {
    /// The names from the root to the module.
    pub(super) path: Vec<String>,
    /// The number of the module around it. The root has its own.
    pub(super) parent: usize,
    /// `true` if the module and all around it are public.
    pub(super) public: bool,
    pub(super) items: Vec<Item>,
}

/// A trait under `#[plugin_interface]`.
pub(crate) struct Found<'s> {
    /// The names from the root to the trait, without that of the crate.
    pub(super) path: Vec<String>,
    pub(super) item: &'s ItemTrait,
    pub(super) module: usize,
}

impl Found<'_> {
    /// Returns a method with `self: Box<Self>`, which objects may have and plugins not.
    pub(crate) fn consuming(&self) -> Option<&Ident> {
        self.item.items.iter().find_map(|item| {
            let TraitItem::Fn(method) = item else { return None };
            let is_boxed = matches!(
                method.sig.inputs.first(),
                Some(FnArg::Receiver(receiver)) if matches!(receiver.kind, ReceiverKind::Typed(..))
            );
            is_boxed.then_some(&method.sig.ident)
        })
    }
}

impl Sources {
    /// Reads a crate from its root file on.
    pub(crate) fn read(name: &str, root: &Path) -> anyhow::Result<Self> {
        let mut sources = Sources { name: name.to_owned(), modules: Vec::new() };
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        sources.add(Vec::new(), 0, true, parse(root)?, &folder, &folder)?;
        Ok(sources)
    }

    /// Reads the text of a public module of the crate that is written.
    pub(crate) fn of_module(name: &str, text: &str) -> anyhow::Result<Self> {
        let items = syn::parse_file(text).context("cannot read the interface as Rust")?.items;
        let mut sources = Sources { name: "crate".to_owned(), modules: Vec::new() };
        let none = Path::new("");
        sources.add(Vec::new(), 0, true, Vec::new(), none, none)?;
        sources.add(vec![name.to_owned()], 0, true, items, none, none)?;
        Ok(sources)
    }

    /// Adds a module and those within it. Files of its modules are in `folder`, and
    /// `#[path]` leads from `beside`.
    fn add(
        &mut self,
        path: Vec<String>,
        parent: usize,
        public: bool,
        items: Vec<Item>,
        folder: &Path,
        beside: &Path,
    ) -> anyhow::Result<()> {
        let number = self.modules.len();
        let within: Vec<_> = items
            .iter()
            .filter_map(|item| match item {
                Item::Mod(module) if !is_for_tests(&module.attrs) => Some(module.clone()),
                _ => None,
            })
            .collect();
        self.modules.push(Module { path: path.clone(), parent, public, items });
        if path.len() >= DEPTH {
            return Ok(());
        }
        for module in within {
            let name = module.ident.to_string();
            let plain = name.trim_start_matches("r#");
            let public = public && matches!(module.vis, Visibility::Public(_));
            let path = [path.clone(), vec![name.clone()]].concat();
            let inner = folder.join(plain);
            if let Some((_, items)) = module.content {
                self.add(path, number, public, items, &inner, &inner)?;
                continue;
            }
            let file = match path_of(&module.attrs) {
                Some(file) => Some(beside.join(file)),
                None => [folder.join(format!("{plain}.rs")), inner.join("mod.rs")]
                    .into_iter()
                    .find(|file| file.is_file()),
            };
            // Such as a module that a build script writes.
            let Some(file) = file.filter(|file| file.is_file()) else { continue };
            let beside = file.parent().unwrap_or(Path::new("")).to_owned();
            let is_root = file.file_name().is_some_and(|name| name == "mod.rs");
            let inner = if is_root { beside.clone() } else { inner };
            self.add(path, number, public, parse(&file)?, &inner, &beside)?;
        }
        Ok(())
    }

    /// Returns all items, each with the number of its module.
    pub(super) fn items(&self) -> impl Iterator<Item = (usize, &Item)> {
        let modules = self.modules.iter().enumerate();
        modules.flat_map(|(number, module)| module.items.iter().map(move |item| (number, item)))
    }

    /// Returns the interfaces that other crates can name.
    pub(crate) fn interfaces(&self) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        for (number, module) in self.modules.iter().enumerate() {
            for item in &module.items {
                let Item::Trait(item) = item else { continue };
                if !item.attrs.iter().any(is_interface) {
                    continue;
                }
                let name = item.ident.to_string();
                if let Some(path) = self.public_path(number, &name) {
                    found.push(Found { path, item, module: number });
                }
            }
        }
        found
    }
}

impl Found<'_> {
    /// Returns the name of the trait.
    pub(crate) fn name(&self) -> String {
        self.item.ident.to_string()
    }

    /// Returns the path by which another crate names it.
    pub(crate) fn full_path(&self, sources: &Sources) -> String {
        format!("{}::{}", sources.name, self.path.join("::"))
    }
}

fn parse(file: &Path) -> anyhow::Result<Vec<Item>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let parsed = syn::parse_file(&text)
        .with_context(|| format!("cannot read {} as Rust, mend it first", file.display()))?;
    Ok(parsed.items)
}

fn is_interface(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "plugin_interface")
}

/// Returns `true` under `#[cfg(test)]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// Returns the file that `#[path = ".."]` names.
fn path_of(attributes: &[Attribute]) -> Option<PathBuf> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(named) = &attribute.meta else { return None };
        match &named.value {
            Expr::Lit(literal) if named.path.is_ident("path") => match &literal.lit {
                Lit::Str(text) => Some(PathBuf::from(text.value())),
                _ => None,
            },
            _ => None,
        }
    })
}
