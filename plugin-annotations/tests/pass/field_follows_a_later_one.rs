use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Page {
    pub text: String,
    pub colour: u8,
    #[since("1.1")]
    pub size: u32,
}

fn main() {}
