//! The report as a page, in a browser: it sorts, asks no server, can be read in light, in the dark, on a phone and on paper.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::browser::Browser;
use super::project::{Project, events};

const PIPELINE: &str = "\
name: page
stages:
  ingest: { uses: ingest, with: { dataset: films } }
  split: { uses: split, needs: ingest, with: { strategy: per-user-random, seed: 7 } }
  train-popularity: { uses: train-popularity, needs: split }
  train-ease: { uses: train-ease, needs: split, with: { lambda: 20 } }
  train-knn: { uses: train-item-knn, needs: split }
  train-dae: { uses: train-mult-dae, needs: split, with: { epochs: 4 } }
  train-mf: { uses: train-biased-mf, needs: split, with: { factors: 2, epochs: 3 } }
  evaluate:
    each: train-*
    uses: evaluate
    needs: split
    with: { metrics: [rmse, precision@5, recall@5, ndcg@5, novelty@5, coverage@5] }
  report:
    uses: report
    needs: evaluate
    with: { title: \"Films </title><script>window.broken = 1</script>\", output: [page.html, page.tex] }
";

/// Titles that would be markup, were they not escaped.
const HOSTILE: [&str; 4] = [
    "<script>window.broken = 2</script>",
    "\"><img src=http://example.com/x onerror=\"window.broken = 3\">",
    "{{ 7 * 7 }} {% raw %} & </style>",
    "映画 \\end{tabular} $x$ %",
];

/// A folder with the report of a small comparison.
fn report() -> Project {
    let project = Project::new();
    let lines: String = events(40, 30)
        .iter()
        .map(|event| format!("{}::{}::{}::{}\n", event.user + 1, event.item + 1, event.stars, event.time))
        .collect();
    let titles: String =
        (1..=30).map(|item| format!("{item}::{} {item} (1999)::Drama\n", HOSTILE[item % HOSTILE.len()])).collect();
    project.write("films/ratings.dat", lines).write("films/movies.dat", titles).write("page.yaml", PIPELINE);
    project.recflow("run page.yaml --quiet").expect(0);
    project
}

/// The page in a browser.
fn opened() -> Option<(Browser, Project)> {
    let browser = Browser::start()?;
    let project = report();
    browser.open(&project.path("page.html"));
    Some((browser, project))
}

/// The values of a column of the first table, row by row; `null` for cells without one.
fn column(browser: &Browser, column: usize) -> Vec<Option<f64>> {
    let script = format!(
        "return [...document.querySelector('table.sortable').tBodies[0].rows]
            .map(row => row.cells[{column}].dataset.sort === undefined ? null : Number(row.cells[{column}].dataset.sort))"
    );
    browser.run(&script).as_array().unwrap().iter().map(Value::as_f64).collect()
}

/// What `aria-sort` says of each column.
fn sorted(browser: &Browser) -> Vec<Option<String>> {
    let script =
        "return [...document.querySelectorAll('table.sortable thead th')].map(head => head.getAttribute('aria-sort'))";
    browser.run(script).as_array().unwrap().iter().map(|order| order.as_str().map(str::to_owned)).collect()
}

fn is_sorted(values: &[Option<f64>], descending: bool) -> bool {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let ordered = known.windows(2).all(|pair| if descending { pair[0] >= pair[1] } else { pair[0] <= pair[1] });
    // What has no value comes last, whatever the order.
    ordered && values.iter().skip(known.len()).all(Option::is_none)
}

#[test]
fn the_table_sorts_by_click_and_by_key_and_the_page_is_alone() {
    let Some((browser, _project)) = opened() else { return };
    let heads =
        browser.run("return [...document.querySelectorAll('table.sortable thead th button')].map(b => b.textContent)");
    assert_eq!(heads[0], "Model");
    let (rmse, ndcg) = (1, 4);
    assert!(heads[ndcg].as_str().unwrap().starts_with("NDCG@5"), "{heads}");
    assert!(sorted(&browser).iter().all(Option::is_none));

    // The best come first: the highest of some, the lowest of others.
    let click = |index: usize| {
        let button = format!("table.sortable thead th:nth-child({}) button", index + 1);
        // A wide table scrolls below its first column, which stays where it is.
        browser.run(&format!(
            "document.querySelector('{button}').scrollIntoView({{ behavior: 'instant', block: 'center', inline: 'center' }})"
        ));
        browser.click(&browser.find(&button));
    };
    click(ndcg);
    assert!(is_sorted(&column(&browser, ndcg), true), "{:?}", column(&browser, ndcg));
    assert_eq!(sorted(&browser)[ndcg].as_deref(), Some("descending"));
    assert_eq!(browser.run("return document.getElementById('sorted').textContent"), "Sorted by NDCG@5, highest first.");
    click(ndcg);
    assert!(is_sorted(&column(&browser, ndcg), false));
    click(rmse);
    assert!(is_sorted(&column(&browser, rmse), false) && column(&browser, rmse).last() == Some(&None));
    assert_eq!(sorted(&browser)[ndcg], None);

    // The same with keys: from the heading of RMSE on to the next, then Enter, then the space bar.
    browser.press("\u{e004}\u{e007}");
    assert_eq!(sorted(&browser)[rmse + 1].as_deref(), Some("descending"));
    assert!(is_sorted(&column(&browser, rmse + 1), true));
    browser.press(" ");
    assert_eq!(sorted(&browser)[rmse + 1].as_deref(), Some("ascending"));

    // Charts of one metric at a time.
    let shown =
        "return [...document.querySelectorAll('[data-chosen=cost]')].filter(e => !e.hidden).map(e => e.dataset.metric)";
    assert_eq!(browser.run(shown), json!(["ndcg@5"]));
    browser.run("const s = document.querySelector('.chooser select'); s.value = 'recall@5'; s.dispatchEvent(new Event('change'))");
    assert_eq!(browser.run(shown), json!(["recall@5"]));

    assert_eq!(browser.run("return window.broken === undefined"), true, "a title became a script");
    assert_eq!(browser.run("return document.title"), "Films </title><script>window.broken = 1</script> · films");
    assert_eq!(browser.log("browser"), Vec::<String>::new());
    for line in browser.log("performance") {
        let event: Value = serde_json::from_str(&line).unwrap();
        let of_page = event["message"]["params"]["documentURL"].as_str().is_some_and(|url| url.starts_with("file://"));
        if of_page && event["message"]["method"] == "Network.requestWillBeSent" {
            let url = event["message"]["params"]["request"]["url"].as_str().unwrap().to_owned();
            assert!(url.starts_with("file://") || url.starts_with("data:"), "the page asks for {url}");
        }
    }
}

/// The texts that stand on the page with too little contrast, by the rules of WCAG 2: 4.5 to 1, large text 3 to 1.
const CONTRAST: &str = r"
const parse = (color) => {
  const numbers = color.match(/[\d.]+/g).map(Number);
  return color.startsWith('color(') ? [...numbers.slice(0, 3).map((n) => n * 255), numbers[3] ?? 1] : [...numbers.slice(0, 3), numbers[3] ?? 1];
};
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
const background = (element) => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const color = parse(getComputedStyle(e).backgroundColor);
    if (color[3] > 0) layers.push(color);
    if (color[3] === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
};
const bad = [];
for (const element of document.querySelectorAll('body *')) {
  const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (!own || !element.checkVisibility() || element.closest('.unseen, .skip, title, desc, script, style')) continue;
  const style = getComputedStyle(element);
  const isSvg = element instanceof SVGElement;
  const below = background(element);
  const ink = over(parse(isSvg ? style.fill : style.color), below);
  const [a, b] = [luminance(ink), luminance(below)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (isLarge ? 3 : 4.5)) bad.push(`${element.tagName} ${element.className.baseVal ?? element.className} '${element.textContent.trim().slice(0, 30)}' ${ratio.toFixed(2)}`);
}
return bad;
";

/// What sticks out of the page sideways, though it stands in nothing that scrolls.
const OVERFLOW: &str = "
const width = document.documentElement.clientWidth;
const out = [...document.querySelectorAll('body *')].filter((e) =>
  !e.closest('.scroll, pre, .unseen, .skip') && e.checkVisibility() && e.getBoundingClientRect().right > width + 1);
return [document.documentElement.scrollWidth - width, out.map((e) => `${e.tagName}.${e.className}`)];
";

#[test]
fn it_can_be_read_in_light_and_dark_wide_and_narrow() {
    let Some((browser, _project)) = opened() else { return };
    browser.run("document.querySelectorAll('details').forEach(details => details.open = true)");
    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        for (width, height) in [(1280, 900), (390, 844), (320, 600)] {
            browser.resize(width, height);
            assert_eq!(browser.run(CONTRAST), json!([]), "{scheme}, {width} pixels wide");
            assert_eq!(browser.run(OVERFLOW), json!([0, []]), "{scheme}, {width} pixels wide");
        }
        papers.push(browser.run("return getComputedStyle(document.body).backgroundColor"));
    }
    assert_ne!(papers[0], papers[1]);
}

