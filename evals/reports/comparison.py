"""Compare two runs conversation by conversation, and say per kind whether a difference is more than chance."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from core.errors import ConversationFileError
from evals.pass_rates import holm, paired_p_value
from evals.reports.run_summary import by_conversation, reasons

SIGNIFICANT = 0.05


def compare(
    a: tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]], b: tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    """Return how B differs from A over the conversations both have.

    Keys: common, identical, kinds (a row each, with `all` first: conversations, a, b, p, verdict), changed
    (conversations that passed more or less often, with why), runs (what differs between the manifests). `p` is adjusted
    for the number of kinds (Holm); the verdict is better, worse, or no difference that is more than chance.

    Raises:
        ConversationFileError: the runs share no conversation, or judge different conversations under the same names.
    """
    (run_a, trials_a), (run_b, trials_b) = a, b
    if run_a["suite_digest"] != run_b["suite_digest"]:
        raise ConversationFileError(
            "the runs judge different conversations (their suites differ); wanted two runs of one suite; run both again"
        )
    pass_a, pass_b = by_conversation(trials_a), by_conversation(trials_b)
    common = sorted(pass_a.keys() & pass_b.keys())
    if not common:
        raise ConversationFileError("the runs share no finished conversation; let both finish")
    kind_of = {t["scenario"]: t["kind"] for t in trials_a}
    groups: dict[str, list[str]] = defaultdict(list)
    for scenario in common:
        groups[kind_of[scenario]].append(scenario)
    rows = [_row(kind, names, pass_a, pass_b) for kind, names in sorted(groups.items())]
    for row, p in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row |= {"p": round(p, 4), "verdict": _verdict(row, p)}
    whole = _row("all", common, pass_a, pass_b)
    rows.insert(0, whole | {"p": round(whole["p"], 4), "verdict": _verdict(whole, whole["p"])})
    changed = [s for s in common if mean(pass_a[s]) != mean(pass_b[s])]
    return {
        "common": len(common),
        "identical": not changed
        and [t["outputs"]["turns"] for t in trials_a] == [t["outputs"]["turns"] for t in trials_b],
        "kinds": rows,
        "changed": [_change(s, trials_a, trials_b, mean(pass_b[s]) > mean(pass_a[s])) for s in changed],
        "runs": {k: [run_a.get(k), run_b.get(k)] for k in run_a if run_a.get(k) != run_b.get(k)},
    }


def _row(
    kind: str, names: Sequence[str], pass_a: Mapping[str, list[bool]], pass_b: Mapping[str, list[bool]]
) -> dict[str, Any]:
    a, b = [mean(pass_a[n]) for n in names], [mean(pass_b[n]) for n in names]
    p = paired_p_value([y - x for x, y in zip(a, b, strict=True)])
    return {"kind": kind, "conversations": len(names), "a": round(mean(a), 4), "b": round(mean(b), 4), "p": p}


def _verdict(row: Mapping[str, Any], p: float) -> str:
    if p >= SIGNIFICANT:
        return "no difference beyond chance"
    return "better" if row["b"] > row["a"] else "worse"


def _change(
    scenario: str, trials_a: Sequence[Mapping[str, Any]], trials_b: Sequence[Mapping[str, Any]], better: bool
) -> dict[str, Any]:
    def worst(trials: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        return min((t for t in trials if t["scenario"] == scenario), key=lambda t: t["passed"])

    one, other = worst(trials_a), worst(trials_b)
    return {
        "scenario": scenario,
        "better": better,
        "a": {"why": reasons(one), "turns": one["outputs"]["turns"]},
        "b": {"why": reasons(other), "turns": other["outputs"]["turns"]},
    }
