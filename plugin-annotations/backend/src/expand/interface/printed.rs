//! `Display` and `Error` of a proxy, by the methods in the table.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::proxy_name;
use crate::model::Interface;
use crate::printed::{CAUSES, DISPLAY};

/// ```text
/// Output: impl Display for GreeterProxy {
///             fn fmt(&self, f: &mut Formatter<'_>) -> Result { f.pad(&__call_fmt_display(..)?) }
///         }
///         impl Error for GreeterProxy {
///             fn source(&self) -> Option<&(dyn Error + 'static)> { .. }
///         }
/// ```
pub(super) fn of_proxy(interface: &Interface) -> TokenStream {
    let Interface { krate, item, printed, .. } = interface;
    let (name, proxy, core) = (&item.ident, proxy_name(item), quote!(#krate::__private::core));
    let value = |method: &str, argument: TokenStream| {
        let call = format_ident!("__call_{method}");
        quote! {
            // SAFETY: `value` drops a fault, while `self` keeps the library loaded.
            #krate::__private::Object::<dyn #name>::value(
                #method,
                unsafe { Self::#call(self, #argument) },
            )
        }
    };
    let display = printed.has_display().then(|| {
        let text = value(DISPLAY, quote!(#core::fmt::Formatter::alternate(__f)));
        quote! {
            impl #core::fmt::Display for #proxy {
                fn fmt(&self, __f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
                    let __text = #text?;
                    #core::fmt::Formatter::pad(__f, &__text)
                }
            }
        }
    });
    let error = printed.has_causes().then(|| {
        let causes = value(CAUSES, quote!());
        quote! {
            impl #core::error::Error for #proxy {
                fn source(&self)
                    -> #core::option::Option<&(dyn #core::error::Error + 'static)>
                {
                    let __causes = #causes;
                    #krate::__private::Object::cause(&self.plugin_object, __causes)
                }
            }
        }
    });
    quote!(#display #error)
}
