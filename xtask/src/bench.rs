//! Measurements, each beside a peer or the raw limit in the same run. Nothing here passes or fails.

mod compare;
mod introspect;
mod layout;
mod window;

/// Runs the named measurements, or all.
///
/// # Errors
/// When a peer's program is missing or a measurement cannot be made.
pub(crate) fn run(names: &[&str]) -> Result<(), String> {
    let known = ["layout", "introspect", "compare", "window"];
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("there is no measurement {unknown}; there are {}", known.join(", ")));
    }
    let wanted = |name: &str| names.is_empty() || names.contains(&name);
    if wanted("layout") {
        layout::run()?;
    }
    if wanted("introspect") {
        introspect::run()?;
    }
    if wanted("compare") {
        compare::run()?;
    }
    if wanted("window") {
        window::run()?;
    }
    Ok(())
}

/// The middle of the values.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
