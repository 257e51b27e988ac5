//! A YAML document as a tree in which everything knows its place.

use serde_json::{Map, Number, Value};

use super::source::Span;
use crate::engine::parameters::Step;

/// A value in a pipeline file or on the command line.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) struct Node {
    /// Where it is written.
    pub(in crate::engine) span: Span,
    /// What it is.
    pub(in crate::engine) kind: NodeKind,
    /// If it came into its present place through `${name}`: where that stands, and the name.
    pub(in crate::engine) used_at: Option<(Span, String)>,
}

/// The YAML 1.2 types.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) enum NodeKind {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number and how it is written.
    Number(Number, String),
    /// `.nan`, `.inf` and their kin, as written; nothing here can take them.
    NonFinite(String),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, keys in order of the file and no two equal.
    Mapping(Vec<Entry>),
    /// Something of which an error was already reported.
    Refused,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) struct Entry {
    /// The key.
    pub(in crate::engine) key: String,
    /// Where the key is written.
    pub(in crate::engine) key_span: Span,
    /// The value.
    pub(in crate::engine) value: Node,
}

impl Node {
    pub(in crate::engine) fn new(span: Span, kind: NodeKind) -> Self {
        Self { span, kind, used_at: None }
    }

    /// Where to point to: the place it came to, or is written at.
    pub(in crate::engine) fn place(&self) -> Span {
        self.used_at.as_ref().map_or(self.span, |(span, _)| *span)
    }

    /// The node in words: "a list", "the text `x`".
    pub(in crate::engine) fn in_words(&self) -> String {
        match &self.kind {
            NodeKind::Null => "nothing".to_owned(),
            NodeKind::Bool(value) => format!("`{value}`"),
            NodeKind::Number(_, written) | NodeKind::NonFinite(written) => format!("the number `{}`", brief(written)),
            NodeKind::Text(text) => format!("the text `{}`", brief(text)),
            NodeKind::List(_) => "a list".to_owned(),
            NodeKind::Mapping(_) => "a mapping".to_owned(),
            NodeKind::Refused => "something unusable".to_owned(),
        }
    }

    /// The remedy where this should be text.
    pub(in crate::engine) fn quoting_help(&self) -> Option<String> {
        let is_scalar = matches!(self.kind, NodeKind::Number(..) | NodeKind::Bool(_) | NodeKind::NonFinite(_));
        is_scalar.then(|| "quote it to make it text".to_owned())
    }

    /// The text, if it is text.
    pub(in crate::engine) fn as_text(&self) -> Option<&str> {
        if let NodeKind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The nodes of the tree, itself included, and the bytes of its texts.
    pub(in crate::engine) fn size(&self) -> (usize, usize) {
        let sum = |(nodes, bytes): (usize, usize), (more, text): (usize, usize)| (nodes + more, bytes + text);
        match &self.kind {
            NodeKind::Text(text) | NodeKind::Number(_, text) | NodeKind::NonFinite(text) => (1, text.len()),
            NodeKind::List(items) => items.iter().map(Self::size).fold((1, 0), sum),
            NodeKind::Mapping(entries) => {
                entries.iter().map(|entry| sum(entry.value.size(), (0, entry.key.len()))).fold((1, 0), sum)
            }
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Refused => (1, 0),
        }
    }

    /// The entry of a mapping that has this key.
    pub(in crate::engine) fn entry(&self, key: &str) -> Option<&Entry> {
        let NodeKind::Mapping(entries) = &self.kind else { return None };
        entries.iter().find(|entry| entry.key == key)
    }

    /// Whether anything in it was refused.
    pub(in crate::engine) fn holds_refused(&self) -> bool {
        match &self.kind {
            NodeKind::Refused => true,
            NodeKind::List(items) => items.iter().any(Self::holds_refused),
            NodeKind::Mapping(entries) => entries.iter().any(|entry| entry.value.holds_refused()),
            _ => false,
        }
    }

    /// How many levels of lists and mappings it has.
    pub(in crate::engine) fn height(&self) -> usize {
        match &self.kind {
            NodeKind::List(items) => 1 + items.iter().map(Self::height).max().unwrap_or(0),
            NodeKind::Mapping(entries) => 1 + entries.iter().map(|entry| entry.value.height()).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// The value as JSON. What has no JSON value becomes `null`, and the way to it is added to `refused`.
    pub(in crate::engine) fn to_json(&self, path: &mut Vec<Step>, refused: &mut Vec<Vec<Step>>) -> Value {
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(value) => Value::Bool(*value),
            NodeKind::Number(number, _) => Value::Number(number.clone()),
            NodeKind::Text(text) => Value::String(text.clone()),
            NodeKind::List(items) => {
                let item = |(index, item): (usize, &Self)| {
                    path.push(Step::Index(index));
                    let value = item.to_json(path, refused);
                    path.pop();
                    value
                };
                Value::Array(items.iter().enumerate().map(item).collect())
            }
            NodeKind::Mapping(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for entry in entries {
                    path.push(Step::Key(entry.key.clone()));
                    map.insert(entry.key.clone(), entry.value.to_json(path, refused));
                    path.pop();
                }
                Value::Object(map)
            }
            NodeKind::NonFinite(_) | NodeKind::Refused => {
                refused.push(path.clone());
                Value::Null
            }
        }
    }
}

/// At most forty characters of it, on one line.
pub(in crate::engine) fn brief(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && text.chars().count() <= 40 {
        return text.to_owned();
    }
    line.chars().take(39).chain(['…']).collect()
}
