//! The first two digits of GB/T 2260: provinces, autonomous regions, municipalities, special administrative regions.
//!
//! Prefectures and counties change every year and codes of abolished ones stay in numbers for ever, so no county is refused.

use crate::{Reason, Refusal, Term, shape};

/// Code, name in English, name in Chinese. "10" stands for the country as a whole and occurs in credit codes only.
const REGIONS: [(&str, &str, &str); 35] = [
    ("10", "China (national)", "国家"),
    ("11", "Beijing", "北京市"),
    ("12", "Tianjin", "天津市"),
    ("13", "Hebei", "河北省"),
    ("14", "Shanxi", "山西省"),
    ("15", "Inner Mongolia", "内蒙古自治区"),
    ("21", "Liaoning", "辽宁省"),
    ("22", "Jilin", "吉林省"),
    ("23", "Heilongjiang", "黑龙江省"),
    ("31", "Shanghai", "上海市"),
    ("32", "Jiangsu", "江苏省"),
    ("33", "Zhejiang", "浙江省"),
    ("34", "Anhui", "安徽省"),
    ("35", "Fujian", "福建省"),
    ("36", "Jiangxi", "江西省"),
    ("37", "Shandong", "山东省"),
    ("41", "Henan", "河南省"),
    ("42", "Hubei", "湖北省"),
    ("43", "Hunan", "湖南省"),
    ("44", "Guangdong", "广东省"),
    ("45", "Guangxi", "广西壮族自治区"),
    ("46", "Hainan", "海南省"),
    ("50", "Chongqing", "重庆市"),
    ("51", "Sichuan", "四川省"),
    ("52", "Guizhou", "贵州省"),
    ("53", "Yunnan", "云南省"),
    ("54", "Tibet", "西藏自治区"),
    ("61", "Shaanxi", "陕西省"),
    ("62", "Gansu", "甘肃省"),
    ("63", "Qinghai", "青海省"),
    ("64", "Ningxia", "宁夏回族自治区"),
    ("65", "Xinjiang", "新疆维吾尔自治区"),
    ("71", "Taiwan", "台湾省"),
    ("81", "Hong Kong", "香港特别行政区"),
    ("82", "Macao", "澳门特别行政区"),
];

/// Taiwan's residents have numbers that begin with 83 (residence permits since 2018) instead of 71.
const TAIWAN_RESIDENCE: (&str, &str, &str) = ("83", "Taiwan (residence permit)", "台湾居民居住证");

/// One bit for each pair of digits.
const fn bits(regions: &[(&str, &str, &str)]) -> u128 {
    let mut bits = 0;
    let mut at = 0;
    while at < regions.len() {
        let code = regions[at].0.as_bytes();
        bits |= 1 << ((code[0] - b'0') * 10 + code[1] - b'0');
        at += 1;
    }
    bits
}

const KNOWN: u128 = bits(&REGIONS);

fn refuse_unknown(number: &[u8], start: usize, known: u128) -> Result<(), Refusal> {
    shape::digits_at(number, start..start + 6)?;
    let province = shape::value(&number[start..start + 2]);
    if known & (1 << province) == 0 { Err(Refusal::at(Reason::UnknownRegion, start)) } else { Ok(()) }
}

/// Six digits from `start`, the first two of a province or the whole country: for organisations.
pub(super) fn of_organisation(number: &[u8], start: usize) -> Result<(), Refusal> {
    refuse_unknown(number, start, KNOWN)
}

/// Six digits from the beginning, the first two of a province: for residents.
pub(super) fn of_resident(number: &[u8]) -> Result<(), Refusal> {
    refuse_unknown(number, 0, KNOWN & !(1 << 10) | 1 << 83)
}

/// A region's six digits with the name of the province.
pub(super) fn term(code: &str) -> Term {
    let known = REGIONS.iter().chain([&TAIWAN_RESIDENCE]).find(|(province, ..)| code.starts_with(province));
    known.map_or_else(|| Term::unknown(code), |(_, name, local)| Term::known(code, name, local))
}
