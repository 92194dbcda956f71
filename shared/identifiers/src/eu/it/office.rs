//! The offices that give Italian VAT numbers: 001 to 100, 120 and 121, 888 and 999 for taxpayers from abroad.
//!
//! 001 to 095 are ISTAT's codes of the provinces as they were until 1992. 096 to 100 came later and are not ISTAT's (100 is in Rome), so they are left
//! without a name.

use crate::{Term, shape};

/// By code, from 001.
const PROVINCES: [&str; 95] = [
    "Torino",
    "Vercelli",
    "Novara",
    "Cuneo",
    "Asti",
    "Alessandria",
    "Valle d'Aosta",
    "Imperia",
    "Savona",
    "Genova",
    "La Spezia",
    "Varese",
    "Como",
    "Sondrio",
    "Milano",
    "Bergamo",
    "Brescia",
    "Pavia",
    "Cremona",
    "Mantova",
    "Bolzano",
    "Trento",
    "Verona",
    "Vicenza",
    "Belluno",
    "Treviso",
    "Venezia",
    "Padova",
    "Rovigo",
    "Udine",
    "Gorizia",
    "Trieste",
    "Piacenza",
    "Parma",
    "Reggio nell'Emilia",
    "Modena",
    "Bologna",
    "Ferrara",
    "Ravenna",
    "Forlì",
    "Pesaro e Urbino",
    "Ancona",
    "Macerata",
    "Ascoli Piceno",
    "Massa-Carrara",
    "Lucca",
    "Pistoia",
    "Firenze",
    "Livorno",
    "Pisa",
    "Arezzo",
    "Siena",
    "Grosseto",
    "Perugia",
    "Terni",
    "Viterbo",
    "Rieti",
    "Roma",
    "Latina",
    "Frosinone",
    "Caserta",
    "Benevento",
    "Napoli",
    "Avellino",
    "Salerno",
    "L'Aquila",
    "Teramo",
    "Pescara",
    "Chieti",
    "Campobasso",
    "Foggia",
    "Bari",
    "Taranto",
    "Brindisi",
    "Lecce",
    "Potenza",
    "Matera",
    "Cosenza",
    "Catanzaro",
    "Reggio di Calabria",
    "Trapani",
    "Palermo",
    "Messina",
    "Agrigento",
    "Caltanissetta",
    "Enna",
    "Catania",
    "Ragusa",
    "Siracusa",
    "Sassari",
    "Nuoro",
    "Cagliari",
    "Pordenone",
    "Isernia",
    "Oristano",
];

pub(super) fn exists(code: &[u8]) -> bool {
    matches!(shape::value(code), 1..=100 | 120 | 121 | 888 | 999)
}

pub(super) fn term(code: &str) -> Term {
    name(code).map_or_else(|| Term::unknown(code), |name| Term::named(code, name))
}

/// The province of the office: where the taxpayer was when the number was given, for the number is kept through a move.
pub(super) fn province(code: &str) -> Option<Term> {
    name(code).map(|name| Term::named(code, name))
}

fn name(code: &str) -> Option<&'static str> {
    let place = (shape::value(code.as_bytes()) as usize).checked_sub(1)?;
    PROVINCES.get(place).copied()
}
