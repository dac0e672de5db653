use plugin_interface::plugin_interface;

type Kept = Box<dyn Fn()>;
type Call<'a> = Box<dyn Fn() + 'a>;

#[plugin_interface]
pub trait Keeps {
    fn run(&self, calls: (Kept, Call<'_>));
}

fn main() {}
