//! The file of the key that challenges are authenticated with: made on first use, and read only where nobody else can read it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use hardkey_attest::challenge::ChallengeKey;
use hardkey_attest::shown;

use super::challenge::random;
use super::output::Undecided;

/// Where the key is if no option says so, below the folder of the person's configuration.
const PLACE: &str = "hardkey-attest/challenge.key";
/// The key is a line of 89 bytes.
const LARGEST: u64 = 1024;

/// Reads the key.
pub(crate) fn read(given: Option<&Path>) -> Result<ChallengeKey, Undecided> {
    let path = place(given)?;
    match File::open(&path) {
        Ok(file) => of_file(&path, file),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Undecided::new(
            &path.to_string_lossy(),
            "the key that the challenge was made with; --challenge-key names another file",
            "no such file",
        )),
        Err(error) => Err(unreadable(&path, &error)),
    }
}

/// Reads the key, or makes it. Answers where it was made, if it was.
pub(crate) fn made(given: Option<&Path>) -> Result<(ChallengeKey, Option<PathBuf>), Undecided> {
    let path = place(given)?;
    match File::open(&path) {
        Ok(file) => return Ok((of_file(&path, file)?, None)),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(unreadable(&path, &error)),
    }
    let key = ChallengeKey::from_bytes(random()?);
    match make(&path, &key) {
        Ok(()) => Ok((key, Some(path))),
        // Somebody else was faster: theirs is the key.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok((read(given)?, None)),
        Err(error) => {
            Err(Undecided::new(&path.to_string_lossy(), "a place where a key can be made", &error.to_string()))
        }
    }
}

/// Makes the file whole or not at all: who finds it must not find half of it.
fn make(path: &Path, key: &ChallengeKey) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let suffix: [u8; 8] = random().map_err(|error| std::io::Error::other(error.0.to_string()))?;
    let unfinished = path.with_extension(format!("new-{}", shown::hex(&suffix)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    let outcome = file
        .write_all(key.to_text().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&unfinished, path));
    let removed = fs::remove_file(&unfinished);
    outcome.and(removed)
}

fn of_file(path: &Path, file: File) -> Result<ChallengeKey, Undecided> {
    let name = path.to_string_lossy();
    let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
    if !metadata.is_file() {
        return Err(Undecided::new(&name, "a file", "something else"));
    }
    private(&name, &metadata)?;
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok(ChallengeKey::parse(&bytes).map_err(|error| error.inside(&name))?)
}

/// Whether nobody but the owner can read the file, where files say so.
#[cfg(unix)]
fn private(name: &str, metadata: &fs::Metadata) -> Result<(), Undecided> {
    let mode = std::os::unix::fs::MetadataExt::mode(metadata) & 0o7777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Undecided::new(name, "a key that nobody else can read (chmod 600)", &format!("mode {mode:04o}")))
}

#[cfg(not(unix))]
fn private(_: &str, _: &fs::Metadata) -> Result<(), Undecided> {
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Undecided {
    Undecided::new(&path.to_string_lossy(), "a key that can be read", &error.to_string())
}

/// The file that was named, or the one of the person who runs this.
fn place(given: Option<&Path>) -> Result<PathBuf, Undecided> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    // XDG Base Directory Specification 0.8: a relative path is to be ignored.
    let configured = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = configured.or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    folder.map(|folder| folder.join(PLACE)).ok_or_else(|| {
        Undecided::new("the key of challenges", "a file that an option names", "none, and no home folder")
    })
}
