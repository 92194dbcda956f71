"""Writes cross_sell.csv, bundles.csv and up_sell.csv from shop.csv with mlxtend, scipy and pandas. See README.md."""

import itertools

import pandas as pd
from mlxtend.frequent_patterns import apriori, association_rules
from scipy.stats import binomtest, false_discovery_control, hypergeom

LEAST = 5
FIRST, LAST = pd.Timestamp("2023-01-02"), pd.Timestamp("2024-12-31")

shop = pd.read_csv("shop.csv", keep_default_na=False, parse_dates=["day"])
days = shop[shop.kind == "purchase"].drop_duplicates("transaction").set_index("transaction").day
shop = shop[(shop.day >= FIRST) & (shop.day <= LAST)].copy()
shop["basket"] = shop.refunded.where(shop.refunded != "", shop.transaction)
shop["bought"] = [days.get(basket, day) for basket, day in zip(shop.basket, shop.day)]
shop = shop[shop.bought >= FIRST]
shop["net"] = shop.cents.where(shop.kind == "purchase", -shop.cents)


def held(level):
    """What each basket and each customer holds, net of refunds, and when first."""
    lines = shop[shop[level] != ""]
    baskets = lines.groupby(["customer", "basket", level]).agg(net=("net", "sum"), day=("bought", "min")).reset_index()
    customers = baskets.groupby(["customer", level]).net.sum()
    customers = set(customers[customers > 0].index)
    baskets = baskets[baskets.net > 0]
    firsts = baskets.groupby(["customer", level]).day.min()
    return baskets, {pair: firsts[pair] for pair in firsts.index if pair in customers}


def table(pairs):
    """One row for each group, one column for each item."""
    frame = pd.DataFrame(pairs, columns=["group", "item"])
    return pd.crosstab(frame.group, frame.item).astype(bool)


def rules(holds, frequent, tests):
    """Every figure of every pair that is found together more often than by chance, both ways."""
    total = len(holds)
    holds = holds[frequent]
    found = association_rules(apriori(holds, min_support=1e-9, use_colnames=True, max_len=2), metric="support", min_threshold=1e-9)
    rows = []
    for rule in found.itertuples():
        (a,), (c,) = rule.antecedents, rule.consequents
        both = int((holds[a] & holds[c]).sum())
        if both < LEAST or rule.lift <= 1:
            continue
        # P(X >= both): the one-sided test of Fisher.
        p = hypergeom.sf(both - 1, total, int(holds[c].sum()), int(holds[a].sum()))
        rows.append([a, c, total, int(holds[a].sum()), int(holds[c].sum()), both, rule.support, rule.confidence, rule.lift, rule.leverage, rule.conviction, p])
    names = ["antecedent", "consequent", "all", "antecedent_count", "consequent_count", "both_count", "support", "confidence", "lift", "leverage", "conviction", "p_value"]
    rows = pd.DataFrame(rows, columns=names)
    one_way = rows[rows.antecedent < rows.consequent].copy()
    corrected = false_discovery_control(list(one_way.p_value) + [1.0] * (tests - len(one_way)))[: len(one_way)]
    corrected = {frozenset(pair): rate for pair, rate in zip(zip(one_way.antecedent, one_way.consequent), corrected)}
    rows["false_discovery_rate"] = [corrected[frozenset(pair)] for pair in zip(rows.antecedent, rows.consequent)]
    return rows


def order(firsts, a, c):
    """Followers, precursors and the median lag (the lesser of the two in the middle)."""
    customers = {customer for customer, item in firsts if item == a} & {customer for customer, item in firsts if item == c}
    lags = sorted((firsts[customer, c] - firsts[customer, a]).days for customer in customers)
    later = [lag for lag in lags if lag > 0]
    return len(later), sum(lag < 0 for lag in lags), later[(len(later) - 1) // 2] if later else ""


cross, bundles, up = [], [], []
for level in ["product", "category"]:
    baskets, firsts = held(level)
    customers = table(list(firsts))
    frequent = sorted(item for item in customers if customers[item].sum() >= LEAST)
    tests = len(frequent) * (len(frequent) - 1) // 2
    found = rules(customers, frequent, tests)
    found[["followers", "precursors", "median_days"]] = [order(firsts, a, c) for a, c in zip(found.antecedent, found.consequent)]
    cross.append(found.assign(level=level))
    bundles.append(rules(table(list(zip(baskets.basket, baskets[level]))), frequent, tests).assign(level=level))
    if level == "product":
        sold = shop[shop.kind == "purchase"]
        prices = sold.groupby("product").cents.sum() / sold.groupby("product").quantity.apply(lambda counts: counts.astype(int).sum())
        categories = sold.groupby("product").category.first()
        pairs = [
            (a, c)
            for a, c in itertools.permutations(frequent, 2)
            if categories[a] == categories[c] != "" and prices[c] >= 1.1 * prices[a]
        ]
        for a, c in pairs:
            rose, fell, lag = order(firsts, a, c)
            if rose >= LEAST and rose > fell:
                up.append([a, c, rose, fell, lag, binomtest(rose, rose + fell, alternative="greater").pvalue])
        rates = false_discovery_control([row[-1] for row in up] + [1.0] * (len(pairs) - len(up)))
        up = [row + [rate] for row, rate in zip(up, rates)]

pd.concat(cross).to_csv("cross_sell.csv", index=False, float_format="%.17g")
pd.concat(bundles).to_csv("bundles.csv", index=False, float_format="%.17g")
names = ["antecedent", "consequent", "followers", "precursors", "median_days", "p_value", "false_discovery_rate"]
pd.DataFrame(up, columns=names).to_csv("up_sell.csv", index=False, float_format="%.17g")
