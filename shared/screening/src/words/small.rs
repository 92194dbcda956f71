//! Words that carry little: titles, particles, stop words, and the commonest names where no index has counted them.

const TITLES: &str = " mr mrs ms miss dr prof professor sir dame lord lady rev reverend hon general gen col colonel maj major capt captain \
lt lieutenant sgt brig brigadier admiral adm marshal commander president minister mullah mulla mola maulavi mawlawi maulawi molvi maulvi \
haji hajji hadji hajj alhaj alhaji sheikh shaykh sheik shaikh cheikh imam ustad ustaz qari hafiz sayyid seyed sayed syed said sayid ayatollah \
hojjatoleslam engineer eng ing dipl mag jr sr junior senior esq phd md fnu na herr frau senor senora don dona monsieur madame amir emir \
prince princess king queen akhund г гн товарищ господин доктор профессор генерал д-р 先生 女士 小姐 博士 ";

const PARTICLES: &str = " al el ul ad an ar as ash at az ur ud us bin ibn ben bint binti ibnu bani abu abou abi umm um abd abdul abdel abdal de \
del della di da do dos das du des van von der den ter ten te zu zur la le les lo los las y e i af av o mac mc st san santa ould oglu oglou \
uulu kyzy kizi qizi ogly bar ap der dem ";

const STOP: &str =
    " the and of for und et in to de du des la le les el y e a an for der die das и в по на за von del da do dos di ";

/// Given and family names borne by so many that they tell little, as folded. Counted names take the place of this list.
const COMMON: &str = " muhamad muhamid muhamud ahmad ali hasan husin ibrahim han abdulah umar halid yusuf said mustafa mahmud kim li vang Sang \
Cin Cu huang su ma juan hus Husi maria luis karlus antuniu Savid Cuan Savis vladimir aliksandr sirgii andrii dmitri ivan nikulai \
alixandr mikhail miHail pak ri Cui Cu Cung jung smit jun jun juhn Savid miCal misHil siRgii gul nur haji din rahman ";

/// Whether a word is a title or a form of address.
pub(crate) fn is_title(word: &str) -> bool {
    listed(TITLES, word)
}

/// Whether a word of a person's name is a particle.
pub(crate) fn is_particle(word: &str) -> bool {
    listed(PARTICLES, word)
}

/// Whether a particle may as well be a family name of East Asia, as `Du`, `Le` and `Na` are.
pub(crate) fn may_be_family_name(word: &str) -> bool {
    listed(" du le lo do da di la na te to ", word)
}

/// Whether a word of an organisation's name is a stop word.
pub(crate) fn is_stop(word: &str) -> bool {
    listed(STOP, word)
}

/// Whether a folded name is very common.
pub(crate) fn is_common(fold: &str) -> bool {
    listed(COMMON, fold)
}

fn listed(list: &str, word: &str) -> bool {
    list.match_indices(word).any(|(at, _)| {
        let bytes = list.as_bytes();
        at > 0 && bytes[at - 1] == b' ' && bytes.get(at + word.len()) == Some(&b' ')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_only() {
        assert!(is_title("dr"));
        assert!(!is_title("d"));
        assert!(!is_title(""));
        assert!(is_particle("bin"));
        assert!(is_common("muhamad"));
    }
}
