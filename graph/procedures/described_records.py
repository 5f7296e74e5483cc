"""Find the record that a message describes instead of naming it, what is asked for by it, and what follows a no."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from core.language.action_words import deeds_in
from core.language.corrections import takes_back
from core.language.fixed_sentences import phrase
from core.language.greetings import is_small_talk
from core.language.records.picking import asks_only_for_time, picked
from core.language.records.told import Told
from core.language.requested_changes import only_asks
from core.language.several import concedes, hesitates, insists, looks_it_up, means_another, means_the_other
from core.language.text import normalised
from core.language.words import content_stems, content_words, leans_on_before
from graph.procedures.answers import in_words, number_by_difference, said_beside
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import Aside, Case, open_case, replaced, slot_value, with_slot
from graph.procedures.choice import PAST, is_question
from graph.procedures.following import advanced, followed, next_of, opened, reading_of
from graph.procedures.format.procedure import Procedure
from graph.procedures.format.slot_values import fitting
from graph.procedures.interpreter import Reading, at_present, unknown_named
from graph.procedures.next_steps import AskNext
from graph.procedures.offers import described_choice, options_of, records_described
from graph.procedures.offers import told as told_by
from tools.context import Context

MOST_WORDS = 12
"""Words at most of a message that picks one of what was told before it."""
REFERS_TO_IT = re.compile(
    r"\b(?:it|that|this)(?: one)?\b|\b(?:das|die|den|es|ihn|diese[nrs]?)\b|\b(?:celui-là|celle-là|ça|le|la|l')\b|"
    r"\b(?:ese|esa|eso|este|esta|lo|la)\b|\b(?:renov|prolong|cancel|anul)\w+(?:lo|la)\b"
)
"""How the one thing that was spoken of is meant."""
HAS_BEEN = re.compile(
    r"\b(?:was|were|had|been|war|waren|hatte|gewesen|était|étais|avait|estaba|estuve|fue|fui|había)\b"
)
TAKES = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|yes|great|good|ja|gut|oui|d'accord|sí|vale)\W+)*(?:"
    r"i(?:'ll| will| would like to|'d like to)? take|book me in|sign me up|ich nehme|je (?:le |la )?prends|"
    r"me (?:lo|la) quedo|tomo)\b"
)
THE_ONE = re.compile(r"\b(?:the|my) (?!same\b|first\b)\w+ one\b", re.IGNORECASE)
"""What tells one record from that which was just spoken of: `the Miami one`."""
NAMED = 100
"""How well a message describes a record whose number it names."""


async def requests_in(
    book: ProcedureBook,
    text: str,
    source: str,
    context: Context,
    before: str = "",
    spoken_of: Sequence[Any] = (),
) -> list[tuple[str, str]]:
    """Return the procedures that a message asks for, each with its part of the message, or behind the one before it.

    Where its words ask for several, or are near to none, the customer's records tell: who does not need the yoga on
    Monday means a booking. Who asks whether something may be done wants it where they describe their record, or it is
    the one that was just `spoken_of`, or tell it next: that alone tells whether it may.
    """
    if book.chooser is None or only_asks(text):
        return []
    found = []
    for near, part in book.chooser.requests(text):
        name, said, asked = near, part, book.chooser.asked(part)
        if asked and asked != [near]:
            told = {one: await _telling(book, book.procedures[one], part, source, context) for one in asked}
            best = max(told, key=lambda one: told[one][0])
            words, record = told[best]
            if words and [w for w, _ in told.values()].count(words) == 1:
                name, said = best, f"{part} ({record})"
        if name:
            found.append((name, said))
    if not found and (asked_whether := book.chooser.asked_whether(text)):
        procedure = book.procedures[asked_whether]
        _, record = await _telling(book, procedure, text, source, context, spoken_of)
        found = [(asked_whether, f"{text} ({record})")] if record is not None else []
    elif not found and before and not is_question(text) and (asked_before := book.chooser.asked_whether(before)):
        words, record = await _telling(book, book.procedures[asked_before], text, source, context)
        found = [(asked_before, f"{before}\n{text} ({record})")] if words else []
    if not found and not (before and book.chooser.requests(before)[0][0]):
        named = (book.chooser.continued(text, before) if before else None) or book.chooser.for_trouble(text, before)
        found = [(named, f"{before}\n{text}".strip())] if named else []
    return found


async def _telling(
    book: ProcedureBook, procedure: Procedure, text: str, source: str, context: Context, spoken_of: Sequence[Any] = ()
) -> tuple[int, Any]:
    """Return how many words of a message tell one of the records that a procedure could be about, and which; by no word
    the one that was just spoken of.
    """
    subject = procedure.subject
    if subject is None:
        return 0, None
    said = opened(procedure, [(text, source)])[0]
    record = slot_value(said, subject)
    case, wanted = await advanced(book, open_case(procedure), context)
    one = unknown_named(reading_of(book, case, context), subject)
    choices = wanted.choices if isinstance(wanted, AskNext) and wanted.slot == subject else [one]
    if record is not None:
        return (NAMED if record in choices else 0), record
    records, (places, told) = records_described(
        [choice for choice in choices if choice is not None], case, _describing(said, text), book.called
    )
    near = [record for record in spoken_of if record in choices]
    return (
        (len(told), list(records)[places[0]]) if told and len(places) == 1 else (0, near[0] if len(near) == 1 else None)
    )


def described_case(book: ProcedureBook, case: Case, text: str, source: str, context: Context) -> Case | None:
    """Return a case about the record that a message describes among those its question offers, or None."""
    wanted = next_of(book, case, context)
    if not isinstance(wanted, AskNext) or len(wanted.choices) < 2:
        return None
    choice = described_choice(wanted.choices, case, _describing(case, text), book.called)
    return None if choice is None else with_slot(followed(book, case), case, wanted.slot, choice, source)


def _describing(case: Case, text: str) -> str:
    """Return a text without what it said for the slots of a case: who asks for business class describes no record."""
    told = {one for name in case["slots"] for one in content_stems(in_words(str(slot_value(case, name))))}
    return " ".join(word for word in text.split() if told.isdisjoint(content_stems(word)))


def objects(text: str, procedure: Procedure) -> bool:
    """Say whether a message insists after a no of a procedure, or tells why it should not hold; who asks for another
    kind of change does neither.
    """
    if is_question(text) and not deeds_in(text) <= deeds_in(procedure.source.text):
        return False
    if is_small_talk(text) or concedes(text) or takes_back(text) or hesitates(text):
        return False
    return insists(text) or not is_question(text) or (leans_on_before(text) and not content_words(text))


def of_the_same_record(book: ProcedureBook, cases: list[Case], before: Case | None, text: str) -> list[Case]:
    """Return the stack, whose new top is about the record of the case before it where it asks the same again, or goes
    on from it: `move my Phoenix trip`, then `and cancelling it?`.
    """
    if not (before and cases) or cases[-1]["id"] == before["id"] or means_another(text) or THE_ONE.search(text):
        return cases
    same = cases[-1]["procedure"] == before["procedure"]
    subject, earlier = followed(book, cases[-1]).subject, followed(book, before).subject
    if not (subject and earlier in before["slots"]) or subject in cases[-1]["slots"]:
        return cases
    record, procedure = before["slots"][earlier], followed(book, cases[-1])
    if not (same or (leans_on_before(text) and _fits(procedure, subject, record["value"]))):
        return cases
    return replaced(cases, with_slot(procedure, cases[-1], subject, record["value"], record["source"]))


async def about_another(book: ProcedureBook, told_no: Case, text: str, source: str, context: Context) -> Case | None:
    """Return a case for the other record after a no for one, where the customer means it, asking which of several."""
    procedure = followed(book, told_no)
    subject = procedure.subject
    if subject is None:
        return None
    case, wanted = await advanced(book, open_case(procedure), context)
    if not isinstance(wanted, AskNext) or wanted.slot != subject:
        return None
    others = [choice for choice in wanted.choices if choice != slot_value(told_no, subject)]
    if not means_the_other(text):
        choice = described_choice(wanted.choices, case, text)
        others = [choice] if choice in others else []
    case = {**case, "beside": said_beside(procedure, text)}
    return with_slot(procedure, case, subject, others[0], source) if len(others) == 1 else case if others else None


def about_told(
    book: ProcedureBook, cases: list[Case], text: str, source: str, lately: Sequence[Sequence[Told]]
) -> list[Case]:
    """Return the stack after a message that may speak of a record that was told last: what was just asked for is done
    with it, and of what anybody may have, the one that is picked is taken.
    """
    told = next(filter(None, lately), ()) if cases else next(iter(lately), ())
    if not told or (is_question(text) and not cases):
        return cases
    places = picked([one.option for one in told], text, by_place=True) or []
    if len(told) == 1 and (REFERS_TO_IT.search(normalised(text)) or TAKES.match(normalised(text))):
        places = [0]
    if len(places) != 1 or len(text.split()) > MOST_WORDS or PAST.search(text) or HAS_BEEN.search(normalised(text)):
        return cases
    one = told[places[0]]
    wanted = [followed(book, cases[-1])] if cases else book.sorted
    slots = [
        (procedure, name)
        for procedure in wanted
        for name, slot in procedure.slots.items()
        if slot.slot.ask and _fits(procedure, name, one.name) and _may_be(procedure, name, one, asked=bool(cases))
    ]
    if len(slots) != 1:
        return cases
    procedure, name = slots[0]
    case = cases[-1] if cases else open_case(procedure)
    return cases if name in case["slots"] else [*cases[:-1], with_slot(procedure, case, name, one.name, source)]


def _may_be(procedure: Procedure, name: str, one: Told, *, asked: bool) -> bool:
    """Say whether a record may be what a slot asks for; the customer's own ones only where that is wished for."""
    offers = any(call.tool == one.read.tool for fact in procedure.facts.values() for call in fact.calls.values())
    return offers and (asked or procedure.slots[name].find is None)


