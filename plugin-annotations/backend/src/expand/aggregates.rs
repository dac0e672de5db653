//! `#[plugin_aggregates]`: the exports, the counter and the metadata of a library.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::{exports, metadata_static, object_type, package_constant};
use crate::errors::Errors;
use crate::generate::Request;
use crate::model::{Aggregates, counter_name};
use crate::parse;

/// Makes a crate a library of plugins: `#[plugin_aggregates(args)] item`.
///
/// Mistakes become a `compile_error!` in the returned code.
pub fn run(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let aggregates = parse::aggregates(args.clone(), item.clone(), &mut errors);
    let generated = match (aggregates, errors.into_tokens()) {
        (Some(Aggregates { krate, .. }), None) => {
            Request::call(&krate, "plugin_aggregates", args, item.clone())
        }
        (_, errors) => quote!(#errors),
    };
    quote!(#item #generated)
}

/// The code of a library, with the path of the request.
pub(crate) fn generate(request: &Request, errors: &mut Errors) -> Option<TokenStream> {
    let mut aggregates = parse::aggregates(request.args.clone(), request.item.clone(), errors)?;
    aggregates.krate = request.krate.clone();
    Some(expand(&aggregates))
}

/// ```text
/// Input:  Greeter
/// Output: static write_plugin_aggregates_Greeter_..: Counter<dyn Greeter>
///         inventory::submit! { aggregate(&COUNTER, &INTERFACE, &PACKAGE) }
///         extern "C" fn plugin_register_all_Greeter_v1() -> *const RegistrationArray
///         extern "C" fn plugin_unregister_all_Greeter_v1(*const RegistrationArray)
///         extern "C" fn plugin_unmaker_counter_Greeter_v1() -> usize
/// ```
fn expand(Aggregates { krate, interface, interface_name, lints }: &Aggregates) -> TokenStream {
    let private = quote!(#krate::__private);
    let (counter, object) = (counter_name(interface_name), object_type(interface));
    let name = interface_name.unraw().to_string();
    let register = format_ident!("plugin_register_all_{interface_name}_v1");
    let unregister = format_ident!("plugin_unregister_all_{interface_name}_v1");
    let get = format_ident!("plugin_unmaker_counter_{interface_name}_v1");
    let interface_record =
        metadata_static(krate, "INTERFACE", &quote!(<#object as #krate::Interface>::RECORD));
    let package_record = metadata_static(krate, "PACKAGE", &quote!(PACKAGE_RECORD));
    let package = package_constant(krate);
    let exports = exports::are_wanted().then(|| {
        quote! {
            #[unsafe(no_mangle)]
            extern "C" fn #register() -> *const #krate::RegistrationArray {
                #private::keep(&INTERFACE);
                #private::keep(&PACKAGE);
                #private::register_all::<#object>()
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn #unregister(__registrations: *const #krate::RegistrationArray) {
                // SAFETY: the caller passes the return value of the function above.
                unsafe { #private::unregister_all(__registrations) }
            }

            #[unsafe(no_mangle)]
            extern "C" fn #get() -> #private::core::primitive::usize {
                #private::count(&#counter)
            }
        }
    });
    quote! {
        #[doc(hidden)]
        #(#lints)*
        #[allow(non_upper_case_globals)]
        static #counter: #private::Counter<#object> = #private::Counter::new();

        // The symbols contain the name that is written here.
        #(#lints)*
        const _: () = #private::core::assert!(
            #private::is_same_name(<#object as #krate::Interface>::NAME, #name),
            "use the interface's own name here, not an alias",
        );

        #(#lints)*
        const _: () = {
            #exports

            #package

            #private::inventory::submit! {
                #private::aggregate::<#object>(&#counter, &INTERFACE, &PACKAGE)
            }

            #interface_record
            #package_record
        };
    }
}
