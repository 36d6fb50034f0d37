//! Data for `CKM_RSA_PKCS` that was worth keeping, and some of it changed in one place.

#[path = "inputs.rs"]
mod inputs;

#[test]
fn what_is_signed_is_a_digest_info_and_nothing_else() {
    for seed in inputs::seeds("digest-info") {
        hardkey_fuzz::digest_info(&seed);
        for place in 1..seed.len() {
            let mut changed = seed.clone();
            changed[place] ^= 1 << (place % 8);
            hardkey_fuzz::digest_info(&changed);
            hardkey_fuzz::digest_info(&seed[..place]);
        }
        hardkey_fuzz::digest_info(&[&seed[..], &[0]].concat());
    }
}
