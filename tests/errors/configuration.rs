//! Mistakes in the configuration: found in `C_Initialize`, without a network.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::{expect, host};

/// An environment that points at a file with this text, and the file.
fn with_file(folder: &TempDir, text: &str) -> (BTreeMap<String, String>, PathBuf) {
    let file = folder.path().join("hardkey.toml");
    fs::write(&file, text).unwrap();
    let environment = BTreeMap::from([("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned())]);
    (environment, file)
}

fn refused(text: &str, expected: &str) {
    let folder = TempDir::new().unwrap();
    let (environment, file) = with_file(&folder, text);
    let line = format!("hardkey: C_Initialize: CKR_GENERAL_ERROR: {} {expected}", file.display());
    expect(&host(&["list"], &environment), "C_Initialize 0x5", &[&line]);
}

#[test]
fn no_configuration_is_no_slot_and_no_word() {
    let folder = TempDir::new().unwrap();
    let home = folder.path().to_str().unwrap().to_owned();
    expect(&host(&["list"], &BTreeMap::from([("HOME".to_owned(), home)])), "", &[]);
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_its_line() {
    refused(
        "[[token]]\nlabel = \n",
        "line 2: string values must be quoted, expected literal string; correct it or remove it",
    );
}

#[test]
fn an_unknown_field_is_refused_with_the_known_ones() {
    refused(
        "[[token]]\nlabel = \"a\"\nkeyss = []\n",
        "line 3: unknown field `keyss`, expected one of `label`, `keys`, `key_ring`, `vault`, `discover`, `certificates`, `credentials`, `region`, `profile`, `endpoint`; correct it or remove it",
    );
}

#[test]
fn a_key_name_of_another_form_is_refused_with_the_forms() {
    refused(
        "[[token]]\nlabel = \"a\"\nkeys = [\"release\"]\n",
        "line 3: keys: \"release\" is not a key name; expected arn:aws:kms:REGION:ACCOUNT:key/ID, arn:aws:kms:REGION:ACCOUNT:alias/NAME, alias/NAME or a key id",
    );
}

#[test]
fn a_certificate_that_is_not_there_is_named() {
    let folder = TempDir::new().unwrap();
    let (environment, file) =
        with_file(&folder, "[[token]]\nlabel = \"a\"\ndiscover = true\ncertificates = [\"no.pem\"]\n");
    let line = format!(
        "hardkey: C_Initialize: CKR_GENERAL_ERROR: {} line 4: certificates: {} cannot be read: No such file or directory (os error 2)",
        file.display(),
        folder.path().join("no.pem").display()
    );
    expect(&host(&["list"], &environment), "C_Initialize 0x5", &[&line]);
}

#[test]
fn a_file_that_everybody_can_write_is_refused_with_the_command_that_helps() {
    let folder = TempDir::new().unwrap();
    let (environment, file) = with_file(&folder, "[[token]]\nlabel = \"a\"\ndiscover = true\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let line = format!(
        "hardkey: C_Initialize: CKR_GENERAL_ERROR: {0} can be written by everybody on this machine; run: chmod o-w {0}",
        file.display()
    );
    expect(&host(&["list"], &environment), "C_Initialize 0x5", &[&line]);
}

#[test]
fn two_tokens_of_one_label_are_refused_with_the_line_of_the_second() {
    let token = "[[token]]\nlabel = \"release\"\ndiscover = true\n";
    refused(&token.repeat(2), "line 5: two tokens have the label \"release\"; give each its own");
}

#[test]
fn a_key_of_another_region_than_its_token_s_is_refused_with_both() {
    let arn = "arn:aws:kms:us-east-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
    refused(
        &format!("[[token]]\nlabel = \"release\"\nregion = \"eu-west-1\"\nkeys = [\"{arn}\"]\n"),
        &format!(
            "line 4: keys: \"{arn}\" is in us-east-2, but token \"release\" is in eu-west-1; a token has one region: make a [[token]] for us-east-2"
        ),
    );
}

#[test]
fn the_variable_replaces_every_file_and_is_checked_like_one() {
    let folder = TempDir::new().unwrap();
    let (mut environment, _) = with_file(&folder, "this is not even read");
    environment.insert("HARDKEY_KEY".to_owned(), "https://example.vault.azure.net/keys/a/b".to_owned());
    let line = "hardkey: C_Initialize: CKR_GENERAL_ERROR: HARDKEY_KEY: \"https://example.vault.azure.net/keys/a/b\" has no version of a key: 32 hexadecimal digits; expected https://VAULT.vault.azure.net/keys/NAME/VERSION or https://HSM.managedhsm.azure.net/keys/NAME/VERSION, or the same without /VERSION";
    expect(&host(&["list"], &environment), "C_Initialize 0x5", &[line]);
}

#[test]
fn a_user_s_own_file_is_found_without_being_named() {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("hardkey")).unwrap();
    fs::write(folder.path().join("hardkey/config.toml"), "[log]\nlevel = \"quiet\"\n").unwrap();
    let environment = BTreeMap::from([("XDG_CONFIG_HOME".to_owned(), folder.path().to_str().unwrap().to_owned())]);
    let line = format!(
        "hardkey: C_Initialize: CKR_GENERAL_ERROR: {}/hardkey/config.toml line 2: unknown variant `quiet`, expected one of `error`, `warn`, `info`, `debug`; correct it or remove it",
        folder.path().display()
    );
    expect(&host(&["list"], &environment), "C_Initialize 0x5", &[&line]);
}
