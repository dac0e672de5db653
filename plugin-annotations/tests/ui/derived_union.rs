use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[repr(C)]
pub union Number {
    pub whole: u32,
    pub real: f32,
}

fn main() {}
