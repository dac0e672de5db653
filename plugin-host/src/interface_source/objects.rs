//! Plain objects, closures, iterators and futures.

use syn::{
    GenericArgument, Item, PathArguments, ReturnType, Type, TypeParamBound, TypeTraitObject,
};

use super::answers::{Answers, text};
use super::names::{FullPath, names_of};

impl Answers<'_> {
    /// Returns a value of `Box<T>`, `Arc<T>` or `Rc<T>`.
    pub(super) fn of_owner(&mut self, names: &[String], of: &Type, depth: usize) -> Option<String> {
        let name = self.imports.name(names);
        match of {
            Type::Slice(_) => Some("Default::default()".to_owned()),
            Type::Path(path) if path.path.is_ident("str") => Some("Default::default()".to_owned()),
            Type::Path(path) if path.path.segments.last()?.ident == "Path" => {
                Some("std::path::Path::new(\"\").into()".to_owned())
            }
            Type::TraitObject(object) => match self.main(object)?.0.last()?.as_str() {
                // Only a box can be made of a text.
                "Error" if names.last()? == "Arc" => Some(
                    "Box::<dyn std::error::Error + Send + Sync>::from(\"no answer yet\").into()"
                        .to_owned(),
                ),
                "Error" => Some("\"no answer yet\".into()".to_owned()),
                "Any" if self.method.1 => Some("self".to_owned()),
                _ => Some(format!("{name}::new({})", self.of_object(object, depth)?)),
            },
            of => Some(format!("{name}::new({})", self.of(of, depth + 1)?)),
        }
    }

    /// Returns a value that implements the trait of an object.
    pub(super) fn of_object(&mut self, object: &TypeTraitObject, depth: usize) -> Option<String> {
        let (names, arguments) = self.main(object)?;
        let is_in = |module: &str| names.len() > 1 && names[names.len() - 2] == module;
        match names.last()?.as_str() {
            "Fn" | "FnMut" | "FnOnce" => {
                let PathArguments::Parenthesized(arguments) = arguments else { return None };
                let inputs = vec!["_"; arguments.inputs.len()].join(", ");
                let value = match &arguments.output {
                    ReturnType::Default => "{}".to_owned(),
                    ReturnType::Type(_, ty) => self.of(ty, depth + 1)?,
                };
                let is_path = |text: &&str| text.chars().all(|c| c.is_alphanumeric() || c == ':');
                let function = value.strip_suffix("()").filter(|_| inputs.is_empty());
                match function.filter(is_path).filter(|function| !function.is_empty()) {
                    // A closure that only calls it would be too much.
                    Some(function) => Some(function.to_owned()),
                    None => Some(format!("|{inputs}| {value}")),
                }
            }
            "Iterator" | "DoubleEndedIterator" | "ExactSizeIterator" | "FusedIterator" => {
                Some("std::iter::empty()".to_owned())
            }
            "Future" => {
                let output = bound_type(&arguments)?;
                self.of_future(&output, depth)
            }
            "Any" => Some("()".to_owned()),
            "Write" if is_in("fmt") => Some("String::new()".to_owned()),
            "Write" if is_in("io") => Some("std::io::sink()".to_owned()),
            "Read" if is_in("io") => Some("std::io::empty()".to_owned()),
            _ => Some(format!("{}::default()", self.object_of(object)?)),
        }
    }

    /// Returns a future that is ready.
    pub(super) fn of_future(&mut self, output: &Type, depth: usize) -> Option<String> {
        let value = self.of(output, depth + 1)?;
        let mut short = output.clone();
        self.expand_private(&mut short);
        // The compiler does not see which objects are meant.
        let of = if text(&short).contains("dyn ") {
            self.imports.shorten(&mut short);
            format!("::<{}>", text(&short))
        } else {
            String::new()
        };
        Some(format!("std::future::ready{of}({value})"))
    }

    /// Returns the type that implements the trait of an object, which is written if
    /// it is new.
    pub(super) fn object_of(&mut self, object: &TypeTraitObject) -> Option<String> {
        let (names, _) = self.main(object)?;
        if let Some(known) = self.objects.get(&names) {
            return Some(known.clone());
        }
        let (Item::Trait(item), module) = self.sources.find(&names)? else { return None };
        let mut name = format!("Empty{}", item.ident);
        while self.imports.has(&name) {
            name.push('_');
        }
        self.imports.reserve(&name);
        self.objects.insert(names.clone(), name.clone());
        let fields = std::mem::take(&mut self.fields);
        let method = self.method.clone();
        self.begun.push(names.clone());
        let written = self.implementation(&name, &names, item, module);
        self.begun.pop();
        self.others.push(written);
        (self.fields, self.method) = (fields, method);
        Some(name)
    }

    /// Returns the trait of an object that is no marker, and its arguments.
    pub(super) fn main(&self, object: &TypeTraitObject) -> Option<(FullPath, PathArguments)> {
        object.bounds.iter().find_map(|bound| {
            let TypeParamBound::Trait(bound) = bound else { return None };
            let names = names_of(&bound.path);
            let last = bound.path.segments.last()?;
            let is_marker = ["Send", "Sync", "Unpin", "UnwindSafe", "RefUnwindSafe"]
                .contains(&last.ident.to_string().as_str());
            (!is_marker).then(|| (names, last.arguments.clone()))
        })
    }
}

/// Returns the type of `Output = ..`.
fn bound_type(arguments: &PathArguments) -> Option<Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(bound) => Some(bound.ty.clone()),
        _ => None,
    })
}
