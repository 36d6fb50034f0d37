use super::*;

const WHOLE: &str = "\
HOME = .
[ req ]
default_bits = 3072
default_md = sha384
prompt = no
distinguished_name = dn
req_extensions = ext
[ dn ]
C = DE
ST = Berlin
O = Example, GmbH
0.OU = One
1.OU = Two
CN = Example GmbH
+emailAddress = release@example.com
jurisdictionC = DE
[ ext ]
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
subjectAltName = @names
[ names ]
DNS.1 = example.com
email.1 = release@example.com
[ ca ]
dir = $HOME/ca
";

fn told(text: &str) -> (usize, String) {
    let Mistake { line, what } = RequestConfiguration::parse(text).unwrap_err();
    (line, what)
}

#[test]
fn what_people_write_for_openssl_is_read() {
    let found = RequestConfiguration::parse(WHOLE).unwrap();
    assert_eq!(
        found.subject.to_string(),
        "1.3.6.1.4.1.311.60.2.1.3=#13024445,CN=Example GmbH+EMAIL=release@example.com,OU=Two,OU=One,\
         O=Example\\, GmbH,ST=Berlin,C=DE"
    );
    assert_eq!(found.hash, Some(Hash::Sha384));
    assert_eq!(found.extensions.len(), 2);
    assert_eq!(found.alternatives.len(), 2);
    let in_a_line = WHOLE.replace("@names", "DNS:example.com, email:release@example.com");
    assert_eq!(RequestConfiguration::parse(&in_a_line).unwrap().alternatives, found.alternatives);
}

#[test]
fn each_mistake_is_told_with_its_line() {
    for (from, to, line, what) in [
        ("[ req ]", "[ request ]", 1, "there is no section [req]; write one"),
        (
            "prompt = no",
            "prompt = yes",
            5,
            "without prompt = no the values are questions, and nobody is asked here; write prompt = no",
        ),
        (
            "prompt = no\n",
            "\n",
            2,
            "without prompt = no the values are questions, and nobody is asked here; write prompt = no",
        ),
        ("= dn\n", "= name\n", 6, "there is no section [name]; write one"),
        ("distinguished_name = dn\n", "\n", 2, "[req] has no distinguished_name; name the section with the subject"),
        (
            "default_md = sha384",
            "default_md = sha1",
            4,
            "default_md: sha1 is not one of sha256, sha384, sha512; write one",
        ),
        (
            "default_bits = 3072",
            "attributes = more",
            3,
            "attributes is not read here; leave it out, or make the request with openssl",
        ),
        (
            "C = DE",
            "C = Germany",
            8,
            "the subject in [ dn ] has a country, C, that is not a code of two letters; correct it",
        ),
        (
            "ST = Berlin",
            "State = Berlin",
            10,
            "State is no part of a name that is known; write CN, O, OU, L, ST, C, serialNumber, …",
        ),
        ("C = DE", "+C = DE", 9, "the first part of a name has nothing to add to; leave + out"),
        ("CN = Example GmbH", "CN = $name", 14, "CN: variables and escapes are not read here; write the value out"),
        (
            "extendedKeyUsage = codeSigning",
            "subjectKeyIdentifier = hash",
            19,
            "subjectKeyIdentifier: is not read here, but subjectAltName, keyUsage, extendedKeyUsage and basicConstraints are; \
             leave it out",
        ),
        ("@names", "email:copy", 20, "subjectAltName: email:copy is not an e-mail address; correct it"),
        ("@names", "example.com", 20, "subjectAltName: \"example.com\" has no kind; write it like DNS:example.com"),
        ("@names", "@others", 20, "there is no section [others]; write one"),
        (
            "DNS.1 = example.com",
            "RID.1 = 1.2.3",
            22,
            "subjectAltName: RID:1.2.3 has a kind that is not known; correct it",
        ),
    ] {
        assert!(WHOLE.contains(from), "{from}");
        let what = what.replace("[ dn ]", "[dn]");
        assert_eq!(told(&WHOLE.replacen(from, to, 1)), (line, what), "{from} -> {to}");
    }
}
