//! Text → tree, within limits that are checked before anything expensive happens.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::diagnostic::Diagnostic;
use super::findings::Findings;
use super::node::{Entry, Node, NodeKind, brief};
use super::scalar;
use super::source::{SourceId, Span};

/// The longest text.
const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting of lists and mappings.
const MAX_DEPTH: usize = 64;
/// The most values, aliases written out.
pub(super) const MAX_NODES: usize = 200_000;
/// The most text that aliases may add.
pub(super) const MAX_COPIED_BYTES: usize = 4 << 20;

/// The tree of the text from byte `from` on; `None` if it is no YAML or too large.
pub(in crate::engine) fn parse(text: &str, from: usize, source: SourceId, findings: &mut Findings) -> Option<Node> {
    let start = Span::new(source, from, from);
    if text.len() - from > MAX_BYTES {
        findings.push(
            Diagnostic::error(format!("the text is longer than {MAX_BYTES} bytes"))
                .label(start, format!("{} bytes", text.len() - from)),
        );
        return None;
    }
    if let Some(at) = text[from..].find(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) {
        let character = text[from + at..].chars().next().unwrap_or_default();
        findings.push(Diagnostic::error("the file has a character that YAML does not allow").label(
            Span::new(source, from + at, from + at + character.len_utf8()),
            character.escape_debug().to_string(),
        ));
        return None;
    }
    let offsets = Offsets::of(text, from, source);
    let mut tree = Tree::new(text, source);
    let mut parser = Parser::new_from_str(&text[from..]);
    while let Some(event) = parser.next_event() {
        let taken = match event {
            Ok((event, span)) => {
                let (start, end) = (offsets.byte(span.start.index()), offsets.byte(span.end.index()));
                tree.take(event, start.min(end), end, findings)
            }
            Err(error) => Err(syntax_error(text, &offsets, &error)),
        };
        if let Err(problem) = taken {
            findings.push(problem);
            return None;
        }
    }
    Some(tree.root.unwrap_or_else(|| Node::new(start, NodeKind::Null)))
}

/// From the parser's positions, counted in characters, to bytes.
struct Offsets {
    from: usize,
    source: SourceId,
    /// The byte at which each character starts, and the end; empty for ASCII.
    starts: Vec<u32>,
    length: usize,
}

impl Offsets {
    fn of(text: &str, from: usize, source: SourceId) -> Self {
        let part = &text[from..];
        let starts = if part.is_ascii() {
            Vec::new()
        } else {
            part.char_indices().map(|(start, _)| start as u32).chain([part.len() as u32]).collect()
        };
        Self { from, source, starts, length: part.len() }
    }

    fn byte(&self, character: usize) -> usize {
        let byte = if self.starts.is_empty() {
            character
        } else {
            self.starts.get(character).map_or(self.length, |&start| start as usize)
        };
        self.from + byte.min(self.length)
    }
}

fn syntax_error(text: &str, offsets: &Offsets, error: &ScanError) -> Diagnostic {
    let at = offsets.byte(error.marker().index());
    let next = text[at..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let help = if line.replace("\"${", "").replace("'${", "").contains("${") {
        Some(QUOTES)
    } else if line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t') {
        Some("indent with spaces; YAML allows no tabs there")
    } else {
        None
    };
    Diagnostic::error(format!("this is not YAML: {}", error.info().trim_end_matches('.')))
        .label(Span::new(offsets.source, at, at + next), "the reader stopped here")
        .maybe_help(help.map(str::to_owned))
}

const QUOTES: &str = "inside `{ … }` and `[ … ]`, write `\"${name}\"` with quotes";

/// A list or mapping that is not finished.
struct Open {
    start: usize,
    anchor: usize,
    /// Where the last child ended.
    end: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Mapping { entries: Vec<Entry>, places: Places, key: Option<(String, Span)>, merged: Vec<Node> },
}

