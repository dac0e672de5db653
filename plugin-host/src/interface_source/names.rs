//! What the names of a crate stand for.

use syn::visit_mut::{self, VisitMut};
use syn::{Item, ItemUse, Path, Type, UseTree, Visibility};

use super::read::Sources;

/// The longest chain of `use` that is followed.
const STEPS: usize = 16;

/// What a path stands for, from the name of a crate on.
pub(super) type FullPath = Vec<String>;

impl Sources {
    /// Returns the names by which another crate reaches an item, from the root on.
    pub(super) fn public_path(&self, module: usize, name: &str) -> Option<Vec<String>> {
        let item = self.item(module, name)?;
        if !matches!(visibility(item), Some(Visibility::Public(_))) {
            return None;
        }
        if self.modules[module].public {
            let path = &self.modules[module].path;
            return Some([path.clone(), vec![name.to_owned()]].concat());
        }
        let target = self.full(module, name);
        // A public module that passes it on, the outermost first.
        self.modules.iter().enumerate().filter(|(_, within)| within.public).find_map(
            |(number, within)| {
                let uses = within.items.iter().filter_map(|item| match item {
                    Item::Use(item) if matches!(item.vis, Visibility::Public(_)) => Some(item),
                    _ => None,
                });
                let names = uses.flat_map(|item| passed_on(item, name));
                let named = names.into_iter().find(|leaf| {
                    self.resolve(number, &leaf.path, STEPS).as_ref() == Some(&target)
                })?;
                Some([within.path.clone(), vec![named.name]].concat())
            },
        )
    }

    /// Returns the item of a full path, and its module.
    pub(super) fn find(&self, path: &[String]) -> Option<(&Item, usize)> {
        let (name, modules) = path.split_last()?;
        let (own, modules) = modules.split_first()?;
        if *own != self.name {
            return None;
        }
        let module = self.modules.iter().position(|module| module.path == modules)?;
        Some((self.item(module, name)?, module))
    }

    fn full(&self, module: usize, name: &str) -> FullPath {
        let path = &self.modules[module].path;
        [vec![self.name.clone()], path.clone(), vec![name.to_owned()]].concat()
    }

    fn item(&self, module: usize, name: &str) -> Option<&Item> {
        let items = self.modules[module].items.iter();
        items.filter(|item| !matches!(item, Item::Use(_))).find(|item| is_named(item, name))
    }

    fn child(&self, module: usize, name: &str) -> Option<usize> {
        (1..self.modules.len()).find(|&number| {
            let within = &self.modules[number];
            within.parent == module && within.path.last().is_some_and(|last| last == name)
        })
    }

    /// Returns what a path in a module stands for; `None` for names of the prelude
    /// and for parameters.
    pub(super) fn resolve(&self, module: usize, path: &[String], steps: usize) -> Option<FullPath> {
        let (first, rest) = path.split_first()?;
        let steps = steps.checked_sub(1)?;
        let at = match first.as_str() {
            "crate" => 0,
            "self" => module,
            "super" => self.modules[module].parent,
            name if *name == self.name => 0,
            name => {
                if rest.is_empty() && self.item(module, name).is_some() {
                    return Some(self.full(module, name));
                }
                if let Some(child) = self.child(module, name) {
                    return self.resolve_in(child, rest, steps);
                }
                return self.imported(module, first, rest, steps);
            }
        };
        self.resolve_in(at, rest, steps)
    }

    fn resolve_in(&self, module: usize, rest: &[String], steps: usize) -> Option<FullPath> {
        match rest {
            [] => {
                let path = &self.modules[module].path;
                Some([vec![self.name.clone()], path.clone()].concat())
            }
            rest => self.resolve(module, rest, steps),
        }
    }

