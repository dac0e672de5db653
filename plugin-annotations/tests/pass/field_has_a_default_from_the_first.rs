use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Page<T> {
    pub text: T,
    #[since("1.1")]
    #[ffi(default = 7)]
    pub size: u32,
    #[since("1.2")]
    #[ffi(default = vec![])]
    pub more: Vec<T>,
}

fn main() {}
