//! The first things that a newcomer does: run a pipeline, run it again, look around.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use recflow::engine::{Event, Outcome, Plan, SourceText};

use super::outcome::{cached, finished, started};
use super::project::{Project, SMALL_STAGES};

#[test]
fn a_run_ends_with_the_table() {
    let project = Project::small();
    let outcome = project.recflow("run small.yaml");
    outcome.expect(0);
    let heading: Vec<&str> = outcome.stdout.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!(heading, ["Model", "Epochs", "RMSE", "Precision@5", "NDCG@5", "Runtime"], "{}", outcome.stdout);
    assert!(outcome.stdout.starts_with("Small · ratings · 30 users evaluated\n"), "{}", outcome.stdout);
    for model in ["Popularity ", "EASE "] {
        assert_eq!(outcome.stdout.lines().filter(|line| line.starts_with(model)).count(), 1, "{}", outcome.stdout);
    }
    for stage in SMALL_STAGES {
        assert!(outcome.stderr.contains(&format!("{stage}: done in ")), "{}", outcome.stderr);
    }
    assert!(outcome.stderr.contains("report: wrote reports/small.md\n"), "{}", outcome.stderr);
    assert!(outcome.stderr.trim_end().ends_with(": 7 computed"), "{}", outcome.stderr);
}

#[test]
fn the_report_says_what_is_best_and_where_it_comes_from() {
    let project = Project::small();
    let lambda = ["run", "small.yaml", "--set", "lambda=30", "--threads", "1"];
    project.recflow_with(&lambda).expect(0);
    let report = project.read("reports/small.md");
    assert!(report.starts_with("# Small\n\n| Model "), "{report}");

    let rows: Vec<Vec<&str>> = report
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let [heading, _, popularity, ease] = &rows[..] else { panic!("{rows:?}") };
    let column = heading.iter().position(|name| *name == "NDCG@5").unwrap();
    let number = |cell: &str| cell.split_whitespace().next().unwrap().trim_matches('*').parse::<f64>().unwrap();
    assert!(number(ease[column]) > number(popularity[column]), "each camp has its own items, and EASE sees that");
    assert!(ease[column].starts_with("**") && !popularity[column].contains('*'), "{rows:?}");

    let split = project.artifact("split", "facts.json");
    let split: serde_json::Value = serde_json::from_str(&split).unwrap();
    let digest = split["digest"].as_str().unwrap();
    assert_eq!(digest.len(), 64);
    for fact in [
        &format!("- **Split digest**: `{digest}`"),
        "- **Dataset**: ratings, 30 users, 24 items, ",
        "- **Seeds**: split 7\n",
        concat!("recflow ", env!("CARGO_PKG_VERSION"), "\n"),
        "- **NDCG@5** (higher is better): ",
        "lambda: 30",
    ] {
        assert!(report.contains(fact), "{fact} is not in\n{report}");
    }
    // The number of threads has no influence on the table, so the command need not name it.
    assert!(report.contains("\n```sh\nrecflow run small.yaml --set lambda=30\n```\n"), "{report}");
}

#[test]
fn the_command_in_the_report_makes_the_same_report() {
    let project = Project::small();
    project.recflow("run small.yaml --set lambda=30 --jobs 1").expect(0);
    let report = project.read("reports/small.md");
    let command = report.lines().find(|line| line.starts_with("recflow run")).unwrap();
    fs::remove_file(project.path("reports/small.md")).unwrap();
    let again = project.recflow(command.strip_prefix("recflow ").unwrap());
    again.expect(0);
    assert!(again.stderr.contains(": 7 cached\n"), "{}", again.stderr);
    assert_eq!(project.read("reports/small.md"), report);
}

#[test]
fn a_second_run_computes_nothing_and_shows_the_table_again() {
    let project = Project::small();
    let first = project.recflow("run small.yaml");
    let report = project.read("reports/small.md");
    let second = project.recflow("run small.yaml");
    second.expect(0);
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(project.read("reports/small.md"), report);
    for stage in SMALL_STAGES {
        assert!(second.stderr.contains(&format!("{stage}: cached\n")), "{}", second.stderr);
    }
    assert!(second.stderr.contains("report: unchanged: reports/small.md\n"), "{}", second.stderr);
    assert!(second.stderr.trim_end().ends_with(": 7 cached"), "{}", second.stderr);
}

