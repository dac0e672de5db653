//! The arguments in the parentheses of an attribute.
//!
//! ```text
//! plugin_interface  = [ option { "," option } ]
//! plugin_impl       = [ "dyn" ] path { "," option }
//! plugin_aggregates = [ "dyn" ] path { "," option }
//! ffi               = [ option { "," option } ]
//! option            = "crate" "=" path | "version" "=" string
//!                   | "new" "=" path   | "name" "=" string
//!                   | "stop" "=" path  | "state"
//!                   | "lifecycle"      | "config" "=" path
//!                   | "runtime" "=" "tokio"
//!                   | "needs" "(" services ")"
//!                   | "provides" "(" services ")"
//!                   | "with" "=" form  | "path" "=" string
//!                   | "growing"        | "default" "=" expression
//!                   | "other"
//! services          = [ "dyn" ] path { "," [ "dyn" ] path } [ "," ]
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::token::Paren;
use syn::{LitStr, parenthesized};

use crate::syntax::{Ends, Path, expect, keyword, until};

/// The arguments of any attribute; the caller lists the allowed ones.
#[derive(Default)]
pub struct Args {
    pub interface: Option<Path>,
    pub krate: Option<Path>,
    pub version: Option<LitStr>,
    pub new: Option<Path>,
    pub stop: Option<Path>,
    pub name: Option<LitStr>,
    /// The type of the settings.
    pub config: Option<Path>,
    /// The form, as `with_form` reads it.
    pub with: Option<TokenStream>,
    pub path: Option<LitStr>,
    /// The place of `state`, if it is given.
    pub state: Option<Span>,
    /// The place of `lifecycle`, if it is given.
    pub lifecycle: Option<Span>,
    /// The place of `tokio` in `runtime = tokio`, if it is given.
    pub runtime: Option<Span>,
    /// The interfaces in `needs(..)`.
    pub needs: Option<Vec<Path>>,
    /// The interfaces in `provides(..)`.
    pub provides: Option<Vec<Path>>,
    /// The place of `growing`, if it is given.
    pub growing: Option<Span>,
    /// The place of `other`, if it is given.
    pub other: Option<Span>,
    /// The value of a field that an older side does not know.
    pub default: Option<TokenStream>,
}

impl Args {
    /// Parses `tokens` of an attribute that takes the options `allowed`, after
    /// an interface if `interface`.
    pub fn parse(tokens: TokenStream, interface: bool, allowed: &[&str]) -> syn::Result<Args> {
        let parser = |input: ParseStream<'_>| {
            let mut args = Args::default();
            if interface {
                if input.is_empty() {
                    return Err(nothing_named());
                }
                // `dyn Greeter` is how hosts name it.
                keyword(input, "dyn");
                args.interface = Some(path(input, "(Greeter)")?);
            }
            while !input.is_empty() {
                if interface || args.any() {
                    expect(input, ",")?;
                }
                if !input.is_empty() {
                    args.option(input, allowed)?;
                }
            }
            Ok(args)
        };
        parser.parse2(tokens)
    }

    fn any(&self) -> bool {
        self.krate.is_some()
            || self.version.is_some()
            || self.with.is_some()
            || self.path.is_some()
            || self.growing.is_some()
            || self.other.is_some()
            || self.default.is_some()
    }

    fn option(&mut self, input: ParseStream<'_>, allowed: &[&str]) -> syn::Result<()> {
        let key = input.call(Ident::parse_any)?;
        if !allowed.iter().any(|name| key == name) {
            let expected = allowed.join("`, `");
            let message = format!("unknown option `{key}`, expected one of `{expected}`");
            return Err(syn::Error::new(key.span(), message));
        }
        let flags = ["state", "lifecycle", "needs", "provides", "growing", "other"];
        if !flags.iter().any(|name| key == name) {
            expect(input, "=")?;
        }
        let again = match key.to_string().as_str() {
            "crate" => self.krate.replace(path(input, "crate = path")?).is_some(),
            "new" => self.new.replace(function(input)?).is_some(),
            "growing" => self.growing.replace(key.span()).is_some(),
            "other" => self.other.replace(key.span()).is_some(),
            "default" => self.default.replace(value(input)?).is_some(),
            "state" => self.state.replace(key.span()).is_some(),
            "runtime" => self.runtime.replace(runtime(input)?).is_some(),
            "lifecycle" => self.lifecycle.replace(key.span()).is_some(),
            "needs" => self.needs.replace(services(input)?).is_some(),
            "provides" => self.provides.replace(services(input)?).is_some(),
            "stop" => self.stop.replace(function(input)?).is_some(),
            "config" => self.config.replace(path(input, "config = Settings")?).is_some(),
            "with" => self.with.replace(form(input)?).is_some(),
            "path" => self.path.replace(text(input)?).is_some(),
            "version" => self.version.replace(text(input)?).is_some(),
            _ => self.name.replace(text(input)?).is_some(),
        };
        if again {
            return Err(syn::Error::new(key.span(), format!("option `{key}` is given twice")));
        }
        Ok(())
    }

    /// The path of `plugin-interface`.
    pub fn crate_path(&self) -> Path {
        self.krate.clone().unwrap_or_else(Path::plugin_interface)
    }
}

/// The place of the only runtime.
fn runtime(input: ParseStream<'_>) -> syn::Result<Span> {
    let wrong = |at: Span| syn::Error::new(at, "the only runtime is `runtime = tokio`");
    let name = input.call(Ident::parse_any).map_err(|error| wrong(error.span()))?;
    match name == "tokio" {
        true => Ok(name.span()),
        false => Err(wrong(name.span())),
    }
}

fn nothing_named() -> syn::Error {
    let message = "name the interface in parentheses after the attribute, such as `(Greeter)`";
    syn::Error::new(Span::call_site(), message)
}

/// A path of names, as in `example`.
fn path(input: ParseStream<'_>, example: &str) -> syn::Result<Path> {
    input.call(Path::parse_mod_style).map_err(|error| {
        let message = format!("expected a path without quotes, such as `{example}`");
        syn::Error::new(error.span(), message)
    })
}

/// The interfaces of services in parentheses.
fn services(input: ParseStream<'_>) -> syn::Result<Vec<Path>> {
    if !input.peek(Paren) {
        return Err(input.error("expected interfaces in parentheses, such as `(dyn Site)`"));
    }
    let content;
    parenthesized!(content in input);
    let mut services = Vec::new();
    while services.is_empty() || !content.is_empty() {
        keyword(&content, "dyn");
        services.push(path(&content, "(dyn Site)")?);
        if !content.is_empty() {
            expect(&content, ",")?;
        }
    }
    Ok(services)
}

/// A module, or a type with modules as its arguments.
fn form(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let error = input.error("expected a module, such as `with = module`");
    let form = until(input, Ends::Comma)?;
    if form.is_empty() { Err(error) } else { Ok(form) }
}

/// A path, perhaps with type arguments.
fn function(input: ParseStream<'_>) -> syn::Result<Path> {
    let error = input.error("expected the path of a function");
    Path::of(until(input, Ends::Comma)?).ok_or(error)
}

/// An expression.
fn value(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let error = input.error("expected a value, such as `default = 8`");
    let value = until(input, Ends::CommaBehindValue)?;
    if value.is_empty() { Err(error) } else { Ok(value) }
}

fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse().map_err(|error| syn::Error::new(error.span(), "expected a string in quotes"))
}
