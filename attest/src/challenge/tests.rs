use super::*;

const ISSUED: &str = "2026-11-21T12:00:00Z";

fn key() -> ChallengeKey {
    ChallengeKey::from_bytes(std::array::from_fn(|at| u8::try_from(at).unwrap()))
}

fn issue(validity: u64, audience: &str, order: &str) -> Result<Challenge, Malformed> {
    let issued = Instant::parse(ISSUED).unwrap();
    Challenge::issue(&key(), [0xa5; 32], issued, Duration::from_secs(validity), audience, order)
}

fn good() -> Challenge {
    issue(86_400, "Example CA", "4711").unwrap()
}

fn refused(text: &str) -> (String, String) {
    let error = Challenge::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error.part, "challenge");
    (error.expected, error.found)
}

#[test]
fn a_challenge_is_written_with_every_field_and_read_again() {
    let nonce = "a5".repeat(32);
    // Made with Python's hmac module, of what `authenticated` returns below.
    let authentication = "0d13cd586704d80fd8ef4859fd68931ce41f250ccdca52464b5838c518308c9a";
    let text = format!(
        "{{\n  \"version\": 1,\n  \"nonce\": \"{nonce}\",\n  \"issued\": \"2026-11-21T12:00:00Z\",\n  \"expires\": \
         \"2026-11-22T12:00:00Z\",\n  \"audience\": \"Example CA\",\n  \"order\": \"4711\",\n  \"authentication\": \
         \"{authentication}\"\n}}\n"
    );
    let challenge = good();
    assert_eq!(challenge.to_json(), text);
    assert_eq!(
        String::from_utf8(challenge.authenticated()).unwrap(),
        format!("hardkey challenge v1 64 {nonce} 20 2026-11-21T12:00:00Z 20 2026-11-22T12:00:00Z 10 Example CA 4 4711")
    );
    let read = Challenge::parse(text.as_bytes()).unwrap();
    assert_eq!(read, challenge);
    assert!(key().made(&read));
    assert_eq!((read.nonce(), read.audience(), read.order()), (nonce, "Example CA", "4711"));
    assert_eq!([read.issued(), read.expires()].map(|moment| moment.to_string()), [ISSUED, "2026-11-22T12:00:00Z"]);
}

#[test]
fn a_challenge_in_which_any_field_was_changed_is_forged() {
    let text = good().to_json();
    for (from, to) in [
        ("\"a5", "\"a4"),
        ("21T12:00:00Z", "21T12:00:01Z"),
        ("22T12:00:00Z", "29T12:00:00Z"),
        ("Example CA", "Other CA"),
        ("4711", "4712"),
        // The same characters, with the border between two fields elsewhere.
        ("\"Example CA\",\n  \"order\": \"4711\"", "\"Example CA 4\",\n  \"order\": \"711\""),
    ] {
        let forged = Challenge::parse(text.replacen(from, to, 1).as_bytes()).unwrap();
        assert_ne!(forged, good(), "{from}");
        assert!(!key().made(&forged), "{from}");
    }
    let other = ChallengeKey::from_bytes([1; 32]);
    assert!(!other.made(&good()), "another CA's key");
}

#[test]
fn what_is_not_a_challenge_is_refused_with_the_field() {
    let text = good().to_json();
    let pair = |expected: &str, found: &str| (expected.to_owned(), found.to_owned());
    let with = |from: &str, to: &str| refused(&text.replacen(from, to, 1));
    assert_eq!(with(": 1,", ": 2,"), pair("1, in version", "2"));
    assert_eq!(with("a5", "A5"), pair("32 bytes in lower-case hexadecimal, in nonce", "64 characters"));
    assert_eq!(with(ISSUED, "2026-11-21"), pair("a moment such as 2026-11-21T01:23:45Z, in issued", "\"2026-11-21\""));
    assert_eq!(
        with("22T12:00:00Z", "22T12:00:00.5Z"),
        pair("a moment such as 2026-11-21T01:23:45Z, in expires", "\"2026-11-22T12:00:00.5Z\"")
    );
    let expected = "audience with 1 to 256 characters, all of them visible";
    assert_eq!(with("Example CA", "Example\\nCA"), pair(expected, "\"Example\\nCA\""));
    assert_eq!(with("4711", ""), pair("order with 1 to 256 characters, all of them visible", "none"));
    let authentication = shown::hex(&good().authentication);
    assert_eq!(
        with(&authentication, &authentication[1..]),
        pair("32 bytes in lower-case hexadecimal, in authentication", "63 characters")
    );
    assert_eq!(with("\"order\"", "\"orders\"").1, "unknown field `orders`");
    assert_eq!(with("\"order\"", "\"audience\"").1, "duplicate field `audience`");
    assert_eq!(with("\"order\": \"4711\",", ""), pair("the field `order`", "none"));
    assert_eq!(refused(&format!("{text} x")).1, "trailing characters");
    assert_eq!(refused(&" ".repeat(LARGEST + 1)), pair("at most 4096 bytes", "4097 bytes"));
    assert_eq!(refused(&format!("[{text}]")).1, "5b 7b 0a 20 20 22 76 65");
}

