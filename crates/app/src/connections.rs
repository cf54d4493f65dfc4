//! Registered connections: list, test, save, remove.

use std::time::Duration;

use cadastre_engine::{Rights, Secret, Target};
use cadastre_store::{Connection, Environment, SecretPlace, StoreError};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::address::AddressForm;
use crate::engines;
use crate::error::{AppError, Code};
use crate::source::Source;
use crate::tunnel;
use crate::workspace::Workspace;

/// A connection as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionView {
    /// Its number.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its colour's name; empty for none.
    pub colour: String,
    /// `production`, `staging`, `test`, `training`, `development`.
    pub environment: String,
    /// The address in a few words.
    pub label: String,
    /// The address, field by field.
    pub address: AddressForm,
    /// `none`, `keychain`, `vault`, `session`.
    pub secret_place: String,
}

/// A connection as a form sends it.
#[derive(Debug, Clone, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionDraft {
    /// The number of the connection that is changed; none for a new one.
    pub id: Option<u32>,
    /// Its name.
    pub name: String,
    /// Its colour's name.
    pub colour: String,
    /// What the database is used for.
    pub environment: String,
    /// The address.
    pub address: AddressForm,
    /// Where the password is to be kept.
    pub secret_place: String,
    /// A new password; none to leave the kept one as it is.
    pub password: Option<String>,
}

/// What a test found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// Server product and version.
    pub server: String,
    /// The user the server knows us as; empty where there are none.
    pub user: String,
    /// The database.
    pub database: String,
    /// `superuser`, `owner`, `create`, `readOnly`.
    pub rights: String,
    /// Whether the connection is encrypted, where that is a question.
    pub encrypted: Option<bool>,
    /// One round trip in microseconds.
    pub latency_micros: u32,
}

/// Where secrets can be kept on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretPlaces {
    /// Why the keychain cannot be used; none if it can.
    pub keychain_problem: Option<String>,
    /// There is a vault file.
    pub vault_exists: bool,
    /// The vault is open.
    pub vault_open: bool,
}

/// No test takes longer, whatever the address says.
const TEST_LIMIT: Duration = Duration::from_secs(60);

fn secret_name(id: i64) -> String {
    format!("connection-{id}")
}

fn place(word: &str) -> SecretPlace {
    match word {
        "keychain" => SecretPlace::Keychain,
        "vault" => SecretPlace::Vault,
        "session" => SecretPlace::Session,
        _ => SecretPlace::None,
    }
}

fn place_word(place: SecretPlace) -> &'static str {
    match place {
        SecretPlace::None => "none",
        SecretPlace::Keychain => "keychain",
        SecretPlace::Vault => "vault",
        SecretPlace::Session => "session",
    }
}

fn view(it: &Connection) -> Result<ConnectionView, AppError> {
    let target = stored_target(it)?;
    Ok(ConnectionView {
        id: id_of(it),
        name: it.name.clone(),
        colour: it.colour.clone(),
        environment: it.environment.word().into(),
        label: target.label(),
        address: AddressForm::of(&target),
        secret_place: place_word(it.secret_place).into(),
    })
}

fn id_of(it: &Connection) -> u32 {
    u32::try_from(it.id).unwrap_or_default()
}

fn stored_target(it: &Connection) -> Result<Target, AppError> {
    serde_json::from_str(&it.target).map_err(|error| {
        AppError::new(Code::IncompatibleStore, format!("reading the connection “{}”: {error}", it.name))
            .with_hint("edit the connection and save it again")
    })
}

