//! One score, field by field, with how far it may be off.

use clientele_proto::{
    Money,
    value::v1::{LifecycleStage, MoneyInterval, Score, ScoreForecast, ValueInterval},
};

use super::{currency, date, money, plain};
use crate::term::{Column, Table, number};

/// How values are written: rounded for a person, or as they are.
#[derive(Debug, Clone, Copy)]
pub struct Writing {
    is_plain: bool,
}

impl Writing {
    /// For a person.
    pub const ROUNDED: Self = Self { is_plain: false };
    /// For a spreadsheet.
    pub const PLAIN: Self = Self { is_plain: true };

    /// A whole number.
    pub fn count(self, number: i64) -> String {
        if self.is_plain { number.to_string() } else { number::count(number.unsigned_abs()) }
    }

    /// A number with fractions.
    pub fn decimal(self, number: f64, decimals: usize) -> String {
        if self.is_plain { number.to_string() } else { number::decimal(number, decimals) }
    }

    /// A probability.
    pub fn share(self, share: f64) -> String {
        if self.is_plain { share.to_string() } else { number::percent(share) }
    }

    /// An amount; nothing for an absent one.
    pub fn amount(self, amount: Option<&Money>) -> String {
        if self.is_plain { plain(amount) } else { money(amount) }
    }
}

/// Fields with their values, in order; what has no value is left out.
#[derive(Debug)]
pub struct Fields {
    writing: Writing,
    fields: Vec<(String, String)>,
}

impl Fields {
    /// None yet.
    pub fn new(writing: Writing) -> Self {
        Self { writing, fields: Vec::new() }
    }

    /// One more, unless it has no value.
    pub fn field(&mut self, name: &str, value: String) {
        if !value.is_empty() {
            self.fields.push((name.to_owned(), value));
        }
    }

    /// An interval: `low to high` for a person, a field for each end for a spreadsheet.
    pub fn interval(&mut self, name: &str, interval: Option<&ValueInterval>, decimals: usize) {
        let Some(interval) = interval else { return };
        let write = |end: f64| self.writing.decimal(end, decimals);
        let (low, high) = (write(interval.low), interval.high.map(write).unwrap_or_default());
        self.ends(name, low, high);
    }

    /// The same of money.
    pub fn money_interval(&mut self, name: &str, interval: Option<&MoneyInterval>) {
        let Some(interval) = interval else { return };
        let write = |end: Option<&Money>| self.writing.amount(end);
        let (low, high) = (write(interval.low.as_ref()), write(interval.high.as_ref()));
        self.ends(name, low, high);
    }

    fn ends(&mut self, name: &str, low: String, high: String) {
        if self.writing.is_plain {
            self.field(&format!("{name}_low"), low);
            self.field(&format!("{name}_high"), high);
        } else {
            let high = if high.is_empty() { "no limit" } else { &high };
            self.field(&format!("{name}_interval"), format!("{low} to {high}"));
        }
    }

    /// As a table.
    pub fn table(self) -> Table {
        let mut table = Table::new([Column::text("field"), Column::text("value")]);
        for (name, value) in self.fields {
            table.row([name, value]);
        }
        table
    }
}

/// The score.
pub fn score(score: &Score, fields: &mut Fields) {
    let writing = fields.writing;
    let rfm = score.rfm.clone().unwrap_or_default();
    let purchases = score.purchases.clone().unwrap_or_default();
    fields.field("as_of_date", date(score.as_of_date.as_ref()));
    fields.field("rank", writing.count(score.rank));
    fields.field("tier", score.tier.clone());
    fields.field("candidate_tier", score.candidate_tier.clone());
    fields.field("index", score.index.map(|index| writing.decimal(index, 1)).unwrap_or_default());
    fields.field("stage", stage(score.stage()));
    fields.field("rfm", format!("{} {}", rfm.code, rfm.segment));
    fields.field("purchases", writing.count(purchases.frequency + 1));
    fields.field("last_purchase_date", date(purchases.last_purchase_date.as_ref()));
    if writing.is_plain {
        fields.field("currency", currency(purchases.total_revenue.as_ref()));
    }
    fields.field("total_revenue", writing.amount(purchases.total_revenue.as_ref()));
    fields.field("p_alive", writing.decimal(score.p_alive, 3));
    fields.field("expected_purchases", writing.decimal(score.expected_purchases, 2));
    fields.field("expected_spend", writing.amount(score.expected_spend.as_ref()));
    fields.field("clv", writing.amount(score.clv.as_ref()));
}

