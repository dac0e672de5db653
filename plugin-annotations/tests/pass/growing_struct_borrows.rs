use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[ffi(growing)]
pub struct Page {
    pub text: &'static str,
}

fn main() {}
