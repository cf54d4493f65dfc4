//! How the web view draws. Without a graphics card WebKit's default compositing costs 37 ms a frame in software and 4 ms with
//! the DMA-BUF renderer off, so it is switched off there, and only there.

/// Chooses before the first window and the first thread.
pub(crate) fn prepare() {
    #[cfg(target_os = "linux")]
    if std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() && !has_gpu() {
        relaunch_with_software_rendering();
    }
}

#[cfg(target_os = "linux")]
fn has_gpu() -> bool {
    let devices = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    devices.into_iter().any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
}

/// Changing the environment of a running process is unsound once there are threads; starting anew is not.
#[cfg(target_os = "linux")]
fn relaunch_with_software_rendering() {
    use std::os::unix::process::CommandExt;
    if let Ok(program) = std::env::current_exe() {
        let mut command = std::process::Command::new(program);
        command.args(std::env::args_os().skip(1)).env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        // It only returns when it failed, and then the slower way is taken.
        let error = command.exec();
        eprintln!("cadastre: software rendering could not be chosen: {error}");
    }
}
