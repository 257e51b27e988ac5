//! From a comparison to the page.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value};
use serde::Serialize;

use super::breakdowns::{self, BreakdownView};
use super::cost::{self, CostView};
use super::curves::{self, CurveView};
use super::examples::{self, ExampleView};
use super::graph::{self, GraphView};
use super::models::{self, ModelView};
use super::overlap::{self, OverlapView};
use super::popularity::{self, PopularityView};
use super::prose::prose;
use super::table::{self, TableView};
use crate::report::comparison::{Comparison, Direction};
use crate::report::facts::{self, Fact};
use crate::report::measured::Measured;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Everything that the page shows.
#[derive(Debug, Serialize)]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    title: &'a str,
    finding: Option<&'a str>,
    dataset: &'a str,
    summary: String,
    /// The metric that charts show first.
    metric: Option<&'a str>,
    table: TableView,
    costs: Vec<CostView>,
    breakdowns: Vec<BreakdownView>,
    popularity: Option<PopularityView>,
    overlap: Option<OverlapView>,
    curves: Vec<CurveView>,
    examples: Vec<ExampleView>,
    graph: Option<GraphView>,
    models: Vec<ModelView>,
    facts: Vec<FactView>,
    /// How intervals and tests were made.
    methods: &'a [String],
    definitions: Vec<DefinitionView>,
    notes: &'a [String],
    /// Over what means of replicates are.
    averaged_over: Option<String>,
    /// What costs and epochs of replicates are.
    of_replicates: Option<&'static str>,
    /// Whose lists are shown of replicates.
    lists_of_replicates: Option<String>,
    command: Option<&'a str>,
    version: &'a str,
    date: Option<&'a str>,
}

/// The report as one HTML page that holds everything it shows.
#[expect(clippy::missing_panics_doc, reason = "the page is compiled in, and tests render all of it")]
pub fn render(comparison: &Comparison, measured: &Measured) -> String {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters"));
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("prose", |text: String| Value::from_safe_string(prose(&text)));
    environment.add_template("page.html", PAGE).expect("the page is a template");
    let template = environment.get_template("page.html").expect("it was just added");
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        title: &comparison.title,
        finding: comparison.finding.as_deref(),
        dataset: &comparison.provenance.dataset.name,
        summary: summary(comparison),
        metric: primary_metric(comparison),
        table: table::view(comparison, measured),
        costs: cost::views(comparison, measured),
        breakdowns: breakdowns::views(comparison),
        popularity: popularity::view(comparison),
        overlap: overlap::view(comparison),
        curves: curves::views(comparison),
        examples: examples::views(comparison),
        graph: measured.pipeline.as_ref().and_then(graph::view),
        models: models::views(comparison, measured),
        facts: facts::facts(comparison, measured).iter().map(FactView::of).collect(),
        methods: comparison.statistics.as_ref().map_or(&[], |statistics| &statistics.sentences),
        definitions: definitions(comparison, measured),
        notes: &comparison.notes,
        averaged_over: facts::averaged_over(comparison),
        of_replicates: facts::of_replicates(comparison),
        lists_of_replicates: facts::lists_of_replicates(comparison),
        command: measured.command.as_deref(),
        version: &measured.version,
        date: measured.date.as_deref(),
    };
    let mut text = template.render(Serde(page)).expect("every value that the page names is there");
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// What was compared, in one line.
fn summary(comparison: &Comparison) -> String {
    use crate::report::units::{count, counted};
    let provenance = &comparison.provenance;
    let data = &provenance.dataset;
    format!(
        "{} on {}: {}, {}, {}, {} of them in the test.",
        counted(comparison.rows.len() as u64, "model", "models"),
        data.name,
        counted(data.users, "user", "users"),
        counted(data.items, "item", "items"),
        counted(data.interactions, "interaction", "interactions"),
        count(provenance.split.test.interactions),
    )
}

/// The metric that charts show first: NDCG if there is one, or else the one that judges most models.
fn primary_metric(comparison: &Comparison) -> Option<&str> {
    let values = |column: usize| comparison.rows.iter().filter(|row| row.cells[column].value().is_some()).count();
    let judging = comparison.columns.iter().enumerate().filter(|(_, column)| column.direction != Direction::Neither);
    let best = judging.rev().max_by_key(|(index, column)| (column.metric.starts_with("ndcg"), values(*index)));
    best.map(|(_, column)| column.metric.as_str())
}

#[derive(Debug, Serialize)]
struct FactView {
    name: &'static str,
    html: String,
}

impl FactView {
    fn of(fact: &Fact) -> Self {
        let code = |text: &str| format!("<code>{}</code>", super::chart::escape(text));
        Self { name: fact.name, html: fact.says.render(prose, code) }
    }
}

#[derive(Debug, Serialize)]
struct DefinitionView {
    titles: Vec<String>,
    direction: Option<&'static str>,
    says: String,
}

