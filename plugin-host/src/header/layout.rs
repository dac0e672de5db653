//! How each type of an interface lies in memory, as declarations of C.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use plugin_interface::metadata::InterfaceMetadata;
use plugin_interface::metadata::signature::{Body, Definition, Field, Type};

use super::forms::{ERROR, NoForm, definition, no_form};
use super::members::{CType, Members};
use super::names::{Scope, comment};
use super::types::{given, has_data, named, scalar, substituted, words};

/// Deeper than anybody nests.
const DEPTH: usize = 64;

/// A type that is made of ever larger ones of itself ends here.
const LONGEST: usize = 1024;

/// The most bytes of an array.
const LARGEST: usize = 1 << 40;

/// A name of more characters is cut.
const NAME: usize = 120;

/// The declarations that an interface needs, in an order that C takes.
pub(super) struct Layouts<'i> {
    interface: &'i InterfaceMetadata,
    prefix: String,
    names: Scope,
    /// By the type as Rust writes it.
    known: HashMap<String, CType>,
    /// The names of structs, also of those that are not complete yet.
    reserved: HashMap<String, String>,
    /// What is being declared: nothing contains itself but behind a pointer.
    open: HashSet<String>,
    /// The structs that were named in advance.
    announced: HashSet<String>,
    /// What pointers lead to, to be declared later.
    pending: Vec<Type>,
    /// Whether there are integers of 16 bytes, for which C has no standard name.
    wide: bool,
    aliases: String,
    forward: String,
    structs: String,
    asserts: String,
}

impl<'i> Layouts<'i> {
    pub(super) fn new(interface: &'i InterfaceMetadata, prefix: &str) -> Self {
        Layouts {
            interface,
            prefix: prefix.to_owned(),
            names: Scope::new(&[]),
            known: HashMap::new(),
            reserved: HashMap::new(),
            open: HashSet::new(),
            announced: HashSet::new(),
            pending: Vec::new(),
            wide: false,
            aliases: String::new(),
            forward: String::new(),
            structs: String::new(),
            asserts: String::new(),
        }
    }

    /// The type of what a method returns: a status, and the value.
    pub(super) fn outcome(&mut self, returns: &Type) -> Result<String, NoForm> {
        let key = format!("what a method returns: {returns}");
        if let Some(known) = self.known.get(&key) {
            return Ok(known.name.clone());
        }
        let mut members = Members::of_struct();
        members.add(&CType::new("PluginFailure *", 8, 8), "status");
        match returns {
            Type::Named { name, arguments } if name == "Result" && arguments.len() == 2 => {
                members.add_union(self.ok_or_err(arguments)?, "value");
            }
            _ => members.add(&self.value(returns)?, "value"),
        }
        let name = self.name(&format!("Outcome_{}", words(returns)));
        Ok(self.declare(key, name, &members).name)
    }

    /// Declares all that pointers lead to, and gives everything.
    pub(super) fn finish(mut self) -> String {
        while let Some(ty) = self.pending.pop() {
            // What contains itself stays incomplete.
            let _ = self.value(&ty);
        }
        let Layouts { wide, aliases, forward, structs, asserts, .. } = self;
        let wide = if wide {
            "__extension__ typedef __int128 Plugin_i128;\n\
             __extension__ typedef unsigned __int128 Plugin_u128;\n\n"
        } else {
            ""
        };
        let blank = |text: String| if text.is_empty() { text } else { text + "\n" };
        let asserts = match asserts.as_str() {
            "" => String::new(),
            _ => format!("#if UINTPTR_MAX == 0xffffffffffffffffu\n{asserts}#endif\n\n"),
        };
        format!("{wide}{}{}{structs}{asserts}", blank(aliases), blank(forward))
    }

