"""Say what stands behind the answers that a question offers, and read which of them a customer means."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.json_records import Record, records_within, words_of_name
from core.language.fixed_sentences import value_words
from core.language.glossary import with_english
from core.language.records.descriptions import CAPITALS, coded_rows, dated, described, describing, is_day, names_in
from core.language.records.picking import Option, picked, without_past
from core.language.text import normalised
from graph.procedures.cases import Case

LONGEST_LABEL = 40
MOST_WORDS = 2
"""Values beside its day by which a choice is told from others."""
MADE = re.compile(r"\b(?:created|updated|modified|changed)\b")
"""Names of fields that say when a record was written."""


def records_behind(choices: Sequence[Any], case: Case) -> dict[Any, Record]:
    """Return the record behind each of the choices of a question, as far as records with them were read."""
    records = [record for read in case["reads"].values() for record in records_within(read["value"])]
    found = {choice: next((r for r in records if choice in r.values()), None) for choice in choices}
    return {choice: record for choice, record in found.items() if record is not None}


def described_choice(choices: Sequence[Any], case: Case, text: str, called: frozenset[str] = frozenset()) -> Any:
    """Return the choice whose record a message describes as no other, or None."""
    said = " ".join((without_past(normalised(text)), *CAPITALS.findall(text)))
    records, (places, told) = records_described(choices, case, said, called)
    return list(records)[places[0]] if told and len(places) == 1 and len(records) == len(choices) else None


def records_described(
    choices: Sequence[Any], case: Case, text: str, called: frozenset[str] = frozenset()
) -> tuple[dict[Any, Record], tuple[list[int], set[str]]]:
    """Return the records behind choices, and which of them a text describes, as `described` does, by other words than
    what all of them are `called`.
    """
    records = records_behind(choices, case)
    said = dated(text, date.fromisoformat(case["today"])) if case["today"] else text
    return records, described(describing(said) - called, list(records.values()), _names(case))


def _names(case: Case) -> dict[str, set[str]]:
    """Return by which words the codes in a case's records may be named."""
    return names_in(_lists(case))


def _lists(case: Case) -> list[Any]:
    return [read["value"] for read in case["reads"].values() if not read["args"]]


def labels(choices: Sequence[Any], case: Case, locale: str) -> list[str]:
    """Return choices as a question lists them: each with what tells its record from the others, where that is known."""
    records = records_behind(choices, case)
    if len(records) < len(choices):
        return [str(choice) for choice in choices]
    several = [_shown(record) for record in records.values()]
    fields = [name for name in several[0] if len({str(record.get(name)) for record in several}) > 1]
    words = [name for name in fields if all(_is_word(record.get(name)) for record in several)][:MOST_WORDS]
    days = [name for name in fields if all(is_day(record.get(name)) for record in several)][:1]
    stand_for = {code: text for result in _lists(case) for code, row in coded_rows(result) if (text := _name_of(row))}
    told = [[stand_for.get(one[name]) or value_words(one[name], locale) for name in (*words, *days)] for one in several]
    return [": ".join(filter(None, (str(choice), ", ".join(said)))) for choice, said in zip(records, told, strict=True)]


def _name_of(row: Record) -> str | None:
    """Return what a code is called, the first word behind it."""
    return next((value for value in [*row.values()][1:] if _is_word(value)), None)


def _shown(record: Record) -> dict[str, Any]:
    """Return what may tell a record from others: its own values, and those of what comes first in it."""
    first = [value[0] for value in record.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return {
        name: value for one in (*first, record) for name, value in one.items() if not MADE.search(words_of_name(name))
    }


def _is_word(value: Any) -> bool:
    """Say whether a value is what people would call a thing by: no number, no day."""
    return isinstance(value, str) and len(value) <= LONGEST_LABEL and not any(c.isdigit() for c in value)


def options_of(offered: Mapping[str, str], case: Case) -> list[Option]:
    """Return the values that a question offered, each with the words beside it, as they can be chosen from."""
    records = records_behind(list(offered), case)
    shown = {value: {"label": label.strip(" :()")} if label != value else {} for value, label in offered.items()}
    return [Option(label, {**records.get(value, {}), **shown[value]}) for value, label in offered.items()]


def meant(offered: Mapping[str, str], case: Case, text: str, *, by_words: bool = True) -> str | None:
    """Return the offered value that a message picks out, or what was said before it together with it; else None.

    Args:
        offered: Values, each with the words that stood beside it.
        case: The case, with what the customer said before and the records behind the values.
        text: What the customer answered.
        by_words: Whether words for it count, and not only its number, place and time.
    """
    if len(offered) == 1:
        (only,) = offered
        _, (_, hits) = records_described([only], case, text)
        return only if any(one.isdigit() for one in hits) or len(hits) > 1 else None
    numbers = set(re.findall(r"\d{3,}", text))
    numbered = [value for value in offered if re.sub(r"\D", "", value) in numbers]
    if len(numbered) == 1:
        return numbered[0]
    return told(offered, case, (*case["said"], text), by_words=by_words, by_place=True)


def told(
    offered: Mapping[str, str], case: Case, texts: Sequence[str], *, by_words: bool = True, by_place: bool = False
) -> str | None:
    """Return the one offered value that messages pick out together, or None.

    The newest comes last; only there `the second one` counts.
    """
    if len(offered) < 2:
        return None
    options, names = options_of(offered, case), _names(case)
    today = date.fromisoformat(case["today"]) if case["today"] else None
    every = list(range(len(options)))
    left = every
    for number, said in enumerate(map(with_english, texts), start=1):
        newest = by_place and number == len(texts)
        for some in (left, every):  # what contradicts what was said before it takes its place
            chosen = [options[place] for place in some]
            if found := picked(chosen, said, today=today, names=names, by_words=by_words, by_place=newest):
                left = [some[place] for place in found]
                break
    return list(offered)[left[0]] if len(left) == 1 else None