fn definitions(comparison: &Comparison, measured: &Measured) -> Vec<DefinitionView> {
    let of_metrics = facts::definitions(comparison).into_iter().map(|definition| DefinitionView {
        titles: definition.titles,
        direction: definition.direction,
        says: definition.says,
    });
    let runtime = (!measured.training.is_empty()).then(|| DefinitionView {
        titles: vec!["Training time".to_owned()],
        direction: None,
        says: facts::RUNTIME.to_owned(),
    });
    of_metrics.chain(runtime).collect()
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::report::{Cell, Comparison, Item, Measured, PipelineGraph, PipelineStage, example};

    /// Texts that would be markup or script, were they not escaped.
    const HOSTILE: &str = "</script><script>alert(1)</script>\" onload='x' {{ 7 }} {% raw %} `<b>` &amp; <!--";

    fn measured() -> Measured {
        let stage = |name: &str, needs: &[&str]| PipelineStage {
            name: name.into(),
            kind: "kind".into(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            cost: None,
        };
        let stages = vec![stage("split", &[]), stage("train-ease", &["split"]), stage("report", &["train-ease"])];
        Measured { pipeline: Some(PipelineGraph { stages }), ..example::measured() }
    }

    #[test]
    fn everything_that_a_comparison_tells_is_on_the_page() {
        let page = render(&example::full_comparison(), &measured());
        for section in ["table", "cost", "where", "popularity", "overlap", "learning", "examples", "pipeline", "models"]
        {
            assert!(page.contains(&format!("<section id=\"{section}\"")), "{section}");
            assert!(page.contains(&format!("href=\"#{section}\"")), "{section}");
        }
        for text in
            ["Star Wars: Episode V (1980)", "validation-rmse", "By user activity", "lambda <b>500</b>", "5f1c9a7b"]
        {
            assert!(page.contains(text), "{text}");
        }
        let (content, _) = page.split_once("<script>").unwrap();
        assert!(!content.contains("undefined"), "a value is missing on the page");
    }

    #[test]
    fn a_comparison_without_more_than_its_table_has_no_other_sections() {
        let page = render(&example::comparison(), &Measured { version: "0.1.0".into(), ..Measured::default() });
        for section in ["cost", "where", "popularity", "overlap", "learning", "examples", "pipeline"] {
            assert!(
                !page.contains(&format!("id=\"{section}\"")) && !page.contains(&format!("#{section}\"")),
                "{section}"
            );
        }
        render(&Comparison { rows: vec![], ..example::comparison() }, &Measured::default());
        render(&Comparison { columns: vec![], rows: vec![], ..example::comparison() }, &Measured::default());
    }

    #[test]
    fn nothing_that_somebody_wrote_becomes_markup() {
        let mut comparison = example::full_comparison();
        let hostile = || HOSTILE.to_owned();
        let item = || Item { id: "1".into(), title: Some(hostile()) };
        comparison.title = hostile();
        comparison.finding = Some(hostile());
        comparison.notes = vec![hostile()];
        comparison.provenance.dataset.name = hostile();
        comparison.provenance.filters = vec![hostile()];
        comparison.provenance.seeds.insert(hostile(), vec![1]);
        comparison.columns[2].title = hostile();
        comparison.columns[2].metric = hostile();
        comparison.columns[2].definition = hostile();
        comparison.columns[2].finding = Some(hostile());
        comparison.rows[1].model = hostile();
        comparison.rows[1].parameters.insert(hostile(), HOSTILE.into());
        comparison.rows[0].cells[0] = Cell::Empty(hostile());
        comparison.breakdowns[0].title = hostile();
        comparison.breakdowns[0].about = hostile();
        comparison.breakdowns[0].groups[0].name = hostile();
        comparison.rows[2].replicates[0].learning_curves[0].figure = hostile();
        comparison.examples[0].user = hostile();
        comparison.examples[0].why = hostile();
        comparison.examples[0].history = vec![item()];
        comparison.examples[0].lists[0].as_mut().unwrap()[0].item = item();
        let mut measured = measured();
        measured.command = Some(hostile());
        measured.date = Some(hostile());
        let stages = &mut measured.pipeline.as_mut().unwrap().stages;
        stages[0].name = hostile();
        stages[0].kind = hostile();
        stages[1].needs = vec![hostile()];
        let page = render(&comparison, &measured);
        assert_eq!(page.matches("<script>").count(), 1);
        assert_eq!(page.matches("</script>").count(), 1);
        assert!(!page.contains("<b>`") && !page.contains("\" onload='") && !page.contains("<!--"));
        assert!(page.contains("{{ 7 }} {% raw %}"), "what looks like a template is text");
    }

    #[test]
    fn the_page_asks_nobody_for_anything() {
        let page = render(&example::full_comparison(), &measured());
        for way in ["http:", "https:", "src=", "@import", "url(", "fetch(", "XMLHttp"] {
            let mut found = page.match_indices(way).map(|(place, _)| &page[place..(place + 60).min(page.len())]);
            assert!(found.next().is_none(), "{way}");
        }
    }
}
