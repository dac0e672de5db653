use std::rc::Rc;

use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Parcel {
    pub label: String,
    pub owner: Rc<String>,
}

fn main() {}
