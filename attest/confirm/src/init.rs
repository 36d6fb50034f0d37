//! A key that signs records.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

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
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    made.map_err(|error| {
        let what = if error.kind() == ErrorKind::AlreadyExists {
            "is there already, and may be the key of your records; name another file".to_owned()
        } else {
            format!("cannot be made: {error}; correct the path or its permissions")
        };
        Failure::new(format!("--out: {} {what}", path.display()))
    })?;
    files::tell(&format!(
        "made the key {}; keep it to yourself: who has it can write any record. Your policy takes its records with these lines:",
        path.display()
    ));
    files::product(format!("{}\n", Confirmer::lines(&public_half(&pair)?).join("\n")).as_bytes(), None)
}
