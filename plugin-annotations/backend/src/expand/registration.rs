//! `#[plugin_impl]`: a maker, an unmaker, a record and a submission.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::{exports, metadata_static, object_type, package_constant};
use crate::async_fn;
use crate::errors::Errors;
use crate::generate::Request;
use crate::model::{Registration, counter_name};
use crate::parse;
use crate::spans::{ends, located, place_of};
use crate::syntax::Path;

/// Makes an impl a plugin: `#[plugin_impl(args)] item`.
///
/// Mistakes become a `compile_error!` in the returned code.
pub fn run(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let registration = parse::registration(args.clone(), item.clone(), &mut errors);
    let krate = registration.as_ref().map_or_else(Path::plugin_interface, |r| r.krate.clone());
    let has_runtime = registration.as_ref().is_some_and(|r| r.has_runtime);
    let item = async_fn::item::rewritten(item, &krate, has_runtime, &mut errors);
    let generated = match (registration, errors.into_tokens()) {
        (Some(Registration { krate, .. }), None) => {
            Request::call(&krate, "plugin_impl", args, item.clone())
        }
        (_, errors) => quote!(#errors),
    };
    quote!(#item #generated)
}

/// The code of a plugin, with the path of the request.
pub(crate) fn generate(request: &Request, errors: &mut Errors) -> Option<TokenStream> {
    let (args, item) = (request.args.clone(), request.item.clone());
    let mut registration = parse::registration(args, item, errors)?;
    registration.krate = request.krate.clone();
    Some(expand(&registration))
}

/// ```text
/// Input:  Greeter, English
/// Output: enum __PluginMaker {}
///         impl Plugin for __PluginMaker { .. }
///         extern "C" fn plugin_register_Greeter_English_v1() -> *const c_void
///         extern "C" fn plugin_unregister_Greeter_English_v1(*const c_void)
///         inventory::submit! { factory::<__PluginMaker>(&RECORD) }
/// ```
fn expand(registration: &Registration) -> TokenStream {
    let Registration { krate, interface, interface_name, ty, name, .. } = registration;
    let Registration { new, stop, keeps_state, has_lifecycle, config, lints, .. } = registration;
    let has_runtime = registration.has_runtime;
    let private = quote!(#krate::__private);
    let (counter, object) = (counter_name(interface_name), object_type(interface));
    let maker = format_ident!("plugin_register_{interface_name}_{name}_v1");
    let unmaker = format_ident!("plugin_unregister_{interface_name}_{name}_v1");
    let place = ends(&ty.to_token_stream()).0;
    let construct = match new {
        Some(new) => {
            let construct = quote!(#private::construct::<Self::Instance, _>);
            let construct = located(construct, place_of(new));
            quote!(#construct(#new, __context))
        }
        None => {
            let made = quote_spanned! {place=> <#ty as #private::MadeByDefault>::make() };
            quote!(#private::core::result::Result::Ok(#made))
        }
    };
    let stop = stop.as_ref().map(|stop| {
        let call = located(quote!(#private::stop::<Self::Instance>), place_of(stop));
        quote! {
            fn stop(__instance: &mut Self::Instance) {
                #call(#stop, __instance)
            }
        }
    });
    let state = keeps_state.then(|| {
        let state = quote_spanned! {place=> #private::state::<__PluginMaker> };
        quote!(const STATE: #krate::abi::RawState = #state();)
    });
    let lifecycle = has_lifecycle.then(|| {
        let lifecycle = quote_spanned! {place=> #private::lifecycle::<__PluginMaker> };
        quote! {
            const LIFECYCLE: #private::core::option::Option<&'static #krate::abi::RawLifecycle> =
                #private::core::option::Option::Some(#lifecycle());
        }
    });
    let runtime = has_runtime.then(|| {
        quote! {
            fn begin() {
                #private::begin_tokio();
            }

            fn end() {
                #private::end_tokio();
            }
        }
    });
    let settings = config.as_ref().map(|config| {
        quote! {
            const SETTINGS: #private::core::option::Option<#private::core::primitive::u128> =
                #private::core::option::Option::Some(<#config as #krate::PluginConfig>::FINGERPRINT);
        }
    });
    let record_of = match config {
        None => quote! {
            #private::registration_record::<
                { #private::registration_record_len(PATH, #name) }
            >(PATH, #name)
        },
        Some(config) => quote! {
            #private::configured_record::<
                #config,
                { #private::configured_record_len::<#config>(PATH, #name) }
            >(PATH, #name)
        },
    };
    let record =
        metadata_static(krate, "RECORD", &quote!(<__PluginMaker as #private::Plugin>::RECORD));
    let (more, names_of_more) = more_records(registration);
    let records = match names_of_more.is_empty() {
        true => quote!(&#record_of),
        false => quote! {{
            const RECORDS: &'static [&'static [#private::core::primitive::u8]] =
                &[&#record_of, #(#names_of_more),*];
            &#private::joined::<{ #private::joined_len(RECORDS) }>(RECORDS)
        }},
    };
    let provide = provide(registration);
    let package = package_constant(krate);
    let exports = exports::are_wanted().then(|| {
        quote! {
            #[unsafe(no_mangle)]
            extern "C" fn #maker() -> *const #private::core::ffi::c_void {
                #private::keep(&RECORD);
                #private::maker::<__PluginMaker>()
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn #unmaker(__registration: *const #private::core::ffi::c_void) {
                // SAFETY: the caller passes a return value of the maker of this name.
                unsafe { #private::unmaker::<__PluginMaker>(__registration) }
            }
        }
    });
    quote! {
        #(#lints)*
        const _: () = {
            enum __PluginMaker {}

            #package

            // SAFETY: the record is of this interface and name, and of the settings of
            // this plugin, as are the functions for its state, services and lifecycle.
            unsafe impl #private::Plugin for __PluginMaker {
                type Interface = #object;
                type Instance = #ty;

                const NAME: &'static #private::core::primitive::str = #name;

                const RECORD: &'static [#private::core::primitive::u8] = {
                    const PATH: &'static #private::core::primitive::str =
                        <#object as #krate::Interface>::DESCRIPTION.path;
                    #records
                };

                const PACKAGE: &'static [#private::core::primitive::u8] = PACKAGE_RECORD;

                fn construct(
                    __context: &#krate::PluginContext<'_>,
                ) -> #private::core::result::Result<Self::Instance, #private::String> {
                    #construct
                }

                #stop

                #state

                #lifecycle

                #runtime

                #settings

                #provide

                fn counter() -> &'static #private::Counter<#object> {
                    &crate::#counter
                }
            }

            #exports

            #record
            #more

            #private::inventory::submit! { #private::factory::<__PluginMaker>(&RECORD) }
        };
    }
}

/// The records that follow that of the registration: what it needs, provides, and can do
/// beside its interface. Returns their constants and the names of these.
///
/// ```text
/// Input:  Tool, needs(dyn Site), state
/// Output: const NEED_0_RECORD: &[u8] = ..; const ABILITIES_RECORD: &[u8] = ..;
///         and both names
/// ```
fn more_records(registration: &Registration) -> (TokenStream, Vec<Ident>) {
    let Registration { needs, provides, .. } = registration;
    let (mut constants, mut names) = (TokenStream::new(), Vec::new());
    for (interfaces, function, name) in
        [(needs, "need_record", "NEED"), (provides, "provided_record", "PROVIDED")]
    {
        for (i, interface) in interfaces.iter().enumerate() {
            let name = format_ident!("{name}_{i}_RECORD");
            constants.extend(service(registration, interface, function, &name));
            names.push(name);
        }
    }
    if let Some(abilities) = abilities(registration) {
        constants.extend(abilities);
        names.push(format_ident!("ABILITIES_RECORD"));
    }
    (constants, names)
}

/// The record of one service, in a constant of that name.
fn service(
    registration: &Registration,
    service: &Path,
    function: &str,
    name: &Ident,
) -> TokenStream {
    let Registration { krate, interface, name: name_of_plugin, .. } = registration;
    let private = quote!(#krate::__private);
    let object = object_type(interface);
    let path = quote!(<#object as #krate::Interface>::DESCRIPTION.path);
    let of_service = format_ident!("{name}_OF");
    let (function, len) = (format_ident!("{function}"), format_ident!("{function}_len"));
    let service = object_type(service);
    let found = located(quote!(#private::service_of::<#service>), place_of(&service));
    quote! {
        const #of_service: &'static [#private::core::primitive::u8] = #found();
        const #name: &'static [#private::core::primitive::u8] = &#private::#function::<
            { #private::#len(#path, #name_of_plugin, #of_service) }
        >(#path, #name_of_plugin, #of_service);
    }
}

/// The record of what a plugin can do beside its interface, if there is something.
fn abilities(registration: &Registration) -> Option<TokenStream> {
    let Registration { krate, interface, name, keeps_state, has_lifecycle, .. } = registration;
    let private = quote!(#krate::__private);
    let object = object_type(interface);
    let path = quote!(<#object as #krate::Interface>::DESCRIPTION.path);
    let flags = quote!(#private::abilities(#keeps_state, #has_lifecycle));
    (*keeps_state || *has_lifecycle).then(|| {
        quote! {
            const ABILITIES_RECORD: &'static [#private::core::primitive::u8] =
                &#private::abilities_record::<
                    { #private::abilities_record_len(#path, #name, #flags) }
                >(#path, #name, #flags);
        }
    })
}

/// The function that passes on the services that a plugin provides, if any.
fn provide(registration: &Registration) -> Option<TokenStream> {
    let Registration { krate, provides, .. } = registration;
    let private = quote!(#krate::__private);
    let add = provides.iter().map(|service| {
        let service = object_type(service);
        let provide = quote!(<Self::Instance as #krate::Provide<#service>>::provide);
        let provide = located(provide, place_of(&service));
        quote!(__services.add::<#service>(#provide(__instance));)
    });
    (!provides.is_empty()).then(|| {
        quote! {
            const PROVIDE: #private::core::option::Option<#krate::abi::ProvideServices> =
                #private::core::option::Option::Some(#private::provide::<__PluginMaker>);

            fn provide(__instance: &Self::Instance, __services: &mut #private::Provided) {
                #(#add)*
            }
        }
    })
}
