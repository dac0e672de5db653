use std::collections::HashMap;

use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
struct Window<'a, T> {
    items: Vec<T>,
    of: &'a [String],
    first: usize,
}

#[derive(FfiSafe)]
enum Choice<'a, T, U> {
    One(T, &'a str),
    Other(Vec<Option<(&'a Vec<String>, U)>>),
    Map(HashMap<&'a str, U>),
}

fn main() {
    let window = Window { items: vec![1], of: &["a".to_owned()], first: 0 };
    let names = vec![];
    let map = HashMap::from([("a", 3)]);
    let choices = [
        Choice::One(1, "a"),
        Choice::Other(vec![Some((&names, 2))]),
        Choice::Map(map.clone()),
    ];
    assert_eq!(window.items[window.first] as usize, window.of.len());
    for choice in choices {
        match choice {
            Choice::One(number, text) => assert_eq!((number, text), (1, "a")),
            Choice::Map(all) => assert_eq!(all, map),
            Choice::Other(all) => assert_eq!(all, [Some((&names, 2))]),
        }
    }
}
