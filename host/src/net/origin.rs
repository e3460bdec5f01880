//! Origins: which URLs belong to a target.

use std::fmt;

use reqwest::Url;

use crate::model::{Diagnostic, Failure};

/// Scheme, host and port of a target.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// Reads an origin such as `https://management.azure.com`.
    ///
    /// # Errors
    /// `net/endpoint` when it is none; `net/insecure-endpoint` when it is plain http and not on this machine.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let refused = || {
            Failure::input(
                Diagnostic::error("net/endpoint", format!("`{text}` is not the origin of an endpoint")).note(
                    "an https URL without path, query and user was expected, such as `https://management.azure.com`",
                ),
            )
        };
        let url = Url::parse(text).map_err(|_| refused())?;
        let bare =
            matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none() && !has_user(&url);
        let origin = Self::of(&url).filter(|_| bare).ok_or_else(refused)?;
        if origin.scheme == "http" && !origin.is_loopback() {
            return Err(Failure::input(
                Diagnostic::error("net/insecure-endpoint", format!("`{text}` is not encrypted"))
                    .note("tokens and secrets go there: plain http is allowed to this machine only")
                    .help("Use https."),
            ));
        }
        Ok(origin)
    }

    /// Origin of a URL of http or https.
    pub(super) fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let host = url.host_str()?.to_owned();
        Some(Self { scheme: url.scheme().to_owned(), host, port: url.port_or_known_default()? })
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.address().is_some_and(|address| address.is_loopback())
    }

    /// The address that it is named by, when it is named by one.
    pub(super) fn address(&self) -> Option<std::net::IpAddr> {
        self.bare_host().parse().ok()
    }

    /// Whether `host` is its host or one below it.
    pub(super) fn is_or_holds_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let own = self.host.trim_end_matches('.');
        host.strip_suffix(own).is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('.'))
    }

    /// IPv6 without the brackets it has in a URL.
    fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Whether traffic with it is encrypted.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// Whether `other` is this origin, or (with `subdomains`) a host below this one's, same scheme and port.
    pub(super) fn covers(&self, other: &Self, subdomains: bool) -> bool {
        if self == other {
            return true;
        }
        // An IP address has no subdomains; `host_str` gives IPv6 in brackets.
        let is_name = self.host.parse::<std::net::Ipv4Addr>().is_err() && !self.host.starts_with('[');
        let below = other.host.strip_suffix(&self.host).is_some_and(|prefix| prefix.len() > 1 && prefix.ends_with('.'));
        subdomains && is_name && below && self.scheme == other.scheme && self.port == other.port
    }
}

/// Whether a URL carries a user or a password.
pub(super) fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_default = matches!((self.scheme.as_str(), self.port), ("https", 443) | ("http", 80));
        if is_default {
            write!(f, "{}://{}", self.scheme, self.host)
        } else {
            write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Origin {
        Origin::of(&Url::parse(url).unwrap()).unwrap()
    }

    #[test]
    fn only_origins_are_origins() {
        for (good, shown) in [
            ("https://Management.Azure.com/", "https://management.azure.com"),
            ("https://h:8443", "https://h:8443"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://localhost:9", "http://localhost:9"),
            ("http://[::1]:9", "http://[::1]:9"),
        ] {
            assert_eq!(Origin::parse(good).unwrap().to_string(), shown);
        }
        for bad in ["", "h", "ftp://h", "https://h/x", "https://h?x", "https://u@h", "https://u:p@h", "https://h#x"] {
            assert_eq!(Origin::parse(bad).unwrap_err().diagnostics[0].code, "net/endpoint", "{bad}");
        }
        for insecure in ["http://management.azure.com", "http://10.0.0.1", "http://localhost.evil.com", "http://[::2]"]
        {
            assert_eq!(Origin::parse(insecure).unwrap_err().diagnostics[0].code, "net/insecure-endpoint");
        }
    }

    #[test]
    fn a_target_covers_itself_and_hosts_below_it() {
        let target = of("https://management.azure.com");
        assert!(target.covers(&of("https://management.azure.com:443/x"), false));
        assert!(target.covers(&of("https://westeurope.management.azure.com/x"), true));
        assert!(!target.covers(&of("https://westeurope.management.azure.com/x"), false));
        for other in [
            "http://westeurope.management.azure.com",
            "https://westeurope.management.azure.com:444",
            "https://evilmanagement.azure.com",
            "https://management.azure.com.evil.com",
            "https://azure.com",
            "https://other.azure.com",
        ] {
            assert!(!target.covers(&of(other), true), "{other}");
        }
        assert!(!of("http://127.0.0.1").covers(&of("http://1.127.0.0.1.x"), true));
    }

    #[test]
    fn a_target_holds_its_host_and_those_below_it() {
        let target = of("https://management.azure.com");
        for host in ["management.azure.com", "Management.Azure.com.", "westeurope.management.azure.com"] {
            assert!(target.is_or_holds_host(host), "{host}");
        }
        for host in ["evilmanagement.azure.com", "azure.com", "proxy.local", ""] {
            assert!(!target.is_or_holds_host(host), "{host}");
        }
    }
}
