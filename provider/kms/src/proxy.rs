//! Which proxy a request goes through, if any.
//!
//! Decided here and not by the HTTP library, which would pass over a proxy it cannot read and go straight to the service,
//! and which does not say in its errors which proxy it used.

mod exception;
mod route;

use std::fmt;

use reqwest::Url;

use crate::obstacle::Obstacle;

pub use exception::Exception;
pub(crate) use route::Route;

/// The proxies of a process and the hosts that need none.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Result<Proxy, Obstacle>>,
    https: Option<Result<Proxy, Obstacle>>,
    exceptions: Vec<Exception>,
}

/// One proxy. Its URL may hold a user name and a password, which are never shown.
#[derive(Clone, Eq, PartialEq)]
pub struct Proxy {
    url: Url,
    origin: &'static str,
}

impl Proxies {
    /// Those of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`; each may be lower case, and the first one that
    /// is not empty counts. `variable` reads one.
    ///
    /// One that cannot be used is an error of the requests that would take it.
    #[must_use]
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            names
                .iter()
                .find_map(|name| variable(name).filter(|text| !text.trim().is_empty()).map(|text| (*name, text)))
        };
        let proxy = |names: &[&'static str]| first(names).map(|(name, text)| Proxy::parse(text.trim(), name));
        // To a CGI program HTTP_PROXY is the header `Proxy` of somebody's request: CVE-2016-5385.
        let http: &[&'static str] = match variable("REQUEST_METHOD") {
            Some(_) => &["http_proxy", "ALL_PROXY", "all_proxy"],
            None => &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
        };
        let exceptions = first(&["NO_PROXY", "no_proxy"]).map_or_else(Vec::new, |(_, text)| Exception::list(&text));
        Self { http: proxy(http), https: proxy(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]), exceptions }
    }

    /// One proxy for everything, or none at all; no exceptions.
    pub(crate) fn all(proxy: Option<Proxy>) -> Self {
        let proxy = proxy.map(Ok);
        Self { http: proxy.clone(), https: proxy, exceptions: Vec::new() }
    }

    /// The same with these exceptions and no others.
    pub(crate) fn except(self, exceptions: Vec<Exception>) -> Self {
        Self { exceptions, ..self }
    }

    /// The proxy for a URL; `None` where there is none to be used.
    ///
    /// # Errors
    /// [`Obstacle`], when the proxy that is set cannot be used.
    pub(crate) fn for_url(&self, url: &Url) -> Result<Option<&Proxy>, &Obstacle> {
        let set = if url.scheme() == "https" { &self.https } else { &self.http };
        let Some(proxy) = set else { return Ok(None) };
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return Ok(None) };
        if self.exceptions.iter().any(|exception| exception.covers(host, port)) {
            return Ok(None);
        }
        proxy.as_ref().map(Some)
    }
}

impl Proxy {
    /// The origin of a proxy that the configuration file names.
    pub(crate) const IN_FILE: &'static str = "proxy in [network]";

    /// Reads `http://HOST:PORT` or `https://HOST:PORT`, with `USER:PASSWORD@` before the host if the proxy wants it;
    /// without a scheme it is http. `origin` says where it is set.
    ///
    /// # Errors
    /// [`Obstacle`], which names the origin and not the text: that may hold a password.
    pub(crate) fn parse(text: &str, origin: &'static str) -> Result<Self, Obstacle> {
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let wrong =
            |why: &str| Err(Obstacle::new(format!("{origin} {why}"), "write it like http://proxy.example:3128"));
        let Ok(url) = Url::parse(&whole) else { return wrong("is not the URL of a proxy") };
        match url.scheme() {
            "http" | "https" if url.has_host() => Ok(Self { url, origin }),
            "http" | "https" => wrong("is not the URL of a proxy"),
            // What this shows is a word before "://": no password.
            other => wrong(&format!("names a proxy of kind {other}, which is not supported")),
        }
    }

    /// Its URL, password included.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Whether requests to the proxy itself are made over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether its URL holds a user name.
    fn has_credentials(&self) -> bool {
        !self.url.username().is_empty()
    }