    /// The type of a value that is passed, or lies in another.
    pub(super) fn value(&mut self, ty: &Type) -> Result<CType, NoForm> {
        let ty = given(ty);
        let key = ty.to_string();
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        if key.len() > LONGEST || self.open.len() > DEPTH || !self.open.insert(key.clone()) {
            return Err(NoForm("one of its types contains itself".to_owned()));
        }
        let made = self.make(ty, &key);
        self.open.remove(&key);
        let made = made?;
        self.wide |= made.name.starts_with("Plugin_");
        self.known.insert(key, made.clone());
        Ok(made)
    }

    fn make(&mut self, ty: &Type, key: &str) -> Result<CType, NoForm> {
        match ty {
            Type::Tuple(values) if values.is_empty() => Ok(CType::new("uint8_t", 1, 1)),
            Type::Tuple(values) => {
                let fields: Vec<_> = values.iter().map(|ty| (String::new(), ty.clone())).collect();
                self.structure(ty, key, &fields)
            }
            Type::Array(of, len) => self.array(ty, key, of, *len),
            Type::Reference { exclusive, to } => self.reference(ty, key, *exclusive, to),
            Type::Named { name, arguments } => self.named(ty, key, name, arguments),
            _ => Err(no_form(ty)),
        }
    }

    fn array(&mut self, ty: &Type, key: &str, of: &Type, len: usize) -> Result<CType, NoForm> {
        let item = self.value(of)?;
        let size = item.size.checked_mul(len).filter(|size| *size <= LARGEST);
        let Some(size) = size else { return Err(no_form(ty)) };
        if size == 0 {
            return Ok(CType::new("", 0, item.align));
        }
        let mut members = Members::of_struct();
        let items = CType::new(item.name, size, item.align);
        members.add(&items, &format!("items[{len}]"));
        let name = self.struct_name(ty);
        Ok(self.declare(key.to_owned(), name, &members))
    }

    fn reference(
        &mut self,
        ty: &Type,
        key: &str,
        exclusive: bool,
        to: &Type,
    ) -> Result<CType, NoForm> {
        let constant = if exclusive { "" } else { "const " };
        match to {
            Type::Named { name, .. } if name == "str" => Ok(CType::new("PluginStr", 16, 8)),
            Type::Named { name, .. } if name == "Path" || name == "OsStr" => {
                self.run(ty, key, "const uint8_t *", &[])
            }
            Type::Slice(of) => {
                let item = self.pointee(of)?;
                self.run(ty, key, &format!("{constant}{item} *"), &[])
            }
            to => {
                let to = self.pointee(to)?;
                Ok(CType::new(format!("{constant}{to} *"), 8, 8))
            }
        }
    }

    /// A pointer and a length, and what more there is.
    fn run(
        &mut self,
        ty: &Type,
        key: &str,
        pointer: &str,
        more: &[(&str, &str)],
    ) -> Result<CType, NoForm> {
        let mut members = Members::of_struct();
        members.add(&CType::new(pointer, 8, 8), "ptr");
        members.add(&CType::new("size_t", 8, 8), "len");
        for (ty, name) in more {
            members.add(&CType::new(*ty, 8, 8), name);
        }
        let name = self.struct_name(ty);
        Ok(self.declare(key.to_owned(), name, &members))
    }

    /// Owned elements in a row.
    fn vector(&mut self, ty: &Type, key: &str, of: &Type) -> Result<CType, NoForm> {
        let item = self.pointee(of)?;
        let more = [("size_t", "capacity"), ("PluginFree", "free")];
        self.run(ty, key, &format!("{item} *"), &more)
    }

