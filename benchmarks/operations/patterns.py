"""Time every rule over foreign text on repeated units at growing lengths: `python -m benchmarks.operations.patterns
--check`.

A rule is a compiled pattern of a module, or a public function of one text. None may take more than linear time, nor
hold the process longer than 5 ms (a pattern) at the longest message; times are of this thread alone, the best of a few.
"""

import argparse
import importlib
import inspect
import json
import math
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from core.errors import SupportError
from core.offline.reading.clauses import MAX_CLAUSE
from core.safety.prefiltered_patterns import PrefilteredPattern
from core.settings import Limits

PACKAGES = ("core", "ingest", "tools", "graph", "server")
OFFLINE = ("core.offline.", "tools.retail.offline.")
"""Where the offline model is; it reads a message clause by clause."""
READS_TEXT = ("text", "sentence", "clause", "question", "message", "said", "written", "words")
"""Names of the parameter by which a function says that it reads what somebody wrote."""
LONGEST = Limits().max_message_chars
SHARES = (16, 4, 1)
"""Parts of the longest length at which a rule is timed."""
REPEATS, MORE_REPEATS = 2, 4
TARGET_MS = 5.0
TARGET_GROWTH = 1.5
"""Power of the length with which the time grows: 1 is linear, 2 is the square; what is between is noise."""
HOPELESS_MS = 100.0
WORTH_A_LOOK = 0.5
UNITS = (
    *(" ", "\n", "\t", "\r\n", " \n", "1", "12 ", "1 ", "1,", "1.000.", "$1,", "$", "-", "- ", "–", ".", ". ", "..",
    ",", ", ", ": ", "?", "!"),
    *("(", ")", "[", "](", "[a](", "{", "<", "<a ", "</", "&", "&amp;", '"', '"a', "'", "`", "*", "**", "_", "#", "|",
    "\\", "/", "a/", "%20", "=="),
    *("a@", "a@b.", "mailto:", "http://", "https://a", "www.", "a.b", "a-", "a'", "a\n", "\n- a", "1. ", "1.\n",
    "\u200b", "\u00ad", "١", "é", "中文 ", "。"),
    *("a ", "aB", "A", "Ab ", "x", "the ", "word ", "word, ", "I ", "I have ", "have been ", "you ", "please ", "yes ",
    "no ", "not ", "and ", "one ", "hundred "),
    *("cancel ", "refund ", "order ", "street ", "12 Main St ", "AF1", "#AF10283 ", "AB12 ", "ignore ", "system: ",
    "the order was "),
    *("2026-01-01 ", "10:00 ", "January ", "5 of ", "Mr. ", "1% ", "+1 ", "name: "),
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One rule over foreign text: where it is, and what applies it."""

    name: str
    is_pattern: bool
    apply: Callable[[str], Any]
    reads_clause: bool = False
    """It is of the offline model, and reads no more than `clauses` takes for one thing."""
    pattern: "re.Pattern[str] | PrefilteredPattern | None" = None


@dataclass(frozen=True)
class Timing:
    """The slowest text of one rule: its unit and length, the milliseconds, and the power of the length with which they
    grow.
    """

    name: str
    is_pattern: bool
    unit: str
    length: int
    milliseconds: float
    growth: float


def rules() -> list[Rule]:
    """Return every pattern and every function of one text that the packages hold; the same pattern counts once."""
    found: dict[Any, Rule] = {}
    for module in _modules():
        for name, value in vars(module).items():
            for path, pattern in _patterns(value, f"{module.__name__}.{name}"):
                key, offline = (pattern.pattern, pattern.flags), path.startswith(OFFLINE)
                found.setdefault(key, Rule(path, True, _all_matches(pattern), offline, pattern))
            if _reads_text(value, module.__name__):
                parameter = next(iter(inspect.signature(value).parameters))
                of_clause = module.__name__.startswith(OFFLINE) and parameter != "text"
                found[value] = Rule(f"{module.__name__}.{name}", False, value, of_clause)
    return list(found.values())


def slowest(rule: Rule, units: Iterable[str] = UNITS) -> Timing:
    """Return the text on which a rule is slowest, timed at the longest length, or where it takes far too
    long already.
    """
    return max((_timed(rule, unit) for unit in units), key=lambda timing: timing.milliseconds)


def _timed(rule: Rule, unit: str) -> Timing:
    longest = MAX_CLAUSE if rule.reads_clause else LONGEST
    before, length = 0.0, longest // SHARES[0]
    milliseconds = _milliseconds(rule, unit, length)
    for longer in (longest // share for share in SHARES[1:]):
        if milliseconds > HOPELESS_MS or milliseconds * longest / length < WORTH_A_LOOK * TARGET_MS:
            break
        before, milliseconds = milliseconds, min(_milliseconds(rule, unit, longer) for _ in range(REPEATS))
        if milliseconds > WORTH_A_LOOK * TARGET_MS:  # a busy machine adds to it, and never takes away
            milliseconds = min(milliseconds, *(_milliseconds(rule, unit, longer) for _ in range(MORE_REPEATS)))
        step, length = longer / length, longer
    growth = math.log(milliseconds / before) / math.log(step) if before else 0.0
    return Timing(rule.name, rule.is_pattern, unit, length, milliseconds, growth)


def repeated(unit: str, length: int) -> str:
    """Return a text of a length that repeats a unit, and ends with what fits no rule."""
    return (unit * (length // len(unit) + 1))[: length - 1] + "\x00"


def _milliseconds(rule: Rule, unit: str, length: int) -> float:
    text = repeated(unit, length)
    begun = time.thread_time()
    with suppress(SupportError, ValueError, yaml.YAMLError):  # a refusal is an answer
        rule.apply(text)
    return (time.thread_time() - begun) * 1000


def _all_matches(pattern: "re.Pattern[str] | PrefilteredPattern") -> Callable[[str], None]:
    def apply(text: str) -> None:
        for _ in pattern.finditer(text):
            pass

    return apply


def _modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if found.name != "graph.entry":  # opens the index
                yield importlib.import_module(found.name)


def _patterns(value: Any, path: str, depth: int = 3) -> Iterator[tuple[str, "re.Pattern[str] | PrefilteredPattern"]]:
    if isinstance(value, re.Pattern | PrefilteredPattern):
        if isinstance(value.pattern, str):
            yield path, value
    elif depth and isinstance(value, Mapping):
        for key, held in value.items():
            yield from _patterns(key, f"{path} key", depth - 1)
            yield from _patterns(held, f"{path}[{key!r}]", depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for number, held in enumerate(value):
            yield from _patterns(held, f"{path}[{number}]", depth - 1)
    elif depth and hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for field in value.__dataclass_fields__:
            yield from _patterns(getattr(value, field, None), f"{path}.{field}", depth - 1)


def _reads_text(value: Any, module: str) -> bool:
    function = inspect.unwrap(value) if callable(value) else value
    if not inspect.isfunction(function) or function.__module__ != module or function.__name__.startswith("_"):
        return False
    wanted = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    return len(wanted) == 1 and wanted[0].annotation is str and wanted[0].name in READS_TEXT


def main() -> None:
    """Print the slowest rules."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 when a rule is not linear, or a pattern takes over 5 ms"
    )
    parser.add_argument("--only", default="", help="rules whose name holds this")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    found = sorted((slowest(r) for r in rules() if args.only in r.name), key=lambda t: -t.milliseconds)
    over = [t for t in found if missed(t)]
    if args.json:
        print(json.dumps({"rules": len(found), "longest": LONGEST, "over": [asdict(t) for t in over]}))
    else:
        table = Table(
            "rule",
            "unit",
            "ms at the longest",
            "growth for 8 times the length",
            title=f"{len(found)} rules, {LONGEST:,} characters",
        )
        for timing in over or found[:20]:
            table.add_row(
                timing.name, repr(timing.unit), str(timing.length), f"{timing.milliseconds:.1f}", f"{timing.growth:.1f}"
            )
        Console(width=160).print(table)
        print(f"{len(over)} over")
    sys.exit(bool(args.check and over))


def missed(timing: Timing) -> bool:
    """Say whether a rule takes more than it may."""
    return (timing.is_pattern and timing.milliseconds > TARGET_MS) or (
        timing.milliseconds > TARGET_MS and timing.growth > TARGET_GROWTH
    )


if __name__ == "__main__":
    main()
