//! Sizes of virtual machines: the public list of the kubernetes autoscaler for Azure, November 2026, 1,370 sizes.

/// `letters:suffix:numbers`: `D:s_v3:2,4` stands for `Standard_D2s_v3` and `Standard_D4s_v3`.
const SIZES: &str = "\
    A:_v2:1,2,4,8 A:m_v2:2,4,8 B:ms:1,2,4,8,12,16,20 B:als_v2:2,4,8,16,32 B:as_v2:2,4,8,16,32 B:ls_v2:2,4,8,16,32 \
    B:pls_v2:2,4,8,16 B:ps_v2:2,4,8,16 B:s_v2:2,4,8,16,32 B:ls:1 B:s:1,2 B:ats_v2:2 B:pts_v2:2 B:ts_v2:2 \
    D::1,2,3,4,11,12,13,14 D:_v2:1,2,3,4,5,11,12,13,14,15 D:_v2_Promo:2,3,4,5,11,12,13,14 \
    D:ads_v7:2,4,8,16,32,48,64,96,128,160 D:alds_v7:2,4,8,16,32,48,64,96,128,160 \
    D:als_v7:2,4,8,16,32,48,64,96,128,160 D:as_v7:2,4,8,16,32,48,64,96,128,160 D:ds_v6:2,4,8,16,32,48,64,96,128,192 \
    D:lds_v6:2,4,8,16,32,48,64,96,128 D:ls_v6:2,4,8,16,32,48,64,96,128 D:s_v6:2,4,8,16,32,48,64,96,128,192 \
    D:_v3:2,4,8,16,32,48,64 D:_v4:2,4,8,16,32,48,64 D:_v5:2,4,8,16,32,48,64,96 D:a_v4:2,4,8,16,32,48,64,96 \
    D:ads_v5:2,4,8,16,32,48,64,96 D:ads_v6:2,4,8,16,32,48,64,96 D:alds_v6:2,4,8,16,32,48,64,96 \
    D:als_v6:2,4,8,16,32,48,64,96 D:as_v4:2,4,8,16,32,48,64,96 D:as_v5:2,4,8,16,32,48,64,96 \
    D:as_v6:2,4,8,16,32,48,64,96 D:d_v4:2,4,8,16,32,48,64 D:d_v5:2,4,8,16,32,48,64,96 D:ds_v4:2,4,8,16,32,48,64 \
    D:ds_v5:2,4,8,16,32,48,64,96 D:lds_v5:2,4,8,16,32,48,64,96 D:ls_v5:2,4,8,16,32,48,64,96 \
    D:pds_v5:2,4,8,16,32,48,64 D:pds_v6:2,4,8,16,32,48,64,96 D:plds_v5:2,4,8,16,32,48,64 \
    D:plds_v6:2,4,8,16,32,48,64,96 D:pls_v5:2,4,8,16,32,48,64 D:pls_v6:2,4,8,16,32,48,64,96 \
    D:ps_v5:2,4,8,16,32,48,64 D:ps_v6:2,4,8,16,32,48,64,96 D:s_v3:2,4,8,16,32,48,64 D:s_v4:2,4,8,16,32,48,64 \
    D:s_v5:2,4,8,16,32,48,64,96 DC:eds_v6:2,4,8,16,32,48,64,96,128 DC:es_v6:2,4,8,16,32,48,64,96,128 \
    DC:ads_cc_v5:4,8,16,32,48,64,96 DC:ads_v5:2,4,8,16,32,48,64,96 DC:ads_v6:2,4,8,16,32,48,64,96 \
    DC:as_cc_v5:4,8,16,32,48,64,96 DC:as_v5:2,4,8,16,32,48,64,96 DC:as_v6:2,4,8,16,32,48,64,96 \
    DC:ds_v3:1,2,4,8,16,24,32,48 DC:eds_v5:2,4,8,16,32,48,64,96 DC:es_v5:2,4,8,16,32,48,64,96 \
    DC:s_v3:1,2,4,8,16,24,32,48 DC:s_v2:1,2,4 DC:_v2:8 DS::1,2,3,4,11,12,13,14 DS:-1_v2:11,12 \
    DS:_v2:1,2,3,4,5,11,12,13,14,15 DS:_v2_Promo:2,3,4,5,11,12,13,14 DS:-2_v2:12,13 DS:-4_v2:13,14 DS:-8_v2:14 \
    E:i_v5:104 E:id_v5:104 E:ids_v5:104 E:is_v5:104 E:iads_v5:112 E:ias_v5:112 E:ibds_v5:112 E:ibs_v5:112 \
    E:-32ads_v7:64,128 E:-32as_v7:64,128 E:-32ds_v6:64,128 E:-32s_v6:64,128 E:-64ads_v7:128 E:-64as_v7:128 \
    E:-64ds_v6:128 E:-64s_v6:128 E:ads_v7:2,4,8,16,32,48,64,96,128,160 E:as_v7:2,4,8,16,32,48,64,96,128,160 \
    E:ds_v6:2,4,8,16,20,32,48,64,96,128 E:s_v6:2,4,8,16,20,32,48,64,96,128 E:-4ads_v5:8,16 E:-4ads_v7:8,16 \
    E:-4as_v4:8,16 E:-4as_v5:8,16 E:-4as_v7:8,16 E:-4ds_v4:8,16 E:-4ds_v5:8,16 E:-4ds_v6:8,16 E:-4s_v3:8,16 \
    E:-4s_v4:8,16 E:-4s_v5:8,16 E:-4s_v6:8,16 E:-8ads_v5:16,32 E:-8ads_v7:16,32 E:-8as_v4:16,32 E:-8as_v5:16,32 \
    E:-8as_v7:16,32 E:-8ds_v4:16,32 E:-8ds_v5:16,32 E:-8ds_v6:16,32 E:-8s_v3:16,32 E:-8s_v4:16,32 E:-8s_v5:16,32 \
    E:-8s_v6:16,32 E:_v3:2,4,8,16,20,32,48,64 E:_v4:2,4,8,16,20,32,48,64 E:_v5:2,4,8,16,20,32,48,64,96 \
    E:a_v4:2,4,8,16,20,32,48,64,96 E:ads_v5:2,4,8,16,20,32,48,64,96 E:ads_v6:2,4,8,16,20,32,48,64,96 \
    E:as_v4:2,4,8,16,20,32,48,64,96 E:as_v5:2,4,8,16,20,32,48,64,96 E:as_v6:2,4,8,16,20,32,48,64,96 \
    E:bds_v5:2,4,8,16,32,48,64,96 E:bs_v5:2,4,8,16,32,48,64,96 E:d_v4:2,4,8,16,20,32,48,64 \
    E:d_v5:2,4,8,16,20,32,48,64,96 E:ds_v4:2,4,8,16,20,32,48,64 E:ds_v5:2,4,8,16,20,32,48,64,96 \
    E:pds_v5:2,4,8,16,20,32 E:pds_v6:2,4,8,16,32,48,64,96 E:ps_v5:2,4,8,16,20,32 E:ps_v6:2,4,8,16,32,48,64,96 \
    E:s_v3:2,4,8,16,20,32,48,64 E:s_v4:2,4,8,16,20,32,48,64 E:s_v5:2,4,8,16,20,32,48,64,96 E:ids_v6:192 E:is_v6:192 \
    E:-16ads_v5:32,64 E:-16ads_v7:32,64 E:-16as_v4:32,64 E:-16as_v5:32,64 E:-16as_v7:32,64 E:-16ds_v4:32,64 \
    E:-16ds_v5:32,64 E:-16ds_v6:32,64 E:-16s_v3:32,64 E:-16s_v4:32,64 E:-16s_v5:32,64 E:-16s_v6:32,64 E:-2ads_v5:4,8 \
    E:-2ads_v7:4,8 E:-2as_v4:4,8 E:-2as_v5:4,8 E:-2as_v7:4,8 E:-2ds_v4:4,8 E:-2ds_v5:4,8 E:-2ds_v6:4,8 E:-2s_v3:4,8 \
    E:-2s_v4:4,8 E:-2s_v5:4,8 E:-2s_v6:4,8 E:-32ads_v5:64 E:-32as_v4:64 E:-32as_v5:64 E:-32ds_v4:64 E:-32ds_v5:64 \
    E:-32s_v3:64 E:-32s_v4:64 E:-32s_v5:64 E:i_v3:64 E:is_v3:64 E:ids_v4:80 E:is_v4:80 E:-24ads_v5:96 E:-24ads_v6:96 \
    E:-24ads_v7:96 E:-24as_v4:96 E:-24as_v5:96 E:-24as_v7:96 E:-24ds_v5:96 E:-24ds_v6:96 E:-24s_v5:96 E:-24s_v6:96 \
    E:-48ads_v5:96 E:-48ads_v6:96 E:-48ads_v7:96 E:-48as_v4:96 E:-48as_v5:96 E:-48as_v7:96 E:-48ds_v5:96 \
    E:-48ds_v6:96 E:-48s_v5:96 E:-48s_v6:96 E:ias_v4:96 EC:eds_v5:2,4,8,16,32,48,64,128 \
    EC:es_v5:2,4,8,16,32,48,64,128 EC:ieds_v5:128 EC:ies_v5:128 EC:ads_cc_v5:4,8,16,20,32,48,64,96 \
    EC:ads_v5:2,4,8,16,20,32,48,64,96 EC:ads_v6:2,4,8,16,32,48,64,96 EC:as_cc_v5:4,8,16,20,32,48,64,96 \
    EC:as_v5:2,4,8,16,20,32,48,64,96 EC:as_v6:2,4,8,16,32,48,64,96 EC:eds_v6:2,4,8,16,32,48,64 \
    EC:es_v6:2,4,8,16,32,48,64 EC:iads_v5:96 EC:ias_v5:96 F::1,2,4,8,16 F:-4amds_v7:8,16 F:-4ams_v7:8,16 \
    F:-8amds_v7:16,32 F:-8ams_v7:16,32 F:ads_v7:1,2,4,8,16,32,48,64,80 F:alds_v7:1,2,4,8,16,32,48,64,80 \
    F:als_v6:2,4,8,16,32,48,64 F:als_v7:1,2,4,8,16,32,48,64,80 F:amds_v7:1,2,4,8,16,32,48,64,80 \
    F:ams_v6:2,4,8,16,32,48,64 F:ams_v7:1,2,4,8,16,32,48,64,80 F:as_v6:2,4,8,16,32,48,64 \
    F:as_v7:1,2,4,8,16,32,48,64,80 F:s:1,2,4,8,16 F:s_v2:2,4,8,16,32,48,64,72 F:-1amds_v7:2,4 F:-1ams_v7:2,4 \
    F:-16amds_v7:32,64 F:-16ams_v7:32,64 F:-2amds_v7:4,8 F:-2ams_v7:4,8 F:-32amds_v7:64 F:-32ams_v7:64 \
    FX:-6mds_v2:12,24 FX:-6ms_v2:12,24 FX:mds:4,12,24,36,48 FX:mds_v2:2,4,8,12,16,24,32,48,64,96 \
    FX:ms_v2:2,4,8,12,16,24,32,48,64,96 FX:-4mds_v2:8,16 FX:-4ms_v2:8,16 FX:-8mds_v2:16,32 FX:-8ms_v2:16,32 \
    FX:-12mds_v2:24,48 FX:-12ms_v2:24,48 FX:-16mds_v2:32,64 FX:-16ms_v2:32,64 FX:-2mds_v2:4,8 FX:-2ms_v2:4,8 \
    FX:-24mds_v2:48,96 FX:-24ms_v2:48,96 FX:-32mds_v2:64 FX:-32ms_v2:64 FX:-48mds_v2:96 FX:-48ms_v2:96 G::1,2,3,4,5 \
    GS::1,2,3,4,5 GS:-4:4 GS:-8:4,5 GS:-16:5 HB:-16rs_v2:120 HB:-16rs_v3:120 HB:-32rs_v2:120 HB:-32rs_v3:120 \
    HB:-64rs_v2:120 HB:-64rs_v3:120 HB:-96rs_v2:120 HB:-96rs_v3:120 HB:rs_v2:120 HB:rs_v3:120 HB:-144rs_v4:176 \
    HB:-24rs_v4:176 HB:-48rs_v4:176 HB:-96rs_v4:176 HB:rs_v4:176 HB:-144rs_v5:368 HB:-192rs_v5:368 HB:-240rs_v5:368 \
    HB:-288rs_v5:368 HB:-336rs_v5:368 HB:-48rs_v5:368 HB:-96rs_v5:368 HB:rs_v5:368 HC:-16rs:44 HC:-32rs:44 HC:rs:44 \
    HX:-144rs:176 HX:-24rs:176 HX:-48rs:176 HX:-96rs:176 HX:rs:176 L:aos_v4:2,4,8,12,16,24,32 \
    L:as_v3:8,16,32,48,64,80 L:as_v4:2,4,8,16,32,48,64,80,96 L:s:4,8,16,32 L:s_v2:8,16,32,48,64,80 \
    L:s_v3:8,16,32,48,64,80 L:s_v4:2,4,8,16,32,48,64,80,96 M::64,128 M:-32ms:64,128 M:-64bds_3_v3:128 \
    M:-64bds_v3:128 M:-64bs_v3:128 M:-64ms:128 M:bds_3_v3:128 M:bds_v3:16,32,48,64,96,128,176 \
    M:bs_v3:16,32,48,64,96,128,176,416 M:dms_v2:32,64,128 M:ds_v2:64,128 M:m:64,128 M:ms:8,16,32,64,128 \
    M:ms_v2:32,64,128,208,416 M:s:64,128 M:s_v2:64,128,208,416 M:ds_v3:12,24 M:s_v3:12,24 M:-4ms:8,16 M:-8ms:16,32 \
    M:-88bds_4_v3:176 M:-88bds_v3:176 M:-88bs_v3:176 M:bds_4_v3:176 M:ds_3_v3:176 M:ds_4_v3:176 M:s_3_v3:176 \
    M:s_4_v3:176 M:idms_v2:192 M:ids_v2:192 M:ims_v2:192 M:is_v2:192 M:-16ms:32,64 M:ls:32,64 M:ts:32 \
    M:-208ms_v2:416 M:-208s_v2:416 M:ds_6_v3:416 M:ds_8_v3:416 M:s_10_v2:416 M:s_6_v3:416 M:s_8_v2:416 M:s_8_v3:416 \
    M:s_9_v2:416 M:ds_1_v3:48,96 M:s_1_v3:48,96 M:ds_12_v3:624,832 M:s_12_v3:624,832 M:-32bds_1_v3:64 M:bds_1_v3:64 \
    M:-2ms:8 M:ids_16_v3:832 M:is_16_v3:832 M:-48bds_2_v3:96 M:bds_2_v3:96 M:ds_2_v3:96 M:s_2_v3:96 NC:s_v3:6,12,24 \
    NC:ads_A10_v4:8,16,32 NC:as_T4_v3:4,8,16,64 NC:ads_A100_v4:24,48,96 NC:rs_v3:24 NC:ads_H100_v5:40 \
    NC:adis_H100_v5:80 NCC:ads_H100_v5:40 ND:rs_v2:40 ND:amsr_A100_v4:96 ND:asr_v4:96 ND:is_MI300X_v5:96 \
    ND:isr_H100_v5:96 ND:isr_H200_v5:96 ND:isr_MI300X_v5:96 NG:ads_V620_v1:8,16,32 NG:adms_V620_v1:32 NP:s:10,20,40 \
    NV:ads_A10_v5:6,12,18,36,72 NV:ads_V710_v5:4,8,12,24 NV:s_v2:6,12,24 NV:s_v3:12,24,48 NV:as_v4:4,8,16,32 \
    NV:adms_V710_v5:28 NV:adms_A10_v5:36";

