use plugin_interface::{FfiSafe, plugin_interface};

type Calls<'a> = (Box<dyn Fn() + 'a>, Box<dyn Fn()>);
type Named<'a> = (&'a str, Box<dyn Fn()>);

#[plugin_interface]
pub trait Several {
    fn run(&self, calls: Calls<'_>);
}

#[plugin_interface]
pub trait BesideABorrow {
    fn run(&self, calls: Vec<Named<'_>>);
}

#[plugin_interface]
pub trait Returned {
    fn all(&self) -> Calls<'_>;
}

#[derive(FfiSafe)]
pub struct InAField<'a> {
    pub calls: Option<Calls<'a>>,
}

fn main() {}
