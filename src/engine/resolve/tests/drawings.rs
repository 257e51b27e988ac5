//! Plans as text, Mermaid and DOT, and the schema for editors.

use super::kinds::registry;
use super::read;
use crate::engine::{GraphFormat, pipeline_schema};

const WORKSHOP: &str = "name: work-shop
stages:
  board: { uses: make, with: { material: oak } }
  join-glue: { uses: join, needs: board }
  join-nails: { uses: join, needs: board, with: { method: nails } }
  score: { uses: score, each: join-*, needs: board }
  compare: { uses: compare, needs: score }
";

#[test]
fn as_text() {
    insta::assert_snapshot!(read(WORKSHOP).draw(GraphFormat::Text), @r#"
    board                 make
      join-glue           join     ← board
      join-nails          join     ← board
        score/join-glue   score    ← board, join-glue
        score/join-nails  score    ← board, join-nails
          compare         compare  ← score/*
    "#);
}

#[test]
fn as_mermaid() {
    insta::assert_snapshot!(read(WORKSHOP).draw(GraphFormat::Mermaid), @r#"
    flowchart LR
      s0["board<br/><i>make</i>"]
      s1["join-glue<br/><i>join</i>"]
      s2["join-nails<br/><i>join</i>"]
      s3["score/join-glue<br/><i>score</i>"]
      s4["score/join-nails<br/><i>score</i>"]
      s5["compare"]
      s0 -- "part" --> s1
      s0 -- "part" --> s2
      s0 -- "part" --> s3
      s1 -- "whole" --> s3
      s0 -- "part" --> s4
      s2 -- "whole" --> s4
      s3 -- "score" --> s5
      s4 -- "score" --> s5
    "#);
}

#[test]
fn as_dot() {
    insta::assert_snapshot!(read(WORKSHOP).draw(GraphFormat::Dot), @r#"
    digraph "work-shop" {
      rankdir=LR;
      node [shape=box];
      "board" [label="board\nmake"];
      "join-glue" [label="join-glue\njoin"];
      "join-nails" [label="join-nails\njoin"];
      "score/join-glue" [label="score/join-glue\nscore"];
      "score/join-nails" [label="score/join-nails\nscore"];
      "compare" [label="compare"];
      "board" -> "join-glue" [label="part"];
      "board" -> "join-nails" [label="part"];
      "board" -> "score/join-glue" [label="part"];
      "join-glue" -> "score/join-glue" [label="whole"];
      "board" -> "score/join-nails" [label="part"];
      "join-nails" -> "score/join-nails" [label="whole"];
      "score/join-glue" -> "compare" [label="score"];
      "score/join-nails" -> "compare" [label="score"];
    }
    "#);
}

#[test]
fn as_schema() {
    let schema = pipeline_schema(&registry());
    insta::assert_snapshot!(serde_json::to_string_pretty(&schema["$defs"]["stage"]["allOf"][0]).unwrap(), @r##"
    {
      "if": {
        "properties": {
          "uses": {
            "const": "make"
          }
        },
        "required": [
          "uses"
        ]
      },
      "then": {
        "properties": {
          "with": {
            "$ref": "#/$defs/with-make"
          }
        },
        "required": [
          "with"
        ]
      }
    }
    "##);
    assert_eq!(schema["$defs"]["stage"]["properties"]["uses"]["oneOf"].as_array().unwrap().len(), 7);
    assert_eq!(schema["$defs"]["with-make"]["else"]["required"], serde_json::json!(["material"]));
    let holes = &schema["$defs"]["with-make"]["else"]["properties"]["holes"];
    insta::assert_snapshot!(serde_json::to_string_pretty(holes).unwrap(), @r##"
    {
      "description": "Sizes of the holes.",
      "default": [],
      "if": {
        "$ref": "#/$defs/interpolated"
      },
      "else": {
        "type": "array",
        "items": {
          "if": {
            "$ref": "#/$defs/interpolated"
          },
          "else": {
            "type": "integer",
            "format": "uint8",
            "minimum": 1,
            "maximum": 255
          }
        },
        "maxItems": 3
      }
    }
    "##);
}

#[test]
fn listed_words_stay_listed_in_the_schema() {
    let schema = pipeline_schema(&registry());
    let method = &schema["$defs"]["with-join"]["else"]["properties"]["method"]["else"]["oneOf"];
    assert_eq!(
        method[2],
        serde_json::json!({ "description": "With joints cut into the wood.", "type": "string", "const": "dovetail" })
    );
    assert_eq!(schema["$defs"]["with-join"]["else"]["properties"]["method"]["default"], "glue");
}
