//! Link settings of the module.

fn main() {
    // Hosts unload modules at exit, while their own exit handlers may still call in: the code stays mapped.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
