//! Choosing what runs, and being told beforehand: `--downstream`, `--until`, `--force`, `--params-file`, `explain`.

use recflow::engine::{Choice, Outcome, Part, Status, Workspace, explain, status};
use serde_json::Value;

use crate::project::{Project, SMALL_STAGES};
use crate::toy::{Toy, registry, revised_registry};

const CHAIN: &str = "
  first: { uses: write, with: { text: ab } }
  second: { uses: write, with: { text: cd } }
  both: { uses: join, needs: [first, second] }
  length: { uses: length, needs: both }
  end: { uses: join, needs: length }
  aside: { uses: length, needs: second }
";

fn chosen(stages: &[&str], downstream: &[&str], until: &[&str]) -> Vec<String> {
    let [stages, downstream, until] =
        [stages, downstream, until].map(|names| names.iter().map(ToString::to_string).collect());
    let plan = Toy::plan(CHAIN).choose(&Choice { stages, downstream, until }).unwrap();
    plan.stages().map(|(_, stage)| stage.name.clone()).collect()
}

#[test]
fn stages_are_chosen_by_what_they_need_and_what_needs_them() {
    assert_eq!(chosen(&[], &[], &[]).len(), 6);
    assert_eq!(chosen(&["both"], &[], &[]), ["first", "second", "both"]);
    assert_eq!(chosen(&[], &["second"], &[]).len(), 6);
    assert_eq!(chosen(&[], &["first"], &[]), ["first", "second", "both", "length", "end"]);
    assert_eq!(chosen(&[], &[], &["both"]), ["first", "second", "both", "aside"]);
    assert_eq!(chosen(&[], &["first"], &["length"]), ["first", "second", "both", "length"]);
    assert_eq!(chosen(&["aside"], &["length"], &[]), ["first", "second", "both", "length", "end", "aside"]);
    // Several last stages of which one needs another.
    assert_eq!(chosen(&["end"], &[], &["both", "end"]).len(), 5);
    let wrong = Choice { until: vec!["lenght".into()], ..Choice::default() };
    assert!(Toy::plan(CHAIN).choose(&wrong).is_err());
}

#[test]
fn forced_stages_run_once_more_and_nothing_behind_them_does() {
    let mut toy = Toy::new();
    toy.computes(CHAIN);
    toy.forced = vec!["both".into(), "second".into()];
    assert_eq!(toy.computes(CHAIN), ["both", "second"]);
    toy.forced.clear();
    assert_eq!(toy.computes(CHAIN), [""; 0]);
}

#[test]
fn a_forced_stage_begins_anew() {
    let mut toy = Toy::new();
    let diary = toy.path("diary");
    let pipeline = format!("  s: {{ uses: count, with: {{ letter: a, epochs: 2, diary: '{}' }} }}\n", diary.display());
    toy.computes(&pipeline);
    toy.forced = vec!["s".into()];
    assert_eq!(toy.computes(&pipeline), ["s"]);
    assert_eq!(std::fs::read_to_string(&diary).unwrap(), "a1\na2\na1\na2\n");
}

/// What a plan promises of each stage, and whether the run then computed it.
fn promised_and_done(toy: &Toy, pipeline: &str) -> Vec<(String, Status, bool)> {
    let workspace = Workspace { root: toy.folder.path().to_owned(), data_dirs: Vec::new() };
    let forced = toy.forced.iter().cloned().collect();
    let promised = status(&Toy::plan(pipeline), &registry(), &toy.store(), &workspace, &forced, toy.capacity);
    let computed = toy.computes(pipeline);
    promised.into_iter().map(|told| (told.stage.clone(), told.status, computed.contains(&told.stage))).collect()
}

#[test]
fn a_plan_never_promises_what_the_run_does_not_do() {
    let edits: [fn(&str) -> String; 6] = [
        str::to_owned,
        |text| text.replace("text: ab", "text: xy"),
        |text| text.replace("text: ab", "text: xyz"),
        |text| text.replace("[first, second]", "[second, first]"),
        |text| text.replace("uses: length, needs: both", "uses: length, needs: first"),
        |text| format!("{text}  more: {{ uses: join, needs: [end, aside] }}\n"),
    ];
    let mut toy = Toy::new();
    for (round, forced) in [None, Some("both"), None, Some("end")].into_iter().enumerate() {
        toy.forced = forced.map(str::to_owned).into_iter().collect();
        for (edit, change) in edits.iter().enumerate() {
            for (stage, promise, ran) in promised_and_done(&toy, &change(CHAIN)) {
                let kept = match promise {
                    Status::Cached | Status::Frozen { .. } => !ran,
                    Status::Run { ref reasons } => ran && !reasons.is_empty(),
                    Status::Maybe { ref waits_on } => !waits_on.is_empty(),
                    Status::Fail { .. } => false,
                };
                assert!(kept, "round {round}, edit {edit}: `{stage}` was {promise:?}, and ran: {ran}");
            }
        }
    }
}

#[test]
fn another_revision_of_a_kind_and_its_new_default_are_told_apart() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    let revised = revised_registry();
    let plan = Toy::plan_of(CHAIN, &revised);
    let stages = [plan.find("both").unwrap()];
    let told = explain(&plan, &revised, &toy.store(), &Workspace::default(), &stages, toy.capacity).remove(0);
    let Status::Run { reasons } = told.status.status else { panic!("{:?}", told.status) };
    assert_eq!(reasons, ["join revision 1 → 2", "with.between \" \" → \", \""]);
    let differing: Vec<&Part> = told.parts.iter().filter(|part| part.now != part.last).collect();
    let told: Vec<_> =
        differing.iter().map(|part| (part.now.as_deref().unwrap(), part.last.as_deref().unwrap())).collect();
    assert_eq!(told, [("join (revision 2)", "join (revision 1)"), ("\", \"", "\" \"")]);
}