#[test]
fn it_can_be_heard_and_walked_through() {
    let Some((browser, _project)) = opened() else { return };
    browser.run("document.querySelectorAll('details').forEach(details => details.open = true)");
    let tree = browser.devtools("Accessibility.getFullAXTree", &json!({}));
    let nodes: Vec<&Value> = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] != true).collect();
    let with_role =
        |role: &str| -> Vec<&Value> { nodes.iter().copied().filter(|node| node["role"]["value"] == role).collect() };
    for landmark in ["banner", "navigation", "main", "contentinfo"] {
        assert_eq!(with_role(landmark).len(), 1, "{landmark}");
    }
    for role in ["image", "img", "table", "region", "link", "button", "combobox"] {
        for node in with_role(role) {
            assert!(!node["name"]["value"].as_str().unwrap_or_default().is_empty(), "{role} without a name: {node}");
        }
    }
    assert!(
        with_role("table").len() >= 3 && !with_role("rowheader").is_empty() && !with_role("columnheader").is_empty()
    );
    assert_eq!(browser.run("return document.querySelectorAll('h1').length"), 1);
    let skipped = "
        const levels = [...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]));
        return levels.some((level, i) => i > 0 && level > levels[i - 1] + 1)";
    assert_eq!(browser.run(skipped), false, "a level of headings is skipped");
    assert_eq!(browser.run("return document.querySelectorAll('th:not([scope])').length"), 0);
    assert_eq!(
        browser.run(
            "const ids = [...document.querySelectorAll('[id]')].map(e => e.id); return ids.length - new Set(ids).size"
        ),
        0
    );

    // The focus is seen wherever it goes.
    browser.run("document.activeElement.blur(); window.scrollTo(0, 0)");
    for _ in 0..20 {
        browser.press("\u{e004}");
        let outline = browser.run("const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2");
        assert_eq!(outline, true, "{}", browser.run("return document.activeElement.outerHTML.slice(0, 80)"));
    }
}

