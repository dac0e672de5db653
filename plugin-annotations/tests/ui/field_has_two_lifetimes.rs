use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Two<'a, 'b> {
    pub one: &'a str,
    pub other: &'b str,
}

#[derive(FfiSafe)]
pub struct Holds<'a, 'b> {
    pub two: Two<'a, 'b>,
}

fn main() {}
