//! From the model to code.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::model::{Body, Choice, Described, Setting};

/// ```text
/// Input:  struct Settings { #[config(default = 80)] quality: u8 }
/// Output: impl PluginConfig for Settings { const SETTINGS: &[Setting] = &[..]; }
///         impl ConfigValue for Settings { .. }
/// ```
pub(super) fn expand(described: &Described) -> TokenStream {
    let Described { krate, body, lints, .. } = described;
    let alias = Ident::new("__plugin_interface", Span::call_site());
    let code = match body {
        Body::Settings(settings) => of_settings(&described.name, settings),
        Body::Choices(choices) => of_choices(&described.name, choices),
    };
    quote! {
        #(#lints)*
        #[allow(deprecated, non_camel_case_types, single_use_lifetimes, unused_qualifications)]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        const _: () = {
            #[allow(unused_imports)]
            use #krate as #alias;
            #code
        };
    }
}

fn of_settings(name: &Ident, settings: &[Setting]) -> TokenStream {
    let private = quote!(__plugin_interface::__private);
    let all = settings.iter().map(|setting| description(setting, &private));
    let fields = settings.iter().map(|setting| {
        let Setting { field, name, ty, default, .. } = setting;
        match default {
            None => quote!(#field: __input.required::<#ty>(#name)?),
            Some(default) => {
                let value = default.value(&private);
                quote! {
                    #field: __input.or::<#ty>({
                        fn __default() -> #ty {
                            #value
                        }
                        __default
                    })?
                }
            }
        }
    });
    let checks = settings.iter().filter_map(|setting| check(setting, &private));
    let (result, option) = (quote!(#private::core::result::Result), option(&private));
    quote! {
        impl __plugin_interface::PluginConfig for #name {
            const SETTINGS: &'static [#private::Setting] = &[#(#all),*];
        }

        impl __plugin_interface::ConfigValue for #name {
            const KIND: &'static #private::SettingKind =
                &#private::SettingKind::Table(<#name as __plugin_interface::PluginConfig>::SETTINGS);

            fn read(
                __input: &mut #private::SettingsInput<'_>,
            ) -> #result<Self, __plugin_interface::SettingsError> {
                #result::Ok(#name { #(#fields),* })
            }

            fn absent() -> #option<Self> {
                <#name as __plugin_interface::ConfigValue>::read(
                    &mut #private::SettingsInput::none(),
                )
                .ok()
            }
        }

        #(#checks)*
    }
}

fn option(private: &TokenStream) -> TokenStream {
    quote!(#private::core::option::Option)
}

fn description(setting: &Setting, private: &TokenStream) -> TokenStream {
    let Setting { name, doc, ty, default, .. } = setting;
    let option = option(private);
    let default = match default.as_ref().map(|default| default.text()) {
        Some(default) => quote!(#option::Some(#default)),
        None => quote!(#option::None),
    };
    let range = range(setting, private);
    quote! {
        #private::Setting {
            name: #name,
            doc: #doc,
            default: #default,
            range: #range,
            kind: <#ty as __plugin_interface::ConfigValue>::KIND,
        }
    }
}

fn range(setting: &Setting, private: &TokenStream) -> TokenStream {
    let option = option(private);
    match &setting.range {
        None => quote!(#option::None),
        Some(range) => {
            let (from, to) = (&range.from, &range.to);
            match range.is_float {
                true => quote!(#option::Some(#private::Range::Float(#from, #to))),
                false => quote!(#option::Some(#private::Range::Integer(#from, #to))),
            }
        }
    }
}

/// Lets the compiler check that a default is one of the allowed values.
fn check(setting: &Setting, private: &TokenStream) -> Option<TokenStream> {
    let values = setting.default.as_ref()?.checks(private);
    let (ty, range) = (&setting.ty, range(setting, private));
    Some(quote! {
        const _: () = <#ty as __plugin_interface::ConfigValue>::KIND
            .check_defaults(#range, &[#(#values),*]);
    })
}

fn of_choices(name: &Ident, choices: &[Choice]) -> TokenStream {
    let private = quote!(__plugin_interface::__private);
    let result = quote!(#private::core::result::Result);
    let all = choices
        .iter()
        .map(|Choice { name, doc, .. }| quote!(#private::Choice { name: #name, doc: #doc }));
    let count = choices.len() as u32;
    let last = choices.last().map(|choice| &choice.variant);
    let arms = choices.iter().enumerate().take(choices.len().saturating_sub(1)).map(
        |(i, Choice { variant, .. })| {
            let number = i as u32;
            quote!(#number => #name::#variant,)
        },
    );
    quote! {
        impl __plugin_interface::ConfigValue for #name {
            const KIND: &'static #private::SettingKind =
                &#private::SettingKind::Choice(&[#(#all),*]);

            fn read(
                __input: &mut #private::SettingsInput<'_>,
            ) -> #result<Self, __plugin_interface::SettingsError> {
                #result::Ok(__numbered(__input.choice(#count)?))
            }
        }

        impl #private::FromText for #name {
            fn from_text(__text: &'static #private::core::primitive::str) -> Self {
                __numbered(<#name as __plugin_interface::ConfigValue>::KIND.choice(__text))
            }
        }

        fn __numbered(__number: #private::core::primitive::u32) -> #name {
            match __number {
                #(#arms)*
                _ => #name::#last,
            }
        }
    }
}
