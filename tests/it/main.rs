//! Integration tests, one file a story.

mod tidy;
