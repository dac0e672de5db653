use plugin_interface::plugin_interface;

type Kept<'a> = Box<dyn Fn()>;
type Call<'a> = Box<dyn Fn() + 'a>;

#[plugin_interface]
pub trait Keeps {
    fn run(&self, calls: (Kept<'_>, Call<'_>));
}

fn main() {}
