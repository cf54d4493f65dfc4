//! What differs and cannot be planned.

use serde::{Deserialize, Serialize};

use crate::hazard::filled;

macro_rules! obstacles {
    ($($name:ident = $words:literal;)*) => {
        /// Why a difference stays. `{0}` and `{1}` stand for what it is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Obstacle {
            $(#[doc = $words] $name,)*
        }

        impl Obstacle {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// In English.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                }
            }
        }
    };
}

obstacles! {
    NoStatement = "{0} differs in a way that no statement changes";
    Unseen = "{0} is on both sides, and whoever read one of them may not see what it is; it is left alone";
    MadeOtherwise = "{0} was made with other options (capped, time series, clustered or collation), which cannot be changed without making it anew";
    FieldsStay = "documents of {0} have fields that its rule does not take ({1}); those of a capped or time series collection are not changed";
}

/// A difference that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Why.
    pub reason: Obstacle,
    /// What it is about, as many as there are places in the reason's words.
    pub about: Vec<String>,
    /// The whole in English.
    pub message: String,
}

impl Note {
    /// A note about something.
    pub fn about(reason: Obstacle, about: Vec<String>) -> Self {
        Self { reason, message: filled(reason.words(), &about), about }
    }
}
