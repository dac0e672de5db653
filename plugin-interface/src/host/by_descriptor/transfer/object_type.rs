//! The types of objects whose calls go to another process: interfaces, closures,
//! iterators, writers and readers, each as an interface with its methods.

use core::any::Any;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::abi::words;
use crate::metadata::object_syntax::{ObjectName, ObjectSyntax};
use crate::metadata::{InterfaceMetadata, MethodMetadata};

/// The type of an object. There is one for each that a process has met, as long as the
/// process lives: a function that calls it may be running when its last object goes.
#[derive(Debug)]
pub(crate) struct ObjectType {
    /// As the interface writes it: `dyn Fn(u32) -> u32`.
    pub(crate) name: String,
    /// Its methods, and the types that these refer to.
    pub(crate) interface: InterfaceMetadata,
    /// That of an interface, which its tables have.
    pub(crate) fingerprint: Option<[u64; 2]>,
    pub(crate) is_send: bool,
    pub(crate) is_sync: bool,
    /// `true` for a `FnOnce`, whose call consumes it.
    pub(crate) is_consumed: bool,
    /// The bytes of the interface, where another process sent them.
    pub(in crate::host::by_descriptor) record: OnceLock<Vec<u8>>,
    /// What the callers of this side, and those of the other one, have prepared.
    pub(super) served: OnceLock<Box<dyn Any + Send + Sync>>,
    pub(in crate::host::by_descriptor) called: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// An object as a part of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObjectPart {
    pub(crate) of: &'static ObjectType,
    pub(crate) how: How,
}

/// The pointer to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It is lent for the call, by `&` or by `&mut`.
    Lent { is_exclusive: bool },
    /// `Box`.
    Owned,
    /// `Arc`.
    Shared,
}

impl ObjectPart {
    pub(crate) fn is_lent(self) -> bool {
        matches!(self.how, How::Lent { .. })
    }

    /// Returns `true` if the pointer may be used by another thread.
    pub(crate) fn may_move(self) -> bool {
        match self.how {
            How::Lent { is_exclusive: false } => self.of.is_sync,
            How::Lent { is_exclusive: true } | How::Owned => self.of.is_send,
            How::Shared => self.of.is_send && self.of.is_sync,
        }
    }
}

/// The type of the waker that a poll lends.
pub(super) const WAKER: &str = "task::Waker";

/// The path and the fingerprint of an interface, and a type as it writes that.
type Key = (String, u128, String);

static KNOWN: Mutex<Option<HashMap<Key, &'static ObjectType>>> = Mutex::new(None);

impl ObjectType {
    /// Returns the type of the objects behind a pointer, which an interface writes so.
    ///
    /// # Errors
    ///
    /// If no object of it can go to another process.
    pub(crate) fn of(
        within: &InterfaceMetadata,
        text: &str,
    ) -> Result<&'static ObjectType, &'static str> {
        let syntax = ObjectSyntax::parse(text).ok_or("this is not the type of an object")?;
        let ObjectName::Named(name) = syntax.object else {
            return known(within, text, || of_standard_library(within, text, &syntax));
        };
        if name.contains("::") {
            return known(within, text, || of_standard_library(within, text, &syntax));
        }
        let mut named = within.objects.iter().filter(|object| object.name() == name);
        let own = (within.name() == name
            && !within.objects.iter().any(|it| it.path == within.path))
        .then_some(within);
        let (found, second) = match own {
            Some(own) => (Some(own), named.next()),
            None => (named.next(), named.next()),
        };
        let found = found.ok_or("its interface is not described")?;
        if second.is_some() {
            return Err("two interfaces have this name");
        }
        // Its own list is that of the outermost interface.
        let whole = InterfaceMetadata { objects: within.objects.clone(), ..found.clone() };
        known(&whole, text, || ObjectType::of_interface(&whole, text, &syntax))
    }

