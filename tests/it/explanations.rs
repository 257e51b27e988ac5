//! What `recflow explain` says of an edit before anything runs.

use super::project::Project;

const PIPELINE: &str = "small.yaml";

/// What is said of some stages after an edit of a pipeline that has run, without digests and times.
fn told(edit: impl FnOnce(&Project), arguments: &str) -> String {
    let project = Project::small();
    project.recflow(&format!("run {PIPELINE}")).expect(0);
    edit(&project);
    let said = project.recflow(&format!("explain {PIPELINE} {arguments}"));
    steady(&said.expect(0).stdout)
}

/// The text without digests, revisions, moments and durations, and with costs in one line, however long their durations are.
fn steady(text: &str) -> String {
    let paragraphs = text.trim_end().split("\n\n").map(|paragraph| match paragraph.find("; together") {
        Some(start) => paragraph[..start].replace('\n', " ") + "; together <time> at most, by past runs",
        None => paragraph.lines().map(without_moments).collect::<Vec<_>>().join("\n"),
    });
    let is_digest = |word: &str| word.len() == 12 && word.chars().all(|letter| letter.is_ascii_hexdigit());
    let mut steady = paragraphs.collect::<Vec<_>>().join("\n\n");
    for revision in 1..10 {
        steady = steady.replace(&format!("(revision {revision})"), "(revision _)");
    }
    steady.split_inclusive([' ', ',', '\n']).fold(String::new(), |text, word| {
        let end = word.trim_end_matches([' ', ',', '\n']).len();
        let (word, after) = word.split_at(end);
        text + if is_digest(word) { "<digest>----" } else { word } + after
    })
}

fn without_moments(line: &str) -> String {
    match line.find(", computed ") {
        Some(start) => format!("{}, computed <when> in <time> by recflow <version>", &line[..start]),
        None => line.to_owned(),
    }
}

macro_rules! assert_told {
    ($edit:expr, $arguments:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(told($edit, $arguments)) })
    };
}

#[test]
fn a_parameter() {
    assert_told!(|project| project.edit(PIPELINE, "lambda: 20", "lambda: 10"), "train-ease");
}

#[test]
fn rows_of_the_input() {
    assert_told!(
        |project| {
            let ratings = project.read("ratings.csv");
            project.write("ratings.csv", ratings.lines().skip(1).fold(String::new(), |text, line| text + line + "\n"));
        },
        "ingest"
    );
}

#[test]
fn a_metric() {
    assert_told!(
        |project| project.edit(PIPELINE, "ndcg@5]", "ndcg@5, recall@20, map@20, hit-rate@5]"),
        "evaluate/train-ease"
    );
}

#[test]
fn a_seed() {
    assert_told!(|project| project.edit(PIPELINE, "seed: 7", "seed: 8"), "split");
}

#[test]
fn the_order_of_keys() {
    assert_told!(
        |project| project.edit(PIPELINE, "strategy: per-user-random, seed: 7", "seed: 7, strategy: per-user-random"),
        ""
    );
}

#[test]
fn what_ends_early() {
    // A blank line makes another file of the same ratings: only what reads it is sure to run.
    let edit = |project: &Project| {
        let ratings = project.read("ratings.csv");
        project.write("ratings.csv", ratings + "\n");
    };
    assert_told!(edit, "");
    assert_told!(
        |project| {
            edit(project);
            assert_eq!(project.computed(PIPELINE, ""), ["ingest"]);
        },
        "split"
    );
}

#[test]
fn a_data_set() {
    assert_told!(
        |project| {
            project.write("others.csv", project.read("ratings.csv").replace(",5,", ",4,"));
        },
        "ingest --set dataset=others.csv"
    );
}

#[test]
fn threads() {
    assert_told!(
        |project| project.edit(
            PIPELINE,
            "    needs: split\n    with: { lambda:",
            "    needs: split\n    resources: { threads: 1 }\n    with: { lambda:"
        ),
        "train-ease"
    );
}

#[test]
fn without_a_stage_it_tells_of_all_that_run() {
    assert_told!(|project| project.edit(PIPELINE, "lambda: 20", "lambda: 10"), "");
}
