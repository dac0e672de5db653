use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub enum Number {
    Whole(u32),
    Real(f32),
}

fn main() {}
