//! What people and other systems know of a customer that its purchases do not tell.

use jiff::civil::Date;

use super::{money::Amount, needs::DeclaredNeed};

/// The signals of a customer; what is `None` is not known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccountSignals {
    /// What it spends a year, with us and others; more than zero.
    pub yearly_wallet: Option<Amount>,
    /// 0 to 100.
    pub strategic_fit: Option<f64>,
    /// 0 to 10.
    pub nps: Option<f64>,
    /// 1 to 5.
    pub csat: Option<f64>,
    /// Complaints that are open.
    pub open_complaints: Option<i32>,
    /// Day of the last interaction.
    pub last_interaction_date: Option<Date>,
    /// Whether we may do business with it.
    pub qualified: Option<bool>,
    /// How it was won.
    pub acquisition_channel: Option<String>,
    /// What it says it needs; empty where it has said nothing.
    pub declared_needs: Vec<DeclaredNeed>,
    /// Mean days from one interaction to the next; more than zero.
    pub interaction_interval_days: Option<f64>,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// [`AccountSignals::yearly_wallet`].
    YearlyWallet,
    /// [`AccountSignals::strategic_fit`].
    StrategicFit,
    /// [`AccountSignals::nps`].
    Nps,
    /// [`AccountSignals::csat`].
    Csat,
    /// [`AccountSignals::open_complaints`].
    OpenComplaints,
    /// [`AccountSignals::last_interaction_date`].
    LastInteractionDate,
    /// [`AccountSignals::qualified`].
    QualificationStatus,
    /// [`AccountSignals::acquisition_channel`].
    AcquisitionChannel,
    /// [`AccountSignals::declared_needs`].
    DeclaredNeeds,
    /// [`AccountSignals::interaction_interval_days`].
    InteractionIntervalDays,
}

impl Signal {
    /// All of them with their names in a mask.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::YearlyWallet, "yearly_wallet"),
        (Self::StrategicFit, "strategic_fit"),
        (Self::Nps, "nps"),
        (Self::Csat, "csat"),
        (Self::OpenComplaints, "open_complaints"),
        (Self::LastInteractionDate, "last_interaction_date"),
        (Self::QualificationStatus, "qualification_status"),
        (Self::AcquisitionChannel, "acquisition_channel"),
        (Self::DeclaredNeeds, "declared_needs"),
        (Self::InteractionIntervalDays, "interaction_interval_days"),
    ];
}

impl AccountSignals {
    /// The signals that are known.
    pub fn known(&self) -> Vec<Signal> {
        let known = [
            self.yearly_wallet.is_some(),
            self.strategic_fit.is_some(),
            self.nps.is_some(),
            self.csat.is_some(),
            self.open_complaints.is_some(),
            self.last_interaction_date.is_some(),
            self.qualified.is_some(),
            self.acquisition_channel.is_some(),
            !self.declared_needs.is_empty(),
            self.interaction_interval_days.is_some(),
        ];
        Signal::ALL.iter().zip(known).filter_map(|((signal, _), known)| known.then_some(*signal)).collect()
    }

    /// Sets those of `which` to what `others` say of them.
    pub fn set(&mut self, which: &[Signal], others: &Self) {
        for signal in which {
            match signal {
                Signal::YearlyWallet => self.yearly_wallet = others.yearly_wallet,
                Signal::StrategicFit => self.strategic_fit = others.strategic_fit,
                Signal::Nps => self.nps = others.nps,
                Signal::Csat => self.csat = others.csat,
                Signal::OpenComplaints => self.open_complaints = others.open_complaints,
                Signal::LastInteractionDate => self.last_interaction_date = others.last_interaction_date,
                Signal::QualificationStatus => self.qualified = others.qualified,
                Signal::AcquisitionChannel => self.acquisition_channel.clone_from(&others.acquisition_channel),
                Signal::DeclaredNeeds => self.declared_needs.clone_from(&others.declared_needs),
                Signal::InteractionIntervalDays => self.interaction_interval_days = others.interaction_interval_days,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_signals_named_are_set_also_to_not_known() {
        let mut signals = AccountSignals { nps: Some(3.0), csat: Some(4.0), ..AccountSignals::default() };
        let others = AccountSignals {
            nps: Some(9.0),
            qualified: Some(true),
            acquisition_channel: Some("fair".into()),
            interaction_interval_days: Some(14.0),
            ..AccountSignals::default()
        };
        signals.set(&[Signal::Nps, Signal::Csat], &others);
        assert_eq!(signals, AccountSignals { nps: Some(9.0), ..AccountSignals::default() });
        signals.set(&others.known(), &others);
        assert_eq!(signals, others);
    }
}
