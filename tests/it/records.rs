//! What is written down of runs, and what `recflow runs` shows of it.

use std::fs;

use recflow::engine::{Event, RunRecord, RunRecordError, RunState, StageRecord, StageState};
use serde_json::Value;

use crate::project::Project;
use crate::toy::Toy;

const PIPELINE: &str = "
  first: { uses: write, with: { text: ab } }
  length: { uses: length, needs: first }
  end: { uses: join, needs: length }
";

fn last(toy: &Toy) -> RunRecord {
    let store = toy.store();
    RunRecord::read(&store, &RunRecord::find(&store, None).unwrap()).unwrap()
}

fn length(stage: &StageRecord) -> Option<f64> {
    stage.figures.as_ref()?.values["length"]
}

#[test]
fn a_record_tells_what_ran_and_why() {
    let toy = Toy::new();
    toy.computes(PIPELINE);
    let record = last(&toy);
    assert_eq!((record.pipeline.as_str(), record.state), ("toy", RunState::Done));
    assert_eq!((record.command.as_str(), record.versions["toy"].as_str()), ("recflow run toy.yaml", "1"));
    assert!(!record.host.is_empty());
    let names: Vec<_> = record.stages.iter().map(|stage| stage.stage.as_str()).collect();
    assert_eq!(names, ["first", "length", "end"]);
    for stage in &record.stages {
        assert_eq!((stage.state, &stage.reasons[..]), (StageState::Computed, &["not computed yet".to_owned()][..]));
        assert!(stage.begun <= stage.ended && stage.ended <= Some(record.wall), "{stage:?}");
    }
    assert_eq!((record.stages[1].kind.as_str(), &record.stages[1].needs[..]), ("length", &["first".to_owned()][..]));

    toy.computes(&PIPELINE.replace("ab", "xy"));
    let record = last(&toy);
    let states: Vec<_> = record.stages.iter().map(|stage| stage.state).collect();
    assert_eq!(states, [StageState::Computed, StageState::Computed, StageState::Cached]);
    assert_eq!(record.stages[0].reasons, ["with.text ab → xy"]);
    assert_eq!(record.stages[1].reasons, ["the input `text` has changed"]);
    assert_eq!(record.stages[0].parameters["text"], "xy");
    // Figures are there whether or not the stage ran.
    assert_eq!(length(&record.stages[1]), Some(2.0));
    toy.computes(PIPELINE);
    assert_eq!(length(&last(&toy).stages[1]), Some(2.0));
    assert_eq!(RunRecord::all(&toy.store()).unwrap().len(), 3);
}

#[test]
fn failures_and_what_they_kept_from_running_are_recorded() {
    let toy = Toy { keep_going: true, ..Toy::new() };
    toy.run("  bad: { uses: fail }\n  after: { uses: length, needs: bad }\n");
    let record = last(&toy);
    assert_eq!(record.state, RunState::Failed);
    assert_eq!(record.stages[0].failure.as_ref().unwrap().to_string(), "it cannot be done");
    assert_eq!((record.stages[1].state, record.stages[1].cause.as_deref()), (StageState::Skipped, Some("bad")));
}

