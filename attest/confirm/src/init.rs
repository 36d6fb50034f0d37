//! A key that signs records.

use std::io::ErrorKind;

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
    hardkey_files::secret(path, text.as_bytes()).map_err(|error| {
        let what = if error.kind() == ErrorKind::AlreadyExists {
            "is there already, and may be the key of your records; name another file".to_owned()
        } else {
            format!("cannot be made: {}; correct the path or its permissions", hardkey_files::why(&error))
        };
        Failure::new(format!("--out: {} {what}", path.display()))
    })?;
    files::tell(&format!(
        "made the key {}; keep it to yourself: who has it can write any record. Your policy takes its records with these lines:",
        path.display()
    ));
    files::product(lines.as_bytes(), None).map_err(|failure| {
        // A key without these lines is of no use, and would be in the way of the next.
        let _ = std::fs::remove_file(path);
        Failure::new(format!("{failure}; the key was removed again, because nothing else shows its lines"))
    })
}
