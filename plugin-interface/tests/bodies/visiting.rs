//! Closures of a host and a plugin that borrow their arguments, wherever the plugin is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use fixture_interface::visiting::{Row, Visitor, VisitorProxy};

/// Runs all of it.
pub(crate) fn all(visitor: &mut VisitorProxy) {
    closures_of_the_host_borrow_for_each_call(visitor);
    closures_of_the_plugin_do_so_too(visitor);
    a_panic_in_one_is_that_of_the_call(visitor);
}

fn row(name: &str, cells: &[u32]) -> Row {
    Row { name: name.to_owned(), cells: cells.to_vec() }
}

fn closures_of_the_host_borrow_for_each_call(visitor: &VisitorProxy) {
    let mut words = Vec::new();
    let count = visitor.words("one two three four", &mut |word| {
        words.push(word.to_owned());
        word != "three"
    });
    assert_eq!((count, words.concat().as_str()), (2, "onetwothree"));
    let rows = [row("a", &[1, 2]), row("b", &[3]), row("", &[])];
    assert_eq!(visitor.rows(&rows, &|row| row.cells.iter().sum::<u32>() + 1), 9);
    let alive = Arc::new(());
    let kept = Arc::clone(&alive);
    assert_eq!(
        visitor.bytes(Box::new(
            move |bytes| [bytes, &[kept.as_ref() == &(), true].map(u8::from)].concat()
        )),
        [1, 2, 3, 1, 1]
    );
    assert_eq!(Arc::strong_count(&alive), 1);
    let mut calls = 0;
    let three = visitor.three(Box::new(move |text, row, number| {
        calls += 1;
        format!("{text} {} {number} {calls}", row.name)
    }));
    assert_eq!(three, "first row 1 1 row 2 2");
    let mut pairs = Vec::new();
    let other = |text: &str, numbers: &[u16]| text.len() + numbers.len();
    visitor.pairs(&mut |index, row| pairs.push((index, row.clone())), &other);
    assert_eq!(pairs, [(7, row("pair", &[1, 2]))]);
}

fn closures_of_the_plugin_do_so_too(visitor: &mut VisitorProxy) {
    let hook = visitor.hook("before".to_owned());
    let text = String::from("text");
    assert_eq!((hook(&text, 1).as_deref(), hook("", 0)), (Some("before text 1"), None));
    // One of the plugin's goes home, and one of the host's is kept there.
    visitor.keep(hook);
    assert_eq!(visitor.kept("again").as_deref(), Some("before again 7"));
    let alive = Arc::new(5);
    let own = Arc::clone(&alive);
    visitor.keep(Box::new(move |text, number| Some(format!("{text}{number}{own}"))));
    assert_eq!((visitor.kept("x").as_deref(), Arc::strong_count(&alive)), (Some("x75"), 2));
    visitor.keep(Box::new(|_, _| None));
    assert_eq!((visitor.kept("x"), Arc::strong_count(&alive)), (None, 1));
}

fn a_panic_in_one_is_that_of_the_call(visitor: &VisitorProxy) {
    let message = |call: &dyn Fn()| {
        let panicked = catch_unwind(AssertUnwindSafe(call)).expect_err("a panic");
        *panicked.downcast::<String>().expect("a text")
    };
    let hook = visitor.hook("before".to_owned());
    let of_plugin = message(&|| drop(hook("text", 13)));
    assert!(of_plugin.contains("thirteen"), "{of_plugin}");
    let of_host = message(&|| {
        visitor.words("one two", &mut |word| panic!("at {word}"));
    });
    assert!(of_host.contains("at one"), "{of_host}");
    assert_eq!(visitor.words("one", &mut |_| true), 1, "it stays usable");
}