def _fits(procedure: Procedure, name: str, value: Any) -> bool:
    """Say whether a value has the form that a slot asks for."""
    slot = procedure.slots[name].slot
    return bool(slot.pattern) and fitting(slot, value) is not None


def said_aside(case: Case, text: str, locale: str) -> Aside | None:
    """Return what is said with the open question to who asks for time, or whether one of its choices is at some time.

    A question takes no choice; a yes to what it is told does.
    """
    if not case["asked"]:
        return None
    if looks_it_up(text):
        return Aside(say=phrase("no_hurry", locale), alone=True, among=[])
    choices = case["choices"].get(case["asked"], {})
    if len(choices) < 2 or not is_question(text) or not asks_only_for_time(text):
        return None
    today = date.fromisoformat(case["today"]) if case["today"] else None
    found = picked(options_of(choices, case), text, today=today, by_words=False)
    if found is None:
        return None
    among = [list(choices)[place] for place in found]
    offered = "; ".join(f"{value} {choices[value]}".strip() for value in among)
    say = phrase("there_is_then", locale, offered=offered) if among else phrase("none_then", locale)
    return Aside(say=say, alone=False, among=among)


def said_before(procedure: Procedure, case: Case, slot: str, read: Reading) -> Any:
    """Return what was said before a question that answers it, or None."""
    if procedure.slots[slot].slot.one_of:
        return None  # it was heard when it was said
    if (choice := told_by(case["choices"][slot], case, [_describing(case, one) for one in case["said"]])) is not None:
        return choice
    alone = [one.slot.type for one in procedure.slots.values()].count("integer") == 1
    said = case["said"] if alone else case["said"][-1:]
    return number_by_difference(procedure.slots[slot].slot, said, at_present(read, slot))