#[test]
fn a_run_that_ended_without_a_word_is_told_from_one_that_goes_on() {
    let toy = Toy::new();
    toy.computes(PIPELINE);
    let store = toy.store();
    let run = RunRecord::find(&store, None).unwrap();
    let path = store.root().join("runs").join(&run).join("events.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    // As after a kill: the last lines are not there, and one is cut off in the middle.
    let kept: Vec<&str> = text.lines().take_while(|line| !line.contains("run-finished")).collect();
    let cut = kept.join("\n");
    fs::write(&path, &cut[..cut.len() - 20]).unwrap();
    assert_eq!(RunRecord::read(&store, &run).unwrap().state, RunState::Killed);
    // As long as a run goes on, it keeps its record locked.
    let lock = fs::File::open(&path).unwrap();
    lock.lock().unwrap();
    assert_eq!(RunRecord::read(&store, &run).unwrap().state, RunState::Running);
    // Closing it is not enough: a program that another test starts holds a copy until it is on its way.
    lock.unlock().unwrap();
    assert_eq!(RunRecord::read(&store, &run).unwrap().state, RunState::Killed);
}

#[test]
fn a_run_locks_its_record_while_it_goes_on() {
    let toy = Toy::new();
    let folder = tempfile::tempdir().unwrap();
    let pipeline =
        format!("  slow: {{ uses: meet, with: {{ name: slow, folder: {}, party: 2 }} }}\n", folder.path().display());
    std::thread::scope(|scope| {
        let run = scope.spawn(|| toy.run(&pipeline));
        while !folder.path().join("slow").exists() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let record = last(&toy);
        assert_eq!((record.state, record.stages[0].state), (RunState::Running, StageState::Running));
        fs::write(folder.path().join("company"), "").unwrap();
        run.join().unwrap();
    });
    assert_eq!(last(&toy).state, RunState::Done);
}

#[test]
fn runs_are_found_by_the_beginning_of_their_names() {
    let toy = Toy::new();
    let store = toy.store();
    assert!(matches!(RunRecord::find(&store, None), Err(RunRecordError::None(_))));
    for name in ["20260101T1-1", "20260101T2-1", "20270101T1-1"] {
        fs::create_dir_all(store.root().join("runs").join(name)).unwrap();
    }
    assert_eq!(RunRecord::find(&store, None).unwrap(), "20270101T1-1");
    assert_eq!(RunRecord::find(&store, Some("20260101T2")).unwrap(), "20260101T2-1");
    assert!(
        matches!(RunRecord::find(&store, Some("2026")), Err(RunRecordError::Ambiguous { names, .. }) if names.len() == 2)
    );
    assert!(matches!(RunRecord::find(&store, Some("1999")), Err(RunRecordError::Unknown(_))));
    assert!(matches!(RunRecord::read(&store, "20260101T2-1"), Err(RunRecordError::Unreadable(_))));
}

fn json(project: &Project, arguments: &str) -> Value {
    let outcome = project.recflow(arguments);
    outcome.expect(0);
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn metrics_can_be_read_back_from_every_run() {
    let project = Project::small();
    project.recflow("run small.yaml").expect(0);
    project.recflow("run small.yaml --set lambda=500").expect(0);
    let listed = project.recflow("runs list --format json");
    let runs: Vec<Value> = listed.expect(0).stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(runs.len(), 2);
    assert_eq!((&runs[0]["computed"], &runs[1]["computed"], &runs[1]["cached"]), (&7.into(), &3.into(), &4.into()));

    let shown = json(&project, "runs show --format json");
    let stages = shown["run"]["stages"].as_array().unwrap();
    let ease = stages.iter().find(|stage| stage["stage"] == "train-ease").unwrap();
    assert_eq!(ease["reasons"], serde_json::json!(["with.lambda 20 → 500"]));
    let scores: Value = serde_json::from_str(&project.artifact("evaluate/train-popularity", "scores.json")).unwrap();
    let told = stages.iter().find(|stage| stage["stage"] == "evaluate/train-popularity").unwrap();
    for value in scores["values"].as_array().unwrap() {
        assert_eq!(told["figures"]["values"][value["metric"].as_str().unwrap()], value["value"]);
    }

    let first = runs[0]["run"].as_str().unwrap();
    let compared = json(&project, &format!("runs compare {first} --format json"));
    let parameters = compared["parameters"].as_array().unwrap();
    assert_eq!(parameters.len(), 1, "{parameters:?}");
    assert_eq!((&parameters[0]["first"], &parameters[0]["second"]), (&20.0.into(), &500.0.into()));
    let unchanged: Vec<&Value> = compared["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|pair| pair["stage"] == "evaluate/train-popularity" && !pair["first"].is_null())
        .collect();
    assert!(!unchanged.is_empty() && unchanged.iter().all(|pair| pair["difference"] == 0.0), "{unchanged:?}");
}

#[test]
fn pages_for_people_name_every_stage() {
    let project = Project::small();
    project.recflow("run small.yaml").expect(0);
    let shown = project.recflow("runs show");
    for name in crate::project::SMALL_STAGES {
        assert!(shown.expect(0).stdout.contains(name), "{}", shown.stdout);
    }
    assert!(!shown.stdout.contains('\u{1b}'));
    assert!(project.recflow("runs show --color always").stdout.contains('\u{1b}'));
    project.recflow("runs list").expect(0);
    project.recflow("runs compare 2").expect(0);
    let wrong = project.recflow("runs show 1999");
    wrong.expect(2);
    assert!(wrong.stderr.contains("no run has a name that begins with `1999`"), "{}", wrong.stderr);
    project.recflow("runs show --cache-dir empty").expect(3);
}

#[test]
fn a_stage_of_a_run_is_shown_with_what_it_said() {
    let project = Project::small();
    let program = "  program:\n    uses: command\n    with: { shell: 'echo learning > $RECFLOW_OUTPUT_DIR/out.txt; echo it went well', outputs: [out.txt] }\n  \
                   broken:\n    uses: command\n    with: { shell: 'echo no good >&2; false', outputs: [out.txt] }\n";
    project.write("said.yaml", crate::project::SMALL.to_owned() + program);
    project.recflow("run said.yaml --keep-going").expect(1);
    let shown = |stage: &str| project.recflow(&format!("runs show last {stage}"));

    let program = shown("program");
    assert!(program.expect(0).stdout.ends_with("\nlog\nit went well\n"), "{}", program.stdout);
    let told = json(&project, "runs show last program --format json");
    assert_eq!((&told["log-text"], &told["stage"]["state"]), (&"it went well\n".into(), &"computed".into()));
    let broken = shown("broken");
    for words in ["failed:", "no good"] {
        assert!(broken.expect(0).stdout.contains(words), "{}", broken.stdout);
    }
    // The metrics are those that were stored.
    let evaluated = shown("evaluate/train-ease");
    let scores: Value = serde_json::from_str(&project.artifact("evaluate/train-ease", "scores.json")).unwrap();
    let scores = scores["values"].as_array().unwrap();
    assert!(!scores.is_empty());
    for value in scores {
        let metric = value["metric"].as_str().unwrap();
        let words = value["value"].as_f64().map_or_else(|| format!("{metric} –"), |value| format!("{metric} {value}"));
        assert!(
            evaluated.expect(0).stdout.replace("\n           ", " ").contains(&words),
            "{words}: {}",
            evaluated.stdout
        );
    }
    assert!(evaluated.stdout.contains("it said nothing"), "{}", evaluated.stdout);
    // A later run finds it done, and names the same figures.
    project.recflow("run said.yaml --keep-going").expect(1);
    let again = shown("evaluate/train-ease");
    assert!(again.expect(0).stdout.contains("is with the run that computed it"), "{}", again.stdout);
    let unknown = shown("train-eas");
    assert!(unknown.expect(2).stderr.contains("train-ease"), "{}", unknown.stderr);
}

#[test]
fn events_name_the_reason() {
    let toy = Toy::new();
    let (_, told) = toy.run(PIPELINE);
    let reasons = told.0.iter().find_map(|event| match event {
        Event::StageStarted { reasons, .. } => Some(reasons.clone()),
        _ => None,
    });
    assert_eq!(reasons.unwrap(), ["not computed yet"]);
}