#[test]
fn a_report_that_was_deleted_or_edited_comes_back() {
    let project = Project::small();
    project.recflow("run small.yaml").expect(0);
    let report = project.read("reports/small.md");
    fs::remove_file(project.path("reports/small.md")).unwrap();
    assert!(project.computed("small.yaml", "").is_empty());
    assert_eq!(project.read("reports/small.md"), report);
    project.write("reports/small.md", "something else");
    assert!(project.computed("small.yaml", "").is_empty());
    assert_eq!(project.read("reports/small.md"), report);
}

#[test]
fn a_quiet_run_shows_the_table_only() {
    let project = Project::small();
    let loud = project.recflow("run small.yaml");
    let quiet = project.recflow("run small.yaml --quiet");
    quiet.expect(0);
    assert_eq!((quiet.stdout, quiet.stderr), (loud.stdout, String::new()));
}

#[test]
fn no_colours_go_into_pipes_unless_they_are_asked_for() {
    let project = Project::small();
    let escape = '\u{1b}';
    for arguments in ["run small.yaml", "plan small.yaml", "kinds", "validate nosuch.yaml", "run small.yaml nosuch"] {
        let outcome = project.recflow(arguments);
        assert!(!outcome.seen().contains(escape), "{}", outcome.seen());
    }
    assert!(project.recflow("--color always run small.yaml nosuch").stderr.contains(escape));
}

#[test]
fn each_event_of_a_run_comes_after_its_cause() {
    let project = Project::small();
    let outcome = project.recflow("run small.yaml --format json");
    outcome.expect(0);
    assert_eq!(outcome.stderr, "");
    let events = outcome.events();

    let Some(Event::RunStarted { pipeline, stages, .. }) = events.first() else { panic!("{events:?}") };
    assert_eq!((pipeline.as_str(), &stages[..]), ("small", &SMALL_STAGES.map(str::to_owned)[..]));
    let Some(Event::RunFinished { outcome: Outcome::Done, computed: 7, cached: 0, failed: 0, not_run: 0, .. }) =
        events.last()
    else {
        panic!("{events:?}")
    };
    let place = |wanted: &dyn Fn(&Event) -> bool| {
        let places: Vec<usize> = (0..events.len()).filter(|&place| wanted(&events[place])).collect();
        let [only] = places[..] else { panic!("{places:?} in {events:?}") };
        only
    };
    let start = |stage: &str| place(&|event| started(event).is_some_and(|(name, _)| name == stage));
    let end = |stage: &str| place(&|event| finished(event).as_deref() == Some(stage));
    for (stage, needs) in [
        ("split", &["ingest"][..]),
        ("train-popularity", &["split"]),
        ("train-ease", &["split"]),
        ("evaluate/train-popularity", &["split", "train-popularity"]),
        ("evaluate/train-ease", &["split", "train-ease"]),
        ("report", &["evaluate/train-popularity", "evaluate/train-ease"]),
    ] {
        assert!(start(stage) < end(stage));
        for need in needs {
            assert!(end(need) < start(stage), "{stage} began before {need} ended");
        }
    }
    assert!(end("report") < place(&|event| matches!(event, Event::Published { stage, .. } if stage == "report")));
}

#[test]
fn a_run_of_some_stages_runs_them_and_what_they_need() {
    let project = Project::small();
    assert_eq!(project.computed("small.yaml", "train-ease"), ["ingest", "split", "train-ease"]);
    assert!(!project.path("reports").exists());
    let outcome = project.recflow("run small.yaml evaluate/train-ease --format json");
    let computed: Vec<String> = outcome.events().iter().filter_map(finished).collect();
    let known: Vec<String> = outcome.events().iter().filter_map(cached).collect();
    assert_eq!((computed, known.len()), (vec!["evaluate/train-ease".to_owned()], 3));
}

#[test]
fn the_pipelines_that_come_with_the_program_are_fine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pipelines = Vec::new();
    for folder in ["pipelines", "pipelines/reference"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yaml") {
                pipelines.push(path.display().to_string());
            }
        }
    }
    assert!(pipelines.iter().any(|path| path.ends_with("pipelines/all_models.yaml")), "{pipelines:?}");
    let arguments: Vec<&str> = ["validate"].into_iter().chain(pipelines.iter().map(String::as_str)).collect();
    let outcome = Project::new().recflow_with(&arguments);
    outcome.expect(0);
    assert_eq!(outcome.stderr, "");
    let fine = outcome.stdout.lines().filter(|line| line.contains(": fine, ")).count();
    assert_eq!(fine, pipelines.len(), "{}", outcome.stdout);
}

