use plugin_interface::FfiSafe;

#[derive(FfiSafe)]
struct Window<'a, T> {
    items: &'a [T],
    first: usize,
}

#[derive(FfiSafe)]
enum Choice<'a, T, U> {
    One(T, &'a str),
    Other(Vec<Option<&'a Vec<U>>>),
}

fn main() {}