    fn named(
        &mut self,
        ty: &Type,
        key: &str,
        name: &str,
        arguments: &[Type],
    ) -> Result<CType, NoForm> {
        if let Some(definition) = definition(self.interface, name) {
            return self.defined(ty, key, &definition, arguments);
        }
        if let Some(scalar) = scalar(name).filter(|_| arguments.is_empty()) {
            return Ok(scalar);
        }
        match (name, arguments) {
            ("OsString" | "PathBuf", []) => self.vector(ty, key, &named("u8")),
            ("Option", [of]) => {
                let mut members = Members::of_struct();
                members.add(&CType::new("uint8_t", 1, 1), "some");
                members.add(&self.value(of)?, "value");
                let name = self.struct_name(ty);
                Ok(self.declare(key.to_owned(), name, &members))
            }
            ("Result", [_, _]) => {
                let mut members = Members::of_struct();
                members.add(&CType::new("uint8_t", 1, 1), "tag");
                members.add_union(self.ok_or_err(arguments)?, "value");
                let name = self.struct_name(ty);
                Ok(self.declare(key.to_owned(), name, &members))
            }
            ("NonZero", [of]) => self.value(of),
            ("PhantomData", [_]) => Ok(CType::new("uint8_t", 1, 1)),
            ("Range" | "RangeInclusive", [of]) => {
                let fields = ["start", "end"].map(|name| (name.to_owned(), of.clone()));
                self.structure(ty, key, &fields)
            }
            ("Vec" | "VecDeque" | "BTreeSet" | "HashSet", [of]) => self.vector(ty, key, of),
            ("BTreeMap" | "HashMap", [_, _]) => {
                self.vector(ty, key, &Type::Tuple(arguments.to_vec()))
            }
            ("Box" | "Cow", [Type::Named { name, arguments }])
                if name == "str" && arguments.is_empty() =>
            {
                Ok(CType::new("PluginString", 32, 8))
            }
            ("Box" | "Cow", [Type::Slice(of)]) => self.vector(ty, key, of),
            ("Box", [Type::Other(error)]) if error == ERROR => {
                self.vector(ty, key, &named("String"))
            }
            ("Box", [of]) => {
                let to = self.pointee(of)?;
                let mut members = Members::of_struct();
                members.add(&CType::new(format!("{to} *"), 8, 8), "ptr");
                members.add(&CType::new("PluginFree", 8, 8), "free");
                let name = self.struct_name(ty);
                Ok(self.declare(key.to_owned(), name, &members))
            }
            _ => Err(no_form(ty)),
        }
    }

    fn defined(
        &mut self,
        ty: &Type,
        key: &str,
        definition: &Definition,
        arguments: &[Type],
    ) -> Result<CType, NoForm> {
        if definition.parameters.len() != arguments.len() {
            return Err(no_form(ty));
        }
        let names = definition.parameters.iter().map(String::as_str);
        let values: HashMap<_, _> = names.zip(arguments).collect();
        let fields = |fields: &[Field]| -> Vec<_> {
            let field = |f: &Field| (f.name.clone(), substituted(&f.ty, &values));
            fields.iter().map(field).collect()
        };
        let variants = match &definition.body {
            Body::Struct(all) if all.is_empty() => return Ok(self.alias(ty, "uint8_t", 1)),
            Body::Struct(all) => return self.structure(ty, key, &fields(all)),
            Body::Enum(variants) => variants,
            _ => return Err(no_form(ty)),
        };
        let has_data = has_data(&definition.body);
        let name = if has_data { self.struct_name(ty) } else { self.alias(ty, "uint32_t", 4).name };
        let mut union = Members::of_union();
        let mut scope = Scope::new(&[]);
        for (tag, variant) in variants.iter().enumerate() {
            let constant = self.names.add(&format!("{name}_{}", variant.name));
            let text = comment(&variant.text);
            let _ = writeln!(self.aliases, "enum {{ {constant} = {tag} }}; /* {text} */");
            if !variant.fields.is_empty() {
                let key = format!("variant {} of {key}", variant.name);
                let part = self.names.add(&format!("{name}_of_{}", variant.name));
                let ty = self.declared_struct(key, part, &fields(&variant.fields))?;
                union.add(&ty, &scope.add(&variant.name));
            }
        }
        if !has_data {
            return Ok(CType::new(name, 4, 4));
        }
        let mut members = Members::of_struct();
        members.add(&CType::new("uint32_t", 4, 4), "tag");
        members.add_union(union, "value");
        Ok(self.declare(key.to_owned(), name, &members))
    }

