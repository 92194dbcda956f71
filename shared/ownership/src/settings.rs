//! What the law in question says.

use jiff::civil::Date;

use crate::InterestType;

/// From which share on a person is a beneficial owner, a fraction of 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Threshold {
    /// This much or more: EU regulation 2024/1624, article 52, `25 % or more`.
    AtLeast(f64),
    /// More than this: EU directive 2015/849, article 3 (6), `more than 25 %`.
    MoreThan(f64),
}

/// Below this difference two shares are the same: what rounding of percentages and sums leaves.
pub(crate) const TOLERANCE: f64 = 1e-9;

impl Threshold {
    /// A share with this bound below it meets the threshold. `exclusive`: the share is above the bound, not at it.
    pub(crate) fn is_met(self, share: f64, exclusive: bool) -> bool {
        match self {
            Self::AtLeast(threshold) => share >= threshold - TOLERANCE,
            Self::MoreThan(threshold) => share > threshold + TOLERANCE || (exclusive && share >= threshold - TOLERANCE),
        }
    }

    /// A share that is at most this can meet the threshold. `exclusive`: the share is below, not at it.
    pub(crate) fn can_be_met(self, share: f64, exclusive: bool) -> bool {
        match self {
            Self::AtLeast(threshold) => {
                share >= threshold - TOLERANCE && !(exclusive && share <= threshold + TOLERANCE)
            }
            Self::MoreThan(threshold) => share > threshold + TOLERANCE,
        }
    }

    fn share(self) -> f64 {
        match self {
            Self::AtLeast(share) | Self::MoreThan(share) => share,
        }
    }
}

/// How much is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Chains listed of one person and right.
    pub chains_per_person: usize,
    /// Chains looked at in all. Shares do not depend on it.
    pub chains_searched: usize,
}

/// What the law in question says, and the day that is asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Interests that hold on this day count.
    pub as_of: Date,
    /// From which share on.
    pub threshold: Threshold,
    /// Interests that give control by themselves, whatever their share.
    pub control: Vec<InterestType>,
    /// Where no votes of an entity are stated, they are as its shares.
    pub votes_follow_shares: bool,
    /// How much is listed.
    pub limits: Limits,
}

/// Settings that make no sense.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// A threshold that is no share.
    #[error("threshold is {0}: it is a fraction above 0 and below 1")]
    Threshold(f64),
}

impl Settings {
    /// 25 % or more, votes as shares where they are not stated, and control by appointment of the board, other influence, the articles,
    /// the law, as a party to a trust or as a nominator.
    pub fn new(as_of: Date) -> Self {
        Self {
            as_of,
            threshold: Threshold::AtLeast(0.25),
            control: vec![
                InterestType::AppointmentOfBoard,
                InterestType::OtherInfluenceOrControl,
                InterestType::ControlViaCompanyRulesOrArticles,
                InterestType::ControlByLegalFramework,
                InterestType::Settlor,
                InterestType::Trustee,
                InterestType::Protector,
                InterestType::BeneficiaryOfLegalArrangement,
                InterestType::Nominator,
            ],
            votes_follow_shares: true,
            limits: Limits { chains_per_person: 10, chains_searched: 100_000 },
        }
    }

    /// Another threshold.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Threshold`].
    pub fn with_threshold(self, threshold: Threshold) -> Result<Self, SettingsError> {
        let share = threshold.share();
        if share > 0.0 && share < 1.0 { Ok(Self { threshold, ..self }) } else { Err(SettingsError::Threshold(share)) }
    }
}
