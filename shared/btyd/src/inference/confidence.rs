//! Levels of confidence and the intervals they give.

/// How often intervals are to hold what they are about: in a share `level` of all samples that might have been drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    level: f64,
    deviations: f64,
}

/// A level that is no share.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a confidence level of {level}: it must be above 0 and below 1")]
pub struct ConfidenceError {
    /// What was given.
    pub level: f64,
}

/// A value with its confidence interval; `low` <= `value` <= `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// At the most likely parameters.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval; infinite where the data tell next to nothing.
    pub high: f64,
}

/// A probability so near to 1 has kept too few digits of its complement to tell how that varies.
const CERTAIN: f64 = 1e-9;

impl Confidence {
    /// The usual 95 %.
    pub const USUAL: Self = Self { level: 0.95, deviations: 1.959_963_984_540_054 };

    /// A confidence of `level`: 0.9 for ninety per cent.
    ///
    /// # Errors
    ///
    /// [`ConfidenceError`] unless 0 < `level` < 1.
    pub fn new(level: f64) -> Result<Self, ConfidenceError> {
        if level > 0.0 && level < 1.0 {
            return Ok(Self { level, deviations: normal_deviate(level) });
        }
        Err(ConfidenceError { level })
    }

    /// The share of intervals that hold the truth.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// How many standard deviations an interval goes to either side.
    pub fn deviations(&self) -> f64 {
        self.deviations
    }
}

impl Estimate {
    /// A value that does not vary.
    pub(crate) fn certain(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    /// A value of any sign, with an interval symmetric about it.
    pub(crate) fn of_any_sign(value: f64, standard_error: f64, confidence: Confidence) -> Self {
        let either_side = confidence.deviations * standard_error;
        Self { value, low: value - either_side, high: value + either_side }
    }

    /// A positive value, with an interval symmetric about its logarithm.
    pub(crate) fn positive(value: f64, standard_error_of_log: f64, confidence: Confidence) -> Self {
        let factor = (confidence.deviations * standard_error_of_log).exp();
        if value <= 0.0 || factor.is_nan() {
            return Self::certain(value);
        }
        Self { value, low: value / factor, high: value * factor }
    }

    /// A probability, with an interval symmetric about its log-odds.
    pub(crate) fn probability(value: f64, standard_error_of_log_odds: f64, confidence: Confidence) -> Self {
        let factor = (confidence.deviations * standard_error_of_log_odds).exp();
        if value <= 0.0 || 1.0 - value < CERTAIN || factor.is_nan() {
            return Self::certain(value);
        }
        let gone = 1.0 - value;
        let at = |factor: f64| value / (value + gone * factor);
        Self { value, low: at(factor).min(value), high: at(1.0 / factor).max(value) }
    }

    /// The same estimate in units of `unit`, which may be negative.
    pub(crate) fn times(self, unit: f64) -> Self {
        let [value, low, high] = [self.value, self.low, self.high].map(|it| it * unit);
        Self { value, low: low.min(high), high: low.max(high) }
    }
}

/// z with P(|Z| < z) = `level` for a standard normal Z, to 1e-15 relative: Wichura 1988, "Algorithm AS 241: The percentage points of the
/// normal distribution", Applied Statistics 37, at (1 + level)/2.
fn normal_deviate(level: f64) -> f64 {
    let q = 0.5 * level;
    if q <= 0.425 {
        return q * ratio(0.180_625 - q * q, &CENTRE);
    }
    let r = (-(0.5 * (1.0 - level)).ln()).sqrt();
    if r <= 5.0 { ratio(r - 1.6, &SIDE) } else { ratio(r - 5.0, &TAIL) }
}

/// A ratio of two polynomials of degree 7.
fn ratio(x: f64, [numerator, denominator]: &[[f64; 8]; 2]) -> f64 {
    let polynomial = |terms: &[f64; 8]| terms.iter().rev().fold(0.0, |sum, term| sum * x + term);
    polynomial(numerator) / polynomial(denominator)
}

const CENTRE: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];

const SIDE: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

const TAIL: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviates_are_those_of_the_normal_distribution() {
        // 2^(1/2) erfinv(level) by mpmath with 40 digits.
        for (level, deviate) in [
            (1e-6, 1.253_314_137_315_828_3e-6),
            (0.5, 0.674_489_750_196_081_7),
            (0.8, 1.281_551_565_544_600_6),
            (0.9, 1.644_853_626_951_472_8),
            (0.95, 1.959_963_984_540_054),
            (0.99, 2.575_829_303_548_900_5),
            (1.0 - 1e-12, 7.130_509_892_879_272),
        ] {
            let got = Confidence::new(level).unwrap().deviations();
            assert!((got - deviate).abs() <= 4e-15 * deviate, "{level}: {got} is not {deviate}");
        }
        assert!((Confidence::new(0.95).unwrap().deviations() - Confidence::USUAL.deviations()).abs() < 1e-15);
    }

    #[test]
    fn a_level_that_is_no_share_is_refused() {
        for level in [0.0, 1.0, -0.5, 95.0, f64::NAN] {
            assert!(Confidence::new(level).is_err());
        }
    }
}
