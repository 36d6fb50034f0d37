//! A key that signs records.

use std::io::{ErrorKind, Write};
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use der::pem::{self, LineEnding};
use hardkey_attest::confirmation::Confirmer;

use crate::arguments::InitOptions;
use crate::failure::Failure;
use crate::files;
use crate::signer::{LABEL, public_half};

/// Makes the file, which nobody else can read, and shows what a policy says to take its records.
pub(crate) fn run(options: &InitOptions) -> Result<(), Failure> {
    let path = &options.out;
    let failed = || Failure::new("no key could be made; try again");
    let key =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).map_err(|_| failed())?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref()).map_err(|_| failed())?;
    let text = pem::encode_string(LABEL, LineEnding::LF, key.as_ref()).map_err(|_| failed())?;
    let lines = format!("{}\n", Confirmer::lines(&public_half(&pair)?).join("\n"));
    make(path, text.as_bytes()).map_err(|error| {
        let what = if error.kind() == ErrorKind::AlreadyExists {
            "is there already, and may be the key of your records; name another file".to_owned()
        } else {
            // tempfile adds the name of the unfinished file.
            let why = error.to_string();
            let why = why.split(" at path ").next().unwrap_or_default();
            format!("cannot be made: {why}; correct the path or its permissions")
        };
        Failure::new(format!("--out: {} {what}", path.display()))
    })?;
    files::tell(&format!(
        "made the key {}; keep it to yourself: who has it can write any record. Your policy takes its records with these lines:",
        path.display()
    ));
    files::product(lines.as_bytes(), None).inspect_err(|_| {
        // Nothing shows these lines again: a key without them is of no use, and would be in the way of the next.
        let _ = std::fs::remove_file(path);
    })
}

/// Makes the file, whole or not at all, so that nobody else can read it.
fn make(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // tempfile's own mode is 0600.
    let mut unfinished = tempfile::NamedTempFile::new_in(folder)?;
    unfinished.write_all(text)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist_noclobber(path)?;
    Ok(())
}
