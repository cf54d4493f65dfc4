//! `cadastre test`.

use std::path::Path;

use cadastre_app::AppError;
use cadastre_app::connections::test_target;
use cadastre_app::error::Code;
use cadastre_app::source::{Argument, resolve};

use crate::output::Output;

/// Reaches a database and prints what it found.
pub async fn run(url: &str, folder: &Path, output: &Output) -> Result<(), AppError> {
    let Argument::Live(target, secret) = resolve(url, folder)? else {
        return Err(AppError::new(
            Code::InvalidInput,
            format!("testing {url}: a file with a model is no database"),
        )
        .with_hint("give the address of a database"));
    };
    let bar = output.progress();
    bar.set_message("connecting");
    let result = test_target(&target, secret).await;
    bar.finish_and_clear();
    let result = result?;
    println!("reached    {}", target.label());
    println!("server     {}", result.server);
    if !result.user.is_empty() {
        println!("user       {}", result.user);
    }
    println!("database   {}", result.database);
    println!("rights     {}", result.rights);
    if let Some(encrypted) = result.encrypted {
        println!("encrypted  {}", if encrypted { "yes" } else { "no" });
    }
    println!("latency    {:.1} ms", f64::from(result.latency_micros) / 1000.0);
    Ok(())
}
