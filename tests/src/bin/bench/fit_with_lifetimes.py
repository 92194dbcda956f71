"""Fits models of lifetimes to a file of frequency, recency and age (a row for each customer); prints the seconds that each fit took.

    fit_with_lifetimes.py FILE bg-nbd|pareto-nbd
"""

import sys
import time
import warnings

import pandas
from lifetimes import BetaGeoFitter, ParetoNBDFitter

warnings.filterwarnings("ignore")
path, model = sys.argv[1:]
customers = pandas.read_csv(path, names=["frequency", "recency", "age"])
fitter = {"bg-nbd": BetaGeoFitter, "pareto-nbd": ParetoNBDFitter}[model]()
began = time.perf_counter()
fitter.fit(customers["frequency"], customers["recency"], customers["age"])
print(time.perf_counter() - began)
