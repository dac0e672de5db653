use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
#[ffi(growing)]
pub enum Event {
    Opened(String),
    #[ffi(other)]
    Other,
    Named {
        name: String,
    },
    #[since("1.1")]
    Closed,
    #[since("1.2")]
    Renamed(String, String),
}

fn main() {}
