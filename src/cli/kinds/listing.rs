//! All kinds, grouped by what they write.

use indexmap::IndexMap;
use unicode_width::UnicodeWidthStr;

use crate::cli::wrap::wrap;
use crate::engine::{Registry, StageKind};

/// Each kind with its sentence, in lines of at most `width` columns.
pub(super) fn render(registry: &Registry, width: usize) -> String {
    let mut groups: IndexMap<String, Vec<&StageKind>> = IndexMap::new();
    for kind in registry.kinds() {
        groups.entry(heading(kind)).or_default().push(kind);
    }
    let column = registry.kinds().map(|kind| kind.name.width()).max().unwrap_or(0) + 4;

    let mut text = String::new();
    for (heading, kinds) in groups {
        text.push_str(&heading);
        text.push('\n');
        for kind in kinds {
            let name = format!("  {}", kind.name);
            let about = wrap(&kind.about, column, width);
            let first = about.first().map_or("", |line| &line[column..]);
            text.push_str(format!("{name:<column$}{first}").trim_end());
            text.push('\n');
            about.iter().skip(1).for_each(|line| text.extend([line, "\n"]));
        }
        text.push('\n');
    }
    text.push_str("`recflow kinds KIND` shows one of them with its parameters.\n");
    text
}

fn heading(kind: &StageKind) -> String {
    if kind.outputs.is_empty() {
        return "Write files into the workspace".to_owned();
    }
    let types: Vec<String> = kind.outputs.iter().map(|port| format!("`{}`", port.port_type)).collect();
    format!("Write {}", types.join(" and "))
}
