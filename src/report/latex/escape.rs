//! Plain text inside LaTeX, for pdfLaTeX with its default UTF-8 input as well as for XeLaTeX and LuaLaTeX.

use std::fmt::Write as _;

/// Shows the first argument where fonts have every character, the second where pdfLaTeX would stop.
pub(super) const CHARACTER_COMMAND: &str =
    r"\providecommand{\recflowchar}[2]{\ifdefined\Umathcode#1\else{\footnotesize\textless#2\textgreater}\fi}";

/// Letters between À and ſ that the oldest encoding, which is the default, lacks.
const NOT_IN_ALL_ENCODINGS: &str = "ÐðÞþĐđĦħŊŋŦŧĄąĘęĮįŲųĲĳĿŀĸŉſ";

/// Text on one line in which nothing but balanced backticks is markup: what is between them stands in typewriter.
pub(super) fn text(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = line.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(&line);
    }
    let part = |(index, part): (usize, &&str)| {
        if index % 2 == 0 { escape(part) } else { format!(r"\texttt{{{}}}", escape(part)) }
    };
    parts.iter().enumerate().map(part).collect()
}

/// A line of a comment, which ends where the line does.
pub(super) fn comment(text: &str) -> String {
    let line: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    format!("% {}\n", line.join(" "))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str(r"\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => escaped.extend(['\\', character]),
            '^' => escaped.push_str(r"\textasciicircum{}"),
            '~' => escaped.push_str(r"\textasciitilde{}"),
            '<' => escaped.push_str(r"\textless{}"),
            '>' => escaped.push_str(r"\textgreater{}"),
            '|' => escaped.push_str(r"\textbar{}"),
            '"' => escaped.push_str(r"\textquotedblright{}"),
            '`' => escaped.push_str(r"\textasciigrave{}"),
            // Two hyphens would become a dash.
            '-' if escaped.ends_with('-') => escaped.push_str("{}-"),
            // A bracket right behind a line break of the table would be its argument.
            '[' => escaped.push_str("{[}"),
            ']' => escaped.push_str("{]}"),
            '–' => escaped.push_str("--"),
            '—' => escaped.push_str("---"),
            '…' => escaped.push_str(r"\ldots{}"),
            '±' => escaped.push_str(r"$\pm$"),
            '×' => escaped.push_str(r"$\times$"),
            '·' => escaped.push_str(r"\textperiodcentered{}"),
            '≤' => escaped.push_str(r"$\leq$"),
            '≥' => escaped.push_str(r"$\geq$"),
            '−' => escaped.push_str(r"$-$"),
            '÷' => escaped.push_str(r"$\div$"),
            'λ' => escaped.push_str(r"$\lambda$"),
            'α' => escaped.push_str(r"$\alpha$"),
            'β' => escaped.push_str(r"$\beta$"),
            '\u{a0}' => escaped.push('~'),
            // What pdfLaTeX can set in any of its encodings.
            plain if plain.is_ascii_graphic() || plain == ' ' => escaped.push(plain),
            accented @ 'À'..='ſ' if !NOT_IN_ALL_ENCODINGS.contains(accented) => escaped.push(accented),
            control if control.is_control() => {}
            other => {
                let _ = write!(escaped, r"\recflowchar{{{other}}}{{U+{:04X}}}", u32::from(other));
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{comment, text};

    #[test]
    fn what_means_something_to_tex_is_only_shown() {
        assert_eq!(text(r"50 % of #1 & a_b {x}"), r"50 \% of \#1 \& a\_b \{x\}");
        assert_eq!(text(r"\input{/etc/passwd}"), r"\textbackslash{}input\{/etc/passwd\}");
        assert_eq!(text("$x^2$ ~ [1]"), r"\$x\textasciicircum{}2\$ \textasciitilde{} {[}1{]}");
        assert_eq!(text("--set a\nb"), "-{}-set a b");
        assert_eq!(text("use `min_k`, or ` alone"), r"use `min\_k`, or ` alone".replace('`', r"\textasciigrave{}"));
        assert_eq!(text("use `min_k`"), r"use \texttt{min\_k}");
    }

    #[test]
    fn letters_that_pdflatex_lacks_are_named_there() {
        assert_eq!(text("Amélie 映"), r"Amélie \recflowchar{映}{U+6620}");
        assert_eq!(text("1–2 ± λ"), r"1--2 $\pm$ $\lambda$");
    }

    #[test]
    fn a_comment_cannot_end_early() {
        assert_eq!(comment("a\r\nb\u{2028}\\end{table}\u{b}c"), "% a b \\end{table} c\n");
    }
}
