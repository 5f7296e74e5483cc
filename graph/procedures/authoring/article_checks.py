"""Find articles that say another number than a rule."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.language.text import sentences
from graph.procedures.format.procedure_file import Problem, ProcedureFile

HOURS = {"hour": 1.0, "day": 24.0, "week": 168.0, "minute": 1 / 60}
"""Units of time, in hours, by the English word, which other languages' words are led back to."""
WORDS = {
    "h": "hour", "hr": "hour", "heure": "hour", "stunde": "hour", "hora": "hour", "ora": "hour",
    "jour": "day", "tag": "day", "día": "day", "dia": "day", "giorno": "day",
    "semaine": "week", "woche": "week", "semana": "week", "min": "minute",
}  # fmt: skip
AMOUNT = r"((?<!\d)\d{1,15}(?:[.,]\d{1,6})?)"
TIMED = re.compile(rf"\b{AMOUNT}[ \u00a0-]?([a-zA-Zéí]+)")
MONEY = re.compile(rf"(?:[$€£]\s?{AMOUNT})|(?:{AMOUNT}\s?(?:[€£$]|USD|EUR|GBP|dollars?|euros?))")
PERCENT = re.compile(rf"{AMOUNT}\s?%")
DURATION = re.compile(r"duration\(['\"](\d+(?:\.\d+)?)(h|m|s)['\"]\)")
COMMON = frozenset(
    re.findall(
        r"\w+",
        "the and for with that this than not can cannot you your are was were has have will more most less only any "
        "all from our its may must been who what when where which please after before within until "
        "eur usd gbp euro euros dollar dollars",
    )
)
SHARED = 2
"""Words that a sentence and a rule have in common before their numbers are compared."""


@dataclass(frozen=True)
class Quantity:
    """A number with its kind: `hours`, `money` or `percent`."""

    kind: str
    value: float


def quantities(text: str) -> set[Quantity]:
    """Return the durations, amounts of money and shares that a text names."""
    found = set()
    for number, unit in TIMED.findall(text):
        word = unit.lower().rstrip("sn") if len(unit) > 2 else unit.lower()
        word = WORDS.get(word, word)
        if word in HOURS:
            found.add(Quantity("hours", round(_number(number) * HOURS[word], 3)))
    found |= {Quantity("money", _number(a or b)) for a, b in MONEY.findall(text)}
    found |= {Quantity("percent", _number(number)) for number in PERCENT.findall(text)}
    seconds = {"h": 1.0, "m": 1 / 60, "s": 1 / 3600}
    found |= {Quantity("hours", round(float(n) * seconds[unit], 3)) for n, unit in DURATION.findall(text)}
    return found


def contradictions(file: ProcedureFile, articles: Mapping[str, str]) -> Iterable[Problem]:
    """Yield each article's sentence that speaks of what a rule is about and names another number.

    Args:
        file: The procedure.
        articles: The text of each article, by the name to show.
    """
    about = _words(f"{file.contract.name} {file.contract.description}")
    for name, rule in file.contract.rules.items():
        said = rule.say if isinstance(rule.say, str) else " ".join(rule.say.values())
        numbers = quantities(f"{rule.must} {said}")
        if not numbers:
            continue
        words = _words(f"{name} {said}")
        for article, text in articles.items():
            for line, sentence in _sentences(text):
                shared = _words(sentence) & (words | about)
                others = {q for q in quantities(sentence) if q.kind in {n.kind for n in numbers}}
                if others and not others & numbers and len(shared & words) >= 1 and len(shared) >= SHARED:
                    kind = sorted(others, key=lambda q: q.value)[0].kind
                    message = (
                        f"{sentence.strip()[:160]!r} names {_shown(others, kind)}, and the rule {name!r} "
                        f"({file.file}:{file.line('rules', name)}) {_shown(numbers, kind)}: make them say the same"
                    )
                    yield Problem(article, line, "article-contradicts", message)


def _shown(found: set[Quantity], kind: str) -> str:
    values = sorted(q.value for q in found if q.kind == kind)
    return f"{', '.join(f'{value:g}' for value in values)} {kind}"


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _words(text: str) -> set[str]:
    """Return the words that mean something, and no currency, cut to their stems' length."""
    return {w[:6] for w in re.findall(r"[^\W\d_]{3,}", text.lower()) if w not in COMMON}


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence with its line."""
    for number, row in enumerate(text.splitlines(), start=1):
        yield from ((number, sentence) for sentence in sentences(row))
