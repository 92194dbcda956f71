//! Any transaction model by its name in the fixtures: `bg`, `mbg`, `pareto`, and `cnbd` with its k.

use btyd::{BgNbd, DropoutParameters, MbgCnbd, MbgNbd, ParetoNbd, ParetoParameters, TransactionModel};
use proptest::prelude::*;

pub fn model(name: &str, [one, two, three, four]: [f64; 4]) -> TransactionModel {
    let dropout = DropoutParameters { r: one, alpha: two, a: three, b: four };
    if let Some(k) = name.strip_prefix("cnbd") {
        return MbgCnbd::new(k.parse().unwrap(), dropout).unwrap().into();
    }
    match name {
        "bg" => BgNbd::new(dropout).unwrap().into(),
        "mbg" => MbgNbd::new(dropout).unwrap().into(),
        _ => ParetoNbd::new(ParetoParameters { r: one, alpha: two, s: three, beta: four }).unwrap().into(),
    }
}

/// Any model, log-uniform in 1e-3 to 1e3.
pub fn models() -> impl Strategy<Value = TransactionModel> {
    let names = vec!["bg", "mbg", "pareto", "cnbd1", "cnbd2", "cnbd3", "cnbd7", "cnbd12"];
    (prop::sample::select(names), parameters()).prop_map(|(name, parameters)| model(name, parameters))
}

/// Four parameters, log-uniform in 1e-3 to 1e3.
pub fn parameters() -> impl Strategy<Value = [f64; 4]> {
    prop::array::uniform4((-3.0..3.0_f64).prop_map(|power| 10.0_f64.powf(power)))
}
