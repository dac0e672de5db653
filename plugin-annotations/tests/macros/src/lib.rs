//! Macros for tests that run the compiler themselves, and for their cases.

use proc_macro::{Delimiter, Group, Literal, Punct, Spacing, TokenStream, TokenTree};

/// The arguments of the compiler that expands this, its own path first, as a
/// `&[&str]`.
///
/// They name the very libraries that cargo chose for the test. So a test can
/// compile other files against these and build none of them again.
#[proc_macro]
pub fn compiler_arguments(_: TokenStream) -> TokenStream {
    let mut arguments = TokenStream::new();
    let compiler = std::env::current_exe().expect("a running compiler has a path");
    let others = std::env::args().skip(1);
    for argument in [compiler.display().to_string()].into_iter().chain(others) {
        let literal = TokenTree::Literal(Literal::string(&argument));
        arguments.extend([literal, TokenTree::Punct(Punct::new(',', Spacing::Alone))]);
    }
    let array = TokenTree::Group(Group::new(Delimiter::Bracket, arguments));
    [TokenTree::Punct(Punct::new('&', Spacing::Alone)), array].into_iter().collect()
}

/// Any attribute that changes the item that it is on: `#[replaced_by(item)]` leaves
/// another one.
#[proc_macro_attribute]
pub fn replaced_by(item: TokenStream, _: TokenStream) -> TokenStream {
    item
}
