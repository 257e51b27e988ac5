//! `report`: lays the scores of many models side by side.

mod attribute_groups;
mod breakdowns;
mod findings;
mod gathering;
mod kind;
mod lists;
mod methods;
mod names;
mod notes;
mod outputs;
mod provenance;
mod publishing;
mod scored;
mod spread;
mod table_rows;
mod term_table;
mod uncertainty;

pub(super) use kind::kind;
