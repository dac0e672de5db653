use std::collections::HashMap;

use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
struct Window<'a, T> {
    items: &'a [T],
    first: usize,
}

#[derive(FfiSafe)]
enum Choice<'a, T, U> {
    One(T, &'a str),
    Other(Vec<Option<&'a Vec<U>>>),
    Map(&'a HashMap<u8, U>),
    Call(&'a dyn Fn(u8) -> U),
}

fn main() {}
