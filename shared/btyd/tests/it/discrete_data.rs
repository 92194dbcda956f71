//! The published data of the discrete-time models, and a simulator that knows the models' stories and none of their formulas.

use btyd::{BgBbParameters, Cell, SbgParameters};

fn rows(file: &str) -> Vec<Vec<f64>> {
    let path = format!("{}/../../tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(|it| it.parse().unwrap()).collect()).collect()
}

/// Survivors by year, from the start: "high_end" or "regular".
pub fn survivors(segment: &str) -> Vec<f64> {
    rows(&format!("survivors_{segment}.csv")).iter().map(|row| row[1]).collect()
}

/// The donors of 1995.
pub fn donors() -> Vec<Cell> {
    let cell = |row: &Vec<f64>| Cell {
        frequency: row[0] as u32,
        recency: row[1] as u32,
        opportunities: row[2] as u32,
        customers: row[3] as u64,
    };
    rows("donations.csv").iter().map(cell).collect()
}

/// The SplitMix64 generator (Steele, Lea, Flood 2014).
pub struct Random(pub u64);

impl Random {
    /// Uniform in (0, 1).
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + f64::EPSILON / 4.0
    }

    /// From Beta(a, b) (Jöhnk 1964).
    fn beta(&mut self, a: f64, b: f64) -> f64 {
        loop {
            let (x, y) = (self.unit().powf(1.0 / a), self.unit().powf(1.0 / b));
            if x + y <= 1.0 && x + y > 0.0 {
                return x / (x + y);
            }
        }
    }
}

/// The survivors of a simulated cohort.
pub fn simulate_cohort(parameters: SbgParameters, customers: usize, periods: usize, random: &mut Random) -> Vec<f64> {
    let mut survivors = vec![0.0; periods + 1];
    for _ in 0..customers {
        let churn = random.beta(parameters.alpha, parameters.beta);
        survivors[0] += 1.0;
        for still_there in &mut survivors[1..] {
            if random.unit() < churn {
                break;
            }
            *still_there += 1.0;
        }
    }
    survivors
}

/// Simulated customers, each with 3 to `opportunities` opportunities.
pub fn simulate_buyers(
    parameters: BgBbParameters,
    customers: u32,
    opportunities: u32,
    random: &mut Random,
) -> Vec<Cell> {
    let one = |customer: u32| {
        let buys = random.beta(parameters.alpha, parameters.beta);
        let drops_out = random.beta(parameters.gamma, parameters.delta);
        let opportunities = 3 + customer % (opportunities - 2);
        let mut cell = Cell { frequency: 0, recency: 0, opportunities, customers: 1 };
        for opportunity in 1..=opportunities {
            if random.unit() < drops_out {
                break;
            }
            if random.unit() < buys {
                cell.frequency += 1;
                cell.recency = opportunity;
            }
        }
        cell
    };
    (0..customers).map(one).collect()
}
