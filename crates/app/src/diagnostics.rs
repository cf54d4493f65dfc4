//! The log: a file that is rotated and redacted, and a text to send with a report.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

const LARGEST: u64 = 1_000_000;
const KEPT: u32 = 3;

/// A log file that starts anew when it is full; older ones are numbered.
#[derive(Debug, Clone)]
pub struct Log {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    file: File,
    size: u64,
}

impl Log {
    /// Opens the log in a folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join("cadastre.log");
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Self { inner: Arc::new(Mutex::new(Inner { path, file, size })) })
    }

    /// Makes it the log of this process. A second call changes nothing.
    pub fn install(&self) {
        let subscriber =
            tracing_subscriber::fmt().with_writer(self.clone()).with_ansi(false).with_target(false);
        // Tests open several workspaces in one process; the first log stays.
        let _ = tracing::subscriber::set_global_default(subscriber.finish());
    }
}

impl Inner {
    fn rotate(&mut self) -> std::io::Result<()> {
        let numbered = |number: u32| self.path.with_extension(format!("{number}.log"));
        for number in (1..KEPT).rev() {
            if numbered(number).exists() {
                std::fs::rename(numbered(number), numbered(number + 1))?;
            }
        }
        std::fs::rename(&self.path, numbered(1))?;
        self.file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

/// One line of the log.
#[derive(Debug)]
pub struct Line {
    log: Log,
    text: Vec<u8>,
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { log: self.clone(), text: Vec::new() }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let text = redact(&String::from_utf8_lossy(&self.text));
        let mut inner = self.log.inner.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that cannot be written must not stop the work it is about.
        if inner.size > LARGEST {
            let _ = inner.rotate();
        }
        if inner.file.write_all(text.as_bytes()).is_ok() {
            inner.size += text.len() as u64;
        }
    }
}

/// Takes passwords out of a text: those in addresses (`//user:password@`) and those behind `password=`. Nothing should have
/// brought them here; this is the second lock on the door.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || c == '/' || c == '"').unwrap_or(after.len());
        let authority = &after[..end];
        match authority
            .rsplit_once('@')
            .and_then(|(login, host)| login.split_once(':').map(|(user, _)| (user, host)))
        {
            Some((user, host)) => out.push_str(&format!("{user}:••••••@{host}")),
            None => out.push_str(authority),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    redact_parameter(&out)
}

fn redact_parameter(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.to_ascii_lowercase().find("password=") {
        let (before, after) = rest.split_at(at + "password=".len());
        out.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || c == '&' || c == '"').unwrap_or(after.len());
        out.push_str("••••••");
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// A text to send with a report: versions, the system, and the end of the log. No names of databases beyond what the log has,
/// no secrets.
pub fn diagnostics(folder: &Path) -> String {
    let log = std::fs::read_to_string(folder.join("cadastre.log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let tail = lines[lines.len().saturating_sub(200)..].join("\n");
    format!(
        "Cadastre {}\n{} {}\nlog, last {} lines:\n{}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        lines.len().min(200),
        redact(&tail),
    )
}
