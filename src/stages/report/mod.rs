//! `report`: lays the scores of many models side by side.

mod gathering;
mod kind;
mod notes;
mod outputs;
mod provenance;
mod publishing;
mod scored;
mod spread;
mod table_rows;

pub(super) use kind::kind;
