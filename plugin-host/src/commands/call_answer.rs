//! The answer of a method, as `call` prints it.

use crate::output::{escaped, print_json_line, print_line};
use crate::worker::MethodAnswer;

pub(super) fn print_answer(answer: &MethodAnswer, is_json: bool) -> anyhow::Result<()> {
    if is_json {
        return print_json_line(answer);
    }
    print_line(&escaped(&answer.answer.to_string()))?;
    for (place, value) in &answer.changed {
        print_line(&escaped(&format!("{place} = {value}")))?;
    }
    Ok(())
}