#[test]
fn each_kind_has_a_page_that_names_its_parameters() {
    let project = Project::new();
    let listing = project.recflow("kinds");
    listing.expect(0);
    let registry = recflow::stages::registry();
    let names: BTreeSet<&str> = registry.kinds().map(|kind| kind.name.as_str()).collect();
    for name in ["ingest", "sample", "filter", "split", "train-popularity", "train-ease", "evaluate", "report"] {
        assert!(names.contains(name), "{name} is not among {names:?}");
    }
    for kind in registry.kinds() {
        let is_listed = listing.stdout.lines().any(|line| line.split_whitespace().next() == Some(&kind.name));
        assert!(is_listed, "{} is not in\n{}", kind.name, listing.stdout);
        let page = project.recflow(&format!("kinds {}", kind.name));
        page.expect(0);
        assert!(page.stdout.starts_with(&format!("{} (revision {})\n", kind.name, kind.revision)), "{}", page.stdout);
        let parameters = kind.parameters.as_json()["properties"].as_object().cloned().unwrap_or_default();
        for parameter in parameters.keys() {
            let is_explained = page.stdout.lines().any(|line| line.starts_with(&format!("  {parameter} ")));
            assert!(is_explained, "{parameter} is not in\n{}", page.stdout);
        }
        for port in kind.inputs.iter().map(|port| port.name).chain(kind.outputs.iter().map(|port| port.name)) {
            assert!(page.stdout.contains(&format!("{port} of type `")), "{port} is not in\n{}", page.stdout);
        }
    }
}

#[test]
fn a_graph_is_drawn_in_three_ways() {
    let project = Project::small();
    let edges = [("ingest", "split"), ("split", "train-ease"), ("train-ease", "evaluate/train-ease")];
    let draw = |format: &str| {
        let outcome = project.recflow(&format!("graph small.yaml --format {format}"));
        outcome.expect(0);
        assert!(!outcome.stderr.contains("error"), "{}", outcome.stderr);
        outcome.stdout
    };
    let (text, mermaid, dot) = (draw("text"), draw("mermaid"), draw("dot"));
    for (from, to) in edges {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(to)).unwrap();
        let (_, needs) = line.split_once('←').unwrap();
        assert!(needs.split([',', ' ']).any(|need| need == from), "{text}");
        assert!(mermaid.contains(from) && mermaid.contains(to), "{mermaid}");
        assert!(dot.contains(&format!("\"{from}\" -> \"{to}\"")), "{dot}");
    }
    assert!(mermaid.starts_with("flowchart"), "{mermaid}");
    assert!(dot.starts_with("digraph") && dot.trim_end().ends_with('}'), "{dot}");
}

#[test]
fn the_cache_can_be_looked_into() {
    let project = Project::small();
    let empty = project.recflow("cache list");
    empty.expect(0);
    assert!(empty.stdout.contains("0 results"), "{}", empty.stdout);
    project.recflow("run small.yaml").expect(0);
    let listed = project.recflow("cache list");
    listed.expect(0);
    for stage in SMALL_STAGES {
        let lines = listed.stdout.lines().filter(|line| line.split_whitespace().nth(1) == Some(stage));
        assert_eq!(lines.count(), 1, "{stage} in\n{}", listed.stdout);
    }
    assert!(listed.stdout.lines().last().unwrap().starts_with("7 results, "), "{}", listed.stdout);
    assert!(project.digests("cache").len() >= SMALL_STAGES.len());
}

#[test]
fn shells_learn_to_complete() {
    let outcome = Project::new().recflow("completions bash");
    outcome.expect(0);
    assert!(outcome.stdout.contains("complete -F _recflow"), "{}", outcome.stdout);
    let bash = std::process::Command::new("bash").arg("-n").arg("-c").arg(&outcome.stdout).status().unwrap();
    assert!(bash.success(), "the script is not bash");
}

#[test]
fn the_schema_of_pipelines_knows_every_kind() {
    let outcome = Project::new().recflow("schema");
    outcome.expect(0);
    let schema: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let text = schema.to_string();
    for kind in recflow::stages::registry().kinds() {
        assert!(text.contains(&format!("\"{}\"", kind.name)), "{} is not in the schema", kind.name);
    }
}

#[test]
fn a_plan_is_plain_data_for_library_users_too() {
    let project = Project::small();
    let source = SourceText::new("small.yaml", project.read("small.yaml"));
    let plan = Plan::read(&source, &[], &recflow::stages::registry()).unwrap();
    let names: Vec<&str> = plan.stages().map(|(_, stage)| stage.name.as_str()).collect();
    assert_eq!(names, SMALL_STAGES);
}
