//! How customers and sales grow from period to period.

use jiff::civil::Date;

use super::calendar::CalendarUnit;

/// What happened in one period, as it is counted; periods without anything are left out. Money in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// The period's number, see [`number`].
    pub period: i32,
    /// Customers who bought.
    pub buying: i64,
    /// Of them, those who had never bought.
    pub new: i64,
    /// Of them, those who bought in the period before.
    pub kept: i64,
    /// Of them, those who bought on two days or more.
    pub repeating: i64,
    /// Net sales to those who bought.
    pub net: i128,
    /// To those who had never bought.
    pub new_net: i128,
    /// To those who bought in the period before.
    pub kept_net: i128,
    /// To those in the period before.
    pub kept_net_before: i128,
    /// Refunds to customers who bought nothing in the period, as a negative amount.
    pub other_net: i128,
}

/// One period of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// Its first day.
    pub start: Date,
    /// Its last day.
    pub end: Date,
    /// Whether all of its days count.
    pub is_complete: bool,
    /// What was counted.
    pub counted: Counted,
    /// Customers who bought in the period before and not in this one.
    pub lost: i64,
    /// Net sales of the period before to them.
    pub lost_net: i128,
    /// Customers who had bought by its end.
    pub total: i64,
    /// Change of the customers who bought.
    pub customer_growth: Option<f64>,
    /// Change of net sales.
    pub sales_growth: Option<f64>,
    /// Share of the period before that was kept.
    pub retention: Option<f64>,
    /// Share of those who bought that did so on two days or more.
    pub repeat: Option<f64>,
}

impl Counted {
    /// Customers who had bought, but not in the period before.
    pub fn reactivated(&self) -> i64 {
        self.buying - self.new - self.kept
    }

    /// Net sales to them.
    pub fn reactivated_net(&self) -> i128 {
        self.net - self.new_net - self.kept_net
    }

    /// Net sales in all.
    pub fn all_net(&self) -> i128 {
        self.net + self.other_net
    }
}

/// Months in a period.
pub fn months(unit: CalendarUnit) -> i32 {
    match unit {
        CalendarUnit::Month => 1,
        CalendarUnit::Quarter => 3,
        CalendarUnit::Year => 12,
    }
}

/// The number of the period that a day lies in: periods of a unit are numbered without a gap.
pub fn number(unit: CalendarUnit, day: Date) -> i32 {
    (i32::from(day.year()) * 12 + i32::from(day.month()) - 1) / months(unit)
}

/// The periods that begin on `starts`, the last of them that of `until`; `counted` are all there ever were, ascending.
pub fn periods(unit: CalendarUnit, starts: &[Date], until: Date, counted: &[Counted]) -> Vec<Period> {
    let found = |number: i32| {
        let at = counted.binary_search_by_key(&number, |counted| counted.period);
        at.map_or(Counted { period: number, ..Counted::default() }, |at| counted[at])
    };
    let mut total = starts.first().map_or(0, |first| {
        let first = number(unit, *first);
        counted.iter().filter(|counted| counted.period < first).map(|counted| counted.new).sum::<i64>()
    });
    let one = |start: &Date| {
        let (now, before) = (found(number(unit, *start)), found(number(unit, *start) - 1));
        total += now.new;
        let end = last_day(unit, *start);
        Period {
            start: *start,
            end,
            is_complete: end <= until,
            counted: now,
            lost: before.buying - now.kept,
            lost_net: before.net - now.kept_net_before,
            total,
            customer_growth: growth(now.buying.into(), before.buying.into()),
            sales_growth: growth(now.all_net(), before.all_net()),
            retention: share(now.kept, before.buying),
            repeat: share(now.repeating, now.buying),
        }
    };
    starts.iter().map(one).collect()
}

fn last_day(unit: CalendarUnit, start: Date) -> Date {
    let month = start.saturating_add(jiff::Span::new().months(months(unit) - 1));
    month.last_of_month()
}

