//! Tools for developers: what they are called with, and that nothing of them is left.

use std::fs;
use std::time::Duration;

use super::Scene;

/// The tools wait for a minute, the call for two seconds at most; a loaded machine may take some more.
const LATEST: Duration = Duration::from_secs(30);

fn nothing(az: &str, azd: &str) -> String {
    format!(
        "no Azure credentials; tried: Azure CLI ({az}), Azure Developer CLI ({azd}); set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, run where a managed identity is attached, or run az login"
    )
}

fn for_developers() -> Scene {
    Scene::new().with("AZURE_TOKEN_CREDENTIALS", "dev")
}

#[test]
fn somebody_who_has_logged_in_signs_with_that_login() {
    for_developers().with_az().signs_as("developer");
    for_developers().with_azd().signs_as("azd-developer");
}

#[test]
fn the_tool_is_asked_for_a_token_for_vaults() {
    let scene = for_developers();
    let book = scene.path("asked");
    let scene = scene.tool("az", &format!("echo \"$@\" > {}; exit 1", book.display()));
    scene.run();
    assert_eq!(
        fs::read_to_string(book).unwrap(),
        "account get-access-token -o json --scope https://vault.azure.net/.default\n"
    );
}

#[test]
fn what_a_tool_prints_is_not_shown() {
    let az = "echo eyJsecret; echo eyJsecret >&2; exit 3";
    let azd = "echo \"ERROR: not logged in, run azd auth login eyJsecret\" >&2; exit 1";
    for_developers().tool("az", az).tool("azd", azd).fails_with(&nothing(
        "az gave no token; run az account get-access-token by hand to see why",
        "nobody is logged in; run azd auth login",
    ));
    for_developers().tool("az", "echo Please run az login >&2; exit 1").tool("azd", "echo '{}'").fails_with(&nothing(
        "nobody is logged in; run az login",
        "azd gave no token; run azd auth token by hand to see why",
    ));
}

#[test]
fn a_tool_that_does_not_end_is_ended_at_the_deadline_with_all_that_it_started() {
    let scene = for_developers().network("timeout = 2");
    let (shell, child) = (scene.path("shell"), scene.path("child"));
    // A grandchild that would hold the pipe open.
    let script = format!("echo $$ > {}; sleep 60 & echo $! > {}; wait", shell.display(), child.display());
    let scene = scene.tool("az", &script);
    let done = scene.run();
    assert_eq!(done.stdout, "slot 0 0x30\n", "{}", done.stderr);
    assert!(done.took < LATEST, "{:?}", done.took);
    let end = "no Azure credentials; tried: Azure CLI (no answer before the deadline); see why that source does not answer, or raise timeout in [network]\n";
    assert!(done.stderr.ends_with(end), "{}", done.stderr);
    for file in [shell, child] {
        let process = fs::read_to_string(&file).unwrap();
        assert!(!is_running(process.trim()), "{} {process}", file.display());
    }
}

/// A child whose parent has gone is a zombie until somebody buries it.
fn is_running(process: &str) -> bool {
    let Ok(status) = fs::read_to_string(format!("/proc/{process}/status")) else { return false };
    !status.contains("State:\tZ")
}

#[test]
fn a_tool_that_prints_more_than_a_pipe_holds_is_read_to_its_end() {
    let scene = for_developers().with_az();
    let script = fs::read_to_string(scene.path("bin").join("az")).unwrap();
    let script = script.replace("\necho", "\nhead -c 300000 /dev/zero | tr '\\0' x >&2\necho");
    fs::write(scene.path("bin").join("az"), script).unwrap();
    scene.signs_as("developer");
}
