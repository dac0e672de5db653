use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[ffi(growing)]
pub enum Event {
    Opened,
    Closed,
}

fn main() {}
