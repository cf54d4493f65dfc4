//! Measurements, each beside a peer or the raw limit in the same run. Nothing here passes or fails.

mod layout;

/// Runs the named measurements, or all.
///
/// # Errors
/// When a peer's program is missing or a measurement cannot be made.
pub(crate) fn run(names: &[&str]) -> Result<(), String> {
    let wanted = |name: &str| names.is_empty() || names.contains(&name);
    if wanted("layout") {
        layout::run()?;
    }
    Ok(())
}
