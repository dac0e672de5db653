use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[ffi(crate = plugin_interface)]
pub struct Buffer<'a, T> {
    pub name: &'a str,
    pub bytes: Vec<T>,
}

fn main() {}
