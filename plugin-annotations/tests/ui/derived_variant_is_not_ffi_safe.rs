use plugin_interface::FfiSafe;

pub struct Local(pub *const u8);

#[derive(FfiSafe)]
pub enum Event {
    Nothing,
    Moved(u8, Vec<Local>),
}

fn main() {}
