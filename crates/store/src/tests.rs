//! The store keeps what it is given, and secrets stay secret.

use crate::*;

fn connection(name: &str) -> Connection {
    Connection {
        id: 0,
        name: name.into(),
        colour: "teal".into(),
        environment: Environment::Staging,
        target: "{}".into(),
        secret_place: SecretPlace::Vault,
    }
}

#[test]
fn connections_are_kept_across_openings() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let id = store.save_connection(&connection("One")).unwrap();
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    let kept = store.connection_by_id(id).unwrap();
    assert_eq!(kept, Connection { id, ..connection("One") });
    assert!(matches!(store.save_connection(&connection("one")), Err(StoreError::NameTaken(_))));
    store.remove_connection(id).unwrap();
    assert!(matches!(store.connection_by_id(id), Err(StoreError::Missing)));
}

#[test]
fn an_unknown_environment_counts_as_production() {
    assert_eq!(Environment::parse("whatever"), Environment::Production);
}

#[test]
fn a_layout_keeps_the_places_of_tables_that_are_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let at = |relation: &str, x| Position { relation: relation.into(), x, y: 2.0 };
    store.keep_layout("demo", &[at("a", 1.0), at("b", 3.0)]).unwrap();
    store.keep_layout("demo", &[at("a", 9.0)]).unwrap();
    assert_eq!(store.layout("demo").unwrap(), [at("a", 9.0), at("b", 3.0)]);
    store.forget_layout("demo").unwrap();
    assert!(store.layout("demo").unwrap().is_empty());
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let path = folder.path().join("workspace.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Newer { found: 99, .. })));
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("workspace.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Unreadable { .. })));
}

#[test]
fn a_vault_opens_with_its_passphrase_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = SecretKeeper::new(folder.path(), Keychain::Off);
    assert!(matches!(keeper.set(SecretPlace::Vault, "c1", "canary-4711"), Err(StoreError::VaultLocked)));
    keeper.unlock_vault("open sesame").unwrap();
    keeper.set(SecretPlace::Vault, "c1", "canary-4711").unwrap();
    let again = SecretKeeper::new(folder.path(), Keychain::Off);
    assert!(matches!(again.unlock_vault("open says me"), Err(StoreError::WrongPassphrase)));
    again.unlock_vault("open sesame").unwrap();
    assert_eq!(again.get(SecretPlace::Vault, "c1").unwrap().unwrap().as_str(), "canary-4711");
    let file = std::fs::read(folder.path().join("vault.json")).unwrap();
    assert!(!String::from_utf8_lossy(&file).contains("canary"));
    again.forget(SecretPlace::Vault, "c1");
    assert!(again.get(SecretPlace::Vault, "c1").unwrap().is_none());
}

#[test]
fn a_damaged_vault_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("vault.json"), "{").unwrap();
    assert!(matches!(Vault::open(folder.path(), "x"), Err(StoreError::VaultDamaged(_))));
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("data");
    drop(Store::open(&inner).unwrap());
    drop(Vault::open(&inner, "x").unwrap());
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&inner), mode(&inner.join("workspace.db")), mode(&inner.join("vault.json"))),
        (0o700, 0o600, 0o600)
    );
}
