//! What a customer spends a year, with us and others: as it declared, or by the benchmark of its peers.

use super::metric::{Metric, Subject};
use crate::domain::{
    currency::{Currency, grouped},
    reasons::percent,
};

/// Attributes that may make customers peers.
const MOST_ATTRIBUTES: usize = 5;

/// How wallets that customers did not declare are taken from those that their peers declared.
#[derive(Debug, Clone, PartialEq)]
pub struct WalletBenchmark {
    attributes: Vec<PeerAttribute>,
    quantile: f64,
    minimum_wallets: u32,
}

/// What peers have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerAttribute {
    /// Being an organisation or a person.
    Kind,
    /// Where they are based.
    Country,
    /// Organisations' industry.
    Industry,
    /// A free attribute of the customers service.
    Free(String),
}

/// What is wrong with a benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WalletBenchmarkError {
    /// Too few or too many attributes.
    #[error("must name 1 to {MOST_ATTRIBUTES} attributes, which customers have to share to be peers")]
    Attributes,
    /// An attribute, by its position, that is none.
    #[error("must be kind, country_code, industry_code, or a free attribute such as attributes.region")]
    UnknownAttribute(usize),
    /// An attribute, by its position, that was named before.
    #[error("is named twice; name each attribute once")]
    AttributeTaken(usize),
    /// A quantile that is none.
    #[error("must be above 0 and below 1, such as 0.5 for the median")]
    Quantile,
    /// So few wallets that the benchmark would tell of single customers.
    #[error("must be 2 to 1,000,000")]
    MinimumWallets,
}

impl WalletBenchmarkError {
    /// The field of a `WalletBenchmark` message it is about.
    pub fn field(self) -> String {
        match self {
            Self::Attributes => "attributes".to_owned(),
            Self::UnknownAttribute(at) | Self::AttributeTaken(at) => format!("attributes[{at}]"),
            Self::Quantile => "quantile".to_owned(),
            Self::MinimumWallets => "minimum_wallets".to_owned(),
        }
    }
}

impl PeerAttribute {
    /// The attribute of a name, as rules of segments call it.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "kind" => Self::Kind,
            "country_code" => Self::Country,
            "industry_code" => Self::Industry,
            _ => Self::Free(name.strip_prefix("attributes.").filter(|key| is_key(key))?.to_owned()),
        })
    }

    /// Its name.
    pub fn name(&self) -> String {
        match self {
            Self::Kind => "kind".to_owned(),
            Self::Country => "country_code".to_owned(),
            Self::Industry => "industry_code".to_owned(),
            Self::Free(key) => format!("attributes.{key}"),
        }
    }
}

/// Whether a text can be the key of a free attribute.
fn is_key(text: &str) -> bool {
    let mut characters = text.chars();
    text.len() <= 63
        && characters.next().is_some_and(|first| first.is_ascii_lowercase())
        && characters.all(|other| other.is_ascii_lowercase() || other.is_ascii_digit() || other == '_')
}

impl WalletBenchmark {
    /// The quantile of the peers' wallets where none is named: the median, which no single wallet carries away.
    pub const QUANTILE: f64 = 0.5;
    /// Declared wallets that make a benchmark where nothing else is said.
    pub const MINIMUM_WALLETS: u32 = 5;

    /// By the attributes that make peers, the quantile of their wallets, and how many wallets there have to be. All errors at once.
    pub fn new(attributes: &[String], quantile: f64, minimum_wallets: u32) -> Result<Self, Vec<WalletBenchmarkError>> {
        let mut errors = Vec::new();
        if attributes.is_empty() || attributes.len() > MOST_ATTRIBUTES {
            errors.push(WalletBenchmarkError::Attributes);
        }
        let mut known = Vec::with_capacity(attributes.len());
        for (at, name) in attributes.iter().enumerate() {
            match PeerAttribute::of_name(name) {
                None => errors.push(WalletBenchmarkError::UnknownAttribute(at)),
                Some(attribute) if known.contains(&attribute) => errors.push(WalletBenchmarkError::AttributeTaken(at)),
                Some(attribute) => known.push(attribute),
            }
        }
        if !(quantile > 0.0 && quantile < 1.0) {
            errors.push(WalletBenchmarkError::Quantile);
        }
        if !(2..=1_000_000).contains(&minimum_wallets) {
            errors.push(WalletBenchmarkError::MinimumWallets);
        }
        if errors.is_empty() { Ok(Self { attributes: known, quantile, minimum_wallets }) } else { Err(errors) }
    }

    /// What peers have in common.
    pub fn attributes(&self) -> &[PeerAttribute] {
        &self.attributes
    }

    /// The quantile of their declared wallets that is the benchmark.
    pub fn quantile(&self) -> f64 {
        self.quantile
    }

    /// Declared wallets that there have to be.
    pub fn minimum_wallets(&self) -> u32 {
        self.minimum_wallets
    }
}

/// Customers with the same values of the attributes, enough of whom declared a wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerGroup {
    /// The values, in the order of the policy's attributes.
    pub values: Vec<String>,
    /// Declared wallets.
    pub wallets: i64,
    /// The quantile of these, in minor units; more than zero.
    pub benchmark_minor: i64,
}

/// Where a customer's wallet comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wallet<'a> {
    /// It was declared: so many minor units a year.
    Declared(i64),
    /// It is the benchmark of these peers.
    Benchmarked(&'a PeerGroup),
}