    /// The name of the setting.
    fn origin(&self) -> &'static str {
        self.origin
    }

    /// The name of the setting that lists the hosts it is not used for.
    fn exceptions(&self) -> &'static str {
        if self.origin == Self::IN_FILE { "no_proxy in [network]" } else { "NO_PROXY" }
    }
}

/// `the proxy http://HOST:PORT (ORIGIN)`, without user name and password.
impl fmt::Display for Proxy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host) = (self.url.scheme(), self.url.host_str().unwrap_or_default());
        let port = self.url.port_or_known_default().unwrap_or_default();
        write!(out, "the proxy {scheme}://{host}:{port} ({})", self.origin)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Proxies {
        let find = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Proxies::from_environment(find)
    }

    fn chosen(proxies: &Proxies, url: &str) -> String {
        match proxies.for_url(&Url::parse(url).unwrap()) {
            Ok(Some(proxy)) => proxy.to_string(),
            Ok(None) => "direct".to_owned(),
            Err(why) => format!("{why}; {}", why.remedy),
        }
    }

    const KMS: &str = "https://kms.eu-west-1.amazonaws.com/";

    #[test]
    fn each_variable_is_for_its_scheme_and_the_specific_one_wins() {
        let all = environment(&[("all_proxy", "http://all:1"), ("https_proxy", "http://secure:2")]);
        assert_eq!(chosen(&all, KMS), "the proxy http://secure:2 (https_proxy)");
        assert_eq!(chosen(&all, "http://kms.example/"), "the proxy http://all:1 (all_proxy)");
        let upper = environment(&[("HTTPS_PROXY", "upper:3"), ("https_proxy", "lower:4"), ("HTTP_PROXY", "plain")]);
        assert_eq!(chosen(&upper, KMS), "the proxy http://upper:3 (HTTPS_PROXY)");
        assert_eq!(chosen(&upper, "http://kms.example/"), "the proxy http://plain:80 (HTTP_PROXY)");
    }

    #[test]
    fn an_empty_variable_is_as_if_it_were_not_set() {
        assert_eq!(chosen(&environment(&[("HTTPS_PROXY", " ")]), KMS), "direct");
        let fallback = environment(&[("HTTPS_PROXY", ""), ("ALL_PROXY", "https://all")]);
        assert_eq!(chosen(&fallback, KMS), "the proxy https://all:443 (ALL_PROXY)");
    }

    #[test]
    fn a_cgi_program_does_not_take_a_header_for_its_proxy() {
        let cgi =
            environment(&[("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://evil"), ("HTTPS_PROXY", "http://a:1")]);
        assert_eq!(chosen(&cgi, "http://kms.example/"), "direct");
        assert_eq!(chosen(&cgi, KMS), "the proxy http://a:1 (HTTPS_PROXY)");
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_an_error_without_its_text_and_never_a_way_round_it() {
        for (text, line) in [
            ("http://", "HTTPS_PROXY is not the URL of a proxy; write it like http://proxy.example:3128"),
            (
                "http://u:secret@host:99999",
                "HTTPS_PROXY is not the URL of a proxy; write it like http://proxy.example:3128",
            ),
            (
                "socks5://u:secret@host:1080",
                "HTTPS_PROXY names a proxy of kind socks5, which is not supported; write it like http://proxy.example:3128",
            ),
        ] {
            let proxies = environment(&[("HTTPS_PROXY", text), ("NO_PROXY", "direct.example")]);
            assert_eq!(chosen(&proxies, KMS), line);
            assert_eq!(chosen(&proxies, "https://direct.example/"), "direct");
        }
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let proxies = environment(&[("HTTPS_PROXY", "http://user:secret@proxy.example:3128")]);
        assert_eq!(chosen(&proxies, KMS), "the proxy http://proxy.example:3128 (HTTPS_PROXY)");
        assert!(!format!("{proxies:?}").contains("secret"), "{proxies:?}");
    }
}
