use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[ffi(growing)]
pub struct Page {
    pub text: String,
    #[ffi(default = 7)]
    pub size: u32,
}

fn main() {}
