use std::sync::Mutex;

use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Parcel {
    pub label: String,
    pub owner: Mutex<String>,
}

fn main() {}
