//! What a user reads when a ratings file is wrong, word for word.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use insta::assert_snapshot;

use super::project::{Project, SMALL, ratings};

/// What a quiet run over that file says, which must fail.
fn told_of(file: &str, content: impl AsRef<[u8]>) -> String {
    told_with(file, content, "")
}

/// The same, with more parameters of `ingest`.
fn told_with(file: &str, content: impl AsRef<[u8]>, parameters: &str) -> String {
    let project = Project::new();
    project.write(file, content).write("small.yaml", SMALL);
    project.edit("small.yaml", "dataset: ratings.csv", &format!("dataset: {}", file.split('/').next().unwrap()));
    project.edit("small.yaml", "dataset: \"${dataset}\"", &format!("dataset: \"${{dataset}}\"{parameters}"));
    let outcome = project.recflow("run small.yaml --quiet");
    outcome.expect(1);
    outcome.seen()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_missing_column() {
    assert_snapshot!(told_of("ratings.csv", "customer_name,product,stars\nann,tea,5\n"));
}

#[test]
fn a_column_that_is_named_and_not_there() {
    let columns = ", columns: { user: customer, item: product }";
    assert_snapshot!(told_with("ratings.csv", "costumer,product,stars\nann,tea,5\n", columns));
}

#[test]
fn no_header() {
    assert_snapshot!(told_of("ratings.csv", "1,10,5,881250949\n1,20,3,881250950\n"));
}

#[test]
fn a_rating_that_is_no_number() {
    assert_snapshot!(told_of("ratings.csv", "user,item,rating\nann,tea,5\nann,milk,good\n"));
}

#[test]
fn a_rating_that_is_not_finite() {
    assert_snapshot!(told_of("ratings.csv", "user,item,rating\nann,tea,NaN\nann,milk,inf\n"));
}

#[test]
fn a_time_that_is_no_number() {
    assert_snapshot!(told_of("ratings.csv", "user,item,rating,timestamp\nann,tea,5,yesterday\n"));
}

#[test]
fn a_line_that_is_too_short() {
    assert_snapshot!(told_of("ratings.dat", "1::10::5::881250949\n1::20::3\n"));
}

#[test]
fn an_empty_id() {
    assert_snapshot!(told_of("ratings.csv", "user,item,rating\n,tea,5\n"));
}

#[test]
fn a_pair_that_stands_twice() {
    assert_snapshot!(told_of("ratings.csv", "user,item,rating\nann,tea,5\nbob,tea,4\nann,tea,3\n"));
}

#[test]
fn many_bad_lines() {
    let lines: String = (0..25).map(|n| format!("u{n},tea,{}\n", if n % 2 == 0 { "?" } else { "5" })).collect();
    assert_snapshot!(told_of("ratings.csv", format!("user,item,rating\n{lines}")));
}

#[test]
fn a_gzip_file_that_ends_too_early() {
    let mut bytes = gzip(&ratings(30, 24));
    bytes.truncate(bytes.len() / 2);
    assert_snapshot!(told_of("ratings.csv.gz", bytes));
}

#[test]
fn a_file_that_says_gzip_and_is_none() {
    assert_snapshot!(told_of("ratings.csv.gz", b"\x1f\x8bnot really"));
}

#[test]
fn an_empty_file() {
    assert_snapshot!(told_of("ratings.csv", ""));
}

#[test]
fn a_header_and_nothing_else() {
    assert_snapshot!(told_of("ratings.csv", "user,item,rating\n"));
}

#[test]
fn a_file_that_is_not_text() {
    assert_snapshot!(told_of("ratings.csv", b"PK\x03\x04\x00\x00\x08\x00\x00\x01\x02"));
}

#[test]
fn a_file_in_another_encoding() {
    assert_snapshot!(told_of("ratings.csv", b"user,item,rating\nann,caf\xe9,5\n"));
}

#[test]
fn prose() {
    assert_snapshot!(told_of("ratings.txt", "Dear colleague\n\nPlease find the ratings attached.\n"));
}

#[test]
fn a_folder_without_ratings() {
    assert_snapshot!(told_of("folder/readme.md", "Nothing to see."));
}

#[test]
fn a_quote_that_is_not_closed() {
    assert_snapshot!(told_of("ratings.csv", "user,item,rating\nann,\"tea,5\nbob,milk,3\n"));
}

#[test]
fn a_data_set_that_is_nowhere() {
    let project = Project::small();
    let outcome = project.recflow("run small.yaml --quiet --set dataset=ratinsg.csv --data-dir elsewhere");
    outcome.expect(1);
    // Which data sets can be downloaded is no matter here.
    let known: Vec<&str> = recflow::rec::data::CATALOGUE.iter().map(|known| known.name).collect();
    let seen = outcome.seen();
    let names = format!("one of sample, {}\n", known.join(", "));
    assert!(seen.contains(&names), "{seen}");
    assert_snapshot!(seen.replace(&names, "one of [the names of known data sets]\n"));
}

#[test]
fn too_little_to_split() {
    assert_snapshot!(told_of("ratings.csv", "user,item,rating\nann,tea,5\n"));
}

#[test]
fn bad_lines_that_are_skipped_are_counted_in_the_report() {
    let project = Project::small();
    let text = project.read("ratings.csv");
    project.write("ratings.csv", format!("{text}u1,i1,often,3\nu0,i0,5,7\nu2\n"));
    project.recflow("run small.yaml").expect(1);
    project.edit("small.yaml", "dataset: \"${dataset}\"", "dataset: \"${dataset}\", on-bad-line: skip");
    project.recflow("run small.yaml").expect(0);
    let report = project.read("reports/small.md");
    let line = report.lines().find(|line| line.starts_with("- **Dataset**")).unwrap();
    assert_snapshot!(line);
}
