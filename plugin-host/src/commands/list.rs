//! `list DIR..`: prints the plugins of directories, without running any.

use crate::cli::ListArgs;
use crate::exit::Exit;
use crate::manager::without_probe;
use crate::output::{describe, escaped, print_error, print_json, print_line, waiting};
use crate::report::list::{ListRow, table};

pub(crate) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let mut exit = Exit::Ok;
    let mut rows = Vec::new();
    let manager = without_probe(&args.policy)?;
    for directory in &args.directories {
        let waiting = waiting(format!("reading {}", escaped(&directory.display().to_string())));
        let found = manager.survey(directory);
        waiting.finish_and_clear();
        let found = found.unwrap_or_else(|error| {
            print_error(&describe(&error));
            exit = exit.max(Exit::from(&error));
            Vec::new()
        });
        for entry in found {
            exit = exit.max(entry.result.as_ref().map_or_else(Exit::from, |_| Exit::Ok));
            rows.push(ListRow::of(&entry.path, &entry.result));
        }
    }
    if args.json {
        print_json(&rows)?;
    } else if !rows.is_empty() {
        print_line(&table(&rows))?;
        for reason in rows.iter().filter_map(|row| row.reason.as_ref()) {
            print_error(reason);
        }
    } else if exit == Exit::Ok {
        // An empty directory is a fine answer; only `run` and `check` need plugins.
        for directory in &args.directories {
            print_line(&escaped(&super::nothing_in(directory)))?;
        }
    }
    Ok(exit)
}
