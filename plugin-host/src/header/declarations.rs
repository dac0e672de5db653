//! The declarations in C of the types of an interface.
//!
//! Sizes, alignments and offsets come from `plugin_interface::metadata::layout`;
//! this module only spells them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use plugin_interface::metadata::InterfaceMetadata;
use plugin_interface::metadata::layout::{
    Elements, FieldLayout, Layout, LayoutKind, Layouts, VariantLayout, passed,
};
use plugin_interface::metadata::signature::Type;

use super::members::{Members, declare};
use super::names::{Scope, comment};
use super::no_form::{NoForm, no_form};
use super::objects::Objects;
use super::types::{spelled, words};

/// The most characters of a name.
const NAME: usize = 120;

/// A type that is declared in C.
#[derive(Clone)]
pub(super) struct CType {
    /// Empty if the type has no size.
    name: String,
    size: usize,
}

impl CType {
    /// Declares a variable of the type; `None` if it has no size.
    pub(super) fn declare(&self, name: impl FnOnce() -> String) -> Option<String> {
        (self.size > 0).then(|| declare(&self.name, &name()))
    }
}

/// The declarations that an interface needs, in an order that C accepts.
pub(super) struct Declarations<'i> {
    layouts: Layouts<'i>,
    objects: Objects<'i>,
    /// The numbers of the interfaces of objects that are used.
    used: BTreeSet<usize>,
    prefix: String,
    names: Scope,
    /// The C types, by the type as Rust writes it.
    known: HashMap<String, CType>,
    /// The names of structs, also of those that are not complete yet.
    reserved: HashMap<String, String>,
    /// The structs that are declared in advance.
    announced: HashSet<String>,
    /// The types behind pointers, to be declared later.
    pending: Vec<Type>,
    /// The types that grow, whose blocks are declared later.
    pending_blocks: Vec<Type>,
    /// `true` if there are integers of 16 bytes, for which C has no standard name.
    wide: bool,
    aliases: String,
    forward: String,
    structs: String,
    asserts: String,
}

impl<'i> Declarations<'i> {
    pub(super) fn new(
        interface: &'i InterfaceMetadata,
        objects: Objects<'i>,
        prefix: &str,
    ) -> Self {
        let taken = objects.names();
        let taken: Vec<_> = taken.iter().map(String::as_str).collect();
        Declarations {
            layouts: Layouts::new(interface),
            objects,
            used: BTreeSet::new(),
            prefix: prefix.to_owned(),
            names: Scope::new(&taken),
            known: HashMap::new(),
            reserved: HashMap::new(),
            announced: HashSet::new(),
            pending: Vec::new(),
            pending_blocks: Vec::new(),
            wide: false,
            aliases: String::new(),
            forward: String::new(),
            structs: String::new(),
            asserts: String::new(),
        }
    }

    /// Returns the type of a method's return: a status, and the value.
    pub(super) fn outcome(&mut self, returns: &Type) -> Result<String, NoForm> {
        let key = format!("the return of a method: {returns}");
        if let Some(known) = self.known.get(&key) {
            return Ok(known.name.clone());
        }
        let layout = self.layouts.outcome(returns)?;
        let mut members = Members::new();
        members.add_plain("PluginFailure *", "status");
        match &layout.kind {
            LayoutKind::Outcome { ok, err: Some(err) } => {
                members.add_union(&self.union([ok, err])?, "value");
            }
            kind => {
                for value in kind.fields() {
                    self.add(&mut members, value, "value")?;
                }
            }
        }
        let name = self.name(&format!("Outcome_{}", words(returns)));
        Ok(self.declare(key, name, [layout.size, layout.align], &members).name)
    }

    /// Declares all types behind pointers. Returns the text of everything, and
    /// the numbers of the interfaces of objects that it uses.
    pub(super) fn finish(mut self) -> (String, BTreeSet<usize>) {
        loop {
            // A struct that contains itself stays incomplete.
            if let Some(ty) = self.pending.pop() {
                let _ = self.value(&ty);
            } else if let Some(ty) = self.pending_blocks.pop() {
                let _ = self.blocks(&ty);
            } else {
                break;
            }
        }
        let Declarations { used, wide, aliases, forward, structs, asserts, .. } = self;
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
        (format!("{wide}{}{}{structs}{asserts}", blank(aliases), blank(forward)), used)
    }

    /// Returns the type of a parameter. A borrowed object is passed by its address.
    pub(super) fn parameter(&mut self, ty: &Type) -> Result<CType, NoForm> {
        let value = self.value(ty)?;
        Ok(match self.layouts.of(passed(ty))?.kind {
            LayoutKind::BorrowedObject { .. } => {
                CType { name: format!("const {} *", value.name), size: value.size }
            }
            _ => value,
        })
    }

    /// Returns the type of a value within another, or of most parameters.
    pub(super) fn value(&mut self, ty: &Type) -> Result<CType, NoForm> {
        let ty = passed(ty);
        let key = ty.to_string();
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let layout = self.layouts.of(ty)?;
        let made = CType { name: self.spell(ty, &key, &layout)?, size: layout.size };
        self.wide |= made.name.starts_with("Plugin_");
        self.known.insert(key, made.clone());
        Ok(made)
    }

