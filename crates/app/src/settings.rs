//! Settings of the window: language and theme.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{AppError, Code};
use crate::workspace::Workspace;

/// What a person can set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// `en`, `fr`, or `system`.
    pub language: String,
    /// `light`, `dark`, or `system`.
    pub theme: String,
}

const LANGUAGES: [&str; 3] = ["system", "en", "fr"];
const THEMES: [&str; 3] = ["system", "light", "dark"];

impl Workspace {
    /// The settings; what was never set follows the system.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn settings(&self) -> Result<Settings, AppError> {
        let or_system = |value: Option<String>, known: &[&str]| {
            value.filter(|value| known.contains(&value.as_str())).unwrap_or_else(|| "system".into())
        };
        Ok(Settings {
            language: or_system(self.store.setting("language")?, &LANGUAGES),
            theme: or_system(self.store.setting("theme")?, &THEMES),
        })
    }

    /// Keeps the settings.
    ///
    /// # Errors
    /// A value nobody knows, or a store that cannot be written.
    pub fn keep_settings(&self, settings: &Settings) -> Result<(), AppError> {
        if !LANGUAGES.contains(&settings.language.as_str()) || !THEMES.contains(&settings.theme.as_str()) {
            return Err(AppError::new(Code::InvalidInput, "keeping the settings: a value is not known"));
        }
        self.store.keep_setting("language", &settings.language)?;
        Ok(self.store.keep_setting("theme", &settings.theme)?)
    }
}
