//! What the fuzzer begins with: what is right, and some of it changed.

use std::path::Path;
use std::{env, fs};

use hardkey_synthetic::{Bundle, Hash, Key, Pki, Request, Shape, Signing, Statement, answer, bundle, gzip, trail};

use super::made::made;

/// The seeds of a target, by its name.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "statement" => statements(),
        "gunzip" => gzips(),
        "bundle" => bundles(),
        "certificate" => made()[0].bundle.certificates.clone(),
        "request" => requests(),
        "answers" => answers(),
        "policy" => policies(),
        "public-key" => Shape::SIGNING.iter().map(|(_, shape)| Bundle::key(*shape).spki().to_vec()).collect(),
        "report" => super::report::seeds(),
        "record" => super::record::seeds(),
        "challenge" => super::challenge::seeds(),
        "signed-requests" => super::signed_requests::seeds(),
        "verification" => changes(),
        _ => Vec::new(),
    }
}

/// Writes the seeds of a target where `fuzz/run.sh` wants them, if it does. A target asks before its first input, in its own
/// process, so that what is signed is signed by the keys of that process.
pub fn plant(target: &str) {
    crate::scene::end_at_a_panic();
    let Some(folder) = env::var_os("HARDKEY_FUZZ_SEEDS") else { return };
    for (index, seed) in seeds(target).iter().enumerate() {
        fs::write(Path::new(&folder).join(format!("{index:02}")), seed).unwrap();
    }
}

fn statements() -> Vec<Vec<u8>> {
    let signing = Signing::by(Pki::new().partition);
    let of = |shape| Statement::generated(Bundle::key(shape), bundle::RESOURCE);
    [
        of(Shape::P256),
        of(Shape::RSA_3072).swapped(),
        of(Shape::P384).only(1),
        Statement::imported(Bundle::key(Shape::RSA_2048), bundle::RESOURCE),
        Statement::secret(bundle::RESOURCE),
        Statement::azure_private(Bundle::key(Shape::P256), "signer", "0123"),
    ]
    .iter()
    .map(|statement| statement.signed(&signing))
    .collect()
}

fn gzips() -> Vec<Vec<u8>> {
    let statement = &made()[0].statement;
    let whole = [
        gzip::gzip(statement),
        gzip::gzip(b""),
        gzip::two_members(statement),
        gzip::with_rest(statement, b"more"),
        gzip::wrong_checksum(statement),
        gzip::bomb(1 << 20),
    ];
    let mut all: Vec<Vec<u8>> = whole.iter().map(|member| [&[0][..], member].concat()).collect();
    all.push([&[1][..], statement].concat());
    // Without the ten bytes before and the eight after.
    all.push([&[2][..], &whole[0][10..whole[0].len() - 8]].concat());
    all
}

fn bundles() -> Vec<Vec<u8>> {
    let made = &made()[0].bundle;
    let (zip, chain) = (made.zip().bytes(), made.chain_pem().into_bytes());
    let of = |files: &[(u8, &[u8])]| {
        let mut input = u16::try_from(files.len() - 1).unwrap().to_be_bytes().to_vec();
        for (shape, bytes) in files {
            input.push(*shape);
            input.extend(u16::try_from(bytes.len()).unwrap().to_be_bytes());
        }
        files.iter().for_each(|(_, bytes)| input.extend(*bytes));
        input
    };
    let [(_, description), .., (_, version), _] = answer::all();
    let (description, version) = (description.to_string(), version.to_string());
    let with_statement = version.replacen(
        '{',
        &format!(
            r#"{{"attestation":{{"format":"CAVIUM_V2_COMPRESSED","content":"{}"}},"#,
            openssl::base64::encode_block(&made.compressed)
        ),
        1,
    );
    vec![
        of(&[(0, &zip)]),
        of(&[(0, &made.compressed), (0, &chain)]),
        of(&[(2, &made_statement()), (1, &made.certificates[1]), (0, version.as_bytes())]),
        of(&[(0, with_statement.as_bytes()), (0, &chain)]),
        of(&[(0, description.as_bytes())]),
        of(&[(3, format!("a name\n{version}").as_bytes())]),
    ]
}

fn made_statement() -> Vec<u8> {
    made()[0].statement.clone()
}

fn requests() -> Vec<Vec<u8>> {
    let of = |shape| Request::of(Key::of(shape, "subject"));
    let mut all: Vec<Vec<u8>> =
        [Shape::RSA_2048, Shape::P256, Shape::P384, Shape::P521, Shape::SECP256K1].map(|shape| of(shape).der()).into();
    all.push(of(Shape::P256).pem().into_bytes());
    all.push(of(Shape::P256).challenge("a nonce").challenge("another").der());
    all.push(Request { hash: Hash::Sha512, ..of(Shape::P256) }.der());
    let mut all: Vec<Vec<u8>> = all.iter().map(|request| [&[0][..], request].concat()).collect();
    all.extend([vec![1], vec![3], vec![5], vec![1, 0, 0, 9, 1]]);
    all
}

fn answers() -> Vec<Vec<u8>> {
    let texts: Vec<String> = answer::all().iter().map(|(_, json)| json.to_string()).collect();
    // In the order of the kinds, of which Managed HSM is the fourth.
    let mut all = Vec::new();
    for (kind, text) in [0, 1, 2, 4, 5].into_iter().zip(&texts) {
        all.push([&[kind][..], text.as_bytes()].concat());
    }
    all.push([&[3][..], &made()[0].azure].concat());
    // The signature of a digest, a digest and a log, inflated.
    let trail = trail::Trail::default().files();
    all.push([&[6][..], trail.head.to_string().as_bytes()].concat());
    all.push([&[7][..], &trail.inflated[1]].concat());
    all.push([&[8][..], &trail.inflated[3]].concat());
    all
}

fn policies() -> Vec<Vec<u8>> {
    [
        "name = \"a\"\nbased_on = \"csbr\"\n",
        "name = \"a\"\nbased_on = \"statement\"\n[rules]\nnonce = \"off\"\nhsm = \"reported\"\n",
        "name = \"a\"\n[rules]\nhsm = \"attested\"\nresource-name = \"confirmed\"\n",
        "name = \"csbr\"\n",
        "name = \"a\"\n[rules]\nno-such-rule = \"attested\"\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}

/// Evidence as it is, under either policy, with and without an answer beside it, then one change of each part.
fn changes() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for which in 0..3 {
        for options in 0..4 {
            all.push(vec![0, which, options]);
            for part in 0..8 {
                all.push(vec![0, which, options, part, 0, 1, 0, 60, 3]);
            }
        }
    }
    all
}
