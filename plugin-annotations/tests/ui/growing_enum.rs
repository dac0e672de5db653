use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
pub enum Unmarked {
    Opened,
    #[ffi(other)]
    Other,
}

#[derive(FfiSafe)]
#[ffi(growing)]
pub enum Twice<'a> {
    Opened(&'a str),
    #[ffi(other)]
    Other,
    #[ffi(other)]
    Unknown,
}

#[derive(FfiSafe)]
#[ffi(growing)]
pub enum Fields {
    #[ffi(other)]
    Other(String),
    Named {
        #[since("1.1")]
        name: String,
    },
}

#[derive(FfiSafe)]
pub enum Later {
    Opened,
    #[since("1.2")]
    #[ffi(other)]
    Other,
    #[since("1.1")]
    Closed,
    Behind,
    #[since("later")]
    Last,
}

#[derive(FfiSafe)]
#[ffi(growing)]
pub enum Options {
    #[ffi(with = module)]
    Opened,
    #[since]
    Closed,
}

fn main() {}
