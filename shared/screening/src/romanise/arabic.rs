//! Arabic, Persian, Pashto, Urdu and Hebrew letters.
//!
//! Short vowels are not written: a word is its consonants and the letters that may be long vowels, in the alphabet of
//! `kernel::unwritten`. Names whose Latin spelling is settled by custom come from a table, since their vowels tell names apart.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Very common names and words, as written without vowels, and one usual Latin spelling.
const USUAL: &str = "
محمد muhammad
محمود mahmud
احمد ahmad
علي ali
على ali
علی ali
حسن hasan
حسين husayn
حسین husayn
عبد abdul
الله allah
عبدالله abdullah
عبيدالله ubaydullah
عمر umar
عثمان uthman
خالد khalid
سعد sad
سعيد said
سعید said
يوسف yusuf
یوسف yusuf
ابراهيم ibrahim
ابراهیم ibrahim
اسماعيل ismail
اسماعیل ismail
مصطفى mustafa
مصطفي mustafa
مصطفی mustafa
مرتضى murtada
موسى musa
موسي musa
عيسى isa
يحيى yahya
يحيي yahya
ابو abu
ابي abi
بن bin
ابن ibn
ال al
ام umm
مولوي maulavi
ملا mullah
حاجي haji
حاجی haji
شيخ shaykh
سيد sayyid
سید sayyid
نور noor
خان khan
طه taha
رضا riza
رضی razi
دين din
الدين aldin
كريم karim
عزيز aziz
رحمن rahman
رحيم rahim
حق haq
سعود saud
فهد fahd
ناصر nasir
صالح salih
سلمان salman
سليمان sulayman
صدام saddam
طارق tariq
قاسم qasim
هاشم hashim
جعفر jafar
كمال kamal
جمال jamal
عادل adil
حميد hamid
حامد hamid
مجيد majid
رشيد rashid
وليد walid
خليل khalil
جابر jabir
";

static TABLE: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| USUAL.lines().filter_map(|line| line.split_once(' ')).collect());

/// The letters of a word for the comparison with Latin spellings.
#[expect(clippy::match_same_arms, reason = "a table, in the order of the alphabets")]
pub(super) fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let letter = match c {
            'ا' | 'أ' | 'إ' | 'آ' | 'ٱ' | 'ى' => 'A',
            'و' | 'ؤ' => 'U',
            'ي' | 'ی' | 'ئ' | 'ې' | 'ے' | 'ۍ' => 'I',
            'ع' | 'ء' | 'א' | 'ע' => 'E',
            'ة' | 'ۀ' => 'H',
            'ب' => 'b',
            'پ' => 'p',
            'ت' | 'ط' | 'ټ' | 'ٹ' => 't',
            'ث' => 't',
            'ج' | 'ژ' => 'j',
            'چ' | 'څ' => 'C',
            'ح' | 'ه' | 'ہ' | 'ھ' | 'خ' | 'ۃ' => 'h',
            'د' | 'ډ' | 'ڈ' => 'd',
            'ذ' | 'ز' | 'ض' | 'ظ' | 'ځ' => 'z',
            'ر' | 'ړ' | 'ڑ' => 'r',
            'س' | 'ص' => 's',
            'ش' | 'ښ' => 'S',
            'غ' | 'گ' | 'ګ' | 'ږ' => 'g',
            'ف' => 'f',
            'ڤ' => 'v',
            'ق' | 'ك' | 'ک' | 'ڪ' => 'k',
            'ل' => 'l',
            'م' => 'm',
            'ن' | 'ں' | 'ڼ' => 'n',
            // Hebrew: bet, pe and kaf have two readings; the commoner in names, the other is near.
            'ב' => 'b',
            'ג' => 'g',
            'ד' => 'd',
            'ה' => 'H',
            'ו' => 'U',
            'ז' => 'z',
            'ח' => 'h',
            'ט' | 'ת' => 't',
            'י' => 'I',
            'כ' | 'ך' | 'ק' => 'k',
            'ל' => 'l',
            'מ' | 'ם' => 'm',
            'נ' | 'ן' => 'n',
            'ס' | 'צ' | 'ץ' => 's',
            'פ' | 'ף' => 'p',
            'ר' => 'r',
            'ש' => 'S',
            _ => continue,
        };
        // A doubled letter is written once with a sign above it, or twice: the sound is the same.
        if !out.ends_with(letter) {
            out.push(letter);
        }
    }
    out
}

/// The usual spelling, where there is one, and the bare letters as ASCII.
pub(super) fn readings(text: &str, bare: &str) -> Vec<String> {
    let plain: String = text
        .chars()
        .map(|c| match c {
            'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
            'ک' => 'ك',
            _ => c,
        })
        .collect();
    let mut out = Vec::with_capacity(2);
    if let Some(usual) = TABLE.get(plain.as_str()) {
        out.push((*usual).to_owned());
    }
    if out.is_empty() {
        out.push(
            bare.chars()
                .map(|c| match c {
                    'A' | 'H' => "a",
                    'U' => "u",
                    'I' => "i",
                    'E' => "",
                    'S' => "sh",
                    'C' => "ch",
                    'b' => "b",
                    'p' => "p",
                    't' => "t",
                    'j' => "j",
                    'h' => "h",
                    'd' => "d",
                    'z' => "z",
                    'r' => "r",
                    's' => "s",
                    'g' => "g",
                    'f' => "f",
                    'v' => "v",
                    'k' => "k",
                    'l' => "l",
                    'm' => "m",
                    _ => "n",
                })
                .collect(),
        );
    }
    out
}
