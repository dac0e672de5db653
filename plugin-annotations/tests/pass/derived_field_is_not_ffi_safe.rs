use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Parcel {
    pub label: String,
    pub owner: Box<String>,
}

fn main() {}
