use plugin_interface::FfiSafe;

type Name = &'static str;

#[derive(FfiSafe)]
pub struct Parcel {
    pub name: Name,
}

fn main() {}
