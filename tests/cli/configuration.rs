//! `hardkey csr --config`: one file, read by OpenSSL and by us, must ask for the same.

use hardkey_attest::csr::Csr;

use hardkey_tests::scene::{Scene, told};

const FILE: &str = "\
# What people have for openssl req.
[ req ]
default_bits       = 3072
default_md         = sha256
prompt             = no
string_mask        = utf8only
utf8               = yes
distinguished_name = dn
req_extensions     = ext

[ dn ]
C             = DE
ST            = Berlin
L             = \"Berlin # Mitte\"
O             = Ünlü, GmbH   # the company
0.OU          = One
1.OU          = Two
CN            = Ünlü, GmbH
+emailAddress = release@example.com
serialNumber  = HRB 1234
businessCategory = Private Organization
jurisdictionC = DE
jurisdictionST = Berlin

[ ext ]
basicConstraints = CA:FALSE
keyUsage         = critical, digitalSignature
extendedKeyUsage = codeSigning, 1.3.6.1.4.1.311.10.3.13
subjectAltName   = @names

[ names ]
DNS.1   = example.com
DNS.2   = *.example.com
email.1 = release@example.com
URI.1   = https://example.com/
IP.1    = 192.0.2.1
IP.2    = 2001:db8::1

[ ca ]
dir = $ENV::HOME
";

/// The subject with the types of its values, and every element of the attributes.
fn asked(scene: &Scene, path: &str) -> (String, Vec<String>) {
    let subject = scene.openssl(&["req", "-in", path, "-noout", "-subject", "-nameopt", "RFC2253,show_type"]);
    let parsed = scene.openssl(&["asn1parse", "-in", path]);
    // 271:d=2  hl=3 l= 193 cons: cont [ 0 ]
    let elements = parsed.lines().skip_while(|line| !line.contains("cons: cont [ 0 ]"));
    let attributes = elements.take_while(|line| !line.contains(":d=1 "));
    let without_place = |line: &str| line.split_once("hl=").unwrap().1.to_owned();
    (subject, attributes.map(without_place).collect())
}

#[test]
fn the_same_file_asks_openssl_and_us_for_the_same() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let config = scene.write("openssl.cnf", FILE);
    let (ours, theirs, key) = (scene.path("ours.csr"), scene.path("theirs.csr"), scene.path("key.pem"));
    scene.hardkey(&["csr", "--config", &config, "--out", &ours]).success();
    Csr::parse(&scene.read("ours.csr")).unwrap().verify().unwrap();
    scene.openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", &key]);
    scene.openssl(&["req", "-new", "-config", &config, "-key", &key, "-out", &theirs]);
    let (ours, theirs) = (asked(&scene, &ours), asked(&scene, &theirs));
    assert_eq!(ours, theirs);
    let (subject, attributes) = ours;
    assert!(subject.contains("emailAddress=IA5STRING:release@example.com+CN=UTF8STRING:"), "{subject}");
    assert_eq!(attributes.iter().filter(|line| line.contains(":X509v3 ")).count(), 4, "{attributes:?}");
}

#[test]
fn options_go_before_the_file_and_names_are_added_to_its_own() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let config = scene.write("openssl.cnf", FILE);
    let out = scene.path("request.csr");
    let arguments = [
        "csr",
        "--config",
        &config,
        "--subject",
        "CN=Other",
        "--san",
        "dns:other.example",
        "--hash",
        "sha512",
        "--out",
        &out,
    ];
    scene.hardkey(&arguments).success();
    let text = scene.openssl(&["req", "-verify", "-noout", "-text", "-in", &out]);
    assert!(text.contains("Subject: CN = Other\n"), "{text}");
    assert!(text.contains("ecdsa-with-SHA512"), "{text}");
    assert!(text.contains("IP Address:2001:DB8:0:0:0:0:0:1, DNS:other.example\n"), "{text}");
}

#[test]
fn a_file_that_would_mean_something_else_to_openssl_is_refused_with_its_line() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    for (from, to, line) in [
        (
            "prompt             = no\n",
            "\n",
            "line 2: without prompt = no the values are questions, and nobody is asked here; write prompt = no",
        ),
        (
            "= HRB 1234",
            "= $number",
            "line 20: serialNumber: variables and escapes are not read here; write the value out",
        ),
        ("sha256", "md5", "line 4: default_md: md5 is not one of sha256, sha384, sha512; write one"),
        (
            "[ ca ]",
            ".include more.cnf",
            "line 39: what starts with a dot is not read here; write its lines into this file",
        ),
    ] {
        let config = scene.write("openssl.cnf", FILE.replacen(from, to, 1));
        let outcome = scene.hardkey(&["csr", "--config", &config]);
        assert_eq!(told(&outcome), (Some(2), format!("hardkey: --config: {config} {line}\n")), "{from}");
        assert_eq!(outcome.text(), "");
    }
    assert_eq!(scene.emulator.counts().all_requests(), 0);
}
