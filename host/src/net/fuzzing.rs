//! What secrets meet at the boundary, for the fuzz targets in `tests/fuzz`; nobody else has a use for it.

use super::message::{BoundaryError, Response};
use super::scrub::Scrubber;
use super::secrets::Secrets;

/// A body as it is sent to the target's own origin.
///
/// # Errors
/// As the boundary refuses it.
pub fn fill(secrets: &Secrets, body: Vec<u8>, disclose: bool) -> Result<Vec<u8>, BoundaryError> {
    secrets.fill(body, disclose)
}

/// The body of an answer as a plugin sees it.
pub fn scrub<'a>(values: impl IntoIterator<Item = &'a str>, body: Vec<u8>) -> Vec<u8> {
    let mut response = Response { status: 200, headers: Vec::new(), body };
    Scrubber::new(values).response(&mut response);
    response.body
}
