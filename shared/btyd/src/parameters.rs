//! The parameters of the models and the check that they are usable.

/// The four parameters of BG/NBD and MBG/NBD, all positive and finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DropoutParameters {
    /// Shape of the gamma distribution of purchase rates.
    pub r: f64,
    /// Rate of the gamma distribution of purchase rates, in time units.
    pub alpha: f64,
    /// First parameter of the beta distribution of dropout probabilities.
    pub a: f64,
    /// Second parameter of the beta distribution of dropout probabilities.
    pub b: f64,
}

/// The four parameters of Pareto/NBD, all positive and finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoParameters {
    /// Shape of the gamma distribution of purchase rates.
    pub r: f64,
    /// Rate of the gamma distribution of purchase rates, in time units.
    pub alpha: f64,
    /// Shape of the gamma distribution of dropout rates.
    pub s: f64,
    /// Rate of the gamma distribution of dropout rates, in time units.
    pub beta: f64,
}

/// The three parameters of the Gamma-Gamma spend model, all positive and finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendParameters {
    /// Shape of the gamma distribution of one customer's purchase values.
    pub p: f64,
    /// Shape of the gamma distribution, over customers, of the rate of those values.
    pub q: f64,
    /// Rate of that distribution, in money units.
    pub v: f64,
}

/// A parameter no model can work with.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("parameter {name} is {value}: it must be positive and finite")]
pub struct ParameterError {
    /// The parameter's usual name.
    pub name: &'static str,
    /// What was given.
    pub value: f64,
}

pub(crate) fn check_positive(named: &[(&'static str, f64)]) -> Result<(), ParameterError> {
    for &(name, value) in named {
        if !(value.is_finite() && value > 0.0) {
            return Err(ParameterError { name, value });
        }
    }
    Ok(())
}
