//! Writes a bundle to look at.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Parser, ValueEnum};
use hardkey_synthetic::bundle::RESOURCE;
use hardkey_synthetic::{Azure, Bundle, Challenge, Object, Pki, Report, Request, Root, Shape, Statement, record};

/// The kind of key that is not for signing.
const SECRET: &str = "aes-256";

/// Writes evidence about a key that no HSM holds, under roots that nobody pins. For tests only.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to; made if it is not there.
    folder: PathBuf,

    /// The kind of key.
    #[arg(long, value_name = "KIND", default_value = "p-256", value_parser = kinds())]
    key: String,

    /// The full name of the key version.
    #[arg(long, value_name = "NAME", default_value = RESOURCE)]
    resource: String,

    /// The key was imported: a statement with one object, and three flags less.
    #[arg(long)]
    imported: bool,

    /// The key may leave the HSM.
    #[arg(long)]
    extractable: bool,

    /// The manufacturer's root.
    #[arg(long, value_name = "ROOT", default_value = "ls1")]
    root: Manufacturer,

    /// The mode the card is in, if another than FIPS.
    #[arg(long, value_name = "TEXT", default_value = "FIPS")]
    mode: String,

    /// What is wrong with the chains.
    #[arg(long, value_name = "WHAT", default_value = "none")]
    flaw: Flaw,

    /// Leave the roots' certificates out, as Google's API does.
    #[arg(long)]
    without_roots: bool,

    /// A challenge password for the request.
    #[arg(long, value_name = "TEXT")]
    challenge: Option<String>,

    /// Also a challenge, the key that it was made with, and a report that answers it; all of them of 21 November 2026.
    #[arg(long)]
    report: bool,

    /// Also a report about a key of AWS KMS with its request and challenge, the record of what AWS told the CA about it, and the policy
    /// that lists the CA's key of records; in a folder of their own.
    #[arg(long)]
    confirmation: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Manufacturer {
    /// RSA-2048.
    Ls1,
    /// RSA-4096.
    Ls2,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Flaw {
    /// Nothing.
    None,
    /// Manufacturer and operator name different cards.
    MixedSerials,
    /// The manufacturer's chain has one certificate too many.
    Deeper,
    /// The manufacturer's chain has one certificate too few.
    Shallower,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(Shape::SIGNING.iter().map(|(name, _)| *name).chain([SECRET]))
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let pki = Pki::under(match arguments.root {
        Manufacturer::Ls1 => Root::ls1(),
        Manufacturer::Ls2 => Root::ls2(),
    });
    let pki = pki.mode(&arguments.mode);
    let pki = match arguments.flaw {
        Flaw::None => pki,
        Flaw::MixedSerials => pki.mixed_serials(),
        Flaw::Deeper => pki.one_deeper(),
        Flaw::Shallower => pki.one_shallower(),
    };
    let shape = Shape::SIGNING.iter().find(|(name, _)| *name == arguments.key).map(|(_, shape)| *shape);
    let key = shape.map(Bundle::key);
    let change = |object: &mut Object| {
        if arguments.imported {
            object.imported();
        }
        if arguments.extractable {
            object.extractable();
        }
    };
    let statement = match key {
        Some(key) if arguments.imported => Statement::imported(key, &arguments.resource),
        Some(key) => Statement::generated(key, &arguments.resource),
        None => Statement::secret(&arguments.resource),
    };
    let mut bundle = Bundle::of(&pki, &statement.private(change));
    bundle.resource.clone_from(&arguments.resource);
    if arguments.without_roots {
        bundle.certificates = pki.certificates();
    }
    write(&arguments.folder, "bundle.zip", &bundle.zip().bytes())?;
    write(&arguments.folder, "attestation.dat", &bundle.compressed)?;
    write(&arguments.folder, "chain.pem", bundle.chain_pem().as_bytes())?;
    write(&arguments.folder, "name.txt", format!("{}\n", bundle.resource).as_bytes())?;
    if let Some(key) = key {
        let request = arguments.challenge.iter().fold(Request::of(key), |request, text| request.challenge(text));
        let answer = format!("{:#}\n", Azure::changed(&pki, key, change).json());
        if !arguments.report {
            write(&arguments.folder, "request.csr", request.pem().as_bytes())?;
        }
        write(&arguments.folder, "azure-attestation.json", answer.as_bytes())?;
        if arguments.report {
            let (challenge, request) = (Challenge::new(), request.der());
            let report = Report::google(key, &bundle).challenge(&challenge).request(&request);
            write(&arguments.folder, "request.csr", &request)?;
            write(&arguments.folder, "report.json", &report.bytes())?;
            write(&arguments.folder, "challenge.json", format!("{:#}\n", challenge.json()).as_bytes())?;
            write_secret(&arguments.folder, "challenge.key", challenge.key_file().as_bytes())?;
        }
    }
    if arguments.confirmation {
        confirmation(&arguments.folder.join("confirmation"))?;
    }
    for root in [pki.manufacturer, pki.operator] {
        let folder = arguments.folder.join("anchors");
        write(&folder, &format!("{}.pem", root.id), root.key_pem.as_bytes())?;
    }
    Ok(())
}

fn confirmation(folder: &Path) -> std::io::Result<()> {
    let (challenge, (report, request)) = (Challenge::new(), record::aws_report());
    write(folder, "report.json", &report.bytes())?;
    write(folder, "request.csr", &request)?;
    write(folder, "challenge.json", format!("{:#}\n", challenge.json()).as_bytes())?;
    write_secret(folder, "challenge.key", challenge.key_file().as_bytes())?;
    write(folder, "record.json", &record::aws(&report).bytes())?;
    write(folder, "ca.toml", record::policy().as_bytes())
}

/// A file that its owner alone can read.
fn write_secret(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    write(folder, name, bytes)?;
    #[cfg(unix)]
    fs::set_permissions(folder.join(name), PermissionsExt::from_mode(0o600))?;
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let path = folder.join(name);
    fs::create_dir_all(folder)?;
    fs::write(&path, bytes)?;
    println!("{} ({} bytes)", path.display(), bytes.len());
    Ok(())
}
