//! What the clouds themselves give for a CA: of Google what its console has under "Download attestation bundle", a zip of the
//! statement and its certificates; of Azure Managed HSM its answer to `GetKeyAttestation`.

use std::io::{Cursor, Write};
use std::path::Path;

use der::pem::{LineEnding, encode_string};
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::verdict::{self, Handed};
use crate::arguments::AttestOptions;
use crate::failure::Failure;
use crate::statement::Statement;
use crate::{files, output};

const OPTION: &str = "--bundle";

/// Writes it, and tells what a CA would say of it.
pub(super) fn run(options: &AttestOptions, zip: &Path, csr: Option<&[u8]>) -> Result<(), Failure> {
    files::is_none_of(OPTION, zip, &[options.csr.as_deref()])?;
    let choice = super::named(options)?;
    let bytes = match Statement::of(&choice, OPTION)? {
        Statement::Google { compressed, certificates } => {
            let stem = stem(choice.id.as_str());
            let stem =
                stem.ok_or_else(|| Failure::refused(format!("{OPTION}: key {}: not a key of Google", choice.shown())))?;
            zipped(&stem, &compressed, &certificates)
                .map_err(|why| Failure::unusable(format!("{OPTION}: the zip cannot be made: {why}")))?
        }
        Statement::ManagedHsm { answer } => answer,
    };
    output::product(&bytes, Some(zip))?;
    let name = zip.to_string_lossy();
    verdict::tell(&choice, &Handed { name: &name, bytes: &bytes, csr, challenge: None, now: super::now()? })
}

/// What the names of the files begin with: ring, key and version.
fn stem(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        ["projects", _, "locations", _, "keyRings", ring, "cryptoKeys", key, "cryptoKeyVersions", version] => {
            Some(format!("{ring}-{key}-{version}"))
        }
        _ => None,
    }
}

/// The root certificates of Google's own bundle are not in it: the answer has none, and a verifier has its own.
fn zipped(stem: &str, compressed: &[u8], certificates: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    let mut chain = String::new();
    for certificate in certificates {
        chain += &encode_string("CERTIFICATE", LineEnding::LF, certificate).map_err(|error| error.to_string())?;
    }
    let files = [
        (format!("{stem}-CAVIUM_V2_COMPRESSED-attestation.dat"), compressed),
        (format!("{stem}-combined-chain.pem"), chain.as_bytes()),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let write = || -> Result<(), ZipError> {
        for (name, bytes) in files {
            writer.start_file(name, SimpleFileOptions::default())?;
            writer.write_all(bytes)?;
        }
        Ok(())
    };
    write().map_err(|error| error.to_string())?;
    Ok(writer.finish().map_err(|error| error.to_string())?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_as_google_s_console_names_them() {
        let name = "projects/p/locations/europe-west3/keyRings/ring/cryptoKeys/release/cryptoKeyVersions/2";
        assert_eq!(stem(name).as_deref(), Some("ring-release-2"));
        assert_eq!(stem("arn:aws:kms:eu-west-1:111122223333:key/1"), None);
        assert_eq!(stem(&format!("{name}/publicKey")), None);
    }
}
