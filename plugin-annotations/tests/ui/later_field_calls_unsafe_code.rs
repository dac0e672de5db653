#![forbid(unsafe_code)]

use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Page {
    pub text: String,
    #[since("1.1")]
    #[ffi(default = String::from_utf8_unchecked(vec![255]))]
    pub title: String,
}

fn main() {}
