//! The C header of an interface, from the metadata of a library.

mod declarations;
mod forms;
mod members;
mod names;
mod no_form;
mod objects;
mod record;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::fmt::Write as _;

use plugin_interface::metadata::signature::Type;
use plugin_interface::metadata::{InterfaceMetadata, MethodMetadata, as_written};

use declarations::Declarations;
use forms::check;
use names::{Scope, comment};
use no_form::NoForm;
use objects::Objects;

/// The part that all headers have in common.
const COMMON: &str = include_str!("common.h");

/// A header, and the methods that it lacks.
pub(crate) struct Header {
    pub(crate) text: String,
    /// The methods that cannot be declared in C, each with the reason.
    pub(crate) missing: Vec<String>,
    /// The methods of the interface, in the order of its vtable.
    pub(crate) functions: Vec<Function>,
    /// The begin of the names that it declares.
    pub(crate) prefix: String,
}

/// A method as a function in C. One that cannot be declared has no outcome.
pub(crate) struct Function {
    pub(crate) name: String,
    /// The signature in Rust, for a comment.
    pub(crate) signature: String,
    pub(crate) outcome: Option<Outcome>,
}

/// The types of a function.
pub(crate) struct Outcome {
    /// The name of the type that it returns.
    pub(crate) name: String,
    /// The return in Rust.
    pub(crate) returns: Type,
    /// The declarations of the parameters, and their names.
    pub(crate) parameters: Vec<[String; 2]>,
}

/// Returns the header of an interface.
pub(crate) fn header(interface: &InterfaceMetadata) -> Header {
    let prefix = names::identifier(interface.name());
    let objects = Objects::new(interface, &prefix);
    let own = Part::of(interface, objects, &prefix);
    let (parts, mut missing) = (parts_of_objects(objects, &own), own.missing.clone());
    missing.extend(parts.values().flat_map(|part| part.missing.iter().cloned()));
    let text = format!(
        "{}\n{COMMON}\n{}",
        introduction(interface, &prefix),
        body(interface, &prefix, &declared_objects(objects, &parts), &own.types, &own.fields)
    );
    Header { text, missing, functions: own.functions, prefix }
}

/// The declarations of one interface, and the fields of its vtable.
struct Part {
    types: String,
    fields: String,
    missing: Vec<String>,
    functions: Vec<Function>,
    /// The numbers of the interfaces of objects that it uses.
    used: BTreeSet<usize>,
}

impl Part {
    fn of<'i>(interface: &'i InterfaceMetadata, objects: Objects<'i>, prefix: &str) -> Self {
        let mut declarations = Declarations::new(interface, objects, prefix);
        let (fields, missing, functions) = fields(interface, objects, &mut declarations);
        let (types, used) = declarations.finish();
        Part { types, fields, missing, functions, used }
    }
}

/// Returns the parts of all objects that an interface uses, and of those that
/// these use in turn.
fn parts_of_objects(objects: Objects<'_>, own: &Part) -> BTreeMap<usize, Part> {
    let mut parts = BTreeMap::new();
    let mut todo: Vec<_> = own.used.iter().copied().collect();
    while let Some(number) = todo.pop() {
        if let Entry::Vacant(place) = parts.entry(number) {
            let interface = objects.interface(number);
            let mut part = Part::of(interface, objects, &objects.name(number));
            for missing in &mut part.missing {
                *missing = format!("{}::{missing}", interface.name());
            }
            todo.extend(&part.used);
            place.insert(part);
        }
    }
    parts
}

/// Declares objects: first all, since they may refer to each other.
fn declared_objects(objects: Objects<'_>, parts: &BTreeMap<usize, Part>) -> String {
    if parts.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", objects::COMMON);
    for number in parts.keys() {
        let (name, path) = (objects.name(*number), &objects.interface(*number).path);
        let _ = writeln!(text, "/* Objects of {}. */\nPLUGIN_OBJECT({name})\n", comment(path));
    }
    for (number, Part { types, fields, .. }) in parts {
        let (name, interface) = (objects.name(*number), objects.interface(*number));
        let (count, fingerprint) = (interface.methods.len(), words(interface.fingerprint));
        let _ = write!(
            text,
            "{types}struct {name}_VTable {{
    PluginVTableHeader header;
{fields}}};

#define {name}_HEADER(drop) {{ PLUGIN_ABI_VERSION, {count}, {fingerprint}, drop }}
#define {name}_TABLE(vtable, share) {{ &vtable, {{ 0, 0 }}, share, plugin_no_type, 0, 0 }}

#if UINTPTR_MAX == 0xffffffffffffffffu
PLUGIN_ASSERT(sizeof({name}) == 24);
PLUGIN_ASSERT(sizeof({name}_Borrowed) == 40);
PLUGIN_ASSERT(sizeof({name}_Table) == 56);
PLUGIN_ASSERT(sizeof({name}_VTable) == {size});
#endif

",
            size = 32 + 8 * count,
        );
    }
    text
}

