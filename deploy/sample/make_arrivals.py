#!/usr/bin/env python3
"""Makes the sample arrivals beside this file: one made-up Monday of the sample center.

The rate of a queue at a time of the day is its peak rate times a shape: next to nothing at night, a
rise from 07:00 to a first peak at 10:00, a dip at lunch, a second, lower peak at 14:30 and a slow
evening. Each count is a Poisson draw around the rate, from a fixed seed, so that running this again
writes the same files.
"""
import math
import pathlib
import random

SHAPE = [  # hour of the day, share of the peak rate; straight lines in between
    (0, 0.03), (6, 0.03), (7, 0.10), (8, 0.55), (9, 0.90), (10, 1.00), (11, 0.95), (12, 0.65),
    (13, 0.60), (14, 0.85), (14.5, 0.90), (16, 0.75), (17, 0.50), (18, 0.30), (20, 0.15),
    (22, 0.06), (24, 0.03),
]
FILES = [  # name, contacts an hour at the peak, minutes of an interval
    ("phone-nl", 90, 5),
    ("phone-fr", 60, 5),
    ("mail-general", 40, 30),
    ("mail-files", 12, 30),
]


def share(hour):
    for (h0, s0), (h1, s1) in zip(SHAPE, SHAPE[1:]):
        if h0 <= hour <= h1:
            return s0 + (s1 - s0) * (hour - h0) / (h1 - h0)
    raise ValueError(hour)


def poisson(dice, mean):
    """Knuth's product of uniforms; the means here are small."""
    limit, product, count = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count


def main():
    folder = pathlib.Path(__file__).resolve().parent / "arrivals"
    folder.mkdir(exist_ok=True)
    for number, (name, peak, minutes) in enumerate(FILES):
        dice = random.Random(2026 + number)
        lines = ["timestamp,count"]
        for minute in range(0, 24 * 60, minutes):
            rate = peak * share((minute + minutes / 2) / 60)
            count = poisson(dice, rate * minutes / 60)
            lines.append(f"2026-03-02T{minute // 60:02}:{minute % 60:02}:00,{count}")
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
