//! Secrets in a file, under a passphrase: Argon2id (RFC 9106) makes the key, XChaCha20-Poly1305 seals each file state.
//!
//! The file is JSON: salt, parameters, nonce, sealed JSON map. A wrong passphrase is told from a damaged file only as far as
//! authenticated encryption can: both fail to open.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::store::restrict;

/// Memory in KiB, passes, lanes: RFC 9106's second recommended option.
const MEMORY: u32 = 65_536;
const PASSES: u32 = 3;
const LANES: u32 = 4;
/// Bound to the sealed text, so that a vault of another format never opens as this one.
const PURPOSE: &[u8] = b"cadastre vault 1";

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    salt: String,
    memory: u32,
    passes: u32,
    lanes: u32,
    nonce: String,
    sealed: String,
}

/// An open vault.
pub struct Vault {
    path: PathBuf,
    key: Zeroizing<[u8; 32]>,
    salt: [u8; 16],
    secrets: BTreeMap<String, Zeroizing<String>>,
}

impl Vault {
    /// Whether there is a vault file in the folder.
    pub fn exists(folder: &Path) -> bool {
        path_in(folder).exists()
    }

    /// Opens the vault in the folder, or creates it if there is none.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`], or [`StoreError::VaultDamaged`] for a file that cannot be a vault.
    pub fn open(folder: &Path, passphrase: &str) -> Result<Self, StoreError> {
        let path = path_in(folder);
        if !path.exists() {
            let salt = random()?;
            let key = derive(passphrase, &salt, MEMORY, PASSES, LANES)?;
            let vault = Self { path, key, salt, secrets: BTreeMap::new() };
            vault.write()?;
            return Ok(vault);
        }
        let damaged = |what: &str| StoreError::VaultDamaged(what.to_owned());
        let file: File =
            serde_json::from_slice(&std::fs::read(&path)?).map_err(|error| damaged(&error.to_string()))?;
        if file.version != 1 || file.memory > 4 * MEMORY || file.passes > 16 || file.lanes > 16 {
            return Err(damaged("its parameters are not ours"));
        }
        let decode = |text: &str| STANDARD.decode(text).map_err(|_| damaged("it is not base64"));
        let salt: [u8; 16] =
            decode(&file.salt)?.try_into().map_err(|_| damaged("the salt has another length"))?;
        let nonce: [u8; 24] =
            decode(&file.nonce)?.try_into().map_err(|_| damaged("the nonce has another length"))?;
        let key = derive(passphrase, &salt, file.memory, file.passes, file.lanes)?;
        let sealed = decode(&file.sealed)?;
        let payload = Payload { msg: &sealed, aad: PURPOSE };
        let cipher = XChaCha20Poly1305::new(Key::from_slice(&*key));
        let open =
            cipher.decrypt(XNonce::from_slice(&nonce), payload).map_err(|_| StoreError::WrongPassphrase)?;
        let open = Zeroizing::new(open);
        let secrets: BTreeMap<String, String> =
            serde_json::from_slice(&open).map_err(|_| damaged("its content is not understood"))?;
        let secrets = secrets.into_iter().map(|(name, secret)| (name, Zeroizing::new(secret))).collect();
        Ok(Self { path, key, salt, secrets })
    }

    /// A kept secret.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.secrets.get(name).map(|secret| secret.as_str())
    }

    /// Keeps a secret and writes the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&mut self, name: &str, secret: &str) -> Result<(), StoreError> {
        self.secrets.insert(name.to_owned(), Zeroizing::new(secret.to_owned()));
        self.write()
    }

    /// Forgets a secret and writes the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        if self.secrets.remove(name).is_some() { self.write() } else { Ok(()) }
    }

    /// Writes beside the old file and renames, so that a crash leaves one or the other whole.
    fn write(&self) -> Result<(), StoreError> {
        let plain: BTreeMap<&str, &str> =
            self.secrets.iter().map(|(name, secret)| (name.as_str(), secret.as_str())).collect();
        let plain =
            serde_json::to_vec(&plain).map_err(|error| StoreError::VaultDamaged(error.to_string()))?;
        let plain = Zeroizing::new(plain);
        let nonce: [u8; 24] = random()?;
        let cipher = XChaCha20Poly1305::new(Key::from_slice(&*self.key));
        let payload = Payload { msg: &plain, aad: PURPOSE };
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| StoreError::VaultDamaged("sealing failed".into()))?;
        let file = File {
            version: 1,
            salt: STANDARD.encode(self.salt),
            memory: MEMORY,
            passes: PASSES,
            lanes: LANES,
            nonce: STANDARD.encode(nonce),
            sealed: STANDARD.encode(sealed),
        };
        let text = serde_json::to_vec(&file).map_err(|error| StoreError::VaultDamaged(error.to_string()))?;
        let fresh = self.path.with_extension("new");
        std::fs::write(&fresh, text)?;
        restrict(&fresh, 0o600)?;
        Ok(std::fs::rename(&fresh, &self.path)?)
    }
}

fn path_in(folder: &Path) -> PathBuf {
    folder.join("vault.json")
}

fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
    Ok(bytes)
}

fn derive(
    passphrase: &str,
    salt: &[u8],
    memory: u32,
    passes: u32,
    lanes: u32,
) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let damaged = |error: argon2::Error| StoreError::VaultDamaged(error.to_string());
    let parameters = Params::new(memory, passes, lanes, Some(32)).map_err(damaged)?;
    let mut key = Zeroizing::new([0; 32]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    argon.hash_password_into(passphrase.as_bytes(), salt, &mut *key).map_err(damaged)?;
    Ok(key)
}
