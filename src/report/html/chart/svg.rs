//! A drawing as SVG elements. What it says is escaped; colours come from the page's style by class names.

use std::fmt::Write as _;

/// A drawing that grows by elements.
#[derive(Debug)]
pub(in crate::report::html) struct Drawing {
    width: f64,
    height: f64,
    body: String,
}

/// Where a text stands beside its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report::html) enum Anchor {
    Start,
    Middle,
    End,
}

impl Drawing {
    /// An empty drawing of that size, in pixels.
    pub(in crate::report::html) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    pub(in crate::report::html) fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(number);
        let _ = write!(self.body, r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#);
    }

    pub(in crate::report::html) fn rect(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        radius: f64,
    ) {
        let [x, y, width, height, radius] = [x, y, width, height, radius].map(number);
        let rounded = if radius == "0" { String::new() } else { format!(r#" rx="{radius}""#) };
        let _ =
            write!(self.body, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"{rounded}/>"#);
    }

    /// A path of SVG commands.
    pub(in crate::report::html) fn path(&mut self, class: &str, commands: &str) {
        let _ = write!(self.body, r#"<path class="{class}" d="{commands}"/>"#);
    }

    /// Straight lines from point to point.
    pub(in crate::report::html) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points.iter().map(|&(x, y)| format!("{},{}", number(x), number(y))).collect();
        let _ = write!(self.body, r#"<polyline class="{class}" points="{}"/>"#, points.join(" "));
    }

    pub(in crate::report::html) fn text(&mut self, class: &str, (x, y): (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let (x, y, text) = (number(x), number(y), escape(text));
        let _ = write!(self.body, r#"<text class="{class}" x="{x}" y="{y}"{anchor}>{text}</text>"#);
    }

    /// What `draw` adds, with a text that is shown when it is pointed at.
    pub(in crate::report::html) fn titled(&mut self, title: &str, draw: impl FnOnce(&mut Self)) {
        let _ = write!(self.body, "<g><title>{}</title>", escape(title));
        draw(self);
        self.body.push_str("</g>");
    }

    /// The drawing as an image of its own: `title` names it, `description` says what it shows.
    ///
    /// It is as wide as its place; `scales` or, if not, as wide as it was made.
    pub(in crate::report::html) fn finish(self, id: &str, title: &str, description: &str, scales: bool) -> String {
        let (width, height) = (number(self.width), number(self.height));
        let size = if scales { String::new() } else { format!(r#" width="{width}" height="{height}""#) };
        format!(
            r#"<svg class="chart" role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {width} {height}"{size}><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>{}</svg>"#,
            escape(title),
            escape(description),
            self.body
        )
    }

    /// The drawing as a decoration that only repeats what stands beside it.
    pub(in crate::report::html) fn decoration(self, class: &str) -> String {
        let (width, height) = (number(self.width), number(self.height));
        format!(
            r#"<svg class="{class}" aria-hidden="true" focusable="false" viewBox="0 0 {width} {height}" width="{width}" height="{height}">{}</svg>"#,
            self.body
        )
    }
}

/// A coordinate with one digit behind the point at most: finer than any screen shows.
pub(in crate::report::html) fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text inside an element or a quoted attribute. Characters that XML forbids are left out.
pub(in crate::report::html) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{Anchor, Drawing, number};

    #[test]
    fn coordinates_are_short() {
        assert_eq!([1.0, 1.26, -0.04, 0.0, 1e3].map(number), ["1", "1.3", "0", "0", "1000"]);
    }

    #[test]
    fn what_a_drawing_says_cannot_become_markup() {
        let mut drawing = Drawing::new(10.0, 10.0);
        drawing.titled("</title><script>", |drawing| drawing.text("a", (1.0, 2.0), Anchor::End, "\"<b>&'\u{1}"));
        let svg = drawing.finish("x", "<t>", "d\"", true);
        assert!(!svg.contains("<script>") && !svg.contains("<b>") && !svg.contains("<t>"), "{svg}");
        assert!(svg.contains("&quot;&lt;b&gt;&amp;&#39; </text>"), "{svg}");
    }
}