    /// Another name for a number.
    fn alias(&mut self, ty: &Type, of: &str, size: usize) -> CType {
        let name = self.reserve(ty);
        let _ = writeln!(self.aliases, "typedef {of} {name};");
        CType::new(name, size, size)
    }

    fn structure(
        &mut self,
        ty: &Type,
        key: &str,
        fields: &[(String, Type)],
    ) -> Result<CType, NoForm> {
        let name = self.struct_name(ty);
        self.declared_struct(key.to_owned(), name, fields)
    }

    fn declared_struct(
        &mut self,
        key: String,
        name: String,
        fields: &[(String, Type)],
    ) -> Result<CType, NoForm> {
        let mut members = Members::of_struct();
        let mut scope = Scope::new(&[]);
        for (i, (name, ty)) in fields.iter().enumerate() {
            let name = if name.is_empty() { format!("_{i}") } else { name.clone() };
            members.add(&self.value(ty)?, &scope.add(&name));
        }
        Ok(self.declare(key, name, &members))
    }

    fn ok_or_err(&mut self, arguments: &[Type]) -> Result<Members, NoForm> {
        let mut union = Members::of_union();
        for (ty, name) in arguments.iter().zip(["ok", "err"]) {
            union.add(&self.value(ty)?, name);
        }
        Ok(union)
    }

    /// Declares a struct whose name is known.
    fn declare(&mut self, key: String, name: String, members: &Members) -> CType {
        let (size, align) = members.layout();
        let made = match size {
            0 => CType::new("", 0, align),
            _ => {
                let text = comment(&key);
                let _ = write!(
                    self.structs,
                    "/* {text} */\nstruct {name} {{\n{}}};\n\n",
                    members.lines(4)
                );
                self.announce(&name);
                let _ = writeln!(self.asserts, "PLUGIN_ASSERT(sizeof({name}) == {size});");
                CType::new(name, size, align)
            }
        };
        self.known.insert(key, made.clone());
        made
    }

    /// The name of what a pointer leads to, which may not be complete yet.
    fn pointee(&mut self, ty: &Type) -> Result<String, NoForm> {
        let ty = given(ty);
        if self.is_struct(ty) {
            let name = self.struct_name(ty);
            self.pending.push(ty.clone());
            return Ok(name);
        }
        let made = self.value(ty)?;
        Ok(if made.size == 0 { "void".to_owned() } else { made.name })
    }

    /// Whether the type is declared as a struct, which may be done later. What is
    /// not contains nothing but numbers and pointers.
    fn is_struct(&self, ty: &Type) -> bool {
        match ty {
            Type::Tuple(values) => !values.is_empty(),
            Type::Array(_, len) => *len > 0,
            Type::Reference { to, .. } => match &**to {
                Type::Slice(_) => true,
                Type::Named { name, .. } => name == "Path" || name == "OsStr",
                _ => false,
            },
            Type::Named { name, arguments } => match (name.as_str(), &arguments[..]) {
                ("NonZero", _) => false,
                ("Box" | "Cow", [Type::Named { name, .. }]) if name == "str" => false,
                _ => match definition(self.interface, name) {
                    Some(definition) => has_data(&definition.body),
                    None => scalar(name).is_none(),
                },
            },
            _ => false,
        }
    }

    /// The name of a struct, declared already or to be.
    fn struct_name(&mut self, ty: &Type) -> String {
        let name = self.reserve(ty);
        self.announce(&name);
        name
    }

    fn announce(&mut self, name: &str) {
        if self.announced.insert(name.to_owned()) {
            let _ = writeln!(self.forward, "typedef struct {name} {name};");
        }
    }

    /// The one name of a type.
    fn reserve(&mut self, ty: &Type) -> String {
        let key = ty.to_string();
        if let Some(name) = self.reserved.get(&key) {
            return name.clone();
        }
        let name = self.name(&words(ty));
        self.reserved.insert(key, name.clone());
        name
    }

    fn name(&mut self, name: &str) -> String {
        let mut name = super::names::identifier(&format!("{}_{name}", self.prefix));
        name.truncate(NAME);
        self.names.add(&name)
    }
}