impl Wallet<'_> {
    /// A year, in minor units.
    pub fn yearly_minor(self) -> i64 {
        match self {
            Self::Declared(minor) => minor,
            Self::Benchmarked(peers) => peers.benchmark_minor,
        }
    }

    /// What the headroom of a customer rests on, in a sentence; `None` where it is not known.
    pub fn reason(
        self,
        benchmark: Option<&WalletBenchmark>,
        subject: &Subject<'_>,
        currency: Currency,
    ) -> Option<String> {
        let headroom = Metric::WalletHeadroom.value(subject)?;
        let bought = currency.text(subject.purchased.last_year_minor as f64);
        let wallet = currency.text(self.yearly_minor() as f64);
        let basis = match self {
            Self::Declared(_) => format!("{wallet} as declared"),
            Self::Benchmarked(peers) => {
                let benchmark = benchmark?;
                let group: Vec<String> = benchmark
                    .attributes
                    .iter()
                    .zip(&peers.values)
                    .map(|(of, value)| format!("{} {value}", of.name()))
                    .collect();
                format!(
                    "{wallet} by benchmark, as none is declared: {} of the wallets that {} peers declared ({})",
                    quantile_name(benchmark.quantile),
                    grouped(peers.wallets.unsigned_abs()),
                    group.join(", ")
                )
            }
        };
        Some(format!(
            "Yearly wallet {basis}; {bought} bought in the last year, so {} goes to others.",
            percent(headroom)
        ))
    }
}

fn quantile_name(quantile: f64) -> String {
    if (quantile - 0.5).abs() < f64::EPSILON { "the median".to_owned() } else { format!("the {quantile} quantile") }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::index::{Purchased, Signals};

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_cannot_make_a_benchmark_is_told_all_at_once() {
        let errors = WalletBenchmark::new(&names(&["kind", "region", "kind"]), 1.0, 1).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field()).collect();
        assert_eq!(fields, ["attributes[1]", "attributes[2]", "quantile", "minimum_wallets"]);
        for none in [f64::NAN, 0.0, -0.5, f64::INFINITY] {
            assert_eq!(WalletBenchmark::new(&names(&["kind"]), none, 5), Err(vec![WalletBenchmarkError::Quantile]));
        }
        assert_eq!(WalletBenchmark::new(&[], 0.5, 5), Err(vec![WalletBenchmarkError::Attributes]));
        let many = names(&["kind", "country_code", "industry_code", "attributes.a", "attributes.b", "attributes.c"]);
        assert_eq!(WalletBenchmark::new(&many, 0.5, 5), Err(vec![WalletBenchmarkError::Attributes]));
    }

    #[test]
    fn attributes_are_read_by_the_names_they_are_told_by() {
        for name in ["kind", "country_code", "industry_code", "attributes.size_2"] {
            assert_eq!(PeerAttribute::of_name(name).unwrap().name(), name);
        }
        for none in ["attributes.", "attributes.Size", "attributes.2", "attributes.a'b", "name", ""] {
            assert_eq!(PeerAttribute::of_name(none), None, "{none}");
        }
        assert_eq!(PeerAttribute::of_name(&format!("attributes.{}", "a".repeat(64))), None);
    }

    fn subject(last_year_minor: i64, signals: Option<&Signals>, benchmark_wallet_minor: Option<i64>) -> Subject<'_> {
        Subject {
            purchased: Purchased { last_year_minor, ..Purchased::default() },
            signals,
            benchmark_wallet_minor,
            as_of_date: Date::constant(2026, 6, 30),
            margin: 1.0,
            minor_per_unit: 100.0,
        }
    }

    #[test]
    fn the_reason_tells_where_the_wallet_comes_from() {
        let euro = Currency::of_code("EUR").unwrap();
        let benchmark = WalletBenchmark::new(&names(&["industry_code", "attributes.region"]), 0.5, 5).unwrap();
        let peers = PeerGroup { values: names(&["C10", "north"]), wallets: 1_200, benchmark_minor: 400_000 };
        let by_peers =
            Wallet::Benchmarked(&peers).reason(Some(&benchmark), &subject(100_000, None, Some(400_000)), euro);
        assert_eq!(
            by_peers.unwrap(),
            "Yearly wallet 4,000.00 EUR by benchmark, as none is declared: the median of the wallets that 1,200 peers declared \
             (industry_code C10, attributes.region north); 1,000.00 EUR bought in the last year, so 75 % goes to others."
        );
        let signals = Signals { yearly_wallet_minor: Some(100_000), ..Signals::default() };
        let declared = Wallet::Declared(100_000).reason(None, &subject(200_000, Some(&signals), None), euro);
        assert_eq!(
            declared.unwrap(),
            "Yearly wallet 1,000.00 EUR as declared; 2,000.00 EUR bought in the last year, so 0 % goes to others."
        );
    }

    proptest! {
        #[test]
        fn a_benchmark_counts_where_nothing_is_declared_and_headroom_is_a_share(
            last_year in -1_000_000_i64..10_000_000, declared in prop::option::of(1_i64..5_000_000), benchmark in prop::option::of(1_i64..5_000_000),
        ) {
            let signals = Signals { yearly_wallet_minor: declared, ..Signals::default() };
            let headroom = Metric::WalletHeadroom.value(&subject(last_year, Some(&signals), benchmark));
            let alone = declared.or(benchmark).map(|wallet| {
                let signals = Signals { yearly_wallet_minor: Some(wallet), ..Signals::default() };
                Metric::WalletHeadroom.value(&subject(last_year, Some(&signals), None)).unwrap()
            });
            prop_assert_eq!(headroom, alone);
            prop_assert!(headroom.is_none_or(|share| (0.0..=1.0).contains(&share)));
            prop_assert!(declared.is_some() || benchmark.is_none_or(|wallet| last_year < wallet || headroom == Some(0.0)));
        }
    }
}
