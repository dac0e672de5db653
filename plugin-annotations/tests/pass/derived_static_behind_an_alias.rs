use plugin_interface::FfiSafe;

type Name<'a> = &'a str;

#[derive(FfiSafe)]
pub struct Parcel<'a> {
    pub name: Name<'a>,
}

fn main() {}