/// Returns the fields of a vtable, the methods that cannot be declared, and all.
fn fields(
    interface: &InterfaceMetadata,
    objects: Objects<'_>,
    declarations: &mut Declarations<'_>,
) -> (String, Vec<String>, Vec<Function>) {
    let (mut missing, mut functions) = (Vec::new(), Vec::new());
    let (mut fields, mut scope) = (String::new(), Scope::new(&["header"]));
    for method in &interface.methods {
        let name = scope.add(&method.name);
        let signature = comment(&as_written(&method.signature));
        let _ = writeln!(fields, "    /* {signature} */");
        let outcome = outcome(interface, objects, declarations, method);
        match &outcome {
            Ok(Outcome { name: outcome, parameters, .. }) => {
                let parameters = parameters.iter().map(|[declared, _]| format!(", {declared}"));
                let parameters: String = parameters.collect();
                let _ = writeln!(fields, "    {outcome} (*{name})(void *instance{parameters});");
            }
            Err(NoForm(reason)) => {
                let _ = write!(
                    fields,
                    "    /* Cannot be written in C: {}. Where no host calls it, `abort` will do. */\n    void (*{name})(void);\n",
                    comment(reason)
                );
                missing.push(format!("{} cannot be written in C: {reason}", method.name));
            }
        }
        functions.push(Function { name, signature, outcome: outcome.ok() });
    }
    (fields, missing, functions)
}

/// Returns the types of a method.
fn outcome(
    interface: &InterfaceMetadata,
    objects: Objects<'_>,
    declarations: &mut Declarations<'_>,
    method: &MethodMetadata,
) -> Result<Outcome, NoForm> {
    let Some(signature) = method.syntax() else {
        return Err(NoForm("its signature cannot be parsed".to_owned()));
    };
    let mut scope = Scope::new(&["instance"]);
    let mut parameters = Vec::new();
    for parameter in &signature.parameters {
        check(interface, objects, &parameter.ty)?;
        let ty = declarations.parameter(&parameter.ty)?;
        // A value without a size is not passed at all.
        let mut name = String::new();
        let named = || {
            name = scope.add(&parameter.name);
            name.clone()
        };
        if let Some(declared) = ty.declare(named) {
            parameters.push([declared, name]);
        }
    }
    check(interface, objects, &signature.returns)?;
    let name = declarations.outcome(&signature.returns)?;
    Ok(Outcome { name, returns: signature.returns, parameters })
}

fn introduction(interface: &InterfaceMetadata, prefix: &str) -> String {
    let methods = interface.methods.iter().map(|method| names::identifier(&method.name));
    let methods = methods.collect::<Vec<_>>().join(", ");
    format!(
        "/* The interface {path}, version {version}, for plugins in C and C++.
 *
 * Generated by `plugin-host header` from a library. Do not edit: hosts would
 * reject the plugin, or crash. A plugin defines the methods, and:
 *
 *     static const {prefix}VTable vtable = {{ {prefix}_HEADER(drop), {methods} }};
 *     static const {prefix}Registration registration = {{ &vtable, &instance }};
 *     const {prefix}Registration *plugin_register_{symbol}_v1(void) {{ return &registration; }}
 *     PLUGIN_PACKAGE(\"my-plugin\", \"1.0.0\")
 *     {prefix}_PLUGIN(\"Mine\")
 *
 * Build it with `cc -shared -fPIC`. A method returns its value with a null status,
 * the error of its `Result` with PLUGIN_ERROR, or PLUGIN_PANIC(\"reason\") as status.{exceptions}
 */
",
        path = comment(&interface.path),
        version = comment(&interface.version),
        symbol = interface.name(),
        exceptions = threads(interface),
    )
}

/// Returns the calls that an instance must support.
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

/// Returns a fingerprint as the initialiser of an array.
fn words(fingerprint: u128) -> String {
    let (low, high) = (fingerprint as u64, (fingerprint >> 64) as u64);
    format!("{{ UINT64_C({low:#018x}), UINT64_C({high:#018x}) }}")
}

fn body(
    interface: &InterfaceMetadata,
    prefix: &str,
    objects: &str,
    types: &str,
    fields: &str,
) -> String {
    let (symbol, count) = (interface.name(), interface.methods.len());
    let fingerprint = words(interface.fingerprint);
    let guard = format!("PLUGIN_INTERFACE_{}", names::identifier(&interface.path).to_uppercase());
    let path = names::literal(&interface.path);
    let record = record::bytes(interface);
    format!(
        "#ifndef {guard}
#define {guard}

/* The hash of the methods and their types. */
#define {prefix}_FINGERPRINT {fingerprint}
#define {prefix}_HEADER(drop) {{ PLUGIN_ABI_VERSION, {count}, {prefix}_FINGERPRINT, drop }}

{objects}{types}/* The methods. The first argument of each is the instance. */
typedef struct {{
    PluginVTableHeader header;
{fields}}} {prefix}VTable;

#if UINTPTR_MAX == 0xffffffffffffffffu
PLUGIN_ASSERT(sizeof({prefix}VTable) == {size});
#endif

/* An instance and its methods. */
typedef struct {{ const {prefix}VTable *vtable; void *instance; }} {prefix}Registration;

/* Returns the one instance of the library. The plugin defines it. */
PLUGIN_EXPORT const {prefix}Registration *plugin_register_{symbol}_v1(void);

/* Optional: destroys the instance, in place of the vtable's `drop`. */
PLUGIN_EXPORT void plugin_unregister_{symbol}_v1(const {prefix}Registration *registration);

/* Optional: returns the number of destroyed instances. */
PLUGIN_EXPORT size_t plugin_unmaker_counter_{symbol}_v1(void);

/* The records of the interface and of the instance, which gets this name. */
#define {prefix}_PLUGIN(registration_name) \\
    PLUGIN_RECORD static const unsigned char plugin_interface_record_{prefix}[] = {{ \\
{record}    }}; \\
    PLUGIN_REGISTRATION(plugin_registration_record_{prefix}, {path}, registration_name)

#endif /* {guard} */
",
        size = 32 + 8 * count,
    )
}