impl Workspace {
    /// All connections, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn list_connections(&self) -> Result<Vec<ConnectionView>, AppError> {
        self.store.connections()?.iter().map(view).collect()
    }

    /// Where secrets can be kept.
    pub fn secret_places(&self) -> SecretPlaces {
        let keychain_problem = self.secrets.probe_keychain().err().map(|error| error.to_string());
        let (vault_exists, vault_open) = self.secrets.vault_state();
        SecretPlaces { keychain_problem, vault_exists, vault_open }
    }

    /// Opens the vault, or creates it with this passphrase.
    ///
    /// # Errors
    /// A wrong passphrase, one too short for a new vault, or a damaged file.
    pub fn unlock_vault(&self, passphrase: &str) -> Result<(), AppError> {
        if !self.secrets.vault_state().0 && passphrase.chars().count() < 8 {
            return Err(AppError::new(Code::InvalidInput, "creating the vault: the passphrase is too short")
                .with_hint("use at least 8 characters; a few words are best"));
        }
        Ok(self.secrets.unlock_vault(passphrase)?)
    }

    /// Tests a draft without saving it.
    ///
    /// # Errors
    /// What failed exactly, and what to do.
    pub async fn test_connection(&self, draft: &ConnectionDraft) -> Result<TestResult, AppError> {
        let target = draft.address.target()?;
        let secret = match (&draft.password, draft.id) {
            (Some(password), _) if !password.is_empty() => Some(Secret::new(password.clone())),
            (_, Some(id)) => self.secret_of(&self.store.connection_by_id(i64::from(id))?)?,
            _ => None,
        };
        test_target(&target, secret).await
    }

    /// Saves a draft and its password.
    ///
    /// # Errors
    /// A name that is missing or taken, a field that cannot be, a place for the password that is closed. Nothing is saved
    /// then.
    pub fn save_connection(&self, draft: &ConnectionDraft) -> Result<ConnectionView, AppError> {
        let name = draft.name.trim();
        if name.is_empty() {
            return Err(AppError::new(Code::InvalidInput, "saving the connection: the name is missing")
                .with_hint("give it a name that tells it from the others"));
        }
        let meant = draft.address.target()?;
        let target = serde_json::to_string(&meant)
            .map_err(|error| AppError::new(Code::Internal, error.to_string()))?;
        let id = draft.id.map_or(0, i64::from);
        let before = if id == 0 { None } else { Some(self.store.connection_by_id(id)?) };
        let wanted = place(&draft.secret_place);
        let password = self.password_to_keep(draft, before.as_ref(), wanted)?;
        let mut connection = Connection {
            id,
            name: name.to_owned(),
            colour: draft.colour.clone(),
            environment: Environment::parse(&draft.environment),
            target,
            secret_place: wanted,
        };
        connection.id = self.store.save_connection(&connection)?;
        if let Some(password) = password
            && let Err(error) = self.secrets.set(wanted, &secret_name(connection.id), password.expose())
        {
            self.undo_save(before.as_ref(), connection.id);
            return Err(error.into());
        }
        if let Some(before) = before {
            if before.secret_place != wanted {
                self.secrets.forget(before.secret_place, &secret_name(before.id));
            }
            let is_same = stored_target(&before).is_ok_and(|old| old.is_same_database(&meant));
            if !is_same {
                // Positions belong to the tables of the database that was meant before.
                let source = Source::Connection { id: id_of(&connection) };
                self.opened().remove(&source);
                if let Err(error) = self.store.forget_layout(&source.key()) {
                    tracing::warn!(%error, "forgetting the layout of another database");
                }
            }
        }
        view(&connection)
    }

    /// The new password, or the kept one when it only moves to another place.
    fn password_to_keep(
        &self,
        draft: &ConnectionDraft,
        before: Option<&Connection>,
        wanted: SecretPlace,
    ) -> Result<Option<Secret>, AppError> {
        if let Some(password) = &draft.password {
            return Ok(Some(Secret::new(password.clone())));
        }
        match before {
            Some(before) if before.secret_place != wanted && wanted != SecretPlace::None => {
                let kept = self.secrets.get(before.secret_place, &secret_name(before.id))?;
                Ok(kept.map(|secret| Secret::new(secret.as_str())))
            }
            _ => Ok(None),
        }
    }

    fn undo_save(&self, before: Option<&Connection>, id: i64) {
        // The save's own error is the one to report.
        let _ = match before {
            Some(before) => self.store.save_connection(before).map(drop),
            None => self.store.remove_connection(id),
        };
    }

    /// Removes a connection, its layout and its password. The database itself is not touched.
    ///
    /// # Errors
    /// When it is not there, or the store cannot be written.
    pub fn remove_connection(&self, id: u32) -> Result<(), AppError> {
        let connection = self.store.connection_by_id(i64::from(id))?;
        self.store.remove_connection(connection.id)?;
        self.secrets.forget(connection.secret_place, &secret_name(connection.id));
        self.opened().remove(&Source::Connection { id });
        Ok(())
    }

    /// The target and password of a registered connection.
    ///
    /// # Errors
    /// When it is not there, or its password cannot be had.
    pub(crate) fn connection_target(
        &self,
        id: u32,
    ) -> Result<(Target, Option<Secret>, Connection), AppError> {
        let connection = self.store.connection_by_id(i64::from(id))?;
        let secret = self.secret_of(&connection)?;
        Ok((stored_target(&connection)?, secret, connection))
    }

    fn secret_of(&self, connection: &Connection) -> Result<Option<Secret>, StoreError> {
        let kept = self.secrets.get(connection.secret_place, &secret_name(connection.id))?;
        Ok(kept.map(|secret| Secret::new(secret.as_str())))
    }
}

/// Tests a target with a password, or with the one the environment knows.
///
/// # Errors
/// What failed exactly, and what to do.
pub async fn test_target(target: &Target, secret: Option<Secret>) -> Result<TestResult, AppError> {
    let secret = secret.or_else(|| engines::password_for(target));
    let driver = engines::driver(target.engine()).ok_or_else(|| unknown_engine(target.engine()))?;
    let (reached, _tunnel) = tunnel::reach(target).await?;
    let report = tokio::time::timeout(TEST_LIMIT, driver.test(&reached, secret.as_ref())).await;
    let report = report.unwrap_or_else(|_| {
        let message = format!("testing {}: no answer within a minute", target.label());
        Err(cadastre_engine::DbError::new(cadastre_engine::ErrorCode::Timeout, message))
    })?;
    Ok(TestResult {
        server: report.server,
        user: report.user,
        database: report.database,
        rights: match report.rights {
            Rights::Superuser => "superuser",
            Rights::Owner => "owner",
            Rights::Create => "create",
            Rights::ReadOnly => "readOnly",
        }
        .into(),
        encrypted: report.encrypted,
        latency_micros: report.latency_micros,
    })
}

pub(crate) fn unknown_engine(engine: &str) -> AppError {
    AppError::new(Code::UnsupportedByEngine, format!("the engine “{engine}” is not known"))
        .with_hint(format!("known engines: {}", engines::ENGINES.join(", ")))
}
