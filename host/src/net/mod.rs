//! The HTTP boundary: targets, credentials, secrets, and a cloud plugin behind a loopback port.
