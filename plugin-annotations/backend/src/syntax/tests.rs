use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::signature::Parameter;
use super::{Data, ItemImpl, ItemTrait, ItemType, TraitItem};

#[test]
fn a_trait_is_returned_unchanged() {
    let item = quote! {
        /// Its purpose.
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
            fn never(&self) -> ! { loop {} }
            fn of_a_macro(&self) -> one! { u8 } { 1 }
            pub fn visible(&self) {}
        }
    };
    let parsed: ItemTrait = syn::parse2(item.clone()).unwrap();
    let methods = parsed.items.iter().filter(|item| matches!(item, TraitItem::Method(_)));
    assert_eq!((methods.count(), parsed.items.len()), (6, 11));
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
fn the_head_of_an_impl_is_read() {
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
fn the_error_for_another_item_names_the_right_one() {
    let error = syn::parse2::<ItemTrait>(quote!(
        pub struct Tool;
    ))
    .err()
    .unwrap();
    assert_eq!(
        error.to_string(),
        "`#[plugin_interface]` goes on a trait, and `#[automock]` below it"
    );
    let error = syn::parse2::<ItemImpl>(quote!(
        fn tool() {}
    ))
    .err()
    .unwrap();
    assert_eq!(error.to_string(), "`#[plugin_impl]` goes on `impl Trait for Type`");
}

fn fields(item: TokenStream) -> Vec<String> {
    let item: ItemType = syn::parse2(item).unwrap();
    let text = |name: &dyn ToTokens, ty: &dyn ToTokens| {
        format!("{} {}", name.to_token_stream(), ty.to_token_stream()).replace(' ', "")
    };
    match &item.data {
        Data::Struct(all) => all.all().iter().map(|f| text(&f.ident, &f.ty)).collect(),
        Data::Enum(variants) => variants
            .iter()
            .flat_map(|variant| {
                let number = text(&variant.ident, &variant.discriminant);
                let fields = variant.fields.all().iter().map(|f| text(&f.ident, &f.ty));
                [number].into_iter().chain(fields)
            })
            .collect(),
        Data::Union(_) => vec![],
    }
}

#[test]
fn fields_are_found_between_other_commas() {
    let item = quote! {
        /// Documented.
        pub struct Named<'a, T: Copy = (u8, u8), const N: usize = { 1 }> where T: Into<u8> {
            #[doc = "first"]
            pub(crate) map: HashMap<String, Vec<(u8, T)>>,
            r#type: for<'b> fn(&'b u8, u8) -> Result<u8, T>,
            pub list: [&'a str; { 3 }],
        }
    };
    let expected = [
        "mapHashMap<String,Vec<(u8,T)>>",
        "r#typefor<'b>fn(&'bu8,u8)->Result<u8,T>",
        "list[&'astr;{3}]",
    ];
    assert_eq!(fields(item), expected);
    let item = quote!(
        struct Tuple<T>(pub (u8, u16), pub(in a::b) Vec<T>, (crate::A, u8))
        where
            T: Copy;
    );
    assert_eq!(fields(item), ["(u8,u16)", "Vec<T>", "(crate::A,u8)"]);
    assert_eq!(
        fields(quote!(
            struct Unit;
        )),
        [""; 0]
    );
}

#[test]
fn variants_may_have_numbers() {
    let item = quote! {
        enum Kind { A = 1 << f::<u8, u8>(2), #[default] B { x: u8 } = { 7 }, C(u8, Vec<u8>), D }
    };
    let expected = ["A1<<f::<u8,u8>(2)", "B{7}", "xu8", "C", "u8", "Vec<u8>", "D"];
    assert_eq!(fields(item), expected);
}
