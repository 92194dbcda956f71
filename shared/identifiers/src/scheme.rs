//! All schemes in one list.
//!
//! To add a scheme: write its file with a `pub(crate) static RULES: Rules` (see `global/lei.rs` for a short one), and add one line
//! to the list below: the variant with a doc comment, its code, the path of its rules. Codes are never changed or used again. Vectors from a
//! published source go into the file's tests; `tests/` then holds the scheme to the promises that all schemes keep.

use std::{fmt, str::FromStr};

use crate::{Kind, rules::Rules};

macro_rules! schemes {
    ($($(#[$doc:meta])* $variant:ident, $code:literal, $rules:path;)*) => {
        /// A kind of number, such as the German VAT number. Its code is what goes over the wire and into databases.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Scheme {
            $($(#[$doc])* $variant,)*
        }

        impl Scheme {
            /// All schemes.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code: `de.vat`. Lower-case country (or none, or `eu`), full stop, name.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            pub(crate) fn rules(self) -> &'static Rules {
                match self { $(Self::$variant => &$rules,)* }
            }
        }

        impl FromStr for Scheme {
            type Err = UnknownScheme;

            fn from_str(code: &str) -> Result<Self, UnknownScheme> {
                match code {
                    $($code => Ok(Self::$variant),)*
                    _ => Err(UnknownScheme { code: code.to_owned() }),
                }
            }
        }
    };
}

schemes! {
    // All countries.
    /// Legal Entity Identifier, ISO 17442.
    Lei, "lei", crate::global::lei::RULES;
    /// International Bank Account Number, ISO 13616.
    Iban, "iban", crate::global::iban::RULES;
    /// Business Identifier Code (SWIFT code), ISO 9362.
    Bic, "bic", crate::global::bic::RULES;
    /// International Securities Identification Number, ISO 6166.
    Isin, "isin", crate::global::isin::RULES;
    /// D-U-N-S number of Dun & Bradstreet.
    Duns, "duns", crate::global::duns::RULES;

    // Countries outside of the European Union.
    /// Australia: Australian Business Number.
    AuAbn, "au.abn", crate::au::abn::RULES;
    /// Australia: Australian Company Number.
    AuAcn, "au.acn", crate::au::acn::RULES;
    /// Brazil: Cadastro Nacional da Pessoa Jurídica, digits or letters.
    BrCnpj, "br.cnpj", crate::br::CNPJ;
    /// Canada: Business Number.
    CaBn, "ca.bn", crate::ca::BN;
    /// Switzerland: enterprise identification number.
    ChUid, "ch.uid", crate::ch::UID;
    /// China: Unified Social Credit Code.
    CnUscc, "cn.uscc", crate::cn::uscc::RULES;
    /// China: organisation code.
    CnOrgcode, "cn.orgcode", crate::cn::orgcode::RULES;
    /// China: resident identity number.
    CnRic, "cn.ric", crate::cn::ric::RULES;
    /// United Kingdom: company number.
    GbCrn, "gb.crn", crate::gb::crn::RULES;
    /// United Kingdom: Unique Taxpayer Reference.
    GbUtr, "gb.utr", crate::gb::utr::RULES;
    /// United Kingdom: VAT number.
    GbVat, "gb.vat", crate::gb::vat::RULES;
    /// Hong Kong: Business Registration number.
    HkBr, "hk.br", crate::hk::BR;
    /// India: Corporate Identification Number.
    InCin, "in.cin", crate::india::cin::RULES;
    /// India: Goods and Services Tax Identification Number.
    InGstin, "in.gstin", crate::india::gstin::RULES;
    /// India: Permanent Account Number.
    InPan, "in.pan", crate::india::pan::RULES;
    /// Japan: corporate number.
    JpCn, "jp.cn", crate::jp::CN;
    /// South Korea: business registration number.
    KrBrn, "kr.brn", crate::kr::BRN;
    /// Mexico: Registro Federal de Contribuyentes.
    MxRfc, "mx.rfc", crate::mx::RFC;
    /// Norway: organisation number.
    NoOrgnr, "no.orgnr", crate::no::ORGNR;
    /// Russia: taxpayer number.
    RuInn, "ru.inn", crate::ru::inn::RULES;
    /// Russia: state registration number.
    RuOgrn, "ru.ogrn", crate::ru::ogrn::RULES;
    /// Singapore: Unique Entity Number.
    SgUen, "sg.uen", crate::sg::UEN;
    /// Türkiye: tax number.
    TrVkn, "tr.vkn", crate::tr::VKN;
    /// Taiwan: Unified Business Number.
    TwUbn, "tw.ubn", crate::tw::UBN;
    /// United States: Employer Identification Number.
    UsEin, "us.ein", crate::us::EIN;

    // The European Union: the files stand in `eu/`.
    /// European Union: one stop shop number of sellers from outside of the Union.
    EuOss, "eu.oss", crate::eu::oss::RULES;
    /// European Union: VAT identification number, with the member's letters.
    EuVat, "eu.vat", crate::eu::vat::RULES;
    /// Austria: Umsatzsteuer-Identifikationsnummer.
    AtUid, "at.uid", crate::eu::at::UID;
    /// Belgium: VAT number, which is the enterprise number.
    BeVat, "be.vat", crate::eu::be::VAT;
    /// Bulgaria: идентификационен номер по ДДС.
    BgVat, "bg.vat", crate::eu::bg::vat::RULES;
    /// Cyprus: αριθμός εγγραφής ΦΠΑ.
    CyVat, "cy.vat", crate::eu::cy::VAT;
    /// Czechia: daňové identifikační číslo.
    CzDic, "cz.dic", crate::eu::cz::DIC;
    /// Germany: Umsatzsteuer-Identifikationsnummer.
    DeVat, "de.vat", crate::eu::de::VAT;
    /// Denmark: CVR-nummer, which is the VAT number.
    DkCvr, "dk.cvr", crate::eu::dk::CVR;
    /// Estonia: käibemaksukohustuslase number.
    EeKmkr, "ee.kmkr", crate::eu::ee::KMKR;
    /// Spain: código de identificación fiscal of entities.
    EsCif, "es.cif", crate::eu::es::cif::RULES;
    /// Spain: documento nacional de identidad.
    EsDni, "es.dni", crate::eu::es::dni::RULES;
    /// Spain: número de identidad de extranjero.
    EsNie, "es.nie", crate::eu::es::nie::RULES;
    /// Spain: número de identificación fiscal.
    EsNif, "es.nif", crate::eu::es::nif::RULES;
    /// Finland: arvonlisäverotunniste.
    FiAlv, "fi.alv", crate::eu::fi::ALV;
    /// France: SIREN, the number of a company.
    FrSiren, "fr.siren", crate::eu::fr::siren::RULES;
    /// France: SIRET, the number of an establishment.
    FrSiret, "fr.siret", crate::eu::fr::siret::RULES;
    /// France: numéro de TVA.
    FrTva, "fr.tva", crate::eu::fr::tva::RULES;
    /// Greece: αριθμός φορολογικού μητρώου, with EL before it.
    GrVat, "gr.vat", crate::eu::gr::VAT;
    /// Croatia: osobni identifikacijski broj.
    HrOib, "hr.oib", crate::eu::hr::OIB;
    /// Hungary: közösségi adószám.
    HuAnum, "hu.anum", crate::eu::hu::ANUM;
    /// Ireland: VAT number.
    IeVat, "ie.vat", crate::eu::ie::VAT;
    /// Italy: partita IVA.
    ItIva, "it.iva", crate::eu::it::iva::RULES;
    /// Lithuania: PVM mokėtojo kodas.
    LtPvm, "lt.pvm", crate::eu::lt::PVM;
    /// Luxembourg: numéro d'identification TVA.
    LuTva, "lu.tva", crate::eu::lu::TVA;
    /// Latvia: PVN reģistrācijas numurs.
    LvPvn, "lv.pvn", crate::eu::lv::PVN;
    /// Malta: VAT number.
    MtVat, "mt.vat", crate::eu::mt::VAT;
    /// Netherlands: btw-identificatienummer.
    NlBtw, "nl.btw", crate::eu::nl::BTW;
    /// Poland: numer identyfikacji podatkowej.
    PlNip, "pl.nip", crate::eu::pl::NIP;
    /// Portugal: número de identificação fiscal.
    PtNif, "pt.nif", crate::eu::pt::NIF;
    /// Romania: cod de identificare fiscală, of entities and persons.
    RoCf, "ro.cf", crate::eu::ro::cf::RULES;
    /// Sweden: momsregistreringsnummer.
    SeVat, "se.vat", crate::eu::se::VAT;
    /// Slovenia: identifikacijska številka za DDV.
    SiDdv, "si.ddv", crate::eu::si::DDV;
    /// Slovakia: identifikačné číslo pre daň.
    SkDph, "sk.dph", crate::eu::sk::DPH;
    // The European Union ends here.
}

impl Scheme {
    /// What people call it, in English: "VAT number".
    pub fn name(self) -> &'static str {
        self.rules().name
    }

    /// What people call it where it is used: "Umsatzsteuer-Identifikationsnummer".
    pub fn local_name(self) -> Option<&'static str> {
        self.rules().local_name
    }

    /// Its country, ISO 3166-1 alpha-2; none for schemes of all countries or of the European Union.
    pub fn country(self) -> Option<&'static str> {
        self.rules().country
    }

    /// What it is a number of.
    pub fn kind(self) -> Kind {
        self.rules().kind
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Scheme {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// No scheme has this code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no scheme has the code {code:?}")]
pub struct UnknownScheme {
    /// What was asked for.
    pub code: String,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Scheme;

    #[test]
    fn codes_are_distinct_and_read_back() {
        let codes: HashSet<&str> = Scheme::ALL.iter().map(|it| it.code()).collect();
        assert_eq!(codes.len(), Scheme::ALL.len());
        for scheme in Scheme::ALL {
            assert_eq!(scheme.code().parse(), Ok(*scheme));
        }
    }

    #[test]
    fn an_unknown_code_is_named_in_the_error() {
        let error = "xx.none".parse::<Scheme>().unwrap_err();
        assert_eq!(error.to_string(), "no scheme has the code \"xx.none\"");
    }

    #[test]
    fn a_code_begins_with_the_country_of_the_scheme() {
        for scheme in Scheme::ALL {
            match (scheme.country(), scheme.code().split_once('.')) {
                (Some(country), Some((head, _))) => assert_eq!(country.to_lowercase(), head, "{scheme}"),
                (None, Some((head, _))) => assert_eq!(head, "eu", "{scheme}"),
                (country, None) => assert_eq!(country, None, "{scheme}"),
            }
        }
    }

    #[test]
    fn every_scheme_has_a_name_and_ascending_lengths() {
        for scheme in Scheme::ALL {
            assert!(!scheme.name().is_empty(), "{scheme}");
            let lengths = scheme.rules().lengths;
            assert!(!lengths.is_empty() && lengths.is_sorted(), "{scheme}");
        }
    }
}