    /// Returns the type of wakers.
    pub(super) fn waker() -> &'static ObjectType {
        static TYPE: OnceLock<&'static ObjectType> = OnceLock::new();
        TYPE.get_or_init(|| {
            let none = InterfaceMetadata {
                path: WAKER.to_owned(),
                version: String::new(),
                send: true,
                sync: true,
                fingerprint: 0,
                methods: Vec::new(),
                types: Vec::new(),
                objects: Vec::new(),
            };
            let text = format!("dyn {WAKER} + Send + Sync");
            ObjectType::of(&none, &text).expect("a type of the standard library")
        })
    }

    /// Returns the type of the instances of an interface.
    pub(crate) fn of_instances(
        interface: &InterfaceMetadata,
    ) -> Result<&'static ObjectType, &'static str> {
        let text = format!("dyn {}", interface.name());
        let syntax = ObjectSyntax { object: ObjectName::Named(""), is_send: false, is_sync: false };
        let new = || ObjectType::of_interface(interface, &text, &syntax);
        known(interface, &text, new)
    }

    /// Returns the type of the instances of an interface that another process describes.
    pub(crate) fn of_record(
        interface: &InterfaceMetadata,
        record: Vec<u8>,
    ) -> Result<&'static ObjectType, &'static str> {
        let of = ObjectType::of_instances(interface)?;
        of.record.get_or_init(|| record);
        Ok(of)
    }

    fn of_interface(
        interface: &InterfaceMetadata,
        text: &str,
        syntax: &ObjectSyntax<'_>,
    ) -> Result<Self, &'static str> {
        if interface.methods.is_empty() {
            return Err("its methods are not described");
        }
        let markers = (interface.send || syntax.is_send, interface.sync || syntax.is_sync);
        let fingerprint = Some(words(interface.fingerprint));
        Ok(ObjectType::new(text, interface.clone(), fingerprint, markers, false))
    }

    fn new(
        text: &str,
        interface: InterfaceMetadata,
        fingerprint: Option<[u64; 2]>,
        (is_send, is_sync): (bool, bool),
        is_consumed: bool,
    ) -> Self {
        let (record, served, called) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let name = text.to_owned();
        ObjectType {
            name,
            interface,
            fingerprint,
            is_send,
            is_sync,
            is_consumed,
            record,
            served,
            called,
        }
    }
}

/// Returns the one type of that text, which is made once.
fn known(
    within: &InterfaceMetadata,
    text: &str,
    new: impl FnOnce() -> Result<ObjectType, &'static str>,
) -> Result<&'static ObjectType, &'static str> {
    let key = (within.path.clone(), within.fingerprint, text.to_owned());
    let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_default();
    if let Some(known) = all.get(&key) {
        return Ok(known);
    }
    let new: &'static ObjectType = Box::leak(Box::new(new()?));
    all.insert(key, new);
    Ok(new)
}

/// Returns the type of a closure, an iterator, a writer or a reader.
fn of_standard_library(
    within: &InterfaceMetadata,
    text: &str,
    syntax: &ObjectSyntax<'_>,
) -> Result<ObjectType, &'static str> {
    let count = |name| format!("fn {name}(&mut self, bytes: &[u8]) -> Result<usize, io::Error>");
    let done = |name, of| format!("fn {name}(&mut self{of}) -> Result<(), io::Error>");
    let (signatures, is_consumed) = match &syntax.object {
        ObjectName::Closure { of, arguments, returns } => {
            // The arguments are one tuple.
            let comma = if arguments.is_empty() { "" } else { "," };
            let this = if *of == "Fn" { "&self" } else { "&mut self" };
            let call = format!("fn call({this}, arguments: ({arguments}{comma})) -> {returns}");
            (vec![call], *of == "FnOnce")
        }
        // They would have to stay when the next one comes.
        ObjectName::Bound { of: "Iterator", to }
            if to.starts_with('&') && !to.starts_with("&'static ") =>
        {
            return Err("an iterator of references cannot be returned to another process");
        }
        ObjectName::Bound { of: "Iterator", to } => {
            let next = format!("fn next(&mut self) -> Option<{to}>");
            let hint = "fn size_hint(&self) -> (usize, Option<usize>)".to_owned();
            (vec![next, hint], false)
        }
        ObjectName::Named("std::io::Write") => {
            let all = done("write_all", ", bytes: &[u8]");
            (vec![count("write"), all, done("flush", "")], false)
        }
        ObjectName::Named("std::fmt::Write") => {
            let text = "fn write_str(&mut self, text: &str) -> Result<(), fmt::Error>".to_owned();
            (vec![text], false)
        }
        ObjectName::Named("std::io::Read") => {
            (vec![count("read").replace("&[u8]", "&mut [u8]")], false)
        }
        ObjectName::Bound { of: "Future", to } => {
            (vec![format!("fn poll(&mut self, waker: {WAKER}) -> Option<{to}>")], false)
        }
        // What a poll lends is given as an object.
        ObjectName::Named(WAKER) => (vec!["fn wake(&self)".to_owned()], false),
        _ => return Err("its methods are not known"),
    };
    let methods = signatures.into_iter().map(|signature| MethodMetadata {
        name: signature["fn ".len()..].split('(').next().unwrap_or_default().to_owned(),
        signature,
        since: String::new(),
        fingerprint: 0,
        names: Vec::new(),
    });
    let interface = InterfaceMetadata { methods: methods.collect(), ..within.clone() };
    Ok(ObjectType::new(text, interface, None, (syntax.is_send, syntax.is_sync), is_consumed))
}
