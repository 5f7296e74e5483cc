"""Check the statistics against values worked out by hand or published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.pass_rates import holm, kappa, paired_p_value, pass_hat_k, pass_rate, wilson


def test_pass_hat_k_is_the_chance_that_k_drawn_trials_all_passed() -> None:
    assert pass_hat_k(3, 4, 1) == 0.75
    assert pass_hat_k(3, 4, 2) == 0.5
    assert pass_hat_k(3, 4, 4) == 0.0
    assert pass_hat_k(4, 4, 4) == 1.0
    with pytest.raises(ValueError, match="wanted 1 to 4"):
        pass_hat_k(4, 4, 5)


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=30))
def test_pass_hat_k_never_rises_with_k(outcomes: list[list[bool]]) -> None:
    values = [pass_rate(outcomes, k).value for k in range(1, 5)]
    assert values == sorted(values, reverse=True)


def test_wilson_agrees_with_published_values() -> None:
    rate = wilson(0.5, 10)  # R: prop.test(5, 10, correct = FALSE)
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.2366, 0.7634)
    assert round(wilson(1.0, 20).low, 4) == 0.8389
    assert wilson(0.0, 5).low == 0.0


def test_the_permutation_test_is_mcnemar_for_single_trials() -> None:
    assert paired_p_value([1.0] * 5) == pytest.approx(2 / 32)
    assert paired_p_value([1.0] * 6 + [0.0] * 50) == pytest.approx(2 / 64)
    assert paired_p_value([1.0, -1.0]) == 1.0
    assert paired_p_value([0.0, 0.0]) == 1.0


def test_many_differences_are_drawn_with_a_fixed_seed() -> None:
    values = [0.25] * 20 + [-0.25] * 4
    assert paired_p_value(values) == paired_p_value(values)
    assert paired_p_value(values) < 0.01


def test_holm_adjusts_as_published() -> None:
    assert holm([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06]


def test_kappa_is_agreement_beyond_chance() -> None:
    both = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert kappa(both) == pytest.approx(0.4)
    assert kappa([(True, True)]) == 1.0
