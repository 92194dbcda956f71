"""Writes shop.csv: a made-up shop with a fixed seed. See README.md."""

import csv
import random
from datetime import date, timedelta

random.seed(20240229)
CATEGORIES = ["Pumps", "Hoses", "Valves", "Tools", "Paint", "Garden", "Light", ""]
# Five products of each category, each dearer than the one before; some are far more popular than others.
PRODUCTS = [
    (f"{chr(65 + c)}{n}", category, 400 * (c + 1) + 300 * n, 1.0 / (1 + (3 * c + 2 * n) % 7))
    for c, category in enumerate(CATEGORIES)
    for n in range(1, 6)
]
BY_KEY = {key: (category, price) for key, category, price, _ in PRODUCTS}
# Who has the first comes to the second later, and these lie in one basket.
FOLLOW = {"A1": ("A3", 0.25), "A2": ("B1", 0.3), "C1": ("D2", 0.35), "E1": ("E2", 0.3), "F2": ("G1", 0.2), "B2": ("B4", 0.25)}
TOGETHER = {"A1": ("B1", 0.5), "C2": ("C3", 0.35), "D1": ("H1", 0.4), "F1": ("F3", 0.3)}

lines = []
number = 0
for customer in range(1, 461):
    day = date(2023, 1, 1) + timedelta(days=random.randrange(400))
    has = set()
    for _ in range(1 + min(int(random.expovariate(0.35)), 11)):
        number += 1
        basket = {}
        for _ in range(1 + min(int(random.expovariate(0.8)), 5)):
            key = random.choices(PRODUCTS, weights=[weight for *_, weight in PRODUCTS])[0][0]
            basket[key] = random.randrange(1, 4)
        for first in sorted(has):
            if first in FOLLOW and random.random() < FOLLOW[first][1]:
                basket[FOLLOW[first][0]] = 1
        for first in sorted(basket):
            if first in TOGETHER and random.random() < TOGETHER[first][1]:
                basket[TOGETHER[first][0]] = 1
        kept = {}
        for key, quantity in basket.items():
            category, price = BY_KEY[key]
            lines.append((f"T{number}", "purchase", "", f"C{customer}", day, key, category, quantity, price * quantity))
            kept[key] = (quantity, price * quantity)
        has |= set(basket)
        # Now and then something comes back: wholly or in part, with the purchase named or not.
        if random.random() < 0.12:
            key = random.choice(sorted(kept))
            quantity, amount = kept[key]
            part = random.choice([1.0, 1.0, 0.5])
            named = f"T{number}" if random.random() < 0.7 else ""
            back = day + timedelta(days=random.randrange(1, 20))
            category, _ = BY_KEY[key]
            lines.append((f"R{number}", "refund", named, f"C{customer}", back, key, category, "", int(amount * part)))
        day += timedelta(days=1 + int(random.expovariate(1 / 35)))
        if day > date(2024, 12, 31):
            break

with open("shop.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["transaction", "kind", "refunded", "customer", "day", "product", "category", "quantity", "cents"])
    writer.writerows(lines)
