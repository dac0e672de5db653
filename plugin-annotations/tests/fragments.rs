//! Items that a `macro_rules!` writes: its matches are in invisible groups, which
//! may be empty.

use plugin_interface::{FfiSafe, Interface, plugin_aggregates, plugin_impl, plugin_interface};

macro_rules! crate_of_plugins {
    (
        $(#[$meta:meta])* $vis:vis trait $name:ident: $($marker:path),*;
        $empty:vis fn $method:ident($argument:ident: $taken:ty; $($more:tt)*) -> $given:ty $body:block
        impl for $plugin:path, of $type:ty, by $new:path, called $text:literal
        struct $wrapper:ident<$lifetime:lifetime>($field:ty) with $first:ident = $number:expr
    ) => {
        $(#[$meta])*
        #[plugin_interface]
        $vis trait $name: $($marker +)* 'static {
            $(#[$meta])*
            $empty fn $method(&self, $argument: $taken, $($more)*) -> $given $body

            fn wrapped(&self) -> $wrapper<'_>;
        }

        #[plugin_aggregates($name)]
        $empty mod plugin {}

        #[plugin_impl($name, new = $new, name = $text)]
        impl $name for $plugin {
            fn wrapped(&self) -> $wrapper<'_> {
                $wrapper(&self.0, Kind::$first)
            }
        }

        $(#[$meta])*
        #[derive(FfiSafe)]
        $vis struct $wrapper<$lifetime>($vis &$lifetime str, $empty $field);

        #[derive(Clone, Copy, Debug, FfiSafe, PartialEq)]
        $vis enum Kind { $first = $number, Other }

        fn make(_: &plugin_interface::PluginContext<'_>) -> Result<$type, String> {
            Ok(Tool("made".to_owned()))
        }
    };
}

struct Tool(String);

crate_of_plugins! {
    /// Documented.
    pub(crate) trait Tools: Send, Sync;
    fn measure(texts: ::std::vec::Vec<(String, u8)>; more: ::core::primitive::usize)
        -> Result<usize, String> { Ok(texts.len() + more) }
    impl for Tool, of Tool, by crate::make, called "tool"
    struct Words<'w>(Kind) with Hammer = 1 << 2
}

#[test]
fn items_of_a_macro_work_like_others() {
    let methods: Vec<_> = <dyn Tools>::DESCRIPTION.methods.iter().map(|m| m.name).collect();
    assert_eq!(methods, ["measure", "wrapped"]);
    let tool = make_tool();
    let Words(text, kind) = tool.wrapped();
    assert_eq!((text, kind), ("made", Kind::Hammer));
    assert_eq!(tool.measure(vec![("one".to_owned(), 1)], 2), Ok(3));
    assert_ne!(Kind::Other, Kind::Hammer);
}

fn make_tool() -> Box<dyn Tools> {
    Box::new(Tool("made".to_owned()))
}
