//! What people and machines read. Every renderer is a function from data and a [`style::Style`] to text; the few that
//! follow a run over time keep no more than they need for the next line. Only [`live`] writes to a stream.
//!
//! Whatever comes from outside (names, values, messages of plugins and clouds) passes [`text::clean`] on its way to a
//! terminal and [`json::text`] on its way to a machine; values pass [`value`], which keeps secrets out.

pub mod certificate;
pub mod chaos;
pub mod diagnostics;
pub mod json;
pub mod limits;
pub mod live;
pub mod outputs;
pub mod plan;
pub mod plugins;
pub mod progress;
pub mod read_back;
pub mod schema;
pub mod state;
pub mod style;
pub mod summary;
pub mod table;
pub mod text;
pub mod tree;
pub mod value;

#[cfg(test)]
mod tests;
