//! The same work in WebAssembly, by wasmtime: a module whose memory the host reads and
//! writes itself, and a component, whose values are those of its interface.

use std::cell::RefCell;
use std::hint::black_box;
use std::sync::LazyLock;

use anyhow::{Result, ensure};
use wasmtime::component::{self, Component};
use wasmtime::{Engine, Instance, Linker, Memory, Module, Store, TypedFunc};
use workload::{LONG, TARGET};

/// The operations of `placements`, in its order.
pub trait Guest {
    fn call(&self, operation: usize, value: u64) -> Result<()>;
}

/// A module that was compiled.
pub struct CompiledModule(Module);

/// A component that was compiled.
pub struct CompiledComponent(Component);

pub struct CoreGuest {
    store: RefCell<Store<()>>,
    memory: Memory,
    add: TypedFunc<(u64, u64), u64>,
    place: TypedFunc<u32, u32>,
    len: TypedFunc<(u32, u32), u32>,
    greet: TypedFunc<(u32, u32), u32>,
    bytes: TypedFunc<u32, u32>,
    ask: TypedFunc<u64, u64>,
    items: TypedFunc<u64, ()>,
    next: TypedFunc<(), (u32, u64)>,
    fail: TypedFunc<(), ()>,
    text: String,
}

impl CompiledModule {
    pub fn new() -> Result<Self> {
        Ok(CompiledModule(Module::new(&Engine::default(), include_str!("core.wat"))?))
    }

    pub fn start(&self) -> Result<CoreGuest> {
        let engine = self.0.engine();
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        linker.func_wrap("host", "answer", |question: u64| 2 * question)?;
        let it: Instance = linker.instantiate(&mut store, &self.0)?;
        let memory = it.get_memory(&mut store, "memory");
        Ok(CoreGuest {
            memory: memory.ok_or_else(|| anyhow::anyhow!("no memory"))?,
            add: it.get_typed_func(&mut store, "add")?,
            place: it.get_typed_func(&mut store, "place")?,
            len: it.get_typed_func(&mut store, "len")?,
            greet: it.get_typed_func(&mut store, "greet")?,
            bytes: it.get_typed_func(&mut store, "bytes")?,
            ask: it.get_typed_func(&mut store, "ask")?,
            items: it.get_typed_func(&mut store, "items")?,
            next: it.get_typed_func(&mut store, "next")?,
            fail: it.get_typed_func(&mut store, "fail")?,
            store: RefCell::new(store),
            text: "x".repeat(LONG),
        })
    }
}

impl CoreGuest {
    /// Ends the instance as a fault of the guest does.
    pub fn fail(&self) -> Result<()> {
        let failed = self.fail.call(&mut *self.store.borrow_mut(), ());
        ensure!(failed.is_err(), "it goes on");
        Ok(())
    }

    /// Copies a text to the guest, and returns where it is.
    fn give(&self, store: &mut Store<()>, text: &str) -> Result<(u32, u32)> {
        let at = self.place.call(&mut *store, text.len() as u32)?;
        self.memory.write(store, at as usize, text.as_bytes())?;
        Ok((at, text.len() as u32))
    }
}

impl Guest for CoreGuest {
    fn call(&self, operation: usize, value: u64) -> Result<()> {
        let store = &mut *self.store.borrow_mut();
        let is_right = match operation {
            0 => self.add.call(store, (black_box(value), 1))? == value + 1,
            1 => {
                let text = self.give(store, black_box(TARGET))?;
                let at = self.greet.call(&mut *store, text)? as usize;
                let greeting = &self.memory.data(&store)[at..at + 24];
                String::from_utf8(greeting.to_vec())?.len() == 24
            }
            2 => {
                let text = self.give(store, black_box(&self.text))?;
                self.len.call(store, text)? as usize == LONG
            }
            3 => {
                let at = self.bytes.call(&mut *store, u32::from(value as u8))? as usize;
                self.memory.data(&store)[at..at + LONG].to_vec()[LONG - 1] == value as u8
            }
            4 => self.ask.call(store, black_box(value))? == 2 * value + 1,
            _ => {
                self.items.call(&mut *store, value)?;
                let mut sum = 0;
                while let (1, item) = self.next.call(&mut *store, ())? {
                    sum += item;
                }
                sum == value * (value - 1) / 2
            }
        };
        ensure!(is_right, "another result");
        Ok(())
    }
}

/// What is passed lives as long as the type of the function says.
static LONG_TEXT: LazyLock<String> = LazyLock::new(|| "x".repeat(LONG));

pub struct ComponentGuest {
    store: RefCell<Store<()>>,
    add: component::TypedFunc<(u64, u64), (u64,)>,
    len: component::TypedFunc<(&'static str,), (u32,)>,
    greet: component::TypedFunc<(&'static str,), (String,)>,
    bytes: component::TypedFunc<(u8,), (Vec<u8>,)>,
    ask: component::TypedFunc<(u64,), (u64,)>,
    items: component::TypedFunc<(u64,), ()>,
    next: component::TypedFunc<(), (Option<u64>,)>,
    fail: component::TypedFunc<(), ()>,
    text: &'static str,
}

impl CompiledComponent {
    pub fn new() -> Result<Self> {
        let text = include_str!("component.wat");
        Ok(CompiledComponent(Component::new(&Engine::default(), text)?))
    }

    pub fn start(&self) -> Result<ComponentGuest> {
        let engine = self.0.engine();
        let mut store = Store::new(engine, ());
        let mut linker = component::Linker::new(engine);
        let answer =
            |_: wasmtime::StoreContextMut<'_, ()>, (question,): (u64,)| Ok((2 * question,));
        linker.root().func_wrap("answer", answer)?;
        let it = linker.instantiate(&mut store, &self.0)?;
        Ok(ComponentGuest {
            add: it.get_typed_func(&mut store, "add")?,
            len: it.get_typed_func(&mut store, "len")?,
            greet: it.get_typed_func(&mut store, "greet")?,
            bytes: it.get_typed_func(&mut store, "bytes")?,
            ask: it.get_typed_func(&mut store, "ask")?,
            items: it.get_typed_func(&mut store, "items")?,
            next: it.get_typed_func(&mut store, "next")?,
            fail: it.get_typed_func(&mut store, "fail")?,
            store: RefCell::new(store),
            text: &LONG_TEXT,
        })
    }
}

impl ComponentGuest {
    /// Ends the instance as a fault of the guest does.
    pub fn fail(&self) -> Result<()> {
        let failed = self.fail.call(&mut *self.store.borrow_mut(), ());
        ensure!(failed.is_err(), "it goes on");
        Ok(())
    }
}

impl Guest for ComponentGuest {
    fn call(&self, operation: usize, value: u64) -> Result<()> {
        let store = &mut *self.store.borrow_mut();
        let is_right = match operation {
            0 => self.add.call(store, (black_box(value), 1))?.0 == value + 1,
            1 => self.greet.call(store, (black_box(TARGET),))?.0.len() == 24,
            2 => self.len.call(store, (black_box(self.text),))?.0 as usize == LONG,
            3 => self.bytes.call(store, (value as u8,))?.0[LONG - 1] == value as u8,
            4 => self.ask.call(store, (black_box(value),))?.0 == 2 * value + 1,
            _ => {
                self.items.call(&mut *store, (value,))?;
                let mut sum = 0;
                while let (Some(item),) = self.next.call(&mut *store, ())? {
                    sum += item;
                }
                sum == value * (value - 1) / 2
            }
        };
        ensure!(is_right, "another result");
        Ok(())
    }
}
