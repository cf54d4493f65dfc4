//! What an engine's introspection does with each kind of object; the ledger `COVERAGE.md` is compared with it.

/// How far a kind is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// Read into the model, rendered, compared.
    Modelled,
    /// Seen and listed by kind and name, not modelled.
    Reported,
    /// Not seen. There should be a reason.
    Unsupported,
}

impl Coverage {
    /// The word in the ledger.
    pub fn word(self) -> &'static str {
        match self {
            Self::Modelled => "modelled",
            Self::Reported => "reported",
            Self::Unsupported => "unsupported",
        }
    }
}

/// One line of the ledger: a kind in the engine's own terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageLine {
    /// The kind, in the engine's terms, plural.
    pub kind: &'static str,
    /// How far it is covered.
    pub coverage: Coverage,
    /// What to know about it.
    pub note: &'static str,
}

impl CoverageLine {
    /// A kind that is modelled.
    pub const fn modelled(kind: &'static str, note: &'static str) -> Self {
        Self { kind, coverage: Coverage::Modelled, note }
    }

    /// A kind that is only reported.
    pub const fn reported(kind: &'static str, note: &'static str) -> Self {
        Self { kind, coverage: Coverage::Reported, note }
    }

    /// A kind that is not seen.
    pub const fn unsupported(kind: &'static str, note: &'static str) -> Self {
        Self { kind, coverage: Coverage::Unsupported, note }
    }
}
