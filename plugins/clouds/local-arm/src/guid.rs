//! Values that look random in Azure and are derived here: a plugin has no source of randomness.

/// A GUID that depends on every part and on nothing else.
pub fn guid(parts: &[&str]) -> String {
    let digest = digest(parts);
    // Version 4 and variant 1, so that strict parsers take it.
    let bits = (digest & !(0xf_u128 << 76) & !(0x3_u128 << 62)) | (0x4_u128 << 76) | (0x2_u128 << 62);
    let hex = format!("{bits:032x}");
    let mut text = String::with_capacity(36);
    for (index, digit) in hex.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

/// A key of 64 bytes in base 64 (86 digits and `==`), as storage accounts and registries hand out.
pub fn key(parts: &[&str]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(88);
    let mut seed = digest(parts);
    for index in 0..86_u32 {
        if index % 21 == 20 {
            seed = mix(seed as u64) as u128 | (u128::from(mix((seed >> 64) as u64)) << 64);
        }
        let digit = (seed >> (6 * (index % 21))) & 63;
        text.push(DIGITS.get(digit as usize).map_or('A', |byte| char::from(*byte)));
    }
    text.push_str("==");
    text
}

/// A number of 64 bits that depends on every part and on nothing else.
pub fn number(parts: &[&str]) -> u64 {
    digest(parts) as u64
}

/// Whether a text has the form of a GUID.
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn digest(parts: &[&str]) -> u128 {
    // Two runs of FNV-1a with different offsets, each finished with the mixer of splitmix64.
    let mut low = 0xcbf2_9ce4_8422_2325_u64;
    let mut high = 0x6c62_272e_07bb_0142_u64;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            low = (low ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            high = (high ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(29);
        }
    }
    (u128::from(mix(high)) << 64) | u128::from(mix(low))
}

fn mix(seed: u64) -> u64 {
    let mut value = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_well_formed_stable_and_distinct() {
        let one = guid(&["a", "b"]);
        assert!(is_guid(&one), "{one}");
        assert_eq!(one, guid(&["a", "b"]));
        assert_ne!(one, guid(&["ab", ""]));
        let many: std::collections::BTreeSet<_> = (0..10_000).map(|n| guid(&["x", &n.to_string()])).collect();
        assert_eq!(many.len(), 10_000);
        assert_eq!(one.as_bytes()[14], b'4');
    }

    #[test]
    fn keys_have_the_length_of_azure_keys() {
        assert_eq!(key(&["a"]).len(), 88);
        assert_ne!(key(&["a"]), key(&["b"]));
        assert!(!is_guid("00000000-0000-0000-0000-00000000000g"));
    }
}
