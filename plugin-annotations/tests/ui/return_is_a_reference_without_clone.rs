use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Parcel {
    pub label: String,
}

#[plugin_interface]
pub trait Tool {
    fn find(&self, label: &str) -> Option<&Parcel>;
}

fn main() {}