#[test]
fn an_explanation_takes_the_key_apart() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    let told = |pipeline: &str, stage: &str| {
        let plan = Toy::plan(pipeline);
        let stages = [plan.find(stage).unwrap()];
        explain(&plan, &registry(), &toy.store(), &Workspace::default(), &stages, toy.capacity).remove(0)
    };
    let same = told(CHAIN, "both");
    assert_eq!((same.status.status, same.key), (Status::Cached, same.last_key));
    assert!(same.parts.iter().all(|part| part.now == part.last), "{:?}", same.parts);
    let names: Vec<&str> = same.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["uses", "with.between", "input first", "input second"]);
    assert_eq!(same.behind, ["length", "end"]);

    let edited = told(&CHAIN.replace("needs: [first, second]", "needs: first, with: { between: + }"), "both");
    assert_ne!(edited.key, edited.last_key);
    let differing: Vec<&Part> = edited.parts.iter().filter(|part| part.now != part.last).collect();
    assert_eq!((differing[0].now.as_deref(), differing[0].last.as_deref()), (Some("+"), Some("\" \"")));
    assert_eq!((differing[1].name.as_str(), differing[1].now.as_ref()), ("input second", None));

    // Behind a stage that has to run, inputs are not known yet; the rest is.
    let open = told(&CHAIN.replace("text: ab", "text: xy"), "both");
    assert_eq!((open.key, open.status.status), (None, Status::Maybe { waits_on: vec!["first".into()] }));
    assert!(open.parts.iter().any(|part| part.name == "with.between" && part.now == part.last));
    assert!(told(CHAIN, "first").cost >= same.cost);
}

#[test]
fn the_command_line_chooses_and_rehearses() {
    let project = Project::small();
    assert_eq!(
        project.computed("small.yaml", "--until train-*"),
        ["ingest", "split", "train-ease", "train-popularity"]
    );
    assert_eq!(project.computed("small.yaml", "--downstream train-ease").len(), 3);
    let rehearsed = project.recflow("run small.yaml --force train-ease --dry-run --format json");
    let planned = project.recflow("plan small.yaml --force train-ease --format json");
    assert_eq!(rehearsed.expect(0).stdout, planned.expect(0).stdout);
    let ease = project.plan("small.yaml", "--force train-ease").into_iter().find(|(stage, _)| stage == "train-ease");
    assert_eq!(ease.unwrap().1["reasons"], serde_json::json!(["forced"]));
    assert_eq!(project.computed("small.yaml", "--force train-ease"), ["train-ease"]);
    project.recflow("run small.yaml --force train-es").expect(2);
}

#[test]
fn parameters_come_from_a_file_and_the_command_line_goes_before_it() {
    let project = Project::small();
    project.write("good.yaml", "lambda: 300\ndataset: ratings.csv\n");
    let reason = |arguments: &str| {
        let of_ease = project.plan("small.yaml", arguments).into_iter().find(|(stage, _)| stage == "train-ease");
        of_ease.unwrap().1["reasons"].clone()
    };
    project.recflow("run small.yaml").expect(0);
    assert_eq!(reason("--params-file good.yaml"), serde_json::json!(["with.lambda 20 → 300"]));
    assert_eq!(reason("--params-file good.yaml --set lambda=4"), serde_json::json!(["with.lambda 20 → 4"]));
    project.write("unknown.yaml", "lamda: 300\n").write("list.yaml", "[1, 2]\n");
    let wrong = project.recflow("plan small.yaml --params-file unknown.yaml");
    wrong.expect(2);
    assert!(
        wrong.stderr.contains("unknown.yaml") && wrong.stderr.contains("did you mean `lambda`"),
        "{}",
        wrong.stderr
    );
    project.recflow("plan small.yaml --params-file list.yaml").expect(2);
    project.recflow("plan small.yaml --params-file nothing.yaml").expect(2);
}

#[test]
fn explain_tells_what_differs_and_what_it_costs() {
    let project = Project::small();
    project.recflow("run small.yaml").expect(0);
    let told = project.recflow("explain small.yaml train-ease --set lambda=500");
    told.expect(0);
    assert!(told.stdout.starts_with("train-ease would run: with.lambda 20 → 500\n"), "{}", told.stdout);
    assert!(told.stdout.contains("2 stages may run again behind it: evaluate/train-ease, report"), "{}", told.stdout);
    let all = project.recflow("explain small.yaml * --format json");
    let values: Vec<Value> = all.expect(0).stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = values.iter().map(|value| value["stage"].as_str().unwrap()).collect();
    assert_eq!(names, SMALL_STAGES);
    assert!(values.iter().all(|value| value["status"] == "cached" && value["key"] == value["last-key"]));
    project.recflow("explain small.yaml train-es").expect(2);
}

#[test]
fn a_stage_that_fails_when_forced_keeps_its_old_result() {
    let mut toy = Toy::new();
    let diary = toy.path("diary");
    let pipeline = |more: &str| {
        format!("  s: {{ uses: count, with: {{ letter: a, epochs: 2, diary: '{}'{more} }} }}\n", diary.display())
    };
    toy.computes(&pipeline(""));
    toy.forced = vec!["s".into()];
    assert_eq!(toy.run(&pipeline(", fail-after: 1")).0.outcome, Outcome::Failed);
    toy.forced.clear();
    assert_eq!(toy.computes(&pipeline("")), [""; 0]);
}
