//! Customer-base models: RFM, BG/NBD, MBG/NBD, Gamma-Gamma.
