use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub enum Nothing {}

fn main() {}
