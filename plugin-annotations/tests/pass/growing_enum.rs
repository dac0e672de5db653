use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[ffi(growing)]
pub struct Event {
    pub kind: String,
}

fn main() {}
