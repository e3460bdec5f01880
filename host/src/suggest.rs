//! "Did you mean": the known word that is nearest to a mistyped one.

/// The nearest of `known`, or nothing when none is near. Case, `_` and `-` do not count, so `storageAccount` finds
/// `storage_account`.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let allowed = (folded.chars().count() / 3).max(1);
    known
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `did you mean …?` when a word is near, else the list of what there is, after `label`.
pub fn help<'a>(word: &str, label: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{label}: {}", list(known)),
    }
}

/// The words in quotes with commas between them; `none` without any. Long lists are cut.
pub fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 40;
    let mut words = words.into_iter();
    let shown: Vec<String> = words.by_ref().take(SHOWN).map(|word| format!("`{word}`")).collect();
    match (shown.is_empty(), words.count()) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

fn fold(word: &str) -> String {
    // Long words are never near: the comparison is quadratic.
    word.chars().take(100).filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["storage_account", "key_vault", "ml_workspace"];
        assert_eq!(nearest("storageAccount", known), Some("storage_account"));
        assert_eq!(nearest("key_valut", known), Some("key_vault"));
        assert_eq!(nearest("banana", known), None);
        assert_eq!(help("banana", "kinds", known), "kinds: `storage_account`, `key_vault`, `ml_workspace`");
        assert_eq!(help("x", "kinds", []), "kinds: none");
    }

    #[test]
    fn a_word_is_not_suggested_for_itself() {
        assert_eq!(nearest("key_vault", ["key_vault"]), None);
    }
}
