//! The figures of the README are those of the benchmarks.

use std::fs::{read_to_string, write};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// The first group of a chart, as a picture of its own.
fn first_group(chart: &str) -> String {
    let (head, body) = chart.split_once('\n').unwrap();
    let (before, after) = head.split_once(" height=\"").expect("a height");
    let (_, after) = after.split_once('"').unwrap();
    let title = "<title>A call with two numbers: ratio to dyn Trait</title>";
    let mut groups = 0;
    let group = body.lines().take_while(|line| {
        groups += usize::from(line.contains("font-weight=\"bold\""));
        groups < 2
    });
    let group: String = group.map(|line| format!("{line}\n")).collect();
    format!("{before} height=\"290\"{after}\n{title}\n{group}</svg>\n")
}

#[test]
fn the_chart_of_the_readme_is_the_first_group_of_the_benchmarks() {
    let chart = read_to_string(root().join("benchmarks/charts/calls.svg")).unwrap();
    let path = root().join("docs/book/src/pictures/calls-add.svg");
    if std::env::var_os("BLESS").is_some() {
        write(&path, first_group(&chart)).unwrap();
    }
    let picture = read_to_string(&path).unwrap();
    assert_eq!(picture, first_group(&chart), "run the test with BLESS=1");
}

/// Such as `| a call | 1.01 | 2.37 ns | .. |`.
#[test]
fn the_measurements_of_the_readme_are_in_the_results() {
    let readme = read_to_string(root().join("README.md")).unwrap();
    let results = read_to_string(root().join("benchmarks/RESULTS.md")).unwrap();
    let (_, table) = readme.split_once("| measured |").expect("a table");
    let rows: Vec<_> = table.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    assert_eq!(rows.len(), 4);
    for row in rows {
        let cells: Vec<_> = row.split(" | ").collect();
        let (ratio, value) = (cells[1], cells[2].split(' ').next().unwrap());
        let has_both = |line: &str| line.contains(&format!("{value} ±")) && line.contains(ratio);
        let found = results.lines().any(|line| line.starts_with("| ours") && has_both(line));
        assert!(found, "{row}: not in benchmarks/RESULTS.md");
    }
}
