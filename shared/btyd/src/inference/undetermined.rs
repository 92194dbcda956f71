//! Why a fit has no standard errors, and what to do about it.

/// What keeps the parameters of a fit from having a covariance. Expectations may hold all the same.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Undetermined {
    /// The search stopped before the gradient vanished.
    #[error("the search ended before the maximum: standard errors are told by the curvature there")]
    NotConverged,
    /// A parameter ran away because the likelihood hardly changes beyond the value given.
    #[error(
        "the data do not determine {name} (it ran to {value:.3e}): take more customers or a longer history, or a model without it"
    )]
    AtBound {
        /// The parameter's usual name, or a sum of two.
        name: &'static str,
        /// Where it ended.
        value: f64,
    },
    /// The information is not positive definite.
    #[error(
        "the data do not determine {name}: the likelihood stays as it is when the other parameters make up for a change of it; take more \
         customers or a longer history"
    )]
    Flat {
        /// The parameter's usual name.
        name: &'static str,
    },
    /// The likelihood of the data given is not at a maximum.
    #[error("the likelihood of these data still rises with another {name}: they are not the data that were fitted")]
    NotAtMaximum {
        /// The parameter farthest from its maximum.
        name: &'static str,
    },
}
