//! What can go wrong with the store and the vault.

use thiserror::Error;

/// A failed operation on the store, the vault or the keychain.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file is from a newer Cadastre.
    #[error(
        "the store {path} was written by a newer version of Cadastre (step {found}, this one knows {known})"
    )]
    Newer {
        /// The file.
        path: String,
        /// The step it is at.
        found: u32,
        /// The last step this program knows.
        known: u32,
    },
    /// The file is no store of ours, or damaged.
    #[error("the store {path} could not be opened: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Another connection has this name.
    #[error("there is already a connection called “{0}”")]
    NameTaken(String),
    /// There is no such connection.
    #[error("this connection is no longer in the store")]
    Missing,
    /// The passphrase does not open the vault.
    #[error("the passphrase does not open the vault")]
    WrongPassphrase,
    /// The vault is closed and nobody gave the passphrase.
    #[error("the vault is locked")]
    VaultLocked,
    /// The vault file is damaged.
    #[error("the vault file is damaged: {0}")]
    VaultDamaged(String),
    /// The keychain does not answer.
    #[error("the keychain of this system does not answer: {0}")]
    NoKeychain(String),
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// SQLite failed.
    #[error("the store could not be read or written: {0}")]
    Sqlite(#[from] rusqlite::Error),
}
