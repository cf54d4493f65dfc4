//! A canary password must be found nowhere: not in the store, the log, an error, or what is shown.

use cadastre_app::diagnostics::Log;
use cadastre_app::error::Code;

use super::open::{draft, workspace};
use crate::engines::postgres::server;

const CANARY: &str = "canary-7f3a9c";

fn files_with(folder: &std::path::Path, text: &str) -> Vec<std::path::PathBuf> {
    let files =
        std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    let holds = |path: &std::path::PathBuf| {
        let content = std::fs::read(path).unwrap();
        content.windows(text.len()).any(|window| window == text.as_bytes())
    };
    files.filter(holds).collect()
}

#[tokio::test]
async fn a_password_is_found_in_no_file_error_or_view() {
    let (folder, workspace) = workspace();
    Log::open(folder.path()).unwrap().install();
    let server = server();
    let url = format!("postgres://{}:{CANARY}@127.0.0.1:{}/postgres", server.user(), server.port());
    workspace.unlock_vault("a good passphrase").unwrap();
    let mut draft = draft("Canary", &url);
    assert_eq!(draft.password.as_deref(), Some(CANARY));
    draft.secret_place = "vault".into();
    let view = workspace.save_connection(&draft).unwrap();
    let error = workspace.test_connection(&draft).await.unwrap_err();
    assert_eq!(error.code, Code::AuthFailed, "{}", error.message);
    let source = cadastre_app::source::Source::Connection { id: view.id };
    let opened = workspace.open_schema(&source, "r", |_| {}).await.unwrap_err();
    for shown in [
        format!("{view:?}"),
        format!("{error:?}"),
        format!("{opened:?}"),
        serde_json::to_string(&opened).unwrap(),
    ] {
        assert!(!shown.contains(CANARY), "{shown}");
    }
    let list = serde_json::to_string(&workspace.list_connections().unwrap()).unwrap();
    assert!(!list.contains(CANARY));
    assert_eq!(files_with(folder.path(), CANARY), Vec::<std::path::PathBuf>::new());
}

#[tokio::test]
async fn a_kept_password_is_used_and_forgotten_with_its_connection() {
    let (_folder, workspace) = workspace();
    let server = server();
    let view = workspace.save_connection(&draft("Kept", &server.url("postgres"))).unwrap();
    let source = cadastre_app::source::Source::Connection { id: view.id };
    workspace.open_schema(&source, "r", |_| {}).await.unwrap();
    workspace.remove_connection(view.id).unwrap();
    let error = workspace.open_schema(&source, "r", |_| {}).await.unwrap_err();
    assert_eq!(error.code, Code::NotFound);
}

/// The test runs itself again inside a private session bus with an unlocked keyring, where the system's keychain answers.
#[test]
fn a_password_in_the_systems_keychain_comes_back_and_goes() {
    const INSIDE: &str = "CADASTRE_TEST_INSIDE_KEYRING";
    if std::env::var_os(INSIDE).is_some() {
        return use_the_keychain();
    }
    let folder = tempfile::tempdir().unwrap();
    let name = std::thread::current().name().unwrap().to_owned();
    let script = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec \"$0\" --exact \"$1\" --nocapture";
    let output = std::process::Command::new("dbus-run-session")
        .args(["--", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(INSIDE, "1")
        .env("XDG_DATA_HOME", folder.path())
        .output()
        .unwrap_or_else(|error| panic!("dbus-run-session: {error}; `npm test` installs what is needed"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn use_the_keychain() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = cadastre_store::SecretKeeper::new(folder.path(), cadastre_store::Keychain::System);
    keeper.probe_keychain().unwrap();
    let place = cadastre_store::SecretPlace::Keychain;
    keeper.set(place, "one", CANARY).unwrap();
    assert_eq!(keeper.get(place, "one").unwrap().unwrap().as_str(), CANARY);
    keeper.forget(place, "one");
    assert!(keeper.get(place, "one").unwrap().is_none());
    assert_eq!(files_with(folder.path(), CANARY), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_locked_vault_is_said_before_anything_is_saved() {
    let (_folder, workspace) = workspace();
    let mut draft = draft("Locked", "postgres://u:p@localhost/d");
    draft.secret_place = "vault".into();
    let error = workspace.save_connection(&draft).unwrap_err();
    assert_eq!(error.code, Code::SecretUnavailable);
    assert!(workspace.list_connections().unwrap().is_empty(), "nothing is half saved");
}