/// How far the score may be off, and when the next purchase comes.
pub fn forecast(forecast: &ScoreForecast, fields: &mut Fields) {
    let writing = fields.writing;
    fields.field("interval_level", writing.share(forecast.interval_level));
    fields.interval("p_alive", forecast.p_alive_interval.as_ref(), 3);
    fields.interval("expected_purchases", forecast.expected_purchases_interval.as_ref(), 2);
    fields.money_interval("expected_spend", forecast.expected_spend_interval.as_ref());
    fields.money_interval("clv", forecast.clv_interval.as_ref());
    fields.field("no_intervals_reason", forecast.no_intervals_reason.clone());
    fields.field("purchase_probability", writing.share(forecast.purchase_probability));
    fields.field("ever_purchase_probability", writing.share(forecast.ever_purchase_probability));
    for counted in &forecast.purchase_count_probabilities {
        let name = format!("purchases_{}_or_more", counted.min_purchases);
        fields.field(&name, writing.share(counted.probability));
    }
    for next in &forecast.next_purchases {
        next_purchase(next, fields);
    }
    fields.field(
        "median_wait_days",
        forecast.median_wait_days.map(|days| writing.count(days.into())).unwrap_or_default(),
    );
    fields.field("median_wait_date", date(forecast.median_wait_date.as_ref()));
}

/// By when the next purchase has come with a probability.
pub fn next_purchase(next: &clientele_proto::value::v1::NextPurchase, fields: &mut Fields) {
    let name = format!("next_purchase_{:.0}", next.probability * 100.0);
    let days = next.days.map(|days| fields.writing.count(days.into()));
    let by = date(next.by_date.as_ref());
    if fields.writing.is_plain {
        fields.field(&format!("{name}_days"), days.unwrap_or_default());
        fields.field(&format!("{name}_date"), by);
        return;
    }
    let told = match days {
        Some(days) if by.is_empty() => format!("within {days} days"),
        Some(days) => format!("by {by}, within {days} days"),
        None => next.absent_reason.clone(),
    };
    fields.field(&name, told);
}

fn stage(stage: LifecycleStage) -> String {
    match stage {
        LifecycleStage::Unspecified => String::new(),
        stage => stage.as_str_name().trim_start_matches("LIFECYCLE_STAGE_").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Date,
        value::v1::{NextPurchase, PurchaseCountProbability},
    };

    use super::*;

    fn euros(units: i64) -> Money {
        Money { currency_code: "EUR".into(), units, nanos: 500_000_000 }
    }

    fn told() -> ScoreForecast {
        ScoreForecast {
            interval_level: 0.95,
            p_alive_interval: Some(ValueInterval { low: 0.912_345, high: Some(0.987_654) }),
            clv_interval: Some(MoneyInterval { low: Some(euros(1_000)), high: None }),
            purchase_probability: 0.5,
            purchase_count_probabilities: vec![PurchaseCountProbability { min_purchases: 2, probability: 0.25 }],
            next_purchases: vec![
                NextPurchase {
                    probability: 0.5,
                    days: Some(1_234),
                    by_date: Some(Date { year: 2001, month: 2, day: 3 }),
                    ..NextPurchase::default()
                },
                NextPurchase { probability: 0.95, absent_reason: "too rarely".into(), ..NextPurchase::default() },
            ],
            ..ScoreForecast::default()
        }
    }

    fn lines(writing: Writing) -> String {
        let mut fields = Fields::new(writing);
        forecast(&told(), &mut fields);
        fields.table().csv()
    }

    #[test]
    fn a_person_sees_intervals_as_they_are_spoken_of() {
        let lines = lines(Writing::ROUNDED);
        for line in [
            "p_alive_interval,0.912 to 0.988",
            "clv_interval,\"EUR 1,000.50 to no limit\"",
            "purchases_2_or_more,25.0 %",
            "next_purchase_50,\"by 2001-02-03, within 1,234 days\"",
            "next_purchase_95,too rarely",
        ] {
            assert!(lines.lines().any(|it| it == line), "{line} is missing in\n{lines}");
        }
    }

    #[test]
    fn a_spreadsheet_has_a_field_for_each_end() {
        let lines = lines(Writing::PLAIN);
        for line in [
            "p_alive_low,0.912345",
            "p_alive_high,0.987654",
            "clv_low,1000.50",
            "next_purchase_50_days,1234",
            "next_purchase_50_date,2001-02-03",
        ] {
            assert!(lines.lines().any(|it| it == line), "{line} is missing in\n{lines}");
        }
        assert!(!lines.contains("clv_high") && !lines.contains("next_purchase_95"), "{lines}");
    }
}
