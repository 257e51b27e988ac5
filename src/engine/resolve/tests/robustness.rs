//! Whatever the file holds: an answer soon, and never a panic.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{read_with, refused};
use crate::engine::{Override, Plan, SourceText};

const DECENT: &str = "name: a\ndescription: \"x ${wood} é\"\nparams: { wood: oak, n: 3 }\nstages:\n  board:\n    uses: make\n    with: &w { material: \"${wood}\", holes: [1, 2], seed: \"${n}\" }\n  join-a: { uses: join, needs: [board], with: { finish: { shape: round, radius: 1 } } }\n  rate:\n    uses: score\n    each: join-*\n    needs: board\n    resources: { threads: 2, memory: 1 GiB }\n";

/// The first words of what is wrong.
fn first_line(text: &str) -> String {
    refused(text).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn deep_nesting_ends_at_once() {
    for open in ["[", "{a: ", "- ", "? ", "[{", "{[", "&a [", "!a ["] {
        let text = format!("name: a\nstages: {}", open.repeat(100_000));
        let line = first_line(&text);
        assert!(line.starts_with("error: "), "{open}: {line}");
        let line = first_line(&open.repeat(100_000));
        assert!(line.starts_with("error: "), "{open}: {line}");
    }
    let indented = (0..1_000).fold(String::new(), |mut text, level| {
        let _ = writeln!(text, "{}a:", " ".repeat(level));
        text
    });
    assert_eq!(first_line(&indented), "error: lists and mappings are nested more than 64 deep");
}

#[test]
fn alias_bombs_end_at_once() {
    let mut text = String::from("name: a\nx0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..12 {
        let aliases = vec![format!("*x{}", level - 1); 9].join(", ");
        let _ = writeln!(text, "x{level}: &x{level} [{aliases}]");
    }
    assert_eq!(first_line(&text), "error: the file holds more than 200000 values, aliases written out");
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(500_000), vec!["*a"; 1_000].join(", "));
    assert_eq!(first_line(&long), "error: the file holds more than 200000 values, aliases written out");
    let chain = (1..200).fold(String::from("a0: &a0 [x]\n"), |mut text, level| {
        let _ = writeln!(text, "a{level}: &a{level} [*a{}]", level - 1);
        text
    });
    assert_eq!(first_line(&chain), "error: lists and mappings are nested more than 64 deep");
    assert_eq!(first_line("a: &a [*a]\n"), "error: an alias cannot stand inside what it stands for");
}

#[test]
fn parameters_cannot_blow_up_a_file() {
    let list = vec!["1"; 2_000].join(", ");
    let uses = vec!["\"${big}\""; 2_000].join(", ");
    let text = format!(
        "name: a\nparams: {{ big: [{list}] }}\nstages: {{ a: {{ uses: make, with: {{ material: oak, holes: [{uses}] }} }} }}\n"
    );
    assert!(refused(&text).contains("the values of parameters, put into all their places, are too large"));
    let text = format!(
        "name: a\nparams: {{ big: {} }}\nstages: {{ a: {{ uses: make, with: {{ material: \"{}\" }} }} }}\n",
        "x".repeat(200_000),
        "${big}".repeat(10_000)
    );
    assert!(refused(&text).contains("the values of parameters, put into all their places, are too large"));
}

#[test]
fn huge_files_and_numbers_end_at_once() {
    assert_eq!(first_line(&"x".repeat(2_000_000)), "error: the text is longer than 1048576 bytes");
    let digits = "9".repeat(1_000_000);
    assert!(first_line(&format!("name: {digits}")).starts_with("error: "));
    let text = format!(
        "name: a\nstages: {{ a: {{ uses: make, with: {{ material: oak, length: {digits}, seed: 1e{digits} }} }} }}"
    );
    assert!(first_line(&text[..1_000_000]).starts_with("error: "));
}

#[test]
fn many_problems_are_counted_but_not_all_shown() {
    let text = (0..4_000).fold(String::from("name: a\nstages:\n"), |mut text, stage| {
        let _ = writeln!(text, "  s{stage}: {{ uses: nothing, needs: [t{stage}] }}");
        text
    });
    let diagnostics = read_with(&text, &[]).unwrap_err();
    assert_eq!(diagnostics.len(), 8_000);
    assert!(diagnostics.render(false).ends_with("… and 7900 more"));
}

#[test]
fn long_chains_and_many_copies_are_no_trouble() {
    let chain = (1..6_000).fold(
        String::from("name: a\nstages:\n  s0: { uses: compare, needs: s5999 }\n"),
        |mut text, stage| {
            let _ = writeln!(text, "  s{stage}: {{ uses: compare, needs: s{} }}", stage - 1);
            text
        },
    );
    assert!(refused(&chain).contains("circle"));
    let copies = (0..5_000).fold(String::from("name: a\nstages:\n"), |mut text, stage| {
        let _ = writeln!(
            text,
            "  a{stage}: {{ uses: make, with: {{ material: oak }} }}\n  b{stage}: {{ uses: join, each: a* }}"
        );
        text
    });
    assert!(refused(&copies[..600_000.min(copies.len())]).starts_with("error: "));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let read = SourceText::from_bytes("p", &bytes)
            .and_then(|source| Plan::read(&source, &[], &super::kinds::registry()));
        if let Err(diagnostics) = read {
            prop_assert!(!diagnostics.render(true).is_empty());
        }
    }

    #[test]
    fn any_text_of_yaml_signs_gets_an_answer(text in "[\\[\\]{}:,\\-? \n\t#&*!|>'\"%@`a$~<.0é\r\u{85}\u{2028}\u{feff}]{0,120}") {
        if let Err(diagnostics) = read_with(&text, &[&text]) {
            prop_assert!(!diagnostics.render(false).is_empty());
        }
    }

    #[test]
    fn a_decent_file_with_any_change_gets_an_answer(
        at in 0..DECENT.len(), cut in 0usize..12, put in "[\\[\\]{}:,\\-? \n\t#&*!|>'\"a$<é0]{0,6}",
    ) {
        let start = DECENT.floor_char_boundary(at);
        let end = DECENT.floor_char_boundary((at + cut).min(DECENT.len())).max(start);
        let text = format!("{}{put}{}", &DECENT[..start], &DECENT[end..]);
        if let Err(diagnostics) = read_with(&text, &[]) {
            prop_assert!(!diagnostics.is_empty());
            for diagnostic in diagnostics.iter() {
                prop_assert!(!diagnostic.labels.is_empty(), "{}", diagnostic.message);
            }
            prop_assert!(diagnostics.render(false).contains("p.yaml"));
        }
    }

    #[test]
    fn any_override_gets_an_answer(argument in "\\PC{0,30}") {
        let _ = Plan::read(&SourceText::new("p", DECENT), &[Override::new(argument)], &super::kinds::registry())
            .map_err(|diagnostics| diagnostics.render(true));
    }
}

#[test]
fn the_decent_file_is_accepted() {
    assert_eq!(super::read(DECENT).len(), 3);
}
