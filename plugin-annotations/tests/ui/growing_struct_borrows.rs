use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[ffi(growing)]
pub struct Page<'s> {
    pub text: &'s str,
}

fn main() {}
