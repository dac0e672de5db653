//! Closures that borrow their arguments.

use fixture_interface::visiting::{Changer, Row, Visitor};
use plugin_interface::PluginManager;

use crate::calls::panic_of;
use crate::fixtures::Directory;
use crate::visiting_bodies;

#[test]
fn closures_borrow_their_arguments() {
    let directory = Directory::of(&["objects"]);
    let mut visitor = PluginManager::new().load::<dyn Visitor>(directory.path()).unwrap().remove(0);
    visiting_bodies::all(&mut visitor);
}

#[test]
fn what_a_closure_changes_comes_back() {
    let directory = Directory::of(&["objects"]);
    let changer = PluginManager::new().load::<dyn Changer>(directory.path()).unwrap().remove(0);
    let row = |name: &str| Row { name: name.to_owned(), cells: vec![1] };
    let mut count = 0;
    let changed = changer.change(vec![row("a"), row("b")], &mut |row| {
        count += 1;
        row.name.push('!');
        row.cells.push(count);
    });
    let expected = |name: &str, cell| Row { name: name.to_owned(), cells: vec![1, cell] };
    assert_eq!(changed, [expected("a!", 1), expected("b!", 2)]);
    assert_eq!(changer.numbers(Box::new(|numbers| numbers[1] += numbers[0])), [3, 7]);
    let panicked = panic_of(|| changer.numbers(Box::new(|_| panic!("not today"))).len());
    assert!(panicked.contains("not today"), "{panicked}");
}
