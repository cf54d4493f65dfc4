//! The house's own rules, checked by a machine: rings, who may name what, a head on every file, a complete ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use cadastre_app::engines;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The ring of each of our packages; a package depends on lower rings only, but for the pairs below.
const RINGS: &[(&str, u8)] = &[
    ("cadastre-model", 0),
    ("cadastre-diagram", 0),
    ("cadastre-diff", 0),
    ("cadastre-plan", 0),
    ("cadastre-exchange", 0),
    ("cadastre-engine", 1),
    ("cadastre-engine-mongodb", 2),
    ("cadastre-engine-mysql", 2),
    ("cadastre-engine-postgres", 2),
    ("cadastre-engine-sqlite", 2),
    ("cadastre-store", 2),
    ("cadastre-app", 3),
    ("cadastre-cli", 4),
    ("cadastre-desktop", 4),
    ("cadastre-test-support", 5),
    ("cadastre-tests", 6),
    ("xtask", 6),
];

const WITHIN_A_RING: &[(&str, &str)] = &[
    ("cadastre-exchange", "cadastre-model"),
    ("cadastre-diff", "cadastre-model"),
    ("cadastre-plan", "cadastre-model"),
    ("cadastre-plan", "cadastre-diff"),
];

/// Who may name a foreign crate that must stay in one place.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("tauri", &["cadastre-desktop"]),
    ("mongodb", &["cadastre-engine-mongodb", "cadastre-test-support", "cadastre-tests"]),
    ("sqlx", &["cadastre-engine-mysql"]),
    ("tokio-postgres", &["cadastre-engine-postgres", "cadastre-test-support"]),
    ("rusqlite", &["cadastre-engine-sqlite", "cadastre-store", "cadastre-tests", "cadastre-test-support"]),
    ("keyring", &["cadastre-store"]),
];

const PURE: &[&str] =
    &["cadastre-model", "cadastre-diff", "cadastre-plan", "cadastre-diagram", "cadastre-exchange"];
const FORBIDDEN_TO_PURE: &[&str] = &["tokio", "tokio-util", "tracing", "rusqlite", "tokio-postgres", "dirs"];

/// Direct dependencies of each of our packages, development ones left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let own = package["dependencies"].as_array().unwrap().iter();
            let own = own.filter(|it| {
                text(&it["kind"]) != "dev"
                    || RINGS.iter().any(|(name, ring)| *ring > 4 && *name == package["name"])
            });
            (text(&package["name"]), own.map(|it| text(&it["name"])).collect())
        })
        .collect()
}

#[test]
fn packages_depend_on_lower_rings_only() {
    let ring = |name: &str| RINGS.iter().find(|(it, _)| *it == name).map(|(_, ring)| *ring);
    let dependencies = dependencies();
    assert_eq!(dependencies.len(), RINGS.len(), "every package has a ring: {:?}", dependencies.keys());
    for (package, needs) in &dependencies {
        let own = ring(package).unwrap_or_else(|| panic!("{package} has no ring"));
        for needed in needs {
            let allowed = WITHIN_A_RING.contains(&(package.as_str(), needed.as_str()));
            if let Some(other) = ring(needed) {
                assert!(other < own || allowed, "{package} (ring {own}) depends on {needed} (ring {other})");
            }
        }
    }
}

#[test]
fn foreign_crates_stay_where_they_belong() {
    for (package, needs) in dependencies() {
        for (foreign, homes) in ONLY_IN {
            assert!(
                !needs.contains(*foreign) || homes.contains(&package.as_str()),
                "{package} names {foreign}"
            );
        }
        if PURE.contains(&package.as_str()) {
            let impure = FORBIDDEN_TO_PURE.iter().find(|it| needs.contains(**it));
            assert_eq!(impure, None, "{package} is pure");
        }
    }
}

