//! Rules of names, each with its reason.

use screening::{How, Kind, Name, Side, THRESHOLD, compare, score};

fn persons(a: &str, b: &str) -> f32 {
    score(&Name::new(a, Kind::Person), &Name::new(b, Kind::Person))
}

fn bodies(a: &str, b: &str) -> f32 {
    score(&Name::new(a, Kind::Organisation), &Name::new(b, Kind::Organisation))
}

#[test]
fn order_commas_and_titles_make_no_other_person() {
    assert!(persons("John Smith", "SMITH, John") > 0.99);
    assert!(persons("Dr. Rami Makhlouf", "Rami Makhlouf") > 0.99);
    assert!(persons("Haji Abdul Aziz", "Abd al-Aziz") > 0.9);
}

#[test]
fn a_name_left_out_is_no_contradiction_and_another_name_is() {
    let left_out = persons("Vladimir Vladimirovich Putin", "Vladimir Putin");
    let other = persons("Sergey Ivanevich Lavrov", "Sergey Viktorovich Lavrov");
    assert!(left_out >= THRESHOLD, "{left_out}");
    assert!(other < THRESHOLD, "{other}");
}

#[test]
fn romanisations_of_cyrillic_meet() {
    // BGN/PCGN, ICAO Doc 9303, the French passport of the nineties, German custom
    for spelt in ["Khrushchev Yuriy", "Khrushchev Iurii", "Khrouchtchev Iouri", "Chruschtschow Juri"] {
        assert!(persons(spelt, "Хрущев Юрий") >= 0.6, "{spelt} {}", persons(spelt, "Хрущев Юрий"));
    }
    assert!(persons("Volodymyr Zelenskyy", "Володимир Зеленський") >= 0.9);
}

#[test]
fn arabic_has_no_vowels_but_long_ones_tell_names_apart() {
    for (latin, arabic) in [
        ("Muhammad Hassan", "محمد حسن"),
        ("Jawhar Majid al-Duri", "جوهر مجيد الدوري"),
        ("Ibrahim Hasan al-Tikriti", "إبراهيم حسن التكريتي"),
        ("Abdul Aziz Abdul Rahman", "عبد العزيز عبد الرحمن"),
        ("Nasiruddin Haqqani", "نصیر الدین حقانی"),
    ] {
        assert!(persons(latin, arabic) >= THRESHOLD, "{latin} {}", persons(latin, arabic));
    }
    assert!(persons("Khalid al-Fawwaz", "خالد الفواز") > persons("Khalil al-Faraj", "خالد الفواز"));
    assert!(persons("Vladimir Putin", "محمد حسن") < 0.3);
}

#[test]
fn chinese_persons_read_as_their_names_do() {
    // Family names with their own readings: 多音字姓氏 of the usual dictionaries.
    for (han, latin) in [
        ("单田芳", "Shan Tianfang"),
        ("解晓东", "Xie Xiaodong"),
        ("仇英", "Qiu Ying"),
        ("欧阳修", "Ouyang Xiu"),
        ("习近平", "Xi Jinping"),
        ("习近平", "Jinping Xi"),
        ("习近平", "XI Jin-ping"),
        ("习近平", "Xi Jin Ping"),
        ("蔣中正", "Chiang Chung-cheng"),
        ("陈大文", "Chan Dawen"),
        ("任正非", "Ren Zhengfei"),
        ("曾国藩", "Zeng Guofan"),
    ] {
        assert!(persons(han, latin) >= THRESHOLD, "{han} {latin} {}", persons(han, latin));
    }
    assert!(persons("习近平", "习近朋") < THRESHOLD);
    assert!(persons("張偉", "张伟") > 0.99);
}

#[test]
fn chinese_companies_are_brand_place_and_trade() {
    assert!(bodies("華為技術有限公司", "华为技术有限公司") > 0.99);
    assert!(bodies("华为技术有限公司", "Huawei Technologies Co., Ltd.") >= THRESHOLD);
    assert!(bodies("重庆长安汽车股份有限公司", "Chongqing Changan Automobile Co Ltd") >= THRESHOLD);
    assert!(bodies("上海宝钢贸易有限公司", "上海宝山贸易有限公司") < THRESHOLD);
    assert!(bodies("中国工商银行", "中国建设银行") < THRESHOLD);
}

#[test]
fn legal_forms_say_little_and_what_they_are_is_compared() {
    assert!(bodies("Siemens Aktiengesellschaft", "Siemens AG") > 0.98);
    assert!(bodies("ООО Ромашка", "Romashka LLC") >= 0.9);
    assert!(bodies("Gazprom Neft OAO", "Gazprom Neft JSC") > 0.95);
    let same = bodies("Example Ltd", "Example LLC");
    let other = bodies("Example Foundation e.V.", "Example Foundation Ltd");
    assert!(same > other);
}

#[test]
fn the_other_words_of_a_bank_decide() {
    assert!(bodies("The Sigma Group", "The Cigna Group") < bodies("The Sigma Group", "Sigma Group"));
    assert!(bodies("Bowne of Atlanta, Inc.", "Bowne of Boston, Inc.") < THRESHOLD);
    assert!(bodies("Банк Россия", "Bank Rossiya") >= THRESHOLD);
}

#[test]
fn names_between_slashes_are_names() {
    assert!(bodies("Al Qaeda", "Al-Qa'ida/Islamic Army") >= THRESHOLD);
}

#[test]
fn the_explanation_names_every_word_once() {
    let query = Name::new("V. Putin Petrov", Kind::Person);
    let found = compare(&query, &Name::new("Владимир Путин Иванов", Kind::Person));
    let how: Vec<(&str, &str, How)> =
        found.matches.iter().map(|it| (it.query.as_str(), it.listed.as_str(), it.how)).collect();
    assert_eq!(how, [("v", "владимир", How::Initial), ("putin", "путин", How::Transliteration)]);
    let left: Vec<(Side, &str)> = found.left.iter().map(|it| (it.side, it.token.as_str())).collect();
    assert_eq!(left, [(Side::Query, "petrov"), (Side::Listed, "иванов")]);
}
