use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Handle(pub u64);

impl Drop for Handle {
    fn drop(&mut self) {}
}

fn main() {}