/// Builds the tree from events, on a stack of its own.
struct Tree<'t> {
    text: &'t str,
    source: SourceId,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    documents: usize,
    nodes: usize,
    copied_bytes: usize,
    root: Option<Node>,
}

impl<'t> Tree<'t> {
    fn new(text: &'t str, source: SourceId) -> Self {
        Self {
            text,
            source,
            open: Vec::new(),
            anchors: HashMap::new(),
            documents: 0,
            nodes: 0,
            copied_bytes: 0,
            root: None,
        }
    }

    fn take(&mut self, event: Event<'_>, start: usize, end: usize, findings: &mut Findings) -> Result<(), Diagnostic> {
        let span = Span::new(self.source, start, end);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Diagnostic::error("the file has more than one YAML document")
                        .label(span, "the second one begins here")
                        .help("put each pipeline into a file of its own"));
                }
            }
            Event::Scalar(_, _, _, Some(tag))
            | Event::SequenceStart(_, Some(tag))
            | Event::MappingStart(_, Some(tag)) => {
                drop(tag);
                let written = self.text[start..].split_whitespace().next().unwrap_or_default();
                return Err(Diagnostic::error(format!("the YAML tag `{}` is not supported", brief(written)))
                    .label(span, "")
                    .help("quote what is to be text; other tags have no use here"));
            }
            Event::Scalar(text, style, anchor, None) => {
                let kind = if style == ScalarStyle::Plain {
                    scalar::plain(&text)
                } else {
                    NodeKind::Text(text.clone().into_owned())
                };
                let written = &self.text[start..end];
                let span = Span::new(self.source, start, start + written.trim_end().len());
                let is_merge = style == ScalarStyle::Plain && text == "<<";
                self.place(Node::new(span, kind), anchor, Some((&text, is_merge)), findings)?;
            }
            Event::SequenceStart(anchor, None) => self.begin(span, anchor, Content::List(Vec::new()))?,
            Event::MappingStart(anchor, None) => {
                let content =
                    Content::Mapping { entries: Vec::new(), places: Places::default(), key: None, merged: Vec::new() };
                self.begin(span, anchor, content)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(end, findings)?,
            Event::Alias(anchor) => self.alias(anchor, span, findings)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn begin(&mut self, span: Span, anchor: usize, content: Content) -> Result<(), Diagnostic> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.open.push(Open { start: span.start, anchor, end: span.end, content });
        Ok(())
    }

    fn end(&mut self, end: usize, findings: &mut Findings) -> Result<(), Diagnostic> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        // The end of what is written without brackets is only found at the next thing, maybe lines below.
        let bracketed = self.text[open.start..].starts_with(['[', '{']);
        let span = Span::new(self.source, open.start, if bracketed { end } else { open.end });
        let kind = match open.content {
            Content::List(items) => NodeKind::List(items),
            Content::Mapping { mut entries, merged, .. } => {
                merge(&mut entries, merged);
                NodeKind::Mapping(entries)
            }
        };
        self.place(Node::new(span, kind), open.anchor, None, findings)
    }

    fn alias(&mut self, anchor: usize, span: Span, findings: &mut Findings) -> Result<(), Diagnostic> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(Diagnostic::error("an alias cannot stand inside what it stands for").label(span, ""));
        };
        if self.open.len() + node.height() > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let (nodes, bytes) = node.size();
        let node = node.clone();
        self.count(span, nodes, bytes)?;
        let key = match &node.kind {
            NodeKind::Text(text) | NodeKind::Number(_, text) => Some(text.clone()),
            _ => None,
        };
        self.place(node, 0, key.as_deref().map(|key| (key, false)), findings)?;
        if let Some(open) = self.open.last_mut() {
            open.end = open.end.max(span.end);
        }
        Ok(())
    }

    fn count(&mut self, span: Span, nodes: usize, copied_bytes: usize) -> Result<(), Diagnostic> {
        self.nodes += nodes;
        self.copied_bytes += copied_bytes;
        if self.nodes <= MAX_NODES && self.copied_bytes <= MAX_COPIED_BYTES {
            return Ok(());
        }
        Err(Diagnostic::error(format!("the file holds more than {MAX_NODES} values, aliases written out"))
            .label(span, "counted up to here"))
    }

    /// Puts a finished node where it belongs. `key` is what it says as a key, and whether it is a merge key.
    fn place(
        &mut self,
        node: Node,
        anchor: usize,
        key: Option<(&str, bool)>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        self.count(node.span, 1, 0)?;
        if anchor > 0 {
            let (nodes, bytes) = node.size();
            self.count(node.span, nodes, bytes)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.end = parent.end.max(node.span.end);
        match &mut parent.content {
            Content::List(items) => items.push(node),
            Content::Mapping { entries, places, key: pending, merged } => match pending.take() {
                None => {
                    let Some((text, is_merge)) = key else {
                        let is_mapping = matches!(node.kind, NodeKind::Mapping(_));
                        return Err(Diagnostic::error(format!("a key must be text, not {}", node.in_words()))
                            .label(node.span, "")
                            .maybe_help(is_mapping.then(|| QUOTES.to_owned())));
                    };
                    let text = if is_merge { MERGE.to_owned() } else { text.to_owned() };
                    *pending = Some((text, node.span));
                }
                Some((key, key_span)) if key == MERGE => match node.kind {
                    NodeKind::Mapping(_) => merged.push(node),
                    NodeKind::List(items) if items.iter().all(|item| matches!(item.kind, NodeKind::Mapping(_))) => {
                        merged.extend(items);
                    }
                    _ => findings.push(
                        Diagnostic::error("the merge key `<<` takes a mapping or a list of mappings")
                            .label(node.span, format!("this is {}", node.in_words()))
                            .label(key_span, ""),
                    ),
                },
                Some((key, key_span)) => {
                    let mut value = node;
                    // Nothing is written for the value, so that only the key can be pointed to.
                    if value.span.start >= value.span.end {
                        value.span = key_span;
                    }
                    if let Some(first) = places.find(entries, &key) {
                        findings.push(
                            Diagnostic::error(format!("the key `{}` stands here twice", brief(&key)))
                                .label(key_span, "again here")
                                .label(entries[first].key_span, "first here")
                                .help("remove one of them"),
                        );
                    } else {
                        places.add(entries.len(), &key);
                        entries.push(Entry { key, key_span, value });
                    }
                }
            },
        }
        Ok(())
    }
}

/// Stands for the merge key among keys; no text in a file can be this.
const MERGE: &str = "\0<<";

/// Where in a mapping its keys are. Short ones are looked through.
#[derive(Default)]
struct Places(HashMap<String, usize>);

impl Places {
    const SHORT: usize = 16;

    fn find(&self, entries: &[Entry], key: &str) -> Option<usize> {
        let in_beginning = entries.iter().take(Self::SHORT).position(|entry| entry.key == key);
        in_beginning.or_else(|| self.0.get(key).copied())
    }

    fn add(&mut self, place: usize, key: &str) {
        if place >= Self::SHORT {
            self.0.insert(key.to_owned(), place);
        }
    }
}

/// Adds the entries of the merged mappings whose keys are not there; earlier ones win.
fn merge(entries: &mut Vec<Entry>, merged: Vec<Node>) {
    if merged.is_empty() {
        return;
    }
    let mut keys: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for node in merged {
        let NodeKind::Mapping(more) = node.kind else { continue };
        for entry in more {
            if keys.insert(entry.key.clone()) {
                entries.push(entry);
            }
        }
    }
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(format!("lists and mappings are nested more than {MAX_DEPTH} deep"))
        .label(Span::new(span.source, span.start, span.start + 1), "too deep from here on")
}
