//! Microsoft.Resources/resourceGroups.

use super::names::made_of;
use super::shape::{Shape, TAGS, object};
use crate::fault::Fault;

/// Known api-versions, newest first.
pub const API_VERSIONS: &str = "\
        2025-04-01 2025-03-01 2024-11-01 2024-07-01 2024-03-01 2023-07-01 2022-09-01 2021-04-01 2021-01-01 \
        2020-10-01 2020-08-01 2020-06-01 2019-10-01 2019-08-01 2019-07-01 2019-05-10 2019-05-01 2019-03-01 \
        2018-05-01 2018-02-01 2017-05-10 2016-09-01 2016-07-01 2016-02-01 2015-11-01";

/// Form of the body.
pub static SHAPE: Shape = object! {
    Required "location": Shape::Text,
    Optional "tags": TAGS,
    Optional "managedBy": Shape::Text,
    Optional "properties": object! { ReadOnly "provisioningState": Shape::Text },
};

/// Up to 90 letters, digits, `-`, `.`, `(`, `)`, `_`, not ending with a period.
///
/// # Errors
/// `InvalidResourceGroup`.
pub fn valid_name(name: &str) -> Result<(), Fault> {
    let allowed = |character: char| character.is_alphanumeric() || matches!(character, '-' | '.' | '(' | ')' | '_');
    if made_of(name, 1, 90, allowed) && !name.ends_with('.') {
        return Ok(());
    }
    Err(Fault::gateway(
        400,
        "InvalidResourceGroup",
        format!(
            "The provided resource group name '{name}' is not valid. The name can have up to 90 characters, each a \
             letter, digit, '-', '.', '(', ')' or '_', and cannot end with '.'."
        ),
    ))
}
