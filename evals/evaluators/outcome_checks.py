"""Judge what a conversation brought about (records, tools, owner, ticket, faults), and measure what it cost."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def verdict(key: str, wrong: list[str], *, asked: bool = True) -> dict[str, Any]:
    """Return True without faults, False with them in the comment, or None when nothing was asked."""
    score = (not wrong) if asked else None
    return {"key": key, "score": score, "comment": "; ".join(wrong)}


Data = Mapping[str, Any]


def end_state(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Compare the changed records with those the gold actions leave on a fresh shop, field by field.

    The end state decides, not the way to it, as in tau-bench (Yao et al. 2024, arXiv:2406.12045).
    """
    found = outputs["changes"]
    ways = [_unlike(found, way) for way in reference_outputs["changes"]]
    return verdict("end_state", min(ways, key=len))


def _unlike(found: Data, wanted: Data) -> list[str]:
    wrong = []
    for record in sorted({**found, **wanted}):
        if record not in wanted:
            wrong.append(f"{record} changed and should not have")
        elif record not in found:
            wrong.append(f"{record} did not change")
        else:
            wrong += _fields(record, found[record], wanted[record])
    return wrong


def _fields(record: str, found: Any, wanted: Any) -> list[str]:
    if found is None or wanted is None:
        return [] if found == wanted else [f"{record} is {'gone' if found is None else 'there'}"]
    return [
        f"{record}.{name} is {_short(found.get(name))}, wanted {_short(wanted.get(name))}"
        for name in sorted({**found, **wanted})
        if found.get(name) != wanted.get(name)
    ]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "…"


def _calls(turn: Data) -> list[Data]:
    """Return the calls of a turn, as connectors had them and as they stand in the conversation."""
    return [*turn["called"], *turn["tools"]]


def tools(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check that the tools that must be called were called without an error, and forbidden ones were not."""
    calls = [call for turn in outputs["turns"] for call in _calls(turn)]
    good = {call["name"] for call in calls if call["status"] != "error"}
    rule = reference_outputs["tools"]
    wrong = [f"{name} was not called" for name in rule["must"] if name not in good]
    wrong += [f"{name} was called" for name in rule["must_not"] if name in {call["name"] for call in calls}]
    # What connectors had is the true order: in the conversation, a write stands where it was only proposed.
    carried_out = [call for turn in outputs["turns"] for call in turn["called"]]
    done = [call["name"] for call in carried_out or calls if call["status"] != "error"]
    if wanted := _missing_step(rule["in_order"], done):
        wrong.append(f"{wanted} was not called in its place; called were {', '.join(done) or 'none'}")
    return verdict("tools", wrong, asked=any(rule.values()))


def _missing_step(steps: Sequence[str], done: Sequence[str]) -> str | None:
    """Return the first of the steps that was not done after those before it, or None."""
    left = iter(done)
    return next((step for step in steps if step not in left), None)


def procedures(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check which procedures were followed, in the order in which they began."""
    wanted, found = reference_outputs["procedures"], outputs["procedures"]
    wrong = [] if wanted is None or list(wanted) == found else [f"followed were {found}, wanted {list(wanted)}"]
    return verdict("procedures", wrong, asked=wanted is not None)


def escalation(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check that the conversation ends with who should own it: the agent or a person."""
    owner, wanted = outputs["owner"], reference_outputs["owner"]
    why = next((turn["handoff"] for turn in outputs["turns"] if turn["handoff"]), None)
    said = f" ({why})" if why else ""
    right = wanted in (owner, "any")
    return verdict("escalation", [] if right else [f"a {owner}{said} owns it, wanted a {wanted}"])


def ticket(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check the fields of the ticket that the conversation names."""
    wanted, found = reference_outputs["ticket"], outputs["ticket"]
    if wanted and found is None:
        return verdict("ticket", ["there is no ticket"])
    wrong = [
        f"{name} is {_short(found.get(name))}, wanted {' or '.join(values)}"
        for name, values in wanted.items()
        if found.get(name) not in values
    ]
    return verdict("ticket", wrong, asked=bool(wanted))


def errors(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check that every message was answered, or refused where it has to be, and nothing crashed."""
    wrong = []
    for number, turn in enumerate(outputs["turns"], 1):
        refused = str(turn["error"] or "").startswith("MessageRejected")
        if turn["error"] and not (refused and reference_outputs["rejects"]):
            wrong.append(f"turn {number}: {turn['error']}")
        elif not turn["error"] and not turn["reply"] and outputs["owner"] == "bot":
            wrong.append(f"turn {number}: no reply")
    if reference_outputs["rejects"] and not any(turn["error"] for turn in outputs["turns"]):
        wrong.append("the message was accepted, wanted a clear error")
    return verdict("errors", wrong)


def requests(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Count model requests."""
    return _limited("requests", outputs["requests"], reference_outputs["max_requests"])


def tokens(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Count tokens read and written."""
    return _limited("tokens", outputs["input_tokens"] + outputs["output_tokens"], reference_outputs["max_tokens"])


def seconds(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Measure the time the customer waited, all turns together."""
    return _limited("seconds", round(outputs["seconds"], 3), reference_outputs["max_seconds"])


def money(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Measure US dollars; None where the model has no known price."""
    return _limited("money", outputs["cost"], None)


def _limited(key: str, value: float | None, limit: float | None) -> dict[str, Any]:
    """Return the value as the score, or, with a limit, whether it was kept."""
    if limit is None or value is None:
        return {"key": key, "score": value, "comment": ""}
    kept = value <= limit
    return {"key": key, "score": kept, "comment": "" if kept else f"{value:g} {key}, wanted at most {limit:g}"}
