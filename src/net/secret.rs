//! Passwords: where they are read from, and that they are never shown.

use std::path::Path;

use crate::config::PasswordFrom;

/// A password. Neither `Debug` nor anything else prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// For the one who sends it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Takes it out of what a server said.
    pub(crate) fn taken_out(&self, said: &str) -> String {
        if self.0.is_empty() { said.to_owned() } else { said.replace(&self.0, "…") }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A password could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be read from {place}: {what}")]
pub struct SecretError {
    pub place: String,
    pub what: String,
}

/// Reads the password that `from` names.
pub fn load_secret(from: &PasswordFrom) -> Result<Secret, SecretError> {
    let failed = |place: String, what: String| Err(SecretError { place, what });
    match from {
        PasswordFrom::File(path) => of_file(Path::new(path)),
        PasswordFrom::Environment(name) => match std::env::var(name) {
            Ok(text) if !text.is_empty() => Ok(Secret(text)),
            Ok(_) => failed(format!("the variable {name}"), "it is empty".to_owned()),
            // The error would show what is no Unicode.
            Err(std::env::VarError::NotUnicode(_)) => {
                failed(format!("the variable {name}"), "it is not UTF-8".to_owned())
            }
            Err(std::env::VarError::NotPresent) => failed(format!("the variable {name}"), "it is not set".to_owned()),
        },
        PasswordFrom::Credential(name) => match std::env::var_os("CREDENTIALS_DIRECTORY") {
            Some(folder) => of_file(&Path::new(&folder).join(name)),
            None => {
                let what = "CREDENTIALS_DIRECTORY is not set: systemd does so for LoadCredential=".to_owned();
                failed(format!("the credential {name}"), what)
            }
        },
    }
}

/// The first line of the file.
fn of_file(path: &Path) -> Result<Secret, SecretError> {
    let failed = |what: String| SecretError { place: path.display().to_string(), what };
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_owned()))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Secret(line.to_owned())),
        _ => Err(failed("its first line is empty".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_of_its_file_and_is_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "s3cret word\r\nnot this\n").unwrap();
        let secret = load_secret(&PasswordFrom::File(path.display().to_string())).unwrap();
        assert_eq!(secret, Secret::new("s3cret word"));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.taken_out("BAD LOGIN me s3cret word"), "BAD LOGIN me …");
        std::fs::write(&path, "\n").unwrap();
        let error = load_secret(&PasswordFrom::File(path.display().to_string())).unwrap_err();
        assert!(error.to_string().ends_with("its first line is empty"), "{error}");
    }
}
