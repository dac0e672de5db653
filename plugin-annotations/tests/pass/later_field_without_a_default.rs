use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Ink(pub u8);

#[derive(FfiSafe)]
pub struct Page {
    pub text: String,
    #[since("1.1")]
    #[ffi(default = Ink(0))]
    pub ink: Ink,
    #[since("1.1")]
    pub more: Option<Ink>,
}

fn main() {}
