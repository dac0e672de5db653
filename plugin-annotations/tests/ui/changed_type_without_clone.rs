use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Parcel {
    pub label: String,
}

#[plugin_interface]
pub trait Tool {
    fn pack(&self, parcel: &mut Parcel);
}

fn main() {}
