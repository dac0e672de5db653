//! Circles of files: files of one crate that import each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{root, sources};

/// The circles that are mutual by nature. `docs/architecture.md` says why.
const MUTUAL: &[&[&str]] = &[
    &[
        "plugin-interface/core/src/boundary/shape/definition.rs",
        "plugin-interface/core/src/boundary/shape/mod.rs",
        "plugin-interface/core/src/metadata/description.rs",
    ],
    &["plugin-interface/core/src/interface.rs", "plugin-interface/core/src/object/mod.rs"],
    &[
        "plugin-interface/src/host/hot_library/dynamic/mod.rs",
        "plugin-interface/src/host/hot_library/dynamic/signature.rs",
        "plugin-interface/src/host/hot_library/dynamic/value.rs",
    ],
];

/// The source folders whose files are compared.
const CRATES: &[&str] = &[
    "plugin-annotations/backend/src",
    "plugin-annotations/derive/src",
    "plugin-host/src",
    "plugin-interface/core/src",
    "plugin-interface/src",
];

/// The path of a module from the root of its crate.
type Module = Vec<String>;

/// One source file.
#[derive(Default)]
struct File {
    name: String,
    /// The paths that its code names.
    imports: BTreeSet<Module>,
    /// The names that it hands on, and the paths that they stand for.
    reexports: BTreeMap<String, Module>,
}

/// The text of a file without comments, literals and unit tests.
fn code(text: &str) -> String {
    let text = match text.find("#[cfg(test)]\nmod tests {") {
        Some(tests) => &text[..tests],
        None => text,
    };
    let mut code = String::new();
    for line in text.lines() {
        let line = line.trim_start();
        if !line.starts_with("//") {
            // A path within a literal is a text.
            let parts = line.split('"').step_by(2);
            code.push_str(&parts.collect::<Vec<_>>().join("\"\""));
            code.push('\n');
        }
    }
    code
}

/// The paths of a tree of imports, as in `a::{b, c::d}`, with the names by which
/// they are known.
fn leaves(tree: &str, before: &[String], found: &mut Vec<(Module, String)>) {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
        let mut path: Module = [before, &segments(path)].concat();
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let last = path.last().cloned().unwrap_or_default();
        let name = if name.is_empty() { last } else { name.trim().to_owned() };
        return found.push((path, name));
    };
    let before = [before, &segments(&tree[..open])].concat();
    let inner = &tree[open + 1..tree.rfind('}').expect("a closed brace")];
    let (mut depth, mut start) = (0, 0);
    for (at, character) in inner.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                leaves(&inner[start..at], &before, found);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !inner[start..].trim().is_empty() {
        leaves(&inner[start..], &before, found);
    }
}

fn segments(path: &str) -> Module {
    path.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The path from the root of the crate, if it is one of this crate.
fn absolute(
    path: &[String],
    module: &[String],
    modules: &BTreeMap<Module, File>,
) -> Option<Module> {
    let mut module = module.to_vec();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => module.clear(),
        "self" => {}
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                module.pop();
                rest = &rest[1..];
            }
            return Some([&module, rest].concat());
        }
        child => {
            let inner = [&module[..], &[child.to_owned()]].concat();
            return modules.contains_key(&inner).then(|| [&module, path].concat());
        }
    }
    Some([&module, &rest[1..]].concat())
}

/// The file that defines what a path names, past all that only hands it on.
fn defined_in(path: &[String], modules: &BTreeMap<Module, File>, depth: usize) -> Option<Module> {
    let mut module: Module = Vec::new();
    for (at, part) in path.iter().enumerate() {
        let inner = [&module[..], std::slice::from_ref(part)].concat();
        if modules.contains_key(&inner) {
            module = inner;
            continue;
        }
        let file = modules.get(&module)?;
        if depth < 8
            && let Some(target) = file.reexports.get(part)
        {
            let whole = [target, &path[at + 1..]].concat();
            return defined_in(&whole, modules, depth + 1);
        }
        break;
    }
    Some(module)
}

