use plugin_interface::plugin_interface;

type Call<'a> = Box<dyn Fn() + 'a>;
type Owned = Box<dyn Fn()>;
type Pair<A, B> = (B, A);

#[plugin_interface]
pub trait Exchanges {
    fn run(&self, calls: Pair<Call<'_>, Owned>);
}

fn main() {}
