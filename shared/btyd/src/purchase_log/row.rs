//! One stored movement of money: 24 bytes, so that ten million of them stay in 250 MB.

/// What a row is, told by [`Row::stamp`]: the day of the refund, or one of the two marks below.
const PURCHASE: i32 = i32::MIN;
const REFUND_OF_UNKNOWN_DAY: i32 = i32::MIN + 1;

/// The earliest day a row can carry; anything earlier is moved here, so that the marks stay free.
const FIRST_DAY: i32 = i32::MIN + 2;

#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub customer: u64,
    /// Never negative; the kind of the row says which way the money went.
    pub amount_minor: i64,
    /// The purchase's day; for a refund of an unknown purchase, the refund's.
    pub day: i32,
    stamp: i32,
}

/// What a row means for the summary.
pub(super) enum Kind {
    Purchase,
    RefundOf { refund_day: i32 },
    RefundOfUnknownDay,
}

impl Row {
    /// A purchase, or, of a negative amount, a refund of an unknown day.
    pub fn purchase(customer: u64, day: i32, amount_minor: i64) -> Self {
        if amount_minor < 0 {
            return Self::refund(customer, day, amount_minor, None);
        }
        Self { customer, amount_minor, day: day.max(FIRST_DAY), stamp: PURCHASE }
    }

    /// A refund, whatever the amount's sign.
    pub fn refund(customer: u64, refund_day: i32, amount_minor: i64, purchase_day: Option<i32>) -> Self {
        let amount_minor = amount_minor.saturating_abs();
        let refund_day = refund_day.max(FIRST_DAY);
        let (day, stamp) = match purchase_day {
            Some(day) => (day.max(FIRST_DAY), refund_day),
            None => (refund_day, REFUND_OF_UNKNOWN_DAY),
        };
        Self { customer, amount_minor, day, stamp }
    }

    pub fn kind(&self) -> Kind {
        match self.stamp {
            PURCHASE => Kind::Purchase,
            REFUND_OF_UNKNOWN_DAY => Kind::RefundOfUnknownDay,
            refund_day => Kind::RefundOf { refund_day },
        }
    }

    pub fn is_purchase(&self) -> bool {
        self.stamp == PURCHASE
    }

    /// Whether everything the row tells had happened by the end of `as_of_day`.
    pub fn known_by(&self, as_of_day: i32) -> bool {
        let refunded = match self.kind() {
            Kind::RefundOf { refund_day } => refund_day <= as_of_day,
            Kind::Purchase | Kind::RefundOfUnknownDay => true,
        };
        refunded && self.day <= as_of_day
    }
}
