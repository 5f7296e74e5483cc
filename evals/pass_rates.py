"""Estimate how often a conversation succeeds, every time, with intervals; and whether two runs differ."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, sqrt

_Z = 1.959964
"""Two-sided 95 % of the normal distribution."""
_EXACT_UP_TO = 16
_DRAWS = 20_000


@dataclass(frozen=True)
class Rate:
    """A share between 0 and 1 with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}–{self.high:.2f}]"


def pass_hat_k(passes: int, trials: int, k: int) -> float:
    """Return the chance that k trials drawn from these all passed: C(passes, k) / C(trials, k).

    The unbiased estimator of pass^k in tau-bench (Yao et al. 2024, arXiv:2406.12045, section 4).
    """
    if not 1 <= k <= trials:
        raise ValueError(f"k is {k}, wanted 1 to {trials}")
    return comb(passes, k) / comb(trials, k)


def pass_rate(outcomes: Sequence[Sequence[bool]], k: int) -> Rate:
    """Return the mean pass^k over conversations, each a list of its trials' outcomes.

    The interval is Wilson's (1927, J. Am. Stat. Assoc. 22) with the conversations as the sample, because trials of one
    conversation are not independent (Miller 2024, arXiv:2411.00640, section 2.2). Values between 0 and 1 vary no more
    than a yes or no with the same mean, so it is wide enough, and it does not shrink to nothing at 0 or 1.
    """
    values = [pass_hat_k(sum(trials), len(trials), k) for trials in outcomes if len(trials) >= k]
    return wilson(sum(values) / len(values), len(values)) if values else Rate(0.0, 0.0, 1.0)


def wilson(share: float, n: int) -> Rate:
    """Return a share of n with Wilson's 95 % score interval."""
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return Rate(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)))


def paired_p_value(differences: Sequence[float]) -> float:
    """Return the two-sided p of a paired permutation test: how often random signs give a sum as far from zero.

    Fisher's randomisation test (The Design of Experiments, 1935, section 21); every sign pattern up to 16 conversations
    that differ, above that 20,000 drawn with a fixed seed. For single trials it is the exact McNemar test.
    """
    unequal = [d for d in differences if d]
    if not unequal:
        return 1.0
    seen = abs(sum(unequal)) - 1e-9
    if len(unequal) <= _EXACT_UP_TO:
        sums = [
            abs(sum(s * d for s, d in zip(signs, unequal, strict=True)))
            for signs in product((1, -1), repeat=len(unequal))
        ]
        return sum(s >= seen for s in sums) / len(sums)
    draw = random.Random(0)
    extreme = sum(abs(sum(d if draw.random() < 0.5 else -d for d in unequal)) >= seen for _ in range(_DRAWS))
    return (extreme + 1) / (_DRAWS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted for being many (Holm 1979, Scand. J. Stat. 6)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, highest = [1.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, p_values[i] * (len(p_values) - rank)))
        adjusted[i] = highest
    return adjusted


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Return Cohen's kappa of two judges (Cohen 1960, Educ. Psychol. Meas. 20): agreement beyond chance, at most 1."""
    n = len(pairs)
    same = sum(a == b for a, b in pairs) / n
    yes_a, yes_b = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    chance = yes_a * yes_b + (1 - yes_a) * (1 - yes_b)
    return 1.0 if chance == 1 else (same - chance) / (1 - chance)
