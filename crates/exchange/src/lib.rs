//! Readers and writers of a model. Pure: text in, text out.

pub mod dbml;
pub mod json;
pub mod mermaid;

#[cfg(test)]
mod tests;