fn sources(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            let skipped =
                ["target", "node_modules", "gen", "dist"].contains(&name.as_str()) || name.starts_with('.');
            if !skipped {
                sources(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

#[test]
fn every_rust_file_says_what_it_is() {
    let mut found = Vec::new();
    sources(&root(), &[".rs"], &mut found);
    assert!(found.len() > 50);
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not say what it is", path.display());
    }
}

#[test]
fn pure_crates_name_no_engine() {
    let mut found = Vec::new();
    ["model", "diff", "plan", "diagram"]
        .iter()
        .for_each(|name| sources(&root().join("crates").join(name).join("src"), &[".rs"], &mut found));
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap().to_lowercase();
        for engine in ["postgres", "sqlite", "mysql", "mariadb", "mongodb"] {
            assert!(!text.contains(engine), "{} names {engine}", path.display());
        }
    }
}

#[test]
fn the_frontend_reaches_the_host_through_ipc_only() {
    let mut found = Vec::new();
    sources(&root().join("ui/src"), &[".ts", ".svelte"], &mut found);
    for path in found.iter().filter(|path| !path.starts_with(root().join("ui/src/ipc"))) {
        let text = std::fs::read_to_string(path).unwrap();
        let imports = text.lines().any(|line| line.contains("from \"@tauri-apps"));
        assert!(!imports, "{} imports Tauri", path.display());
    }
}

#[test]
fn the_coverage_ledger_tells_what_the_code_does() {
    let path = root().join("COVERAGE.md");
    let ledger = std::fs::read_to_string(&path).unwrap();
    let (introduction, _) = ledger.split_once("\n## ").unwrap();
    let section = |engine: &str| {
        let line = |line: &cadastre_engine::CoverageLine| {
            format!("| {} | {} | {} |\n", line.kind, line.coverage.word(), line.note)
        };
        let lines: String = engines::dialect(engine).unwrap().coverage().iter().map(line).collect();
        format!("\n## {engine}\n\n| kind | coverage | notes |\n| --- | --- | --- |\n{lines}")
    };
    let sections: String = engines::ENGINES.iter().map(|engine| section(engine)).collect();
    let expected = format!("{introduction}{sections}");
    if std::env::var_os("UPDATE_LEDGER").is_some() {
        std::fs::write(&path, expected).unwrap();
    } else {
        assert!(
            ledger == expected,
            "COVERAGE.md is stale: UPDATE_LEDGER=1 cargo test -p cadastre-tests ledger"
        );
    }
}

/// The window says in its reader's language why a step is hazardous and what speaks for a rename, and the command in English, both in
/// the same words.
#[test]
fn what_is_told_by_a_closed_list_has_words_in_the_window() {
    let text = |language: &str| {
        let path = root().join("ui/src/shared/i18n").join(format!("{language}.ts"));
        std::fs::read_to_string(path).expect("a language")
    };
    let (english, french) = (text("en"), text("fr"));
    let reason = |it: &cadastre_plan::Reason| {
        (serde_json::to_value(it).expect("a word").as_str().expect("a word").to_owned(), it.words())
    };
    let obstacle = |it: &cadastre_plan::Obstacle| {
        (serde_json::to_value(it).expect("a word").as_str().expect("a word").to_owned(), it.words())
    };
    let lists: [(&str, Vec<(String, &str)>); 3] = [
        ("reason", cadastre_plan::Reason::ALL.iter().map(reason).collect()),
        ("obstacle", cadastre_plan::Obstacle::ALL.iter().map(obstacle).collect()),
        ("clue", cadastre_diff::Clue::ALL.iter().map(|it| (it.word().to_owned(), it.words())).collect()),
    ];
    for (list, entries) in lists {
        for (word, words) in &entries {
            let key = format!("\"{list}.{word}\":");
            let line = format!("{key} {},", serde_json::to_string(words).expect("a text"));
            assert!(english.contains(&line), "en.ts has no line {line}");
            assert!(french.contains(&key), "fr.ts has no line for {key}");
        }
        let said = |text: &str| text.matches(&format!("\"{list}.")).count();
        assert_eq!((said(&english), said(&french)), (entries.len(), entries.len()), "{list}");
    }
}
