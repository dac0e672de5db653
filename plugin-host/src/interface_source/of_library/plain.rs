//! What a library says of its interfaces becomes source. So it may be names, versions
//! and types, and nothing that is run or read when that source is compiled.

use anyhow::{Context as _, ensure};
use plugin_interface::metadata::InterfaceMetadata;
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Item, Lit, TraitItemFn};

use crate::output::escaped;

/// The deepest nesting of a type. The parser of Rust has no limit but its stack.
const DEPTH: usize = 64;

/// Checks all names, versions and texts of interfaces.
pub(super) fn check(interfaces: &[&InterfaceMetadata]) -> anyhow::Result<()> {
    for interface in interfaces {
        path(&interface.path)?;
        version(&interface.version)?;
        for method in &interface.methods {
            name(&method.name)?;
            // Empty for a method of the first version.
            version(&method.since)?;
            depth(&method.signature).with_context(|| cannot(&method.signature))?;
        }
        for ty in &interface.types {
            path(&ty.path)?;
            depth(&ty.definition).with_context(|| cannot(&ty.definition))?;
        }
    }
    Ok(())
}

/// Returns the begin of an error about a text.
pub(super) fn cannot(text: &str) -> String {
    format!("cannot write `{}` in Rust", shown(text))
}

/// Returns as much of a text as fits on a line.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 160;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => escaped(&text[..end]) + "..",
        None => escaped(text),
    }
}

fn path(path: &str) -> anyhow::Result<()> {
    let is_path = path.split("::").all(is_name);
    ensure!(
        is_path,
        "expected the path of a type, found `{}`, which is not valid in Rust",
        shown(path)
    );
    Ok(())
}

fn name(name: &str) -> anyhow::Result<()> {
    // A record has names that are keywords without their `r#`.
    let is_name = is_name(name) || is_name(&format!("r#{name}"));
    ensure!(
        is_name,
        "expected the name of a method, found `{}`, which is not valid in Rust",
        shown(name)
    );
    Ok(())
}

fn is_name(text: &str) -> bool {
    // The parser would skip white space and comments.
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '#';
    text.chars().all(is_of_name) && syn::parse_str::<Ident>(text).is_ok()
}

fn version(version: &str) -> anyhow::Result<()> {
    let is_version = version.chars().all(|c| c.is_ascii_digit() || c == '.');
    ensure!(is_version, "expected a version, found `{}`, which is no version", shown(version));
    Ok(())
}

/// Checks that a text nests no deeper than [`DEPTH`]: by brackets, or by what stands
/// before a type, such as `&`, `*const` and `fn() ->`.
fn depth(text: &str) -> anyhow::Result<()> {
    // For each open bracket, how much stands before the type that is read.
    let mut before = vec![1_usize];
    let mut last = ' ';
    for c in text.chars() {
        let of_bracket = before.len() > 1;
        match c {
            '(' | '[' | '{' | '<' => before.push(1),
            ')' | ']' | '}' if of_bracket => drop(before.pop()),
            '>' if of_bracket && last != '-' => drop(before.pop()),
            ',' | ';' => *before.last_mut().expect("the text itself") = 1,
            '&' | '*' | '-' | '!' => *before.last_mut().expect("the text itself") += 1,
            _ => {}
        }
        last = c;
        ensure!(before.iter().sum::<usize>() <= DEPTH, "it nests deeper than {DEPTH}");
    }
    Ok(())
}

/// Checks that a method is nothing but a signature.
pub(super) fn method(method: &TraitItemFn, name: &str) -> anyhow::Result<()> {
    let ident = method.sig.ident.to_string();
    ensure!(ident.trim_start_matches("r#") == name.trim_start_matches("r#"), "its name is {ident}");
    ensure!(method.default.is_none(), "it has a body");
    let mut only = OnlyTypes(None);
    only.visit_trait_item_fn(method);
    only.result()
}

/// Checks that an item is nothing but the definition of the type of a path.
pub(super) fn definition(item: &Item, path: &str) -> anyhow::Result<()> {
    let ident = match item {
        Item::Struct(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        _ => anyhow::bail!("it is no struct and no enum"),
    };
    let name = path.rsplit("::").next().unwrap_or(path);
    ensure!(ident == name, "its name is {ident}");
    let mut only = OnlyTypes(None);
    only.visit_item(item);
    only.result()
}

/// Finds what is no type and no part of one.
struct OnlyTypes(Option<&'static str>);

impl OnlyTypes {
    fn result(self) -> anyhow::Result<()> {
        self.0.map_or(Ok(()), |found| Err(anyhow::anyhow!("it has {found}")))
    }
}

impl<'ast> Visit<'ast> for OnlyTypes {
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        // The version of a later field.
        let is_since = attribute.path().is_ident("since")
            && attribute.parse_args::<syn::LitStr>().is_ok_and(|it| version(&it.value()).is_ok());
        if !is_since {
            self.0 = Some("an attribute");
        }
    }

    fn visit_macro(&mut self, _: &'ast syn::Macro) {
        self.0 = Some("a macro");
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        // The length of an array.
        let is_number = matches!(expr, Expr::Lit(it) if matches!(it.lit, Lit::Int(_)));
        if !is_number {
            self.0 = Some("an expression");
        }
        visit::visit_expr(self, expr);
    }
}
