//! What holds for every kind of stage, and for the committed pipelines.

use std::fs;
use std::path::Path;

use super::registry;
use crate::engine::{Plan, SourceText, pipeline_schema};

/// Where the repository is.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn every_parameter_can_be_checked_and_is_documented() {
    for kind in registry().kinds() {
        let mut unread = kind.parameters.unread_keywords();
        if ["best", "evaluate"].contains(&kind.name.as_str()) {
            // The pattern of metrics is for editors; the stage itself says more of what is wrong.
            unread.remove("pattern");
        }
        assert!(unread.is_empty(), "{}: {unread:?}", kind.name);
        let properties = kind.parameters.as_json()["properties"].as_object().cloned().unwrap_or_default();
        for (name, property) in properties {
            assert!(property["description"].is_string(), "{}.{name} has no description", kind.name);
        }
    }
}

#[test]
fn defaults_alone_make_a_stage_or_name_what_is_missing() {
    for kind in registry().kinds() {
        // A command needs one of two parameters, which no schema of single ones says.
        let needs_values = kind.parameters.as_json().get("required").is_some() || kind.name == "command";
        let built = kind.build(serde_json::json!({}));
        assert_eq!(built.is_ok(), !needs_values, "{}", kind.name);
    }
}

#[test]
fn the_committed_pipelines_are_right() {
    for folder in ["pipelines", "pipelines/reference", "examples/pipelines"] {
        for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yaml") {
                let text = SourceText::new(path.display().to_string(), fs::read_to_string(&path).unwrap());
                let plan = Plan::read(&text, &[], &registry()).unwrap_or_else(|error| panic!("{error}"));
                assert!(plan.warnings().is_empty(), "{}", plan.warnings());
            }
        }
    }
}

#[test]
fn the_committed_schema_is_current() {
    let committed = fs::read_to_string(Path::new(ROOT).join("pipelines/recflow.schema.json")).unwrap();
    assert_eq!(committed, format!("{:#}\n", pipeline_schema(&registry())), "run `make schema`");
}
