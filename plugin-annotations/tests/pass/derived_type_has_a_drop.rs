use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Handle(pub u64);

impl Handle {
    pub fn close(self) {}
}

fn main() {}
