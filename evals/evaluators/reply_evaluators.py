"""Judge what the replies say: facts, citations, whether the evidence has it, claims of deeds, the language.

Written apart from the agent's own check of its replies, so that a mistake there does not hide itself here.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Any

from core.language.text import normal
from evals.evaluators.outcome_checks import Data, verdict

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:\b|(?=t\d))")
_MONTH_FIRST = re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?\b")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?{_MONTH}(?: (\d{{4}}))?\b")
_LINK = re.compile(r"\bhttps?://[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CITATION = re.compile(r"\[\d{1,2}(?:, ?\d{1,2})*\]")
_LIST_NUMBER = re.compile(r"(?m)^\s*\d{1,2}[.)]\s")
_CODE = re.compile(r"#?\b(?=[a-z]*\d)[a-z]{1,4}-?\d{3,}\b")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_COUNTED = re.compile(r"\b\d{1,2} (?:other )?(?:orders?|items?|parcels?|articles?|versions?|messages?)\b")
"""How many of something there are, which is counted and not quoted."""
_MOST_AMOUNTS = 80


def unsupported(reply: str, evidence: Sequence[str]) -> list[str]:
    """Return the values of a reply that no evidence holds, as they are written there, each once."""
    known = Values(evidence)
    return list(dict.fromkeys(written for kind, written in _values(reply) if not known.support(kind, written)))


class Values:
    """Every value of the evidence."""

    def __init__(self, texts: Iterable[str]) -> None:
        found = [value for text in texts for value in _values(text)]
        self._exact = {value for value in found if value[0] in ("link", "code")}
        self._dates = {written for kind, written in found if kind == "date"}
        self._numbers = {Decimal(written) for kind, written in found if kind == "number"}
        self._numbers |= {Decimal(part) for date in self._dates for part in date.split("-") if part.isdigit()}
        digits = {re.sub(r"\D", "", written) for kind, written in found if kind == "code"}
        self._numbers |= {Decimal(d) for d in digits if d}

    def support(self, kind: str, written: str) -> bool:
        """Say whether the evidence holds a value, or two amounts that make it."""
        if kind == "number":
            number = Decimal(written)
            return number in self._numbers or ("." in written and number in self._sums())
        if kind == "date":
            return any(_same_day(written, date) for date in self._dates)
        if kind == "code":
            return (kind, written) in self._exact or Decimal(re.sub(r"\D", "", written)) in self._numbers
        return (kind, written) in self._exact

    def _sums(self) -> set[Decimal]:
        amounts = sorted(n for n in self._numbers if n == n.quantize(Decimal("0.01")) and n < 100_000)[:_MOST_AMOUNTS]
        pairs = {a + b for a, b in combinations(amounts, 2)} | {abs(a - b) for a, b in combinations(amounts, 2)}
        return pairs | {sum(three, Decimal()) for three in combinations(amounts[:40], 3)}


def _same_day(one: str, other: str) -> bool:
    """Compare two dates, either of which may lack its year."""
    return one == other or (one[-5:] == other[-5:] and "----" in (one[:4], other[:4]))


def _day(year: str | None, month: str, day: str) -> str:
    return f"{year or '----'}-{_MONTHS.index(month) + 1:02d}-{int(day):02d}"


_KINDS: tuple[tuple[re.Pattern[str], str, Callable[[re.Match[str]], str]], ...] = (
    (_LINK, "link", lambda match: match[0].rstrip(".,;:!?")),
    (_ISO, "date", lambda match: match[0]),
    (_MONTH_FIRST, "date", lambda match: _day(match[3], match[1], match[2])),
    (_DAY_FIRST, "date", lambda match: _day(match[3], match[2], match[1])),
    (_CODE, "code", lambda match: match[0].lstrip("#")),
)
"""How values are written, those before others that could be a part of them, and how each is spelt alike."""


def _values(text: str) -> list[tuple[str, str]]:
    """Return kind and canonical spelling of every value in a text."""
    rest = _COUNTED.sub(" ", _LIST_NUMBER.sub(" ", _CITATION.sub(" ", text.casefold())))
    found: list[tuple[str, str]] = []
    for pattern, kind, spelt in _KINDS:
        found += [(kind, spelt(match)) for match in pattern.finditer(rest)]
        rest = pattern.sub(" ", rest)
    return found + [("number", f"{Decimal(n.replace(',', '')):f}") for n in _NUMBER.findall(rest)]


_I_DID = r"\b(?:i|we)(?:'ve| have)? (?:just |now |already )?"
_WAS_DONE = r"\b(?:has|have) (?:just |now )?been "
_SET_UP = "(?:registered|arranged|booked|set up)"
_CLAIMS: tuple[tuple[str, str], ...] = (
    ("cancelled", _I_DID + r"cancel(?:l)?ed\b"),
    ("cancelled", _WAS_DONE + r"cancel(?:l)?ed\b|\bis now cancel(?:l)?ed\b"),
    ("changed", _I_DID + r"(?:changed|updated|swapped|moved|corrected)\b(?! (?:nothing|our))"),
    ("changed", _WAS_DONE + r"(?:changed|updated|swapped)\b"),
    ("return requested", _I_DID + _SET_UP + r" (?:your|the|a) return\b"),
    ("exchange requested", _I_DID + _SET_UP + r" (?:your|the|an) exchange\b"),
    ("refunded", _I_DID + r"(?:refunded|issued (?:you )?(?:a|the|your) (?:full )?refund)\b"),
    ("refunded", _WAS_DONE + r"refunded\b"),
)
_QUOTED = re.compile(r"„[^“]*“|«[^»]*»|“[^”]*”")
"""What a reply quotes is in the language of its source."""
_PROMISES = re.compile(
    r"\b(?:i|we) (?:can )?(?:guarantee|promise)\b|\bguaranteed to arrive\b|\b(?:i|we)(?:'ll| will) "
    r"(?:personally )?make sure\b"
    r"|\bas (?:a )?compensation\b|\b(?:i|we)(?:'ll| will) compensate\b",
    re.IGNORECASE,
)
_MIN_LETTERS = 20


def facts(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check what the replies must and must not say, whatever the letter case, dashes and spaces."""
    replies = [normal(turn["reply"]) for turn in outputs["turns"]]
    rule = reference_outputs["facts"]
    wrong = [f"not said: {fact['any'][0]!r}" for fact in rule["must"] if not _said(fact, replies)]
    wrong += [f"said: {fact['any'][0]!r}" for fact in rule["must_not"] if _said(fact, replies)]
    return verdict("facts", wrong, asked=bool(rule["must"] or rule["must_not"]))


