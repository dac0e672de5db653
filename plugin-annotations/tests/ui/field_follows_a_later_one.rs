use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Page {
    pub text: String,
    #[since("1.1")]
    pub size: u32,
    pub colour: u8,
}

fn main() {}
