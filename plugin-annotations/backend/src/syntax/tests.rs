use quote::{ToTokens, quote};

use super::signature::Parameter;
use super::{ItemImpl, ItemTrait, TraitItem};

#[test]
fn a_trait_is_given_back_as_it_was() {
    let item = quote! {
        /// What it is for.
        #[allow(dead_code)]
        pub(crate) unsafe auto trait Tool<'a, T: Copy = u8, const N: usize = 3>:
            Send + for<'b> Fn(&'b u8) -> u8 + 'static
        where
            T: Default,
        {
            const LIMIT: usize = { 3 };
            type Out: Copy where T: Clone;
            helper! { fn x(); }
            helper::one!(1; 2);
            fn plain(&self);
            fn body(&'a mut self, _: u8, mut x: &[u8], #[cfg(any())] y: ::a::B<{ N }>,) -> ::a::B {
                x.len() as u8
            }
            const unsafe extern "C" fn odd<T>(self: Box<Self>, (a, b): (u8, Vec<u8>), ...)
            where
                T: Copy;
            async fn none() -> Result<fn(u8) -> [u8; { 1 + 2 }], ()>;
            pub fn visible(&self) {}
        }
    };
    let parsed: ItemTrait = syn::parse2(item.clone()).unwrap();
    let methods = parsed.items.iter().filter(|item| matches!(item, TraitItem::Method(_)));
    assert_eq!((methods.count(), parsed.items.len()), (4, 9));
    let body = parsed.items.iter().find_map(|item| match item {
        TraitItem::Method(method) if method.signature.ident == "body" => Some(method),
        _ => None,
    });
    let named = |of: &Parameter| of.name().map(|name| name.to_string());
    let names: Vec<_> = body.unwrap().signature.parameters.iter().map(named).collect();
    assert_eq!(names, [None, Some("x".to_owned()), Some("y".to_owned())]);
    let text = |tokens: proc_macro2::TokenStream| {
        // A comma behind the last parameter may come and go.
        tokens.to_string().replace(",)", ")").replace(", )", ")").replace(' ', "")
    };
    assert_eq!(text(parsed.to_token_stream()), text(item));
}

#[test]
fn of_an_impl_the_head_is_read() {
    for (item, interface, self_ty) in [
        (quote!(impl Tool for Hammer {}), Some("Tool"), "Hammer"),
        (
            quote!(
                unsafe impl<'a> a::Tool for &'a b::Hammer where u8: Copy {}
            ),
            Some("a::Tool"),
            "&'ab::Hammer",
        ),
        (quote!(impl Tool for Sized<{ 3 + { 1 } }> { fn x() {} }), Some("Tool"), "Sized<{3+{1}}>"),
        (quote!(impl Tool for [u8; { 4 }] {}), Some("Tool"), "[u8;{4}]"),
        (
            quote!(
                impl<T: Copy> Hammer<T> {
                    const X: u8 = 1;
                }
            ),
            None,
            "Hammer<T>",
        ),
    ] {
        let text = |tokens: &dyn ToTokens| tokens.to_token_stream().to_string().replace(' ', "");
        let parsed: ItemImpl = syn::parse2(item).unwrap();
        assert_eq!(parsed.interface.map(|path| text(&path)).as_deref(), interface);
        assert_eq!(text(&parsed.self_ty), self_ty);
    }
}

#[test]
fn another_item_is_told_where_the_attribute_goes() {
    let error = syn::parse2::<ItemTrait>(quote!(
        pub struct Tool;
    ))
    .err()
    .unwrap();
    assert_eq!(error.to_string(), "`#[plugin_interface]` goes on a trait");
    let error = syn::parse2::<ItemImpl>(quote!(
        fn tool() {}
    ))
    .err()
    .unwrap();
    assert_eq!(error.to_string(), "`#[plugin_impl]` goes on `impl Trait for Type`");
}
