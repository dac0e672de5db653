//! Ten interfaces with types of many shapes, as projects have them.

use std::any::Any;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt;
use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use plugin_interface::{BoxFuture, FfiSafe, plugin_interface};

#[derive(Clone, Debug, FfiSafe)]
pub struct Parameter {
    pub name: &'static str,
    pub default: f32,
    pub range: (f32, f32),
}

/// Of a program for sound.
#[plugin_interface]
pub trait Effect: Send {
    fn parameters(&self) -> &'static [Parameter];
    fn layouts(&self) -> &[Parameter];
    fn process(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]]);
    fn latency(&self) -> Option<NonZero<u32>>;
}

#[derive(Clone, Debug, FfiSafe)]
pub struct Example {
    pub title: &'static str,
    pub result: Result<&'static str, &'static str>,
}

/// Of a program that looks for mistakes.
#[plugin_interface]
pub trait Rule: Send + Sync {
    fn identifier(&self) -> &'static str;
    fn failures(&self) -> &'static [&'static str];
    fn examples(&self) -> &'static [Example];
    fn aliases(&self) -> &[String];
    fn tags(&self) -> Vec<&'static str>;
    fn help(&self) -> Option<&str>;
}

#[derive(Clone, FfiSafe)]
pub struct Metadata<'a> {
    pub level: u8,
    pub target: &'a str,
}

#[derive(Clone, FfiSafe)]
pub struct Record<'a> {
    pub metadata: Metadata<'a>,
    pub text: fmt::Arguments<'a>,
    pub file: Option<&'a str>,
}

/// Of a program that keeps a log.
#[plugin_interface]
pub trait Journal: Send + Sync {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool;
    fn suppressed(&self, metadata: &Metadata) -> bool;
    fn log(&self, record: &Record<'_>);
    fn flush(&self, out: &mut dyn fmt::Write) -> fmt::Result;
}

#[plugin_interface]
pub trait Rocket: Send {
    fn route(&mut self, path: &str);
}

/// Of a server.
#[plugin_interface]
pub trait Fairing: Send + Sync {
    fn ignite(
        &self,
        rocket: Box<dyn Rocket>,
    ) -> BoxFuture<'_, Result<Box<dyn Rocket>, Box<dyn Rocket>>>;
    fn build<'a>(
        &'a self,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Arc<dyn Store>, Box<dyn Error + Send + Sync>>>;
    fn stopped(&self) -> BoxFuture<'static, ()>;
}

/// Of a cache.
#[plugin_interface]
pub trait Store: Send + Sync {
    async fn get(&self, key: &str) -> Option<Vec<u8>>;
    async fn put(&self, key: String, value: Cow<'_, str>) -> io::Result<Duration>;
    fn keys<'a>(&'a self, prefix: &'a str) -> Box<dyn Iterator<Item = String> + 'a>;
    fn name<'a>(&'a self, fallback: &'a str) -> &'a str;
}

#[derive(Clone, Debug, FfiSafe)]
pub enum Value {
    Map(HashMap<String, Value>),
    List(Vec<Value>),
    Text(String),
    Null,
}

#[derive(Clone, Debug, FfiSafe)]
pub struct Failure {
    pub reason: String,
    pub source: Option<Box<Failure>>,
}

/// Of a program with templates.
#[plugin_interface]
pub trait Helper: Send + Sync {
    fn call(&self, arguments: HashMap<String, Value>) -> Result<Value, Failure>;
    fn filter(&self, name: &str) -> Option<Box<dyn Fn(Value) -> Result<Value, Failure> + Send>>;
    fn default_value(&self) -> &Value;
}

#[derive(Clone, Copy, Debug, FfiSafe)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Default for Size {
    fn default() -> Self {
        Size { width: 210, height: 297 }
    }
}

#[derive(Clone, Debug, FfiSafe)]
#[ffi(growing)]
pub struct Page {
    pub text: String,
    #[since("1.1")]
    pub size: Size,
    #[since("1.2")]
    pub notes: Vec<String>,
}

/// Of a program that prints. It has grown.
#[plugin_interface(version = "1.2")]
pub trait Printer: Send {
    fn print(&mut self, page: Page) -> Result<u32, Failure>;
    #[since("1.1")]
    fn sizes(&self, r#in: &str) -> Vec<Size> {
        let _ = r#in;
        vec![Size::default()]
    }
}

#[derive(Clone, Copy, Debug, FfiSafe)]
#[repr(C)]
pub struct Point {
    pub x: f32,
}

#[derive(Clone, Debug, FfiSafe)]
pub enum Tree<'s, T> {
    Leaf(&'s str, T),
    Branch { kids: Vec<Tree<'s, T>> },
    Empty,
}

/// Of a program that draws.
#[plugin_interface]
pub trait Canvas: Send {
    fn find(&self, points: &[Point], by: &Point) -> Option<Tree<'_, Point>>;
    fn shift(&mut self, points: &mut [Point], by: Point);
    fn as_any(&self) -> &dyn Any;
}

/// Of a shell.
#[plugin_interface]
pub trait Command {
    fn run(&mut self, words: Vec<String>, out: &mut dyn FnMut(String)) -> Result<i32, String>;
    fn on_exit(&mut self, call: Box<dyn FnOnce(i32) + Send>);
    fn clone_boxed(&self) -> Box<dyn Command>;
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FfiSafe)]
pub enum Key {
    Artist,
    Other(String),
}

/// Of a program that plays music.
#[plugin_interface]
pub trait Decoder: Send {
    fn tags(&self) -> BTreeMap<Key, Cow<'static, str>>;
    fn decode(
        &mut self,
        packet: &[u8],
        frames: &mut Vec<f32>,
    ) -> Result<usize, Box<dyn Error + Send + Sync>>;
    fn seek(&mut self, to: Duration) -> io::Result<()>;
}

/// Of a program that shows what is within others.
#[plugin_interface]
pub trait Shown: Send + Sync {
    fn whole(&self) -> &dyn Shown;
    fn parts(&self) -> Vec<&dyn Shown>;
    fn measure(&self) -> &(dyn Fn(&str) -> usize + Send + Sync);
    fn found(&mut self, name: &str) -> Result<&dyn Shown, String>;
}