    /// Returns the name of a type, which is declared if it must be.
    fn spell(&mut self, ty: &Type, key: &str, layout: &Layout) -> Result<String, NoForm> {
        if let Some(name) = spelled(ty, &layout.kind) {
            return Ok(name.to_owned());
        }
        let mut members = Members::new();
        match &layout.kind {
            LayoutKind::Pointer { exclusive, to } => {
                return Ok(format!("{}{} *", constant(*exclusive), self.pointee(to)?));
            }
            LayoutKind::Slice { exclusive, of } => {
                let item = self.element(of)?;
                members.add_plain(&format!("{}{item} *", constant(*exclusive)), "ptr");
                members.add_plain("size_t", "len");
            }
            LayoutKind::Buffer(of) => {
                members.add_plain(&format!("{} *", self.element(of)?), "ptr");
                members.add_plain("size_t", "len");
                members.add_plain("size_t", "capacity");
                members.add_plain("PluginFree", "free");
            }
            LayoutKind::Box { to } => {
                members.add_plain(&format!("{} *", self.pointee(to)?), "ptr");
                members.add_plain("PluginFree", "free");
            }
            LayoutKind::Option { value } => {
                members.add_plain("uint8_t", "some");
                self.add(&mut members, value, "value")?;
            }
            LayoutKind::Result { ok, err } => {
                members.add_plain("uint8_t", "tag");
                members.add_union(&self.union([ok, err])?, "value");
            }
            LayoutKind::Array { of, layout: item, len } => {
                let name = self.value(of)?.name;
                if layout.size == 0 {
                    return Ok(String::new());
                }
                members.add(item.size, item.align, &name, &format!("items[{len}]"));
            }
            LayoutKind::Struct(fields) if fields.is_empty() => {
                return Ok(self.alias(ty, "uint8_t"));
            }
            LayoutKind::Struct(fields) => {
                let name = self.struct_name(ty);
                return self.structure(key.to_owned(), name, [layout.size, layout.align], fields);
            }
            LayoutKind::Enum(variants) => {
                return self.enumeration(ty, key, [layout.size, layout.align], variants);
            }
            LayoutKind::Growing { .. } => {
                self.pending_blocks.push(ty.clone());
                return Ok(self.struct_name(ty) + " *");
            }
            LayoutKind::GrowingEnum { variants } => {
                self.pending_blocks.push(ty.clone());
                let name = self.alias(ty, "PluginGrowing *");
                for (tag, variant) in variants.iter().enumerate() {
                    self.constant(&name, &variant.name, tag, &variant.text);
                }
                return Ok(name);
            }
            LayoutKind::Object { of } => return self.object(of),
            LayoutKind::BorrowedObject { of, .. } => {
                return Ok(self.object(of)? + "_Borrowed");
            }
            _ => return Err(no_form(ty)),
        }
        let name = self.struct_name(ty);
        Ok(self.declare(key.to_owned(), name, [layout.size, layout.align], &members).name)
    }

    /// Returns the name of an object, which is declared before everything else.
    fn object(&mut self, of: &Type) -> Result<String, NoForm> {
        let number = self.objects.find(of)?;
        self.used.insert(number);
        Ok(self.objects.name(number))
    }

    fn enumeration(
        &mut self,
        ty: &Type,
        key: &str,
        size_and_align: [usize; 2],
        variants: &[VariantLayout],
    ) -> Result<String, NoForm> {
        let has_data = has_data(variants);
        let name = if has_data { self.struct_name(ty) } else { self.alias(ty, "uint32_t") };
        let mut union = Members::new();
        let mut scope = Scope::new(&[]);
        for (tag, variant) in variants.iter().enumerate() {
            self.constant(&name, &variant.name, tag, &variant.text);
            if !variant.fields.is_empty() {
                let key = format!("variant {} of {key}", variant.name);
                let part = self.names.add(&format!("{name}_of_{}", variant.name));
                let part =
                    self.structure(key, part, [variant.size, variant.align], &variant.fields)?;
                union.add(variant.size, variant.align, &part, &scope.add(&variant.name));
            }
        }
        if !has_data {
            return Ok(name);
        }
        let mut members = Members::new();
        members.add_plain("uint32_t", "tag");
        members.add_union(&union, "value");
        Ok(self.declare(key.to_owned(), name, size_and_align, &members).name)
    }

    /// Declares the number of a variant.
    fn constant(&mut self, of: &str, name: &str, tag: usize, text: &str) {
        let constant = self.names.add(&format!("{of}_{name}"));
        let text = comment(text);
        let _ = writeln!(self.aliases, "enum {{ {constant} = {tag} }}; /* {text} */");
    }

    /// Declares another name for a number.
    fn alias(&mut self, ty: &Type, of: &str) -> String {
        let name = self.reserve(ty);
        let _ = writeln!(self.aliases, "typedef {of} {name};");
        name
    }

