//! The roots of `hardkey-synthetic`, which does not know the verifier, as the verifier's anchors.

use hardkey_attest::anchor::{Anchor, ForTests, Role};
use hardkey_synthetic::Root;

/// All of them, and no card denied.
pub(crate) fn anchors() -> ForTests {
    let anchor = |root: &&'static Root| Anchor {
        id: root.id,
        name: root.name,
        role: if root.is_manufacturer { Role::Manufacturer } else { Role::Operator },
        common_name: root.common_name,
        key: &root.key_pem,
        key_hash: &root.key_hash,
        origin: "hardkey-synthetic",
        published: &[],
    };
    ForTests { anchors: Root::all().iter().map(anchor).collect(), denied: Vec::new() }
}
