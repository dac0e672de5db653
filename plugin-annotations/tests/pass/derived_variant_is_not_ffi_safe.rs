use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub struct Local(pub u8);

#[derive(FfiSafe)]
pub enum Event {
    Nothing,
    Moved(u8, Vec<Local>),
}

fn main() {}