    fn structure(
        &mut self,
        key: String,
        name: String,
        size_and_align: [usize; 2],
        fields: &[FieldLayout],
    ) -> Result<String, NoForm> {
        let mut members = Members::new();
        let mut scope = Scope::new(&[]);
        for (i, field) in fields.iter().enumerate() {
            let name = match field.name.as_str() {
                "" => scope.add(&format!("_{i}")),
                name => scope.add(name),
            };
            self.add(&mut members, field, &name)?;
        }
        Ok(self.declare(key, name, size_and_align, &members).name)
    }

    /// Declares what a type that grows points to: a header, and the fields of the
    /// struct or of each variant.
    fn blocks(&mut self, ty: &Type) -> Result<(), NoForm> {
        match &self.layouts.of(ty)?.kind {
            LayoutKind::Growing { fields } => {
                let name = self.struct_name(ty);
                self.block(format!("the fields of {ty}"), name, fields)
            }
            LayoutKind::GrowingEnum { variants } => {
                let of = self.reserve(ty);
                let with_fields = variants.iter().filter(|variant| !variant.fields.is_empty());
                with_fields.into_iter().try_for_each(|variant| {
                    let name = self.names.add(&format!("{of}_Of{}", variant.name));
                    self.announce(&name);
                    let key = format!("the fields of {ty}::{}", variant.name);
                    self.block(key, name, &variant.fields)
                })
            }
            _ => Ok(()),
        }
    }

    fn block(
        &mut self,
        key: String,
        name: String,
        fields: &[(String, Type)],
    ) -> Result<(), NoForm> {
        let layout = self.layouts.block(fields)?;
        let mut members = Members::new();
        members.add_plain("PluginGrowing", "header");
        let mut scope = Scope::new(&["header"]);
        for (i, field) in layout.kind.fields().enumerate() {
            let name = match field.name.as_str() {
                "" => scope.add(&format!("_{i}")),
                name => scope.add(name),
            };
            self.add(&mut members, field, &name)?;
        }
        self.declare(key, name, [layout.size, layout.align], &members);
        Ok(())
    }

    fn union(&mut self, values: [&FieldLayout; 2]) -> Result<Members, NoForm> {
        let mut union = Members::new();
        for value in values {
            self.add(&mut union, value, &value.name)?;
        }
        Ok(union)
    }

    fn add(
        &mut self,
        members: &mut Members,
        field: &FieldLayout,
        name: &str,
    ) -> Result<(), NoForm> {
        let ty = self.value(&field.ty)?;
        members.add(field.layout.size, field.layout.align, &ty.name, name);
        Ok(())
    }

    /// Declares a struct whose name is known. One without a size has none in C.
    fn declare(
        &mut self,
        key: String,
        name: String,
        [size, align]: [usize; 2],
        members: &Members,
    ) -> CType {
        let made = match size {
            0 => CType { name: String::new(), size },
            _ => {
                let text = comment(&key);
                let _ = write!(
                    self.structs,
                    "/* {text} */\nstruct {name} {{\n{}}};\n\n",
                    members.lines(4, align)
                );
                self.announce(&name);
                let _ = writeln!(self.asserts, "PLUGIN_ASSERT(sizeof({name}) == {size});");
                CType { name, size }
            }
        };
        self.known.insert(key, made.clone());
        made
    }

    /// Returns the name of the elements behind a pointer.
    fn element(&mut self, of: &Elements) -> Result<String, NoForm> {
        match of {
            Elements::Values(of) => self.pointee(of),
            // Text has names of its own.
            _ => Ok("uint8_t".to_owned()),
        }
    }

    /// Returns the name of a type behind a pointer, which may not be complete
    /// yet.
    fn pointee(&mut self, ty: &Type) -> Result<String, NoForm> {
        let ty = passed(ty);
        if self.is_struct(ty) {
            let name = self.struct_name(ty);
            self.pending.push(ty.clone());
            return Ok(name);
        }
        let made = self.value(ty)?;
        Ok(if made.size == 0 { "void".to_owned() } else { made.name })
    }

    /// Returns `true` if the type is declared as a struct, which may happen
    /// later. Any other type contains nothing but numbers and pointers, or is
    /// declared before.
    fn is_struct(&mut self, ty: &Type) -> bool {
        let Ok(layout) = self.layouts.of(ty) else { return true };
        if spelled(ty, &layout.kind).is_some() {
            return false;
        }
        match &layout.kind {
            LayoutKind::Pointer { .. }
            | LayoutKind::Growing { .. }
            | LayoutKind::GrowingEnum { .. }
            | LayoutKind::Object { .. }
            | LayoutKind::BorrowedObject { .. } => false,
            LayoutKind::Array { len, .. } => *len > 0,
            LayoutKind::Struct(fields) => !fields.is_empty(),
            LayoutKind::Enum(variants) => has_data(variants),
            _ => true,
        }
    }

    /// Returns the name of a struct, declared already or later.
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

    /// Returns the one name of a type.
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

fn has_data(variants: &[VariantLayout]) -> bool {
    variants.iter().any(|variant| !variant.fields.is_empty())
}

fn constant(exclusive: bool) -> &'static str {
    if exclusive { "" } else { "const " }
}
