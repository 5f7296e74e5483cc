"""Sum up a run: pass^k with intervals, per kind and over all, what each evaluator said, what it cost, what failed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import mean, quantiles
from typing import Any

from evals.evaluators.evaluator_table import EVALUATORS, fails
from evals.evaluators.model_judge import agreement
from evals.pass_rates import Rate, pass_rate
from evals.results import digest

Trial = Mapping[str, Any]


def summarise(manifest: Mapping[str, Any], trials: Sequence[Trial]) -> dict[str, Any]:
    """Return the figures of a run as plain data.

    Keys: run (the manifest), trials, conversations, pass (`1` to `k`, each value, low, high), kinds (the same per
    kind), evaluators (share that said yes, how many were asked), cost (means a conversation), failures, judge, digest.
    """
    outcomes = by_conversation(trials)
    kinds: dict[str, dict[str, list[bool]]] = defaultdict(dict)
    for trial in trials:
        kinds[trial["kind"]][trial["scenario"]] = outcomes[trial["scenario"]]
    most = max((len(o) for o in outcomes.values()), default=0)
    return {
        "run": dict(manifest),
        "trials": len(trials),
        "conversations": len(outcomes),
        "finished": len(trials) == manifest["trials"] * len(manifest["conversations"]),
        "pass": _rates(outcomes, most),
        "kinds": {kind: {"conversations": len(o), "pass": _rates(o, most)} for kind, o in sorted(kinds.items())},
        "evaluators": _evaluators(trials),
        "cost": _cost(trials),
        "failures": [
            {"scenario": t["scenario"], "kind": t["kind"], "trial": t["trial"], "why": reasons(t)}
            for t in trials
            if not t["passed"]
        ],
        "judge": agreement(trials),
        "digest": digest(trials),
    }


def by_conversation(trials: Sequence[Trial]) -> dict[str, list[bool]]:
    """Return the outcomes of each conversation's trials."""
    outcomes: dict[str, list[bool]] = defaultdict(list)
    for trial in trials:
        outcomes[trial["scenario"]].append(bool(trial["passed"]))
    return dict(outcomes)


def reasons(trial: Trial) -> list[str]:
    """Return what each evaluator that failed the trial said."""
    return [f"{v['key']}: {v['comment']}" for v in trial["verdicts"] if fails(v)]


def _rates(outcomes: Mapping[str, list[bool]], most: int) -> dict[str, dict[str, float]]:
    return {str(k): _plain(pass_rate(list(outcomes.values()), k)) for k in range(1, most + 1)}


def _plain(rate: Rate) -> dict[str, float]:
    return {"value": round(rate.value, 4), "low": round(rate.low, 4), "high": round(rate.high, 4)}


def _evaluators(trials: Sequence[Trial]) -> dict[str, dict[str, float | int | None]]:
    found: dict[str, list[bool]] = {key: [] for key in EVALUATORS}
    for trial in trials:
        for v in trial["verdicts"]:
            if isinstance(v["score"], bool) and v["key"] in found:
                found[v["key"]].append(v["score"])
    return {key: {"asked": len(s), "right": round(mean(s), 4) if s else None} for key, s in found.items()}


def _cost(trials: Sequence[Trial]) -> dict[str, float | None]:
    if not trials:
        return {}
    outputs = [t["outputs"] for t in trials]
    costs = [o["cost"] for o in outputs if o["cost"] is not None]
    times = sorted(turn_seconds for o in outputs for turn_seconds in [o["seconds"] / max(1, len(o["turns"]))])
    return {
        "requests": round(mean(o["requests"] for o in outputs), 2),
        "tokens": round(mean(o["input_tokens"] + o["output_tokens"] for o in outputs), 1),
        "dollars": round(mean(costs), 6) if costs else None,
        "seconds_a_turn_p50": round(times[len(times) // 2], 3),
        "seconds_a_turn_p95": round(quantiles(times, n=20)[-1], 3) if len(times) > 1 else round(times[0], 3),
    }
