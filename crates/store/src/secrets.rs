//! Where passwords live: keychain, vault, or memory. One place to set, get and forget them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::connections::SecretPlace;
use crate::error::StoreError;
use crate::vault::Vault;

const SERVICE: &str = "org.cadastre.desktop";

/// Whether the system's keychain can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keychain {
    /// Ask the system.
    System,
    /// Leave it alone: tests, and machines that should not.
    Off,
}

/// Keeps and finds secrets by name.
pub struct SecretKeeper {
    folder: PathBuf,
    keychain: Keychain,
    vault: Mutex<Option<Vault>>,
    session: Mutex<HashMap<String, Zeroizing<String>>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SecretKeeper {
    /// A keeper whose vault is in the folder.
    pub fn new(folder: &Path, keychain: Keychain) -> Self {
        Self {
            folder: folder.to_owned(),
            keychain,
            vault: Mutex::new(None),
            session: Mutex::new(HashMap::new()),
        }
    }

    /// Tries the keychain with an entry of its own: set, get, delete. A bus without an unlocked keyring answers "no entry" to
    /// every question, so asking is the only way to know.
    ///
    /// # Errors
    /// [`StoreError::NoKeychain`] with what the system says.
    pub fn probe_keychain(&self) -> Result<(), StoreError> {
        if self.keychain == Keychain::Off {
            return Err(StoreError::NoKeychain("it is switched off".into()));
        }
        let entry = entry("probe")?;
        let answer = entry.set_password("probe").and_then(|()| entry.get_password());
        let forgotten = entry.delete_credential();
        match answer {
            Ok(text) if text == "probe" => forgotten.map_err(no_keychain),
            Ok(_) => Err(StoreError::NoKeychain("it gives back something else than was put in".into())),
            Err(error) => Err(no_keychain(error)),
        }
    }

    /// Whether a vault file is there, and whether it is open.
    pub fn vault_state(&self) -> (bool, bool) {
        (Vault::exists(&self.folder), held(&self.vault).is_some())
    }

    /// Opens the vault, or creates it.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn unlock_vault(&self, passphrase: &str) -> Result<(), StoreError> {
        *held(&self.vault) = Some(Vault::open(&self.folder, passphrase)?);
        Ok(())
    }

    /// Keeps a secret.
    ///
    /// # Errors
    /// [`StoreError::VaultLocked`], [`StoreError::NoKeychain`], or a file that cannot be written.
    pub fn set(&self, place: SecretPlace, name: &str, secret: &str) -> Result<(), StoreError> {
        match place {
            SecretPlace::None => Ok(()),
            SecretPlace::Keychain if self.keychain == Keychain::Off => {
                Err(StoreError::NoKeychain("it is switched off".into()))
            }
            SecretPlace::Keychain => entry(name)?.set_password(secret).map_err(no_keychain),
            SecretPlace::Vault => {
                held(&self.vault).as_mut().ok_or(StoreError::VaultLocked)?.set(name, secret)
            }
            SecretPlace::Session => {
                held(&self.session).insert(name.to_owned(), Zeroizing::new(secret.to_owned()));
                Ok(())
            }
        }
    }

    /// Finds a secret.
    ///
    /// # Errors
    /// [`StoreError::VaultLocked`] or [`StoreError::NoKeychain`].
    pub fn get(&self, place: SecretPlace, name: &str) -> Result<Option<Zeroizing<String>>, StoreError> {
        match place {
            SecretPlace::None => Ok(None),
            SecretPlace::Keychain if self.keychain == Keychain::Off => {
                Err(StoreError::NoKeychain("it is switched off".into()))
            }
            SecretPlace::Keychain => match entry(name)?.get_password() {
                Ok(secret) => Ok(Some(Zeroizing::new(secret))),
                Err(keyring::Error::NoEntry) => Ok(None),
                Err(error) => Err(no_keychain(error)),
            },
            SecretPlace::Vault => {
                let vault = held(&self.vault);
                let vault = vault.as_ref().ok_or(StoreError::VaultLocked)?;
                Ok(vault.get(name).map(|secret| Zeroizing::new(secret.to_owned())))
            }
            SecretPlace::Session => Ok(held(&self.session).get(name).cloned()),
        }
    }

    /// Forgets a secret in one place; what is not there is not missed.
    pub fn forget(&self, place: SecretPlace, name: &str) {
        match place {
            SecretPlace::Keychain if self.keychain == Keychain::System => {
                drop(entry(name).map(|entry| entry.delete_credential()));
            }
            SecretPlace::Vault => drop(held(&self.vault).as_mut().map(|vault| vault.remove(name))),
            SecretPlace::Session => drop(held(&self.session).remove(name)),
            SecretPlace::None | SecretPlace::Keychain => {}
        }
    }
}

fn entry(name: &str) -> Result<keyring::Entry, StoreError> {
    keyring::Entry::new(SERVICE, name).map_err(no_keychain)
}

fn no_keychain(error: keyring::Error) -> StoreError {
    StoreError::NoKeychain(error.to_string())
}
