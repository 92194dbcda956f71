//! What is known of a customer, as rules look at it.

use std::fmt;

use clientele_proto::{
    Money,
    qualification::v1::{RiskInput, RiskInputs},
};
use jiff::civil::Date;

/// What an assessment rests on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What was set for the customer.
    pub inputs: &'a RiskInputs,
    /// Its country by the customer's record; where the inputs name none, that counts.
    pub record_country: Option<&'a str>,
    /// Whether it is an organisation (or else a person) by the customer's record, where that is known.
    pub is_organisation: Option<bool>,
    /// The day of the assessment.
    pub today: Date,
    /// Money in another currency is not known.
    pub currency: &'a str,
}

/// What a rule finds.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Texts, one at least.
    Texts(Vec<String>),
    /// A number.
    Number(f64),
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Texts(texts) => write!(formatter, "{}", texts.join(", ")),
            Self::Number(number) => write!(formatter, "{number}"),
        }
    }
}

impl Facts<'_> {
    /// What is known of an input; `None` where nothing is.
    pub fn find(&self, input: RiskInput) -> Option<Found> {
        let inputs = self.inputs;
        let text = |text: &str| (!text.is_empty()).then(|| Found::Texts(vec![text.to_owned()]));
        let texts = |texts: &[String]| (!texts.is_empty()).then(|| Found::Texts(texts.to_vec()));
        let number = |number: Option<f64>| number.map(Found::Number);
        let flag = |flag: Option<bool>| flag.map(|flag| Found::Number(f64::from(u8::from(flag))));
        match input {
            RiskInput::Unspecified => None,
            RiskInput::Country if inputs.country_code.is_empty() => self.record_country.and_then(text),
            RiskInput::Country => text(&inputs.country_code),
            RiskInput::Industry => text(&inputs.industry_code),
            RiskInput::CustomerKind => text(match self.is_organisation {
                Some(true) => "ORGANISATION",
                Some(false) => "PERSON",
                None => "",
            }),
            RiskInput::YearsSinceIncorporation => number(self.years_since_incorporation().map(f64::from)),
            RiskInput::Revenue => number(self.money(inputs.revenue.as_ref())),
            RiskInput::Equity => number(self.money(inputs.equity.as_ref())),
            RiskInput::DebtToEquity => number(share(inputs.debt.as_ref(), inputs.equity.as_ref())),
            RiskInput::CurrentRatio => number(inputs.current_ratio),
            RiskInput::ProfitMargin => number(share(inputs.profit.as_ref(), inputs.revenue.as_ref())),
            RiskInput::FinancialYears => number(inputs.financial_years.map(f64::from)),
            RiskInput::AverageDaysLate => number(inputs.average_days_late),
            RiskInput::OverdueToRevenue => number(share(inputs.overdue.as_ref(), inputs.revenue.as_ref())),
            RiskInput::Overdue => number(self.money(inputs.overdue.as_ref())),
            RiskInput::Disputes => number(inputs.disputes.map(f64::from)),
            RiskInput::OwnershipOpacity => number(inputs.ownership_opacity),
            RiskInput::PoliticallyExposed => flag(inputs.politically_exposed),
            RiskInput::AdverseMedia => flag(inputs.adverse_media),
            RiskInput::Product => texts(&inputs.products),
            RiskInput::Channel => texts(&inputs.channels),
        }
    }

    /// Whole years; a day of 29 February comes round on 1 March where there is none. `None` where the day is to come.
    fn years_since_incorporation(&self) -> Option<i16> {
        let told = self.inputs.incorporation_date.as_ref()?;
        let (year, month, day) = (i16::try_from(told.year).ok()?, told.month, told.day);
        let begun = (i32::from(self.today.month()), i32::from(self.today.day())) >= (month, day);
        let years = self.today.year() - year - i16::from(!begun);
        (years >= 0).then_some(years)
    }

    /// Units of an amount in the currency of the scorecard. Precise to some 15 digits, which is enough to compare with a bound.
    fn money(&self, money: Option<&Money>) -> Option<f64> {
        money.filter(|money| money.currency_code == self.currency).map(units)
    }
}

/// One amount over another, in any one currency.
fn share(part: Option<&Money>, whole: Option<&Money>) -> Option<f64> {
    let (part, whole) = (part?, whole?);
    let is_comparable = part.currency_code == whole.currency_code && units(whole) > 0.0;
    is_comparable.then(|| units(part) / units(whole))
}

fn units(money: &Money) -> f64 {
    money.units as f64 + f64::from(money.nanos) / 1e9
}
