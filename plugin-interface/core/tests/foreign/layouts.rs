//! The layouts that the metadata gives, against those of the compiler.

use plugin_interface::metadata::layout::Layouts;
use plugin_interface::{FfiSafe, inspect};

use super::interface::*;
use super::library;

macro_rules! wires {
    ($($method:ident: $ty:ty,)*) => {
        /// The size and the alignment of each type by the name of its method.
        fn wires() -> Vec<(&'static str, [usize; 2])> {
            fn of<T: FfiSafe>() -> [usize; 2] {
                [size_of::<T::Wire>(), align_of::<T::Wire>()]
            }
            vec![$((stringify!($method), of::<$ty>())),*]
        }
    };
}
each_type!(wires);

#[test]
fn the_layout_of_each_type_is_known_without_its_crate() {
    let metadata = inspect(library()).unwrap();
    let echo =
        metadata.interfaces.iter().find(|interface| interface.name().contains("Echo")).unwrap();
    let mut layouts = Layouts::new(echo);
    let wires = wires();
    assert_eq!(echo.methods.len(), wires.len());
    for (method, (name, wire)) in echo.methods.iter().zip(wires) {
        let ty = &method.syntax().unwrap().parameters[0].ty;
        let layout = layouts.of(ty).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!([layout.size, layout.align], wire, "{name}: {ty}");
    }
}
