use plugin_interface::plugin_interface;

type Call<'a> = Box<dyn Fn() + 'a>;
type Owned = Box<dyn Fn()>;

#[plugin_interface]
pub trait Exchanges {
    fn run(&self, calls: (Owned, Call<'_>));
}

fn main() {}