/// `None` where there was nothing or less to grow from.
fn growth(now: i128, before: i128) -> Option<f64> {
    (before > 0).then(|| now as f64 / before as f64 - 1.0)
}

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// January: ten buy, all new, 100 in all. March: six, of whom one is new; nobody in February.
    fn counted() -> Vec<Counted> {
        let january = number(CalendarUnit::Month, date(2024, 1, 15));
        vec![
            Counted {
                period: january,
                buying: 10,
                new: 10,
                repeating: 4,
                net: 100,
                new_net: 100,
                ..Counted::default()
            },
            Counted {
                period: january + 2,
                buying: 6,
                new: 1,
                net: 90,
                new_net: 10,
                other_net: -5,
                ..Counted::default()
            },
            Counted {
                period: january + 3,
                buying: 8,
                new: 2,
                kept: 3,
                net: 170,
                new_net: 20,
                kept_net: 60,
                kept_net_before: 50,
                ..Counted::default()
            },
        ]
    }

    fn months_until(first: Date, until: Date) -> Vec<Period> {
        periods(CalendarUnit::Month, &CalendarUnit::Month.starts(first, until), until, &counted())
    }

    #[test]
    fn who_bought_before_is_kept_or_lost_and_who_buys_is_new_kept_or_back() {
        let periods = months_until(date(2024, 1, 1), date(2024, 4, 29));
        let lost: Vec<_> = periods.iter().map(|period| (period.counted.buying, period.lost, period.total)).collect();
        assert_eq!(lost, [(10, 0, 10), (0, 10, 10), (6, 0, 11), (8, 3, 13)]);
        let back: Vec<_> = periods.iter().map(|period| period.counted.reactivated()).collect();
        assert_eq!(back, [0, 0, 5, 3]);
        // Of the 90 of March 50 came from those kept.
        assert_eq!((periods[3].lost_net, periods[3].counted.reactivated_net()), (40, 90));
        assert_eq!(periods[1].lost_net, 100);
    }

    #[test]
    fn rates_are_shares_of_the_period_before_and_absent_without_one() {
        let periods = months_until(date(2024, 1, 1), date(2024, 4, 30));
        let customers: Vec<_> = periods.iter().map(|period| period.customer_growth).collect();
        assert_eq!(customers, [None, Some(-1.0), None, Some(8.0 / 6.0 - 1.0)]);
        assert_eq!(periods[3].sales_growth, Some(170.0 / 85.0 - 1.0));
        assert_eq!(
            periods.iter().map(|period| period.retention).collect::<Vec<_>>(),
            [None, Some(0.0), None, Some(0.5)]
        );
        assert_eq!((periods[0].repeat, periods[1].repeat), (Some(0.4), None));
    }

    #[test]
    fn customers_of_before_the_first_period_are_in_its_total() {
        let periods = months_until(date(2024, 3, 1), date(2024, 4, 30));
        assert_eq!(periods.iter().map(|period| period.total).collect::<Vec<_>>(), [11, 13]);
        assert_eq!(periods[0].lost, 0);
    }

    #[test]
    fn a_period_is_complete_on_its_last_day() {
        let last = |until| months_until(date(2024, 1, 1), until).last().map(|period| (period.end, period.is_complete));
        assert_eq!(last(date(2024, 2, 28)), Some((date(2024, 2, 29), false)));
        assert_eq!(last(date(2024, 2, 29)), Some((date(2024, 2, 29), true)));
        let starts = [date(2023, 10, 1)];
        let quarter = &periods(CalendarUnit::Quarter, &starts, date(2023, 12, 31), &[])[0];
        assert_eq!((quarter.end, quarter.is_complete), (date(2023, 12, 31), true));
    }

    #[test]
    fn periods_are_numbered_without_a_gap() {
        for unit in CalendarUnit::ALL {
            let starts = unit.starts(date(1999, 5, 5), date(2003, 5, 5));
            let numbers: Vec<_> = starts.iter().map(|start| number(unit, *start)).collect();
            assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{unit:?}: {numbers:?}");
        }
    }
}
