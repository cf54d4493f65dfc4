//! Example values of a field, when a person asks for them. They are the user's data: shown, and neither kept nor logged.

use cadastre_engine::FieldRef;

use crate::connections::unknown_engine;
use crate::engines;
use crate::error::{AppError, Code};
use crate::source::Source;
use crate::tunnel;
use crate::workspace::Workspace;

/// So many are shown.
const SHOWN: usize = 5;

impl Workspace {
    /// A few different values of a sampled field of one reading.
    ///
    /// # Errors
    /// When the source is not open or was read again since, and whatever keeps its server from answering.
    pub async fn example_values(
        &self,
        source: &Source,
        reading: u32,
        id: u32,
        path: String,
    ) -> Result<Vec<String>, AppError> {
        let model = self.model_of_reading(source, reading)?;
        let Source::Connection { id: connection } = source else {
            return Err(AppError::new(
                Code::UnsupportedByEngine,
                "the example database has no sampled fields",
            )
            .with_hint("open a MongoDB database"));
        };
        let object = model.id_at(id as usize).ok_or_else(|| {
            AppError::new(Code::NotFound, "reading examples: there is no such collection")
                .with_hint("choose it once more in the tree")
        })?;
        let (target, secret, _) = self.connection_target(*connection)?;
        let driver = engines::driver(target.engine()).ok_or_else(|| unknown_engine(target.engine()))?;
        let secret = secret.or_else(|| engines::password_for(&target));
        let (reached, _tunnel) = tunnel::reach(&target).await?;
        let field = FieldRef { collection: model.object(object).name.clone(), path };
        Ok(driver.examples(&reached, secret.as_ref(), &field, SHOWN).await?)
    }
}
