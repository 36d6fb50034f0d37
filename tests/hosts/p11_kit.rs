//! GnuTLS's p11tool, and programs that get their modules from p11-kit.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use hardkey_tests::cloud::{CLOUDS, Cloud, Kind, Which};
use hardkey_tests::host::Outcome;

use crate::scene::{Scene, has};

/// The account that owns nothing, on every Debian (base-passwd).
const NOBODY: &str = "65534";

#[test]
fn p11tool_lists_the_token_and_both_halves_of_each_key() {
    if !has(&["p11tool"]) {
        return;
    }
    for cloud in &CLOUDS {
        lists_the_token(&Scene::start(cloud, &[(Kind::Rsa3072, "release"), (Kind::P256, "next")]));
    }
}

fn lists_the_token(scene: &Scene) {
    let module = &scene.environment["PKCS11_MODULE_PATH"];
    let token = scene.token_uri();
    let tokens = scene.run("p11tool", &["--provider", module, "--list-token-urls"]).success();
    assert_eq!((tokens.text(), tokens.stderr.as_str()), (format!("{token}\n"), ""));

    let objects = scene.run("p11tool", &["--provider", module, "--list-all", "--only-urls"]).success();
    let listed: Vec<String> = objects
        .text()
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (before, after) = line.split_once(";id=").unwrap();
            assert_eq!(before, token);
            after.split_once(';').unwrap().1.to_owned()
        })
        .collect();
    let expected = ["release;type=private", "release;type=public", "next;type=private", "next;type=public"];
    assert_eq!(listed, expected.map(|end| format!("object={end}")));
    assert_eq!(objects.stderr, "");
}

#[test]
fn without_any_configuration_there_are_no_slots_and_nothing_is_said() {
    let mut scene = Scene::start(Cloud::of(Which::Aws), &[]);
    scene.environment.remove("HARDKEY_KEY");
    let module = scene.environment["PKCS11_MODULE_PATH"].clone();
    if has(&["p11tool"]) {
        let outcome = scene.run("p11tool", &["--provider", &module, "--list-tokens"]).success();
        assert_eq!((outcome.text().as_str(), outcome.stderr.as_str()), ("", ""));
    }
    if has(&["pkcs11-tool"]) {
        let outcome = scene.run("pkcs11-tool", &["--module", &module, "-L"]);
        assert_eq!((outcome.text().as_str(), outcome.stderr.as_str()), ("Available slots:\n", "No slots.\n"));
    }
    assert_eq!(scene.world.emulator.counts().connections(), 0);
}

#[test]
fn a_module_registered_with_p11_kit_shows_its_token_to_every_program() {
    if !has(&["p11-kit", "setpriv"]) {
        return;
    }
    for cloud in &CLOUDS {
        let scene = Scene::start(cloud, &[(Kind::Rsa3072, "release")]);
        let model = format!("model: {}", cloud.service);
        assert_eq!(
            list_ours(&scene)[..6],
            [
                "library-manufacturer: Hardkey",
                "library-version: 0.1",
                "token: hardkey",
                "manufacturer: Hardkey",
                &model,
                "serial-number: 28e58f55bc65b0af"
            ]
        );
    }
}

#[test]
fn a_module_registered_with_p11_kit_and_not_configured_disturbs_nobody() {
    if !has(&["p11-kit", "setpriv"]) {
        return;
    }
    let mut scene = Scene::start(Cloud::of(Which::Aws), &[]);
    scene.environment.remove("HARDKEY_KEY");
    assert_eq!(list_ours(&scene), ["library-manufacturer: Hardkey", "library-version: 0.1"]);
}

/// What p11-kit lists of our module, after its description; newer versions put URIs in between.
fn list_ours(scene: &Scene) -> Vec<String> {
    let listed = list_modules(scene).success();
    assert_eq!(listed.stderr, "");
    let text = listed.text();
    let (_, ours) = text.split_once("library-description: HSM keys of cloud key services\n").unwrap();
    let ours = ours.lines().take_while(|line| line.starts_with(' ')).map(str::trim);
    ours.filter(|line| !line.starts_with("uri: ")).map(str::to_owned).collect()
}

/// Registers the module in a user's own p11-kit configuration and has p11-kit list what it finds.
///
/// p11-kit does not look at root's own configuration, so for root it runs as nobody, with the module where nobody can
/// read it.
fn list_modules(scene: &Scene) -> Outcome {
    let home = scene.path("home");
    fs::create_dir_all(format!("{home}/.config/pkcs11/modules")).unwrap();
    let module = format!("{home}/libhardkey_pkcs11.so");
    fs::copy(&scene.environment["PKCS11_MODULE_PATH"], &module).unwrap();
    fs::write(format!("{home}/.config/pkcs11/modules/hardkey.module"), format!("module: {module}\n")).unwrap();
    fs::set_permissions(scene.path("."), fs::Permissions::from_mode(0o755)).unwrap();
    let home = format!("HOME={home}");
    let command = ["env", &home, "p11-kit", "list-modules"];
    // SAFETY: takes nothing and returns a number.
    if unsafe { libc::geteuid() } == 0 {
        let (user, group) = (format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"));
        return scene.run("setpriv", &[&[user.as_str(), &group, "--clear-groups"][..], &command].concat());
    }
    scene.run("env", &command[1..])
}
