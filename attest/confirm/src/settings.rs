//! What the CA set.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hardkey_kms::config::{Environment, InquirySettings};
use hardkey_kms::network::SharedNetwork;

use crate::arguments::OwnOptions;
use crate::failure::Failure;

/// Where the configuration is if no option says so, below the folder of the person's configuration.
const PLACE: &str = "hardkey-confirm/config.toml";

/// Reads the configuration. Where it names no authorities, those of the public web are trusted, as this program was built with them: the
/// machine's store may hold those of a company that reads along.
pub(crate) fn load(options: &OwnOptions) -> Result<InquirySettings, Failure> {
    let environment = Environment::of_process(None, false);
    let file = options.config.clone().or_else(|| own_file(&environment));
    let mut settings = InquirySettings::load(file.as_deref(), &environment)?;
    if let Some(key) = &options.key {
        settings.confirmer = Some(hardkey_kms::config::Confirmer::File(key.clone()));
    }
    let network = &mut settings.network;
    if network.ca.is_none() {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| root.to_vec()).collect();
        (network.ca, network.public_ca) = (Some(Arc::new(roots)), true);
    }
    Ok(settings)
}

fn own_file(environment: &Environment) -> Option<PathBuf> {
    let file = environment.user_directory.as_deref().map(|folder: &Path| folder.join(PLACE))?;
    file.exists().then_some(file)
}

/// The network of this process.
pub(crate) fn network(settings: &InquirySettings) -> SharedNetwork {
    SharedNetwork::new(settings.network.clone())
}
