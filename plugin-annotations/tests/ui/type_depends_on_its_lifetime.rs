use plugin_interface::plugin_interface;

macro_rules! name {
    ('static) => {
        Vec<u8>
    };
    ($lifetime:lifetime) => {
        String
    };
}

#[plugin_interface]
pub trait Tool {
    fn rename<'a>(&'a mut self, name: name!('a));
}

fn main() {}