#[test]
fn a_challenge_is_for_somebody_and_for_a_time() {
    let days = 86_400;
    assert!(issue(1, "a", "b").is_ok());
    assert!(issue(30 * days, &"a".repeat(256), &"b".repeat(256)).is_ok());
    let wrong = |validity, audience: &str, order: &str| issue(validity, audience, order).unwrap_err().to_string();
    assert_eq!(wrong(0, "a", "b"), "challenge: expected a validity of 1 second to 30 days, found 0 seconds");
    assert_eq!(
        wrong(30 * days + 1, "a", "b"),
        "challenge: expected a validity of 1 second to 30 days, found 2592001 seconds"
    );
    let visible = "with 1 to 256 characters, all of them visible";
    assert_eq!(wrong(1, "", "b"), format!("challenge: expected audience {visible}, found none"));
    assert_eq!(wrong(1, "a", &"b".repeat(257)), format!("challenge: expected order {visible}, found 257 characters"));
}

#[test]
fn the_largest_challenge_is_read() {
    let wide = "\u{1f511}".repeat(256);
    let challenge = issue(1, &wide, &wide).unwrap();
    let text = challenge.to_json();
    assert!(text.len() < LARGEST, "{}", text.len());
    assert_eq!(Challenge::parse(text.as_bytes()).unwrap(), challenge);
}

#[test]
fn a_key_is_a_line_and_shows_nothing_of_itself() {
    let text = key().to_text();
    assert_eq!(text, "hardkey-challenge-key-1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    assert!(ChallengeKey::parse(text.as_bytes()).unwrap().made(&good()));
    for wrong in ["", &text[1..], text.trim_end(), &text.to_uppercase(), &format!("{text}\n"), &text.replace("00", "")]
    {
        let error = ChallengeKey::parse(wrong.as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "challenge key: expected the file of a key, which is hardkey-challenge-key-1 64 hexadecimal digits and a line \
                 break, found {} bytes",
                wrong.len()
            )
        );
    }
    assert_eq!(format!("{:?}", key()), "ChallengeKey");
}

#[test]
fn what_was_seen_is_a_line_of_nonce_key_and_moment() {
    let key = hardkey_synthetic::Bundle::key(hardkey_synthetic::Shape::P256);
    let public = crate::public_key::PublicKey::from_spki(key.spki()).unwrap();
    let seen = Seen::of(&good(), &public);
    let text = format!("{} {}", "a5".repeat(32), key.spki_hash());
    assert_eq!(seen.to_string(), text);
    let line = seen.line(Instant::parse(ISSUED).unwrap());
    assert_eq!(line, format!("{text} {ISSUED}\n"));
    assert_eq!(Seen::parse(line.trim_end()), Ok(seen));
    assert_ne!(Seen::parse(&line.replace("a5", "a6")[..line.len() - 1]), Ok(seen));
    for wrong in [
        "",
        &text,
        &line,
        &format!("{text} {ISSUED} "),
        &format!("{text} 2026-11-21"),
        &format!(" {text} {ISSUED}"),
        &line.trim_end()[1..],
        &line.trim_end().to_uppercase(),
    ] {
        let error = Seen::parse(wrong).unwrap_err();
        assert_eq!(error.expected, "a nonce, the SHA-256 of a key and a moment, as this program writes them");
        assert_eq!(error.found, format!("{} other bytes", wrong.len()));
    }
}
