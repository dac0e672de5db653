use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::quote;

use super::{
    Error, IdentExt, Lifetime, LitStr, Parse, ParseStream, Result, number, parse_with, parse2,
};

fn message<T: Parse>(tokens: TokenStream) -> String {
    parse2::<T>(tokens).err().map(|error| error.to_string()).unwrap_or_default()
}

fn invisible(tokens: TokenStream) -> TokenTree {
    Group::new(Delimiter::None, tokens).into()
}

#[test]
fn tokens_are_read_in_order_through_invisible_groups() {
    let (first, nothing) = (invisible(quote!(a 'b)), invisible(quote!()));
    let read = parse_with(quote!(#first #nothing "c" (d) 5), |input| {
        let ahead = input.fork();
        assert_eq!(ahead.parse::<TokenTree>()?.to_string().trim(), "a 'b");
        assert!(ahead.is_text() && ahead.parse::<TokenTree>()?.to_string().is_empty());
        let ident: Ident = input.parse()?;
        assert!(input.is_lifetime() && !input.is_text());
        let lifetime: Lifetime = input.parse()?;
        let text: LitStr = input.parse()?;
        assert!(input.is_group(Delimiter::Parenthesis) && !input.is_group(Delimiter::Brace));
        let (content, _) = input.group(Delimiter::Parenthesis)?;
        let inner: Ident = content.parse()?;
        assert!(content.is_empty() && !input.is_empty());
        let rest: TokenStream = input.parse()?;
        assert!(input.is_empty());
        Ok([ident.to_string(), lifetime.to_string(), text.value(), inner.to_string()]
            .map(|part| part + &rest.to_string()))
    });
    assert_eq!(read.unwrap(), ["a5", "'b5", "c5", "d5"]);
}

#[test]
fn a_group_is_as_long_as_its_tokens() {
    let nested = parse_with(quote!({ { a } { b c } } d), |input| {
        let (outer, _) = input.group(Delimiter::Brace)?;
        let (first, _) = outer.group(Delimiter::Brace)?;
        let second: Group = outer.parse()?;
        assert!(outer.is_empty());
        assert_eq!(first.parse::<Ident>()?, "a");
        assert!(first.is_empty() && first.parse::<TokenTree>().is_err());
        assert_eq!(second.stream().to_string(), "b c");
        input.parse::<Ident>()
    });
    assert_eq!(nested.unwrap(), "d");
}

#[test]
fn what_is_left_is_an_error_unless_it_is_invisible() {
    let nothing = invisible(invisible(quote!()).into());
    assert_eq!(message::<Ident>(quote!(a #nothing)), "");
    let hidden = invisible(quote!(b));
    for rest in [quote!(b), quote!((b)), quote!(#nothing #hidden)] {
        assert_eq!(message::<Ident>(quote!(a #rest)), "unexpected token", "{rest}");
    }
}

#[test]
fn an_error_says_what_was_expected() {
    for (found, expected) in [
        (message::<Ident>(quote!(5)), "expected identifier"),
        (message::<Ident>(quote!(where)), "expected identifier, found keyword `where`"),
        (message::<Ident>(quote!()), "unexpected end of input, expected identifier"),
        (message::<Lifetime>(quote!(a)), "expected lifetime"),
        (message::<LitStr>(quote!(b"a")), "expected string literal"),
        (message::<Literal>(quote!(a)), "expected literal token"),
        (message::<Group>(quote!(a)), "expected group token"),
        (message::<TokenTree>(quote!()), "unexpected end of input, expected token tree"),
    ] {
        assert_eq!(found, expected);
    }
    let braces = |input: ParseStream<'_>| input.group(Delimiter::Brace).map(drop);
    assert_eq!(parse_with(quote!(()), braces).unwrap_err().to_string(), "expected curly braces");
}

#[test]
fn names_may_be_keywords_or_raw() {
    let any = |tokens| parse_with(tokens, Ident::parse_any).unwrap();
    assert_eq!(any(quote!(crate)), "crate");
    assert_eq!(any(quote!(r#type)), "r#type");
    assert_eq!(any(quote!(r#type)).unraw(), "type");
    assert_eq!(any(quote!(plain)).unraw(), "plain");
    assert_eq!(message::<Ident>(quote!(r#type)), "");
}

#[test]
fn errors_become_code_together() {
    let spanned = |tokens: TokenStream| Error::new_spanned(tokens, "one");
    let mut errors = spanned(quote!(a b));
    errors.combine(spanned(quote!()));
    errors.combine(Error::new(proc_macro2::Span::call_site(), "two \"quoted\""));
    let code = errors.into_compile_error();
    let expected = quote! {
        ::core::compile_error! { "one" }
        ::core::compile_error! { "one" }
        ::core::compile_error! { "two \"quoted\"" }
    };
    assert_eq!(code.to_string(), expected.to_string());
}

/// The same literals, read here and by `syn`.
#[test]
fn literals_have_the_values_that_syn_reads() -> Result<()> {
    let texts = [
        r#""""#,
        r#""plain \" \\ \n\r\t\0\' \x41 \u{e4} \u{1F_600}""#,
        "\"a\\\n   b\\\n\n  c\"",
        "\"a\nb\"",
        "r\"raw \\n\"",
        "r#\"a \"quote\"\"#",
        "r##\"a \"# b\"##",
        "\"ends with #\"",
        "r#\"#\"#",
        "\"ä ß 字\"",
    ];
    for written in texts {
        let ours = parse2::<LitStr>(written.parse().unwrap())?;
        let theirs: syn2::LitStr = syn2::parse_str(written).unwrap();
        assert_eq!(ours.value(), theirs.value(), "{written}");
        assert_eq!(quote!(#ours).to_string(), written);
    }
    for written in ["5", "'a'", "b\"a\"", "c\"a\"", "br\"a\"", "1.5", "\"a\"suffix"] {
        assert_eq!(message::<LitStr>(written.parse().unwrap()), "expected string literal");
    }
    let numbers = "0 7 007 1_000 255u8 9usize 5isize 0xFF 0xff_u8 0xE 0x1e5 0o17 0b1010_0000u8 \
        18446744073709551616 1.0 1.5e3 1e5 1E5 1e+5 2e-3 1_0.5_0 3.5f32 1e3f64 2. 1_e5";
    for written in numbers.split(' ') {
        let ours = number(&written.parse().unwrap()).unwrap();
        let theirs = match syn2::parse_str(written).unwrap() {
            syn2::Lit::Int(it) => (it.base10_digits().to_owned(), false),
            syn2::Lit::Float(it) => (it.base10_digits().to_owned(), true),
            _ => panic!("{written} is no number"),
        };
        assert_eq!(ours, theirs, "{written}");
    }
    for written in ["'5'", "\"5\"", "b'5'"] {
        assert_eq!(number(&written.parse().unwrap()), None, "{written}");
    }
    Ok(())
}
