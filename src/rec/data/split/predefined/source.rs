//! One file of a predefined split.

use std::path::Path;

use crate::rec::Monitor;
use crate::rec::data::error::shortened;
use crate::rec::data::format::{self, Places, ReadOptions};
use crate::rec::data::{DataError, Dataset};

/// The events of one file and where they stand in it.
pub(super) struct Source {
    pub(super) data: Dataset,
    places: Places,
}

impl Source {
    pub(super) fn read(path: &Path, titles: Option<&Path>, monitor: &dyn Monitor) -> Result<Self, DataError> {
        let layout = format::detect(path)?;
        let layout = match titles {
            Some(titles) => layout.with_titles(titles),
            None => layout,
        };
        let (data, places) = format::read_with_places(&layout, &ReadOptions::default(), monitor)?;
        Ok(Self { data, places })
    }

    /// Number of events.
    pub(super) fn len(&self) -> usize {
        self.data.events.len()
    }

    /// The user's id of an event.
    pub(super) fn user(&self, event: usize) -> &str {
        &self.data.users[self.data.events.users[event] as usize]
    }

    /// The item's id of an event.
    pub(super) fn item(&self, event: usize) -> &str {
        &self.data.items.ids[self.data.events.items[event] as usize]
    }

    /// Where an event stands, in words.
    pub(super) fn place(&self, event: usize) -> String {
        let (path, line) = self.places.of(event);
        format!("`{}` line {line}", path.display())
    }

    /// The user of an event, for messages.
    pub(super) fn shown_user(&self, event: usize) -> String {
        shortened(self.user(event))
    }

    /// The item of an event, for messages.
    pub(super) fn shown_item(&self, event: usize) -> String {
        shortened(self.item(event))
    }
}
