use std::collections::HashMap;

use plugin_interface::{FfiSafe, plugin_interface};

type Call<'a> = Box<dyn Fn(&str) -> u8 + 'a>;
type Table<'a> = HashMap<String, Call<'a>>;
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
type Named<'a> = (&'a str, Vec<&'a [u8]>);

#[derive(FfiSafe)]
pub struct Calls<'a> {
    pub now: Option<Call<'a>>,
    pub later: Box<dyn Fn()>,
    pub all: Vec<(String, Call<'a>)>,
}

#[derive(FfiSafe)]
pub struct Held<'a, T> {
    pub table: Vec<(T, Option<Word<'a>>)>,
}

#[derive(Clone, FfiSafe)]
pub struct Word<'a>(pub &'a str);

#[plugin_interface]
pub trait Several {
    fn run(&self, calls: Calls);
    fn written_out(&self, calls: (Call<'_>, Box<dyn Fn()>));
    fn of_known_types(&self, calls: Vec<(Option<Call<'_>>, Box<dyn Fn()>)>);
    fn one(&self, call: Call<'_>, table: Table<'_>, held: Held<'_, String>);
    fn named(&self, all: &[Named<'_>], word: &Word, words: &[Word]);
    fn all(&self) -> Result<Vec<Call<'_>>>;
    fn returned(&self) -> Result<&str>;
}

fn main() {}