/// Whether a name is that of a size, in any case.
pub fn is_size(name: &str) -> bool {
    let Some((head, rest)) = name.split_at_checked("Standard_".len()) else { return false };
    if !head.eq_ignore_ascii_case("Standard_") {
        return false;
    }
    let letters = rest.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(rest.len());
    let Some((prefix, rest)) = rest.split_at_checked(letters) else { return false };
    let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    let Some((number, suffix)) = rest.split_at_checked(digits) else { return false };
    SIZES.split(' ').any(|entry| {
        let mut parts = entry.split(':');
        parts.next().is_some_and(|known| known.eq_ignore_ascii_case(prefix))
            && parts.next().is_some_and(|known| known.eq_ignore_ascii_case(suffix))
            && parts.next().is_some_and(|known| known.split(',').any(|known| known == number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::shared;

    #[test]
    fn sizes_in_any_case() {
        for name in ["STANDARD_D3_V2", "Standard_NC4as_T4_v3", "standard_ds3_v2", "Standard_ND96isr_H100_v5"] {
            assert!(is_size(name), "{name}");
        }
        for name in ["", "Standard_", "D3_v2", "Standard_Q3", "Standard_D3_v99", "Standard_D03_v2", "Standard_é"] {
            assert!(!is_size(name), "{name}");
        }
    }

    #[test]
    fn every_published_size_is_known_and_no_other() {
        let Some(list) = shared("vm-sizes.json") else { return };
        let sizes = list["sizes"].as_array().unwrap();
        for size in sizes {
            assert!(is_size(size["name"].as_str().unwrap()), "{size}");
        }
        let ours: usize = SIZES.split(' ').map(|entry| entry.rsplit(':').next().unwrap().split(',').count()).sum();
        assert_eq!(ours, sizes.len());
    }
}