    /// Returns what a name stands for that a `use` brings, or another crate's path.
    fn imported(
        &self,
        module: usize,
        first: &str,
        rest: &[String],
        steps: usize,
    ) -> Option<FullPath> {
        let uses = || {
            self.modules[module].items.iter().filter_map(|item| match item {
                Item::Use(item) => Some(item),
                _ => None,
            })
        };
        for leaf in uses().flat_map(|item| leaves(item, first)) {
            let path = [leaf.path.clone(), rest.to_vec()].concat();
            // `use a::a;`: the first of the two is a crate, and so is `a` in `a::b`.
            if leaf.path.first().is_some_and(|name| name == first) && !leaf.glob {
                let within = [leaf.path[..1].to_vec(), rest.to_vec()].concat();
                return Some(if rest.is_empty() { path } else { within });
            }
            // Globs may lead to each other.
            let steps = if leaf.glob { steps / 2 } else { steps };
            let resolved = self.resolve(module, &path, steps);
            match (leaf.glob, resolved) {
                (false, None) => return Some(path),
                (true, Some(found)) if self.find(&found).is_some() => return Some(found),
                (false, Some(found)) => return Some(found),
                _ => {}
            }
        }
        let is_path = !rest.is_empty() && first.starts_with(char::is_lowercase);
        is_path.then(|| [vec![first.to_owned()], rest.to_vec()].concat())
    }

    /// Writes the full path of each type in place of its name.
    pub(super) fn qualify(&self, module: usize, ty: &mut Type) {
        struct Qualify<'s>(&'s Sources, usize);
        impl VisitMut for Qualify<'_> {
            fn visit_path_mut(&mut self, path: &mut Path) {
                visit_mut::visit_path_mut(self, path);
                if let Some(full) = self.0.resolve(self.1, &names_of(path), STEPS) {
                    replace(path, &full);
                }
            }
        }
        Qualify(self, module).visit_type_mut(ty);
    }

    /// Returns what a path in a module stands for, or the path.
    pub(super) fn qualified(&self, module: usize, path: &Path) -> FullPath {
        let names = names_of(path);
        self.resolve(module, &names, STEPS).unwrap_or(names)
    }
}

/// Returns the names of a path without their arguments.
pub(super) fn names_of(path: &Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// Writes other names in place of a path, and keeps the arguments of its end.
pub(super) fn replace(path: &mut Path, names: &[String]) {
    let arguments = path.segments.last().map(|last| last.arguments.clone()).unwrap_or_default();
    let Ok(mut replaced) = syn::parse_str::<Path>(&names.join("::")) else { return };
    if let Some(last) = replaced.segments.last_mut() {
        last.arguments = arguments;
    }
    *path = replaced;
}

/// A name that a `use` brings, or may bring.
struct Leaf {
    name: String,
    path: Vec<String>,
    glob: bool,
}

/// Returns the paths that a `use` may mean by a name.
fn leaves(item: &ItemUse, name: &str) -> Vec<Leaf> {
    passed_on(item, name).into_iter().filter(|leaf| leaf.name == name).collect()
}

/// Returns all that a `use` brings. Of a `*`, that is only the item of that name.
fn passed_on(item: &ItemUse, name: &str) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    collect(&item.tree, &mut Vec::new(), name, &mut leaves);
    leaves
}

fn collect(tree: &UseTree, before: &mut Vec<String>, name: &str, leaves: &mut Vec<Leaf>) {
    let mut add = |name: String, own: Option<String>, glob| {
        let path = [before.clone(), own.into_iter().collect()].concat();
        leaves.push(Leaf { name, path, glob });
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            collect(&path.tree, before, name, leaves);
            before.pop();
        }
        UseTree::Name(leaf) if leaf.ident == "self" => {
            add(before.last().cloned().unwrap_or_default(), None, false);
        }
        UseTree::Name(leaf) => add(leaf.ident.to_string(), Some(leaf.ident.to_string()), false),
        UseTree::Rename(leaf) => {
            let own = (leaf.ident != "self").then(|| leaf.ident.to_string());
            add(leaf.rename.to_string(), own, false);
        }
        UseTree::Glob(_) => add(name.to_owned(), Some(name.to_owned()), true),
        UseTree::Group(group) => {
            for tree in &group.items {
                collect(tree, before, name, leaves);
            }
        }
    }
}

fn is_named(item: &Item, name: &str) -> bool {
    match item {
        Item::Enum(item) => item.ident == name,
        Item::Struct(item) => item.ident == name,
        Item::Trait(item) => item.ident == name,
        Item::Type(item) => item.ident == name,
        Item::Const(item) => item.ident == name,
        _ => false,
    }
}

fn visibility(item: &Item) -> Option<&Visibility> {
    match item {
        Item::Enum(item) => Some(&item.vis),
        Item::Struct(item) => Some(&item.vis),
        Item::Trait(item) => Some(&item.vis),
        Item::Type(item) => Some(&item.vis),
        Item::Const(item) => Some(&item.vis),
        _ => None,
    }
}
