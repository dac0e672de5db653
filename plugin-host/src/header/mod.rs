//! A C header for an interface, made from what a library says of it.

mod forms;
mod layout;
mod members;
mod names;
mod record;
#[cfg(test)]
mod tests;
mod types;

use std::fmt::Write as _;

use plugin_interface::metadata::{InterfaceMetadata, MethodMetadata};

use forms::{NoForm, check};
use layout::Layouts;
use names::{Scope, comment};

/// What every header holds.
const COMMON: &str = include_str!("common.h");

/// A header, and what it lacks.
pub(crate) struct Header {
    pub(crate) text: String,
    /// The methods that cannot be written in C, each with its reason.
    pub(crate) missing: Vec<String>,
}

/// Makes the header of an interface.
pub(crate) fn header(interface: &InterfaceMetadata) -> Header {
    let prefix = names::identifier(interface.name());
    let mut layouts = Layouts::new(interface, &prefix);
    let mut missing = Vec::new();
    let (mut fields, mut scope) = (String::new(), Scope::new(&["header"]));
    for method in &interface.methods {
        let name = scope.add(&method.name);
        let _ = writeln!(fields, "    /* {} */", comment(&method.signature));
        match pointer(interface, &mut layouts, method, &name) {
            Ok(pointer) => fields += &pointer,
            Err(NoForm(reason)) => {
                let _ = write!(
                    fields,
                    "    /* Cannot be written in C: {}. Where no host calls it, `abort` will do. */\n    void (*{name})(void);\n",
                    comment(&reason)
                );
                missing.push(format!("{} cannot be written in C: {reason}", method.name));
            }
        }
    }
    let types = layouts.finish();
    let text = format!(
        "{}\n{COMMON}\n{}",
        introduction(interface, &prefix),
        body(interface, &prefix, &types, &fields)
    );
    Header { text, missing }
}

/// The pointer to a method, as a field of the vtable.
fn pointer(
    interface: &InterfaceMetadata,
    layouts: &mut Layouts<'_>,
    method: &MethodMetadata,
    name: &str,
) -> Result<String, NoForm> {
    let Some(signature) = method.syntax() else {
        return Err(NoForm("its signature is none".to_owned()));
    };
    let mut scope = Scope::new(&["instance"]);
    let mut parameters = "void *instance".to_owned();
    for parameter in &signature.parameters {
        check(interface, &parameter.ty)?;
        let ty = layouts.value(&parameter.ty)?;
        // What has no size is not passed at all.
        if ty.size > 0 {
            let _ = write!(parameters, ", {}", ty.declare(&scope.add(&parameter.name)));
        }
    }
    check(interface, &signature.returns)?;
    let outcome = layouts.outcome(&signature.returns)?;
    Ok(format!("    {outcome} (*{name})({parameters});\n"))
}

fn introduction(interface: &InterfaceMetadata, prefix: &str) -> String {
    let methods = interface.methods.iter().map(|method| names::identifier(&method.name));
    let methods = methods.collect::<Vec<_>>().join(", ");
    format!(
        "/* The interface {path}, version {version}, for plugins in C and C++.
 *
 * Made by `plugin-host header` from a library; whoever changes it by hand is
 * refused by hosts, or crashes them. A plugin defines its methods, and:
 *
 *     static const {prefix}VTable vtable = {{ {prefix}_HEADER(drop), {methods} }};
 *     static const {prefix}Registration registration = {{ &vtable, &instance }};
 *     const {prefix}Registration *plugin_register_{symbol}_v1(void) {{ return &registration; }}
 *     PLUGIN_PACKAGE(\"my-plugin\", \"1.0.0\")
 *     {prefix}_PLUGIN(\"Mine\")
 *
 * Built by `cc -shared -fPIC`. A method returns its value with a null status, or
 * the error of its own `Result` with PLUGIN_ERROR, or PLUGIN_PANIC(\"why\") as status.{exceptions}
 */
",
        path = comment(&interface.path),
        version = comment(&interface.version),
        symbol = interface.name(),
        exceptions = threads(interface),
    )
}

/// What an instance has to bear.
fn threads(interface: &InterfaceMetadata) -> &'static str {
    match (interface.send, interface.sync) {
        (_, true) => {
            "\n * Several threads may call an instance at once. No C++ exception may leave a method."
        }
        (true, false) => {
            "\n * One thread at a time calls an instance. No C++ exception may leave a method."
        }
        (false, false) => "\n * One thread calls an instance. No C++ exception may leave a method.",
    }
}

fn body(interface: &InterfaceMetadata, prefix: &str, types: &str, fields: &str) -> String {
    let (symbol, count) = (interface.name(), interface.methods.len());
    let fingerprint = interface.fingerprint;
    let guard = format!("PLUGIN_INTERFACE_{}", names::identifier(&interface.path).to_uppercase());
    let path = names::literal(&interface.path);
    let record = record::bytes(interface);
    format!(
        "#ifndef {guard}
#define {guard}

/* Identifies the methods and their types. */
#define {prefix}_FINGERPRINT UINT64_C({fingerprint:#018x})
#define {prefix}_HEADER(drop) {{ PLUGIN_ABI_VERSION, {count}, {prefix}_FINGERPRINT, drop }}

{types}/* The methods of an instance, which each of them takes first. */
typedef struct {{
    PluginVTableHeader header;
{fields}}} {prefix}VTable;

#if UINTPTR_MAX == 0xffffffffffffffffu
PLUGIN_ASSERT(sizeof({prefix}VTable) == {size});
#endif

/* An instance and its methods. */
typedef struct {{ const {prefix}VTable *vtable; void *instance; }} {prefix}Registration;

/* Gives the one instance of the library. The plugin defines it. */
PLUGIN_EXPORT const {prefix}Registration *plugin_register_{symbol}_v1(void);

/* May be defined too: takes the instance back, instead of the vtable's `drop`. */
PLUGIN_EXPORT void plugin_unregister_{symbol}_v1(const {prefix}Registration *registration);

/* May be defined too: how many instances were taken back. */
PLUGIN_EXPORT size_t plugin_unmaker_counter_{symbol}_v1(void);

/* The records of the interface and of the instance, by its name. */
#define {prefix}_PLUGIN(registration_name) \\
    PLUGIN_RECORD static const unsigned char plugin_interface_record_{prefix}[] = {{ \\
{record}    }}; \\
    PLUGIN_REGISTRATION(plugin_registration_record_{prefix}, {path}, registration_name)

#endif /* {guard} */
",
        size = 24 + 8 * count,
    )
}
