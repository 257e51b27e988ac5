//! Live lines on a terminal: one for each running stage, one for the whole, and a permanent one for each that ended.

use std::fmt::Write as _;
use std::io::Write;
use std::time::{Duration, SystemTime};

use indexmap::IndexMap;
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use unicode_width::UnicodeWidthStr;

use crate::engine::{Event, Facts, Failure, Observer, Outcome};
use crate::report::units;

use super::results::Results;
use super::wording;
use crate::cli::Colors;
use crate::cli::sink::Sink;

/// How often spinners turn and times count on while no event comes.
const TICK: Duration = Duration::from_millis(125);
/// Names longer than this do not widen the column of names.
const WIDEST_NAME: usize = 40;

/// Draws on a terminal.
#[derive(Debug)]
pub struct Human<E, O> {
    bars: MultiProgress,
    colors: Colors,
    stderr: Sink<E>,
    results: Results<O>,
    tick: Option<Duration>,
    name_width: usize,
    cached: usize,
    whole: Option<ProgressBar>,
    running: IndexMap<String, ProgressBar>,
}

impl<E: Write, O: Write> Human<E, O> {
    /// Progress is drawn with these bars; the last line goes to the first stream, results to the second.
    pub fn new(bars: MultiProgress, colors: Colors, stderr: E, stdout: O) -> Self {
        Self {
            bars,
            colors,
            stderr: Sink::new(stderr),
            results: Results::new(stdout),
            tick: Some(TICK),
            name_width: 0,
            cached: 0,
            whole: None,
            running: IndexMap::new(),
        }
    }

    fn begin(&mut self, pipeline: &str, stages: &[String]) {
        self.name_width = stages.iter().map(|stage| stage.width()).max().unwrap_or(0).min(WIDEST_NAME);
        let whole = self.bars.add(ProgressBar::new(stages.len() as u64));
        whole.set_style(style("{prefix} {bar:20} {pos}/{len} stages · {msg}{took}", self.colors));
        whole.set_prefix(self.colors.strong(pipeline));
        self.start_ticking(&whole);
        self.whole = Some(whole);
    }

    fn start_ticking(&self, bar: &ProgressBar) {
        if let Some(tick) = self.tick {
            bar.enable_steady_tick(tick);
        }
    }

    /// The line of a running stage; drawn from now on if it was not.
    fn line_of(&mut self, stage: &str) -> ProgressBar {
        if let Some(bar) = self.running.get(stage) {
            return bar.clone();
        }
        let bar = ProgressBar::new_spinner();
        let bar = match &self.whole {
            Some(whole) => self.bars.insert_before(whole, bar),
            None => self.bars.add(bar),
        };
        bar.set_style(style("{spinner} {prefix} {took:>8}  {wide_msg}", self.colors));
        bar.set_prefix(self.padded(stage));
        self.start_ticking(&bar);
        self.running.insert(stage.to_owned(), bar.clone());
        bar
    }

    fn advance(&mut self, stage: &str, done: u64, total: u64, detail: &str) {
        let bar = self.line_of(stage);
        if total > 0 && bar.length() != Some(total) {
            bar.set_length(total);
            bar.set_style(style(
                "{spinner} {prefix} {took:>8}  {bar:20} {percent:>3} %  {left}  {wide_msg}",
                self.colors,
            ));
        }
        bar.set_message(detail.to_owned());
        bar.set_position(done);
    }

    /// As [`Self::leave`], for a stage that is done with.
    fn end(&mut self, stage: &str, lines: &[String]) {
        self.leave(stage, lines);
        if let Some(whole) = &self.whole {
            whole.inc(1);
        }
    }

