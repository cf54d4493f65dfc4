//! The workspace store: one embedded SQLite file with connections, layouts and settings; beside it the secrets vault.
//!
//! A password never reaches the store: a connection only says where its password is kept. The file's steps of upgrade are
//! numbered, and a copy is kept before each.

mod connections;
mod error;
mod layouts;
mod secrets;
mod settings;
mod steps;
mod store;
mod vault;

pub use connections::{Connection, Environment, SecretPlace};
pub use error::StoreError;
pub use layouts::Position;
pub use secrets::{Keychain, SecretKeeper};
pub use store::{Store, data_folder};
pub use vault::Vault;

#[cfg(test)]
mod tests;