def _said(fact: Data, replies: list[str]) -> bool:
    turn = fact["turn"]
    heard = replies if turn is None else replies[turn - 1 : turn]
    return any(normal(spelling) in reply for spelling in fact["any"] for reply in heard)


def citations(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check that each article that must be cited is cited."""
    cited = {article for turn in outputs["turns"] for article in turn["sources"]}
    wanted = reference_outputs["cites"]
    wrong = [f"not cited: {' or '.join(group)}" for group in wanted if not cited & set(group)]
    return verdict("citations", wrong, asked=bool(wanted))


def groundedness(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check that every number, date, link and address in a reply stands in what the conversation could rely on.

    That is: passages, tool results, the customer's words and the ticket number so far, or a sum or difference of two
    amounts. The notice of a handoff is not judged: it is the desk's own, with its hours.
    """
    evidence: list[str] = []
    wrong = []
    for number, turn in enumerate(outputs["turns"], 1):
        evidence += [turn["customer"], str(turn["ticket_id"] or "")]
        evidence += [f"{passage['title']} {passage['text']}" for passage in turn["passages"]]
        evidence += [str(call["result"]) for call in turn["tools"] if call["result"]]
        evidence += [json.dumps(call["result"], ensure_ascii=False, default=str) for call in turn["called"]]
        if not turn["handoff"]:
            wrong += [f"turn {number}: {value!r} stands nowhere" for value in unsupported(turn["reply"], evidence)]
    return verdict("groundedness", wrong, asked=any(turn["reply"] for turn in outputs["turns"]))


def promises(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check that nothing is claimed done that was not done, and nothing promised that nobody can promise."""
    wrong = []
    for number, turn in enumerate(outputs["turns"], 1):
        said = normal(turn["reply"])
        for deed, pattern in _CLAIMS:
            if (match := re.search(pattern, said)) and not _done(deed, said, turn, outputs):
                wrong.append(f"turn {number}: says {match[0]!r}, but it was not done")
        if match := _PROMISES.search(said):
            wrong.append(f"turn {number}: promises {match[0]!r}")
    return verdict("promises", wrong)


def _done(deed: str, said: str, turn: Data, outputs: Data) -> bool:
    """Say whether a record has what the reply claims: changed by now, or long in that state."""
    if turn["changed"]:
        return True
    named = {record for record in outputs["states"] if record.casefold().lstrip("#") in said}
    states = {outputs["states"][record] for record in named or outputs["states"]}
    return (
        deed in states
        or (deed == "refunded" and "cancelled" in states)
        or (deed == "changed" and any("modified" in s for s in states))
    )


def language(inputs: Data, outputs: Data, reference_outputs: Data) -> dict[str, Any]:
    """Check the language of each reply's own words; short ones, where nobody can tell, count as right."""
    wanted = reference_outputs["language"]
    if wanted is None:
        return verdict("language", [], asked=False)
    wrong = []
    for number, turn in enumerate(outputs["turns"], 1):
        found = detect(_QUOTED.sub(" ", turn["reply"]))
        if found not in (None, wanted):
            wrong.append(f"turn {number}: the reply reads as {found!r}, wanted {wanted!r}")
    return verdict("language", wrong)


def detect(text: str) -> str | None:
    """Return the two-letter code of a text's language, or None when it is too short to tell."""
    prose = re.sub(r"\S*[\d@#/\[\]]\S*", " ", text)
    if sum(c.isalpha() for c in prose) < _MIN_LETTERS:
        return None
    return str(_identifier().classify(prose)[0])


@cache
def _identifier() -> Any:
    # Loaded here: only this evaluator needs the library, and it takes a moment.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "ja", "zh", "ru", "ar"])
    return identifier
