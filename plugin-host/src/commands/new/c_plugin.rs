//! A plugin in C, for an interface of a library.

use std::fmt::Write as _;
use std::path::Path;

use plugin_interface::metadata::signature::Type;

use super::draft::{Draft, Place, crate_name, filled};
use super::library::of_library;
use crate::header::{Function, header};
use crate::interface_source::camel;

const PLUGIN: &str = include_str!("../../../templates/c/plugin.c");
const MAKEFILE: &str = include_str!("../../../templates/c/Makefile");

pub(super) fn draft(
    place: &Place<'_>,
    library: &Path,
    name: Option<&str>,
) -> anyhow::Result<Draft> {
    let metadata = plugin_interface::inspect(library)?;
    let interface = of_library(&metadata, library, name)?;
    let header = header(interface);
    let file = format!("{}.h", header.prefix.to_lowercase());
    // Not `read` or `free`, which C has already.
    let begin = header.prefix.to_lowercase();
    let names = header.functions.iter().map(|of| format!(", {}", entry(of, &begin)));
    let names: String = names.collect();
    let functions = header.functions.iter().filter_map(|of| function(of, &begin));
    let functions: String = functions.collect();
    let crate_name = crate_name(place.name);
    let ty = camel(place.name);
    let words = [
        ("my-plugin", place.name),
        ("MyPlugin", &ty),
        ("__HEADER__", &file),
        ("__PREFIX__", &header.prefix),
        ("__SYMBOL__", interface.name()),
        ("__NAMES__", &names),
        ("__FUNCTIONS__", &functions),
    ];
    let plugin = filled(PLUGIN, &words);
    let makefile = filled(MAKEFILE, &[("my_plugin", &crate_name), ("__HEADER__", &file)]);
    let folder = place.folder.display();
    let ignored = "*.so\n*.dylib\n".to_owned();
    Ok(Draft {
        files: vec![
            (format!("{crate_name}.c"), plugin, "the plugin"),
            (file, header.text, "the interface; do not edit it"),
            ("Makefile".to_owned(), makefile, "builds the library"),
            (".gitignore".to_owned(), ignored, ""),
        ],
        next: vec![format!("cd {folder}"), "make".to_owned(), "make check".to_owned()],
        last: "Its answers mean nothing yet. Write yours, and put the library into the\n\
               folder where the host looks for plugins."
            .to_owned(),
        notes: header.missing,
        ..Draft::default()
    })
}

/// Returns the name of a function in the vtable.
fn entry(function: &Function, begin: &str) -> String {
    match function.outcome {
        Some(_) => format!("{begin}_{}", function.name),
        None => "(void (*)(void))abort".to_owned(),
    }
}

/// Returns the definition of a function that can be written in C.
fn function(function: &Function, begin: &str) -> Option<String> {
    let outcome = function.outcome.as_ref()?;
    let mut text = format!("/* {} */\n", function.signature);
    let parameters = outcome.parameters.iter().map(|[declared, _]| format!(", {declared}"));
    let parameters: String = parameters.collect();
    let (ty, name) = (&outcome.name, &function.name);
    let mut returned = "outcome".to_owned();
    while outcome.parameters.iter().any(|[_, parameter]| *parameter == returned) {
        returned.push('_');
    }
    let _ = writeln!(text, "static {ty} {begin}_{name}(void *instance{parameters}) {{");
    let _ = writeln!(text, "    (void)instance;");
    for [_, parameter] in &outcome.parameters {
        let _ = writeln!(text, "    (void){parameter};");
    }
    let _ = writeln!(text, "    {ty} {returned} = {{ 0 }};");
    let answer = match answer(&outcome.returns) {
        Answer::Zero => String::new(),
        Answer::Value(value) => format!("    {returned}.value = {value};\n"),
        Answer::None => {
            format!("    {returned}.status = PLUGIN_PANIC(\"{name} has no answer yet\");\n")
        }
    };
    let _ = write!(text, "{answer}    return {returned};\n}}\n\n");
    Some(text)
}

/// The answer of a function.
enum Answer {
    /// All bytes are zero.
    Zero,
    Value(&'static str),
    None,
}

fn answer(ty: &Type) -> Answer {
    match ty {
        Type::Tuple(values) if values.is_empty() => Answer::Zero,
        Type::Reference { exclusive: false, to } => match &**to {
            Type::Named { name, .. } if name == "str" => Answer::Value("plugin_str(\"\")"),
            _ => Answer::None,
        },
        Type::Named { name, .. } => match name.as_str() {
            "String" => Answer::Value("plugin_string(\"\", 0)"),
            "bool" | "char" | "f32" | "f64" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize"
            | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "Option" | "Duration" => {
                Answer::Zero
            }
            _ => Answer::None,
        },
        _ => Answer::None,
    }
}
