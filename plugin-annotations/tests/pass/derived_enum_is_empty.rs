use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Nothing;

fn main() {}
