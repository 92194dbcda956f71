//! Customer value: what are they worth, and what will they be?
