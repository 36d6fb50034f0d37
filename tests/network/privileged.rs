//! A set-user-id program, whose environment belongs to somebody with fewer rights.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::time::Duration;

use hardkey_tests::built;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::host::run;
use hardkey_tests::skip::skip;
use serde_json::json;

use crate::namespace;
use crate::scene::{FOUND, KEY, LOST, Scene};
use crate::server::Server;
use hardkey_tests::proxy::{Manner, Proxy};

/// Any user but root: nobody, on Debian.
const OTHER: u32 = 65534;
/// `$0` is the folder that takes the place of /etc; the rest is the command.
const IN_PLACE: &str = r#"mount --bind "$0" /etc && exec "$@""#;

/// Whether programs here get the rights of their file's owner.
fn may_change_user(folder: &Path) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    // The mount with the longest path that the folder is below.
    let mount = mounts
        .lines()
        .filter(|line| folder.starts_with(line.split(' ').nth(1).unwrap()))
        .max_by_key(|line| line.split(' ').nth(1).unwrap().len());
    status.contains("NoNewPrivs:\t0") && mount.is_some_and(|line| !line.split(' ').nth(3).unwrap().contains("nosuid"))
}

#[test]
fn a_set_user_id_program_believes_nothing_of_its_environment() {
    let test = "a_set_user_id_program_believes_nothing_of_its_environment";
    if !namespace::enter(test, &[Ipv4Addr::new(169, 254, 169, 254)], &[]) {
        return;
    }
    let scene = Scene::new();
    let folder = scene.emulator.folder();
    if !may_change_user(&folder) {
        return skip(test, "set-user-id programs have no effect here");
    }
    let metadata = Server::instance_metadata("169.254.169.254:80");
    // Everything in the environment leads elsewhere.
    let (evil, service) = (Proxy::start(Manner::Answers(502)), Emulator::start(&["ECC_NIST_P256,alias=release"]));
    let evil_config = scene.file("config", "[default]\ncredential_process = /bin/false\n");
    let mut environment = scene.variables();
    environment.remove("AWS_EC2_METADATA_DISABLED");
    for (name, value) in [
        ("ALL_PROXY", evil.url()),
        ("HTTPS_PROXY", evil.url()),
        ("HTTP_PROXY", evil.url()),
        ("AWS_ENDPOINT_URL_KMS", service.endpoint().to_owned()),
        ("AWS_CONFIG_FILE", evil_config.to_str().unwrap().to_owned()),
        ("HARDKEY_KEY", "alias/evil".to_owned()),
    ] {
        environment.insert(name.to_owned(), value);
    }

    let (host, module) = (folder.join("host"), folder.join("module.so"));
    fs::copy(built::small_host(), &host).unwrap();
    fs::copy(built::module(), &module).unwrap();
    chown(&host, Some(OTHER), None).unwrap();
    for (path, mode) in [(&folder, 0o755), (&host, 0o4755), (&module, 0o755)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    let tls_of_loopback = scene.emulator.tls_endpoint().replace("localhost", "127.0.0.1");
    let distrusted = format!(
        "{KEY}no certificate authority is trusted on this machine (the system's store is empty); install ca-certificates, correct SSL_CERT_FILE, or set ca_file in [network]"
    );
    // 192.0.2.0/24 is for documentation, RFC 5737: a proxy would be asked for it.
    let unreached = format!(
        "{KEY}tcp connect error: Network is unreachable (os error 101); check the network, the proxy (HTTPS_PROXY) and the endpoint"
    );
    for (endpoint, stdout, stderr) in [
        (scene.emulator.endpoint(), FOUND, vec![]),
        (&tls_of_loopback, LOST, vec![distrusted.as_str()]),
        ("http://192.0.2.1", LOST, vec![unreached.as_str()]),
    ] {
        let config = format!(
            "[[token]]\nlabel = \"release\"\nkeys = [\"alias/release\"]\nregion = \"eu-west-1\"\nendpoint = \"{endpoint}\"\n"
        );
        scene.file("etc/hardkey/config.toml", &config);
        let etc = folder.join("etc");
        let words = ["--mount", "sh", "-c", IN_PLACE].map(Path::new);
        let command = words.into_iter().chain([&*etc, &*host, &*module, Path::new("list")]);
        let outcome = run("unshare", command, &environment, Duration::from_secs(60));
        assert_eq!(outcome.text().trim_end(), stdout, "{}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().collect::<Vec<_>>(), stderr);
    }
    assert_eq!(metadata.asked().len(), 9, "credentials of the instance, once for each process");
    assert_eq!(evil.asked(), [""; 0]);
    assert_eq!(service.counts().all_requests(), 0);
    assert_eq!(scene.emulator.counts().0["access_keys"], json!({ "AKIAROLE": 2 }));
}
