use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[ffi(rename = "B")]
pub struct Buffer<T: Clone, const N: usize>
where
    T: Default,
{
    #[ffi(skip)]
    pub name: &'static str,
    pub bytes: [T; N],
}

fn main() {}