    /// Takes a stage's live line away and leaves permanent ones instead.
    fn leave(&mut self, stage: &str, lines: &[String]) {
        if let Some(bar) = self.running.shift_remove(stage) {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
        self.print(lines);
    }

    fn print(&self, lines: &[String]) {
        // Nobody can be told that the terminal has gone.
        let _ = self.bars.println(lines.join("\n"));
    }

    fn padded(&self, stage: &str) -> String {
        format!("{stage}{}", " ".repeat(self.name_width.saturating_sub(stage.width())))
    }

    fn finished_line(&self, stage: &str, facts: &Facts) -> String {
        let (wall, memory) = wording::cost(facts);
        format!("{} {} {wall:>8}  {memory:>8}", self.colors.good("✓"), self.padded(stage)).trim_end().to_owned()
    }

    fn faint_line(&self, mark: &str, stage: &str, text: &str) -> String {
        self.colors.faint(&format!("{mark} {}  {text}", self.padded(stage)))
    }

    fn failed_lines(&self, stage: &str, failure: &Failure, log: Option<&std::path::Path>) -> Vec<String> {
        let mut lines = wording::failure(failure, log);
        let first = lines.remove(0);
        let mut all = vec![format!("{} {}  {first}", self.colors.bad("✗"), self.colors.bad(stage))];
        all.extend(lines.into_iter().map(|line| format!("    {line}")));
        all
    }

    fn show_counts(&self) {
        let Some(whole) = &self.whole else { return };
        let mut counts = String::new();
        if self.cached > 0 {
            let _ = write!(counts, "{} cached · ", self.cached);
        }
        if !self.running.is_empty() {
            let _ = write!(counts, "{} running · ", self.running.len());
        }
        whole.set_message(counts);
    }

    fn finish(&mut self, outcome: Outcome, summary: &str) {
        for (_, bar) in self.running.drain(..) {
            bar.finish_and_clear();
        }
        if let Some(whole) = self.whole.take() {
            whole.finish_and_clear();
        }
        let summary = match outcome {
            Outcome::Done => self.colors.strong(summary),
            Outcome::Failed => self.colors.bad(summary),
            Outcome::Interrupted => self.colors.note(summary),
        };
        // Printed by the bars, it would leave the cursor at the end of its line.
        self.stderr.line(&format!("{summary}\n"));
    }
}

impl<E: Write, O: Write> Observer for Human<E, O> {
    fn observe(&mut self, _: SystemTime, event: &Event) {
        match event {
            Event::RunStarted { pipeline, stages, .. } => self.begin(pipeline, stages),
            Event::StageCached { stage, .. } => {
                self.cached += 1;
                self.end(stage, &[self.faint_line("●", stage, " cached")]);
            }
            Event::StageFrozen { stage, differs, .. } => {
                self.cached += 1;
                self.end(
                    stage,
                    &[self.faint_line("●", stage, &format!(" frozen: {}", wording::kept(differs.as_deref())))],
                );
            }
            Event::StageFetching { stage, what } => self.line_of(stage).set_message(format!("fetching {what}")),
            Event::StageStarted { stage, .. } => {
                let bar = self.line_of(stage);
                bar.reset();
                bar.set_message("");
            }
            Event::StageWaiting { stage } => {
                self.line_of(stage).set_message("waiting for another process that computes the same");
            }
            Event::StageProgress { stage, done, total, detail } => self.advance(stage, *done, *total, detail),
            Event::StageFinished { stage, facts, .. } => self.end(stage, &[self.finished_line(stage, facts)]),
            Event::StageFailed { stage, failure, log } => {
                self.end(stage, &self.failed_lines(stage, failure, log.as_deref()));
            }
            Event::StageRetrying { stage, failure, delay, .. } => {
                let text = format!("failed: {failure}; runs again in {}", units::duration(*delay));
                self.leave(stage, &[self.faint_line("-", stage, &text)]);
            }
            Event::StageSkipped { stage, cause } => {
                self.end(stage, &[self.faint_line("-", stage, &format!("skipped, because {cause} failed"))]);
            }
            Event::StageCancelled { stage } => self.end(stage, &[self.faint_line("-", stage, "cancelled")]),
            Event::Published { path, changed, .. } => {
                let unchanged = if *changed { "" } else { "  (unchanged)" };
                self.print(&[format!("→ {}{unchanged}", path.display())]);
            }
            Event::StageFigures { .. } | Event::RunFinished { .. } => {}
        }
        self.show_counts();
        if let Some((outcome, summary)) = wording::summary(event) {
            self.finish(outcome, &summary);
        }
        self.results.observe(event);
    }
}

/// A line's layout; `{took}` and `{left}` are times as the rest of the program writes them.
fn style(template: &str, colors: Colors) -> ProgressStyle {
    let template = match colors {
        Colors::On => template.replace("{spinner}", "{spinner:.cyan}").replace("{bar:20}", "{bar:20.cyan/dim}"),
        Colors::Off => template.to_owned(),
    };
    ProgressStyle::with_template(&template)
        .expect("the templates above are well-formed")
        .progress_chars("━━╌")
        .tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ")
        .with_key("took", |state: &ProgressState, line: &mut dyn std::fmt::Write| {
            let _ = line.write_str(&units::clock(state.elapsed()));
        })
        .with_key("left", |state: &ProgressState, line: &mut dyn std::fmt::Write| {
            let _ = match state.eta() {
                Duration::ZERO => Ok(()),
                eta => write!(line, "{} left", units::clock(eta)),
            };
        })
}

#[cfg(test)]
mod tests {
    use indicatif::{MultiProgress, ProgressDrawTarget};

    use super::super::rehearsal::{self, Script};
    use super::super::terminal::Terminal;
    use super::{Colors, Human};

    /// What stands on the terminal after the events, and on standard output.
    fn watch(script: &Script) -> (String, String) {
        let terminal = Terminal::default();
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::term_like(Box::new(terminal.clone())));
        let mut stdout = Vec::new();
        let mut human = Human::new(bars, Colors::Off, terminal.clone(), &mut stdout);
        human.tick = None;
        rehearsal::play(&mut human, script);
        let text = terminal.text();
        drop(human);
        (text, String::from_utf8(stdout).unwrap())
    }

    #[test]
    fn a_run_with_a_failure_leaves_one_line_a_stage() {
        insta::assert_snapshot!(watch(&rehearsal::failing_run()).0);
    }

    #[test]
    fn a_run_with_a_table_leaves_it_on_standard_output() {
        let (terminal, stdout) = watch(&rehearsal::finished_run());
        insta::assert_snapshot!(rehearsal::both(terminal.as_bytes(), stdout.as_bytes()));
    }

    #[test]
    fn running_stages_and_the_whole_have_live_lines() {
        let mut script = rehearsal::failing_run();
        script.truncate(12);
        let (terminal, _) = watch(&script);
        let lines: Vec<&str> = terminal.lines().collect();
        let [.., ease, mf, whole] = lines[..] else { panic!("too few lines:\n{terminal}") };
        assert!(ease.contains("train-ease"), "{terminal}");
        assert!(mf.contains("train-mf") && mf.contains("24 %") && mf.contains("loss 0.812"), "{terminal}");
        assert!(whole.contains("2/6 stages · 1 cached · 2 running"), "{terminal}");
    }
}
