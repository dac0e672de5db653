//! Tests of references to types that own memory, which are passed as clones,
//! from a host to a plugin and back. Each clone is dropped once, in the library
//! that created it, also if something panics. What is lent as an object needs no
//! allocation on either side.

#[cfg(feature = "dynamic")]
#[path = "copies/by_descriptor.rs"]
mod by_descriptor;

use std::cell::RefCell;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};

use copying::{Changes, Copies, Fills, Lends, Marks, Mirror, Shows, Window};
use copying::{change, fail, fail_checked, fail_to_change, lend, live, read, show};
use copying::{fail_to_fill, fill, fill_checked, mark};
use plugin_interface::PluginManager;

/// Does not report expected panics.
fn quiet() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.to_string();
        if !text.contains("meant: ") && !text.contains("iterated to its end") {
            report(panic);
        }
    }));
}

// There is no harness, since it would allocate meanwhile.
fn main() {
    quiet();
    let name = format!("{DLL_PREFIX}copying{DLL_SUFFIX}");
    // The command that built this program made it beside it.
    let library = std::env::current_exe().unwrap().with_file_name(name);
    let handles = PluginManager::new().load_library(&library).unwrap();
    let plugin = handles.iter().find_map(|handle| handle.proxy::<dyn Copies>().ok()).unwrap();
    let changing = handles.iter().find_map(|handle| handle.proxy::<dyn Changes>().ok()).unwrap();
    let filling = handles.iter().find_map(|handle| handle.proxy::<dyn Fills>().ok()).unwrap();
    let marking = handles.iter().find_map(|handle| handle.proxy::<dyn Marks>().ok()).unwrap();
    let showing = handles.iter().find_map(|handle| handle.proxy::<dyn Shows>().ok()).unwrap();
    let showing = RefCell::new(showing);
    let shown = || Box::new(Window::default());
    let ways: [(&str, &dyn Fn()); 17] = [
        ("a plugin reads borrows of a host", &|| read(&plugin)),
        ("a host's call ends in a panic", &|| fail(&plugin)),
        ("an object of a host reads borrows of a plugin", &|| plugin.pass_on(&Mirror)),
        ("a plugin reads its own borrows through a host", &|| plugin.pass_on(&plugin)),
        ("a plugin changes values of a host", &|| change(&changing)),
        ("a plugin fails to change them", &|| fail_to_change(&changing)),
        ("it fails in the checked view", &|| fail_checked(&changing)),
        ("an object of a host changes values of a plugin", &|| changing.change_by(&Mirror)),
        ("a plugin changes its own values through a host", &|| changing.change_by(&changing)),
        ("a future of a plugin changes values of a host", &|| fill(&filling)),
        ("a future of a plugin ends early", &|| fail_to_fill(&filling)),
        ("it fails in the checked view", &|| fill_checked(&filling)),
        ("a future of a host changes values of a plugin", &|| filling.fill_by(&Mirror)),
        ("a plugin's futures change its own values through a host", &|| filling.fill_by(&filling)),
        ("a future of a plugin changes plain data of a host", &|| mark(&marking, true)),
        ("a plugin shows what it has", &|| show(&mut *showing.borrow_mut())),
        ("an object of a host shows what it has", &|| showing.borrow().show_by(&mut *shown())),
    ];
    #[cfg(feature = "dynamic")]
    let by_name = by_descriptor::proxies(&handles);
    #[cfg(feature = "dynamic")]
    let by_name: [(&str, &dyn Fn()); 3] = [
        ("a call by descriptor copies", &|| by_descriptor::read(&by_name[0])),
        ("a call by descriptor changes", &|| by_descriptor::change(&by_name[1])),
        ("a call by descriptor fails", &|| by_descriptor::fail(&by_name[0], &by_name[1])),
    ];
    #[cfg(feature = "dynamic")]
    let ways = ways.into_iter().chain(by_name);
    for (name, way) in ways {
        // Creates values that exist once, such as a thread's hash keys.
        way();
        let before = (live(), plugin.live());
        assert!(before.0 > 0 && before.1 > 0, "both count");
        for _ in 0..20 {
            way();
        }
        assert_eq!((live(), plugin.live()), before, "{name}");
        println!("{name}: ok");
    }
    let lending = handles.iter().find_map(|handle| handle.proxy::<dyn Lends>().ok()).unwrap();
    let lent: [(&str, &dyn Fn()); 3] = [
        ("a host lends objects to a plugin", &|| lend(&lending)),
        ("a plugin lends objects to one of a host", &|| lending.lend_to(&Mirror)),
        ("a plugin lends objects to its own through a host", &|| lending.lend_to(&lending)),
    ];
    for (name, way) in lent {
        way();
        let before = (Mirror.made(), lending.made());
        assert!(before.0 > 0 && before.1 > 0, "both count");
        for _ in 0..20 {
            way();
        }
        assert_eq!((Mirror.made(), lending.made()), before, "{name}");
        println!("{name}: ok");
    }
}
