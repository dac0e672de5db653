//! The calls of `fuzz`: which method with which arguments, by a seed and a number.
//! Both the program and its child process know them by that.

mod random;
mod smaller;
mod values;

use plugin_interface::dynamic::check_call;
use plugin_interface::metadata::InterfaceMetadata;
use plugin_interface::metadata::layout::Layouts;
use plugin_interface::metadata::signature::{Field, Method};
use serde_json::Value;

use self::random::Random;
pub(crate) use self::smaller::smaller_arguments;
use self::values::Values;

/// The most parts of the arguments of one call, such as elements of lists.
const PARTS: usize = 5_000;

/// The longest arguments, in bytes of JSON: a command has to take them.
const LONGEST: usize = 1 << 16;

/// The calls of the methods of one interface.
pub(crate) struct Calls<'i> {
    pub(crate) interface: &'i InterfaceMetadata,
    methods: Vec<Method>,
    seed: u64,
}

/// A call of a method.
#[derive(Clone, Debug)]
pub(crate) struct RandomCall {
    pub(crate) method: String,
    pub(crate) arguments: Vec<Value>,
}

impl<'i> Calls<'i> {
    /// Returns the calls of the methods that can be called by their names, and why
    /// each of the others cannot.
    pub(crate) fn new(
        interface: &'i InterfaceMetadata,
        seed: u64,
    ) -> (Self, Vec<(String, String)>) {
        let mut calls = Calls { interface, methods: Vec::new(), seed };
        let mut skipped = Vec::new();
        for described in &interface.methods {
            let Some(method) = described.syntax() else {
                skipped.push((described.name.clone(), "its signature is not known".to_owned()));
                continue;
            };
            // One that takes no value says so at each attempt.
            match (0..50).map(|call| calls.arguments(&method, call)).find_map(Result::ok) {
                Some(_) => calls.methods.push(method),
                None => {
                    let reason = calls.arguments(&method, 0).err().unwrap_or_default();
                    skipped.push((method.name, reason));
                }
            }
        }
        (calls, skipped)
    }

    /// Returns `true` if there is nothing to call.
    pub(crate) fn is_empty(&self) -> bool {
        self.methods.is_empty()
    }

    /// Returns the names of the methods that are called.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &str> {
        self.methods.iter().map(|method| method.name.as_str())
    }

    /// Returns the call with that number; `None` if its arguments have no value.
    pub(crate) fn get(&self, number: u64) -> Option<RandomCall> {
        let method = &self.methods[(number % self.methods.len() as u64) as usize];
        let arguments = self.arguments(method, number).ok()?;
        Some(RandomCall { method: method.name.clone(), arguments })
    }

    fn arguments(&self, method: &Method, number: u64) -> Result<Vec<Value>, String> {
        let mut layouts = Layouts::new(self.interface);
        let random = Random::new(self.seed, number);
        let mut values = Values { layouts: &mut layouts, random, left: PARTS };
        let value = |field: &Field| {
            values.of(&field.ty, 0).ok_or_else(|| format!("no value of {} is known", field.ty))
        };
        let arguments = method.parameters.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        let text = serde_json::to_string(&arguments).map_err(|error| error.to_string())?;
        if text.len() > LONGEST {
            return Err(format!("its values have more than {LONGEST} bytes"));
        }
        check_call(self.interface, &method.name, &arguments).map_err(|error| error.to_string())?;
        Ok(arguments)
    }
}
