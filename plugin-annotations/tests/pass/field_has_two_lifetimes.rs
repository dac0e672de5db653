use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Two<'a, 'b> {
    pub one: &'a str,
    pub other: &'b str,
}

#[derive(FfiSafe)]
pub struct Holds<'a> {
    pub two: Two<'a, 'a>,
}

fn main() {}