/// The files of a crate, by module.
fn read(source: &Path) -> BTreeMap<Module, File> {
    let mut texts = BTreeMap::new();
    for path in sources(source) {
        let relative = path.strip_prefix(source).unwrap();
        let name = relative.to_str().unwrap().to_owned();
        let mut module = segments(&name.trim_end_matches(".rs").replace('/', "::"));
        let last = module.last().unwrap();
        if last == "tests" || last == "cases" {
            continue;
        }
        if last == "mod" || name == "lib.rs" || name == "main.rs" {
            module.pop();
        }
        texts.insert(module, (name, code(&std::fs::read_to_string(&path).unwrap())));
    }
    let mut modules: BTreeMap<Module, File> =
        texts.keys().map(|module| (module.clone(), File::default())).collect();
    for (module, (name, text)) in texts {
        let file = import(&module, name, &text, &modules);
        modules.insert(module, file);
    }
    modules
}

/// The imports and paths of one file.
fn import(module: &Module, name: String, text: &str, modules: &BTreeMap<Module, File>) -> File {
    let mut file = File { name, ..File::default() };
    let mut rest = String::new();
    for statement in text.split_inclusive(';') {
        // What is left of a `use` is its visibility, behind other items.
        let before = |at: usize| statement[..at].trim_end();
        let is_import = |&at: &usize| {
            let before = before(at);
            before.is_empty()
                || before.ends_with(['}', ';', ']', '{', ')'])
                || before.ends_with("pub")
        };
        let Some(at) = statement.rfind("use ").filter(is_import) else {
            rest.push_str(statement);
            continue;
        };
        let is_public = before(at).ends_with("pub") || before(at).ends_with(')');
        rest.push_str(&statement[..at]);
        let mut found = Vec::new();
        leaves(statement[at + 4..].trim_end_matches(';'), &[], &mut found);
        for (path, name) in found {
            let Some(path) = absolute(&path, module, modules) else { continue };
            if is_public {
                file.reexports.insert(name, path);
            } else {
                file.imports.insert(path);
            }
        }
    }
    for start in ["crate::", "super::"] {
        for (at, _) in rest.match_indices(start) {
            let path: String = rest[at..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
                .collect();
            file.imports.extend(absolute(&segments(&path), module, modules));
        }
    }
    file
}

/// The groups of files that reach each other.
fn circles(source: &Path) -> Vec<BTreeSet<String>> {
    let modules = read(source);
    let mut reached: BTreeMap<&Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, file) in &modules {
        let targets = file.imports.iter().filter_map(|path| defined_in(path, &modules, 0));
        reached.insert(module, targets.filter(|target| target != module).collect());
    }
    // The transitive closure; the crates are small.
    loop {
        let mut grown = false;
        for module in modules.keys() {
            let next: Vec<Module> =
                reached[module].iter().flat_map(|target| reached[target].clone()).collect();
            let own = reached.get_mut(module).unwrap();
            for target in next {
                grown |= own.insert(target);
            }
        }
        if !grown {
            break;
        }
    }
    let mut found = BTreeSet::new();
    for module in modules.keys() {
        if reached[module].contains(module) {
            let group = reached[module].iter().filter(|other| reached[other].contains(module));
            found.insert(group.map(|other| modules[other].name.clone()).collect::<BTreeSet<_>>());
        }
    }
    found.into_iter().collect()
}

#[test]
fn files_import_each_other_only_where_they_are_mutual_by_nature() {
    let mut found = Vec::new();
    for source in CRATES {
        for circle in circles(&root().join(source)) {
            let files: Vec<_> = circle.iter().map(|name| format!("{source}/{name}")).collect();
            found.push(files);
        }
    }
    let expected: Vec<Vec<String>> =
        MUTUAL.iter().map(|files| files.iter().map(|&file| file.to_owned()).collect()).collect();
    assert_eq!(found, expected, "a circle of files: move what ties them, or say why it is there");
}
