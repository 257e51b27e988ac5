//! Stages that keep their last result.

use recflow::engine::{Event, Failure, Outcome, Status, Workspace, status};

use crate::toy::{Toy, registry};

const CHAIN: &str = "
  first: { uses: write, with: { text: ab } }
  middle: { uses: length, needs: first }
  end: { uses: join, needs: [middle, first] }
";

fn frozen(text: &str) -> String {
    text.replace("middle: { uses: length", "middle: { frozen: true, uses: length")
}

fn statuses(toy: &Toy, pipeline: &str) -> Vec<Status> {
    let workspace = Workspace { root: toy.folder.path().to_owned(), data_dirs: Vec::new() };
    let told = status(&Toy::plan(pipeline), &registry(), &toy.store(), &workspace, &[].into(), toy.capacity);
    told.into_iter().map(|told| told.status).collect()
}

/// What was told of frozen stages.
fn kept(toy: &Toy, pipeline: &str) -> Vec<(String, Option<Vec<String>>)> {
    let (summary, told) = toy.run(pipeline);
    assert_eq!(summary.outcome, Outcome::Done, "{:?}", told.0);
    let kept = told.0.into_iter().filter_map(|event| match event {
        Event::StageFrozen { stage, differs, .. } => Some((stage, differs)),
        _ => None,
    });
    kept.collect()
}

#[test]
fn a_frozen_stage_keeps_its_result_and_says_what_has_changed() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    assert_eq!(kept(&toy, &frozen(CHAIN)), [("middle".to_owned(), Some(Vec::new()))]);
    assert_eq!(statuses(&toy, &frozen(CHAIN))[1], Status::Frozen { differs: Some(Vec::new()) });

    let edited = frozen(&CHAIN.replace("text: ab", "text: long"));
    assert_eq!(statuses(&toy, &edited)[1], Status::Frozen { differs: None });
    let differs = vec!["the input `text` has changed".to_owned()];
    assert_eq!(kept(&toy, &edited), [("middle".to_owned(), Some(differs.clone()))]);
    assert_eq!(statuses(&toy, &edited)[1], Status::Frozen { differs: Some(differs) });
    assert_eq!(toy.text("end"), "2 long");

    let thawed = CHAIN.replace("text: ab", "text: long");
    assert_eq!(toy.computes(&thawed), ["end", "middle"]);
    assert_eq!(toy.text("end"), "4 long");
}

#[test]
fn without_a_result_to_keep_it_fails_and_the_plan_says_so() {
    let toy = Toy::new();
    let pipeline = frozen(CHAIN);
    assert!(matches!(&statuses(&toy, &pipeline)[1], Status::Fail { message, .. } if message.contains("no result")));
    let (summary, told) = toy.run(&pipeline);
    assert_eq!(summary.outcome, Outcome::Failed);
    let failure = told.0.iter().find_map(|event| match event {
        Event::StageFailed { stage, failure: Failure::Error { message, help }, .. } => {
            Some((stage.as_str(), message.as_str(), help.is_some()))
        }
        _ => None,
    });
    assert_eq!(failure, Some(("middle", "it is frozen, and has no result to keep", true)));
}

#[test]
fn a_result_of_another_kind_is_not_kept() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    std::fs::remove_file(toy.object("middle")).unwrap();
    let failed = statuses(&toy, &frozen(CHAIN));
    assert!(matches!(&failed[1], Status::Fail { message, .. } if message.contains("gone")), "{failed:?}");
}

#[test]
fn on_the_command_line() {
    let project = crate::project::Project::small();
    project.recflow("run small.yaml").expect(0);
    project.edit(
        "small.yaml",
        "    with: { lambda: \"${lambda}\" }",
        "    with: { lambda: \"${lambda}\" }\n    frozen: true",
    );
    let planned = project.recflow("plan small.yaml --set lambda=500");
    let line = "frozen  train-ease                 keeps its last result, in spite of: with.lambda 20 → 500";
    assert!(planned.expect(0).stdout.contains(line), "{}", planned.stdout);
    assert!(planned.stdout.contains("0 to run, 0 maybe, 6 cached, 1 frozen"), "{}", planned.stdout);
    let ran = project.recflow("run small.yaml --set lambda=500");
    assert!(ran.expect(0).stderr.contains("in spite of: with.lambda 20 → 500"), "{}", ran.stderr);
    let explained = project.recflow("explain small.yaml train-ease --set lambda=500");
    assert!(explained.expect(0).stdout.starts_with("train-ease is frozen: keeps"), "{}", explained.stdout);
    let shown = project.recflow("runs show");
    assert!(shown.expect(0).stdout.contains("in spite of: with.lambda 20 → 500"), "{}", shown.stdout);
    let forced = project.recflow("run small.yaml --force train-ease");
    assert!(forced.expect(2).stderr.contains("`train-ease` is frozen, so it cannot be forced"), "{}", forced.stderr);
    // What a pipeline keeps, a collection keeps.
    project.recflow("cache gc small.yaml --grace 0s").expect(0);
    project.recflow("run small.yaml --set lambda=500").expect(0);
}
