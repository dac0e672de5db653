use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[ffi(rename = "B")]
pub struct Buffer<T: Clone, const N: usize>
where
    T: Default,
{
    #[ffi(skip)]
    pub name: &'static mut u8,
    pub bytes: [T; N],
}

fn main() {}
