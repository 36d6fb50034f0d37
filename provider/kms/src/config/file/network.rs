//! The `[network]` section of the configuration file.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::Place;
use crate::config::{Certificate, ConfigError, NetworkConfig};
use crate::proxy::{Exception, Proxies, Proxy};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Network {
    attempts: Option<Spanned<i64>>,
    attempt_timeout: Option<Spanned<f64>>,
    ca_file: Option<Spanned<PathBuf>>,
    connect_timeout: Option<Spanned<f64>>,
    pub(super) fips: Option<Spanned<bool>>,
    lanes: Option<Spanned<i64>>,
    no_proxy: Option<Vec<Spanned<String>>>,
    proxy: Option<Spanned<String>>,
    timeout: Option<Spanned<f64>>,
}

/// Checks the section; `default` is what holds where it says nothing.
pub(in crate::config) fn check(
    place: &Place<'_>,
    network: Network,
    default: NetworkConfig,
) -> Result<NetworkConfig, ConfigError> {
    // Ten minutes is longer than any host waits; a tenth of a second is shorter than any answer takes.
    let seconds = |field: &str, given: Option<Spanned<f64>>, default: Duration| match given {
        Some(value) if !(0.1..=600.0).contains(value.get_ref()) => {
            Err(place.error(&value.span(), &format!("{field} = {} must be 0.1 to 600 seconds", value.get_ref())))
        }
        Some(value) => Ok(Duration::from_secs_f64(value.into_inner())),
        None => Ok(default),
    };
    let count = |field: &str, given: Option<Spanned<i64>>, most: u32, default: u32| match given {
        Some(value) => u32::try_from(*value.get_ref())
            .ok()
            .filter(|value| (1..=most).contains(value))
            .ok_or_else(|| place.error(&value.span(), &format!("{field} = {} must be 1 to {most}", value.get_ref()))),
        None => Ok(default),
    };
    let ca = match network.ca_file {
        Some(path) => {
            let certificates = Certificate::load(&place.relative(path.get_ref()))
                .map_err(|reason| place.error(&path.span(), &format!("ca_file: {reason}")))?;
            Some(Arc::new(certificates.into_iter().map(|certificate| certificate.der).collect()))
        }
        None => None,
    };
    Ok(NetworkConfig {
        // More attempts than ten only add to a cloud's overload.
        attempts: count("attempts", network.attempts, 10, default.attempts)?,
        attempt_timeout: seconds("attempt_timeout", network.attempt_timeout, default.attempt_timeout)?,
        ca,
        connect_timeout: seconds("connect_timeout", network.connect_timeout, default.connect_timeout)?,
        fips: network.fips.map(Spanned::into_inner).or(default.fips),
        // Each lane is a connection and an event queue: three descriptors of the 1,024 a process usually has.
        lanes: count("lanes", network.lanes, 256, 32)? as usize,
        privileged: default.privileged,
        public_ca: default.public_ca,
        proxies: check_proxies(place, network.proxy.as_ref(), network.no_proxy.as_ref(), default.proxies)?,
        timeout: seconds("timeout", network.timeout, default.timeout)?,
    })
}

/// With `proxy` no variable is read, not even `NO_PROXY`: the file says all there is to say.
fn check_proxies(
    place: &Place<'_>,
    proxy: Option<&Spanned<String>>,
    exceptions: Option<&Vec<Spanned<String>>>,
    inherited: Proxies,
) -> Result<Proxies, ConfigError> {
    let proxies = match proxy {
        None => inherited,
        Some(given) if given.get_ref().is_empty() => Proxies::all(None),
        Some(given) => Proxies::all(Some(
            Proxy::parse(given.get_ref(), Proxy::IN_FILE)
                .map_err(|wrong| place.error(&given.span(), &format!("{wrong}; {}", wrong.remedy)))?,
        )),
    };
    let Some(exceptions) = exceptions else { return Ok(proxies) };
    let exceptions = exceptions.iter().map(|entry| {
        Exception::parse(entry.get_ref()).ok_or_else(|| {
            let what = format!(
                "no_proxy: {:?} names no host; write a name, an address, a network like 10.0.0.0/8, or *",
                entry.get_ref()
            );
            place.error(&entry.span(), &what)
        })
    });
    Ok(proxies.except(exceptions.collect::<Result<_, _>>()?))
}
