//! What holds for every pipeline.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use super::read;
use crate::engine::Plan;

/// A stage that needs earlier ones.
#[derive(Debug, Clone)]
struct Sketch {
    needs: Vec<usize>,
    height: u8,
    maker: String,
}

/// Some stages, and an order to write them in.
fn sketches() -> impl Strategy<Value = (Vec<Sketch>, Vec<usize>)> {
    let stage = (proptest::collection::vec(any::<prop::sample::Index>(), 0..4), 1u8..10, "[a-z :#'\"é]{0,6}");
    proptest::collection::vec(stage, 1..12).prop_flat_map(|raw| {
        let stages: Vec<Sketch> = raw
            .into_iter()
            .enumerate()
            .map(|(own, (needs, height, maker))| {
                let mut known = Vec::new();
                for need in needs.iter().filter(|_| own > 0).map(|need| need.index(own)) {
                    if !known.contains(&need) {
                        known.push(need);
                    }
                }
                Sketch { needs: known, height, maker }
            })
            .collect();
        let order: Vec<usize> = (0..stages.len()).collect();
        (Just(stages), Just(order).prop_shuffle())
    })
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// In flow style, keys in one order.
fn plainly(stages: &[Sketch], order: &[usize]) -> String {
    order.iter().fold(String::from("name: a\nstages:\n"), |mut text, &own| {
        let Sketch { needs, height, maker } = &stages[own];
        let names: Vec<String> = needs.iter().map(|need| format!("s{need}")).collect();
        let _ = if names.is_empty() {
            writeln!(
                text,
                "  s{own}: {{ uses: make, with: {{ material: oak, length: {height}, maker: {} }} }}",
                quoted(maker)
            )
        } else {
            let names = names.join(", ");
            writeln!(
                text,
                "  s{own}: {{ uses: stack, needs: [{names}], with: {{ height: {height}, maker: {} }} }}",
                quoted(maker)
            )
        };
        text
    })
}

/// The same in block style, keys in the other order, with comments, a parameter and other ways to write a number.
fn otherwise(stages: &[Sketch], order: &[usize]) -> String {
    let mut text = String::from("# About it.\nstages: # Here they come.\n");
    for &own in order {
        let Sketch { needs, height, maker } = &stages[own];
        let (kind, size) = if needs.is_empty() { ("make", "length") } else { ("stack", "height") };
        let _ =
            write!(text, "\n  's{own}': # One.\n    with:\n      maker: {}\n      {size}: {height}.0\n", quoted(maker));
        if needs.is_empty() {
            text.push_str("      material: \"${wood}\"\n");
        } else {
            text.push_str("    needs:\n");
            for need in needs {
                let _ = writeln!(text, "      - s{need}");
            }
        }
        let _ = writeln!(text, "    uses: {kind}");
    }
    text.push_str("params: { wood: oak, }\nname: \"a\"\n");
    text
}

/// Parameters and wires by name of the stage.
fn content(plan: &Plan) -> BTreeMap<String, (String, Vec<String>)> {
    let stage = |(index, stage): (_, &crate::engine::PlannedStage)| {
        let wires = plan.inputs_of(index).iter().flat_map(|input| {
            input.wires.iter().map(|wire| format!("{}<-{}.{}", input.port, plan[wire.stage].name, wire.port))
        });
        (stage.name.clone(), (stage.parameters.to_string(), wires.collect()))
    };
    plan.stages().map(stage).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn stages_come_after_what_they_need_and_else_in_file_order((stages, order) in sketches()) {
        let plan = read(&plainly(&stages, &order));
        prop_assert_eq!(plan.len(), stages.len());
        for (index, _) in plan.stages() {
            prop_assert!(plan.dependencies_of(index).iter().all(|need| *need < index));
            for need in plan.dependencies_of(index) {
                prop_assert!(plan.dependents_of(need).contains(&index));
                prop_assert!(plan.ancestors_of(index).contains(&need));
            }
        }
        // Greedy: each stage is the first of the file whose needs were all met.
        let mut done: Vec<usize> = Vec::new();
        for (_, stage) in plan.stages() {
            let ready = |own: &&usize| !done.contains(own) && stages[**own].needs.iter().all(|need| done.contains(need));
            let expected = *order.iter().find(ready).expect("sketches have no cycles");
            prop_assert_eq!(&stage.name, &format!("s{expected}"));
            done.push(expected);
        }
    }

    #[test]
    fn the_way_of_writing_changes_nothing((stages, order) in sketches()) {
        let in_order: Vec<usize> = (0..stages.len()).collect();
        let plan = content(&read(&plainly(&stages, &in_order)));
        prop_assert_eq!(&plan, &content(&read(&plainly(&stages, &order))));
        prop_assert_eq!(&plan, &content(&read(&otherwise(&stages, &order))));
        prop_assert_eq!(&plan, &content(&read(&otherwise(&stages, &order).replace('\n', "\r\n"))));
    }

    #[test]
    fn a_part_is_closed_and_otherwise_as_the_whole((stages, order) in sketches(), picks in any::<[prop::sample::Index; 2]>()) {
        let plan = read(&plainly(&stages, &order));
        let names: Vec<String> = picks.iter().map(|pick| format!("s{}", pick.index(stages.len()))).collect();
        let part = plan.only(&names).unwrap();
        let whole = content(&plan);
        for (name, stage) in content(&part) {
            prop_assert_eq!(&whole[&name], &stage);
        }
        for name in &names {
            let needed = plan.ancestors_of(plan.find(name).unwrap());
            prop_assert!(needed.iter().all(|&need| part.find(&plan[need].name).is_some()));
        }
    }

    #[test]
    fn every_pair_of_needs_that_closes_a_circle_is_found((stages, order) in sketches()) {
        prop_assume!(stages.iter().any(|stage| !stage.needs.is_empty()));
        let late = stages.iter().position(|stage| !stage.needs.is_empty()).unwrap_or_default();
        let early = stages[late].needs[0];
        let mut circular = stages;
        circular[early].needs.push(late);
        let error = super::read_with(&plainly(&circular, &order), &[]).unwrap_err();
        prop_assert!(error.iter().any(|problem| problem.message.contains("in a circle")), "{error}");
    }
}
