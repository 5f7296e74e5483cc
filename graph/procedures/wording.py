"""Say a procedure's sentences in the customer's language, with what the case knows in their places."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.language.fixed_sentences import has_labels, label, phrase, value_words
from graph.procedures.format.procedure_file import PLACE, Step, Text
from graph.procedures.interpreter import Reading, at_present, unknown_named
from graph.procedures.next_steps import AskNext, StopNext
from graph.procedures.offers import labels, records_behind
from tools.connectors.declarations import in_language, language_said

MOMENT = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}[\d:.]*(?:Z|[+-]\d{2}:?\d{2})?|\b)")
"""A day, or a moment, within a text that records put together."""
FIELD = re.compile(r"\.(\w+)\b(?!\s*\()")
LISTED = 8
"""Choices that a question lists."""


def sentence(stop: StopNext, read: Reading, locale: str) -> str:
    """Return what the customer is told where a case is stopped."""
    if stop.say:
        return stop.say
    if stop.rule is None:
        return phrase("cannot_settle", locale)
    return filled(read.procedure.rules[stop.rule].rule.say, read, locale)


def said_with(step: Step, read: Reading, locale: str) -> str:
    """Return what the customer is told with the proposal of a step; empty where a value in it is not known."""
    text = step.say or ""
    named = {place[1] for place in PLACE.finditer(in_language(text, locale))}
    return "" if any(unknown_named(read, name) is None for name in named) else filled(text, read, locale)


def sentence_again(stop: StopNext, read: Reading, locale: str) -> str:
    """Return what a customer reads who does not take a no: the same, with the records, and the offer of a person."""
    said, facts = sentence(stop, read, locale), _facts_behind(stop, read)
    told = ", ".join(f"{label(name, locale)}: {value_words(value, locale)}" for name, value in facts.items())
    return phrase("no_stays", locale, said=f"{said} ({told})" if told and has_labels(locale) else said)


def _facts_behind(stop: StopNext, read: Reading) -> dict[str, Any]:
    """Return the fields of the case's record that the rule of a no looks at."""
    procedure, subject = read.procedure, read.procedure.subject
    if stop.rule is None or subject is None:
        return {}
    must = procedure.rules[stop.rule].must
    sources = [must.source, *(procedure.facts[name].source for name in must.names if name in procedure.facts)]
    named = {name for source in sources for name in FIELD.findall(source)}
    record = records_behind([unknown_named(read, subject)], read.case)
    return {
        name: value
        for one in record.values()
        for name, value in one.items()
        if name in named and isinstance(value, str | int | float) and value != unknown_named(read, subject)
    }


def question(ask: AskNext, read: Reading, locale: str) -> str:
    """Return the question for a slot, with what records offer."""
    aside = read.case["aside"]
    if aside and aside["alone"]:
        return aside["say"]
    slot = read.procedure.slots[ask.slot].slot
    said = filled(slot.ask or ask.slot, read, locale)
    named = [label(choice, locale) for choice in slot.one_of or ()]
    choices = [choice for choice in (ask.choices or named) if not isinstance(choice, dict | list)]
    if len(choices) <= LISTED and not all(str(choice) in said for choice in choices):
        listed = labels(choices, read.case, locale)
        said = f"{said} ({('; ' if any(': ' in one for one in listed) else ', ').join(listed)})"
    if slot.type == "integer" and (present := at_present(read, ask.slot)) is not None:
        said = f"{said} {phrase('so_far', locale, number=str(present))}"
    again = read.case["again"]
    note = (aside["say"] if aside else "") or ask.note or (phrase("not_answered", locale) if again else "")
    offer = phrase("person_offered", locale) if again > 1 else ""
    return " ".join(filter(None, (note, said, offer)))


def filled(text: Text, read: Reading, locale: str) -> str:
    """Return a sentence in a language, or the first there is, with the values of `{slot}` and `{fact.field}`."""
    spoken = language_said(text, locale, locale)
    said = in_language(text, locale)
    return PLACE.sub(lambda place: _shown(_value(read, place.group(1), place.group(2)), spoken), said)


def _value(read: Reading, root: str, path: str) -> Any:
    value = unknown_named(read, root)
    for part in path.split(".")[1:]:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _shown(value: Any, language: str) -> str:
    match value:
        case None:
            return "…"
        case float():
            return f"{value:.2f}".removesuffix(".00")
        case Sequence() if not isinstance(value, str):
            return ", ".join(_shown(item, language) for item in value)
        case str():
            return MOMENT.sub(lambda found: value_words(found[0], language), value)
        case _:
            return value_words(value, language)
