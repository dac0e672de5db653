use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Page {
    pub text: String,
    #[since("1.1")]
    #[ffi(default = String::from_utf8_lossy(&[255]).into_owned())]
    pub title: String,
}

fn main() {}