#[test]
fn it_prints_in_ink_with_everything_open() {
    let Some((browser, _project)) = opened() else { return };
    browser.prefer("dark");
    let printed = "
        const closed = () => document.querySelectorAll('details:not([open])').length;
        const before = closed();
        dispatchEvent(new Event('beforeprint'));
        const printed = closed();
        dispatchEvent(new Event('afterprint'));
        return [before > 0, printed, before === closed()]";
    assert_eq!(browser.run(printed), json!([true, 0, true]));
    let pdf = browser.devtools("Page.printToPDF", &json!({ "preferCSSPageSize": true }));
    assert!(pdf["data"].as_str().unwrap().starts_with("JVBERi"), "not a PDF");
    browser.devtools(
        "Emulation.setEmulatedMedia",
        &json!({ "media": "print", "features": [{ "name": "prefers-color-scheme", "value": "dark" }] }),
    );
    assert_eq!(
        browser.run("return getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"),
        "#1d1c1a"
    );
    assert_eq!(browser.run("return document.querySelector('nav').checkVisibility()"), false);
}

#[test]
fn the_page_is_the_same_twice_but_for_what_is_measured() {
    let project = report();
    let first = project.read("page.html");
    project.recflow("run page.yaml --quiet").expect(0);
    assert_eq!(project.read("page.html"), first);
    assert!(
        !first.contains("http://example.com/x onerror=\"") && !first.contains("<script>window.broken"),
        "a title is markup"
    );
}

/// The program of that name on the path.
fn program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[test]
fn the_table_for_papers_is_set_by_latex() {
    let project = report();
    let table = project.read("page.tex");
    let count = |part: &str| table.lines().filter(|line| line.starts_with(part)).count();
    // Seven columns stand in two tables.
    for part in ["\\begin{tabular}", "\\toprule", "\\midrule", "\\bottomrule", "\\end{tabular}"] {
        assert_eq!(count(part), 2, "{part} in\n{table}");
    }
    assert_eq!((count("\\begin{table}"), count("\\end{table}")), (1, 1));
    let Some(latex) = program("pdflatex") else {
        #[expect(clippy::print_stderr, reason = "the reader of the test's output must know that nothing was tested")]
        {
            eprintln!("skipped: pdflatex is not installed");
        }
        return;
    };
    let paper = "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n\\input{page.tex}\nSee table~\\ref{tab:films-title-script-window-broken-1-script}.\n\\end{document}\n";
    project.write("paper.tex", paper);
    let said = std::process::Command::new(latex)
        .args(["-interaction=nonstopmode", "-halt-on-error", "paper.tex"])
        .current_dir(project.path(""))
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}
