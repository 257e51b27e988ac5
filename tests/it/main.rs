//! Integration tests, one module a story.

mod real_data;
