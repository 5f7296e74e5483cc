"""Apply a customer's message to the open cases: what it answers, corrects, takes back, and asks for besides.

Several requests are a stack: the newest is dealt with first, the one below goes on after it. A question in between
leaves the stack as it is. "Never mind" drops the open case. Several records of one request are a case each.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.language.confirmations import answer_to_confirmation
from core.language.corrections import begins_by_taking_back, takes_back
from core.language.fixed_sentences import phrase
from core.language.records.told import Told
from core.language.reference_numbers import join_spelled
from core.language.several import hesitates, means_another, means_every, tried_already, without_hesitation
from core.language.text import normalised, sentences
from core.language.words import leans_on_before
from graph.procedures.answers import answered_case, answered_cases, asks_why, offered, said_beside
from graph.procedures.book import ProcedureBook
from graph.procedures.cases import (
    MOST_CASES,
    TAKEN_BACK,
    Case,
    about,
    alike,
    asking,
    heard,
    on_top,
    popped,
    replaced,
    shared,
    slot_value,
    with_slot,
    without_reads,
    without_slot,
)
from graph.procedures.choice import is_question
from graph.procedures.described_records import (
    about_another,
    about_told,
    described_case,
    objects,
    of_the_same_record,
    requests_in,
    said_aside,
    said_before,
)
from graph.procedures.following import advanced, followed, next_of, opened, reading_of
from graph.procedures.format.procedure import Procedure
from graph.procedures.next_steps import AskNext, StopNext
from graph.procedures.offers import labels
from graph.procedures.wording import LISTED, question
from tools.context import Context

PLAIN_NO = re.compile(
    r"^\W*(?:no+|nope|nah|nein|nee|non|não|nie|niet|not really|no thanks?|no thank you)\W*$", re.IGNORECASE
)
_BEFORE = r"(?:^|[.,;:!–-]\s*|\b(?:please|then|just|so|no|ok|okay|well|much|gut|bon|vale|bitte|dann|alors|entonces)\s)"
_BEHIND = r"(?:,?\s(?:again|then|please|bitte|wieder|s'il (?:vous|te) plaît|por favor))*\W*(?:$|[.,;!])"
CALLS_OFF = re.compile(
    rf"{_BEFORE}(?:cancel (?:it|that|this|everything|the whole thing)|(?:stornieren|streichen) sie (?:es|das)|"
    rf"annule[zr]?(?:-le|-la| tout)?|cancél[ea](?:lo|la)|annull\w+)(?!\w){_BEHIND}"
)
"""What calls a request off, where it is none to cancel something."""
ALSO = re.compile(
    r"(?:,|(?<![,\s]))\s{1,8}(?:and also|and then|also|außerdem|aussi|también|anche|também)\b\s{1,8}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CasesAfter:
    """What a message did to the cases."""

    cases: list[Case]
    led: bool
    """Whether the message was about a case, so that the case goes on with it."""
    dropped: bool = False
    """Whether the customer took back the open case."""


async def apply_message(
    book: ProcedureBook,
    cases: list[Case],
    text: str,
    source: str,
    context: Context,
    *,
    chooses: bool,
    before: str = "",
    told: Sequence[Sequence[Told]] = (),
) -> CasesAfter:
    """Return the cases after a message of the customer, with everything read that the open one wants.

    Args:
        book: The procedures.
        cases: The stack, the open case last.
        text: What the customer said.
        source: Where, as `message:ID`.
        context: On whose behalf records are read.
        chooses: Whether a request opens a case; else a model opens them.
        before: What the customer said before it, where no case was open.
        told: The records that each of the last replies told, the newest first.
    """
    text = join_spelled(text)
    cases = [case for case in cases if book.of(case) is not None]  # a tool that is gone cannot be followed any more
    known = [known_of(case) for case in cases]
    if cases and _drops(book, cases[-1], text):
        asks = any(map(is_question, sentences(text)))
        if not chooses or asks or (book.chooser and book.chooser.choose(text).procedure):
            return CasesAfter(popped(cases), led=False, dropped=True)
        told_so = {"rule": "", "say": phrase("withdrawn", context.locale), "problem": TAKEN_BACK}
        return CasesAfter(replaced(cases, {**cases[-1], "stopped": told_so}), led=True, dropped=True)
    open_one, open_before = cases[-1] if cases else None, {case["id"] for case in cases}
    aside = said_aside(cases[-1], text, context.locale) if cases else None
    if cases and not aside and not _asks_for_another(book, cases[-1], text):
        cases = _answered_on_top(book, cases, text, source)
    answered = [known_of(case) for case in cases] != known
    cases = [{**case, "aside": None} for case in cases]
    told_no = cases[-1] if cases and cases[-1]["stopped"] else None
    if told_no:  # nothing was corrected
        cases = popped(cases)
        known = known[:-1]
    if chooses:
        before, told = ("", ()) if cases else (before, told)
        subject = followed(book, told_no).subject if told_no else None
        spoken_of = [told_no["slots"][subject]["value"]] if told_no and subject in told_no["slots"] else []
        spoken_of = spoken_of or [one.name for one in next(iter(told), ())]
        cases = await _chosen(book, cases, text, source, context, answered=answered, before=before, spoken_of=spoken_of)
        cases = about_told(book, cases, text, source, told)
        cases = of_the_same_record(book, cases, told_no or open_one, text)
    changed = [known_of(case) for case in cases] != known
    # Of a message that asks for several things, each case has its own part.
    new = [case for case in cases if case["id"] not in open_before]
    own = new[-1]["said"][-1] if len(new) > 1 and new[-1] is cases[-1] and new[-1]["said"] else text
    insists = told_no is not None and objects(text, followed(book, told_no))
    if told_no and not changed and (insists or leans_on_before(text)):
        other = await about_another(book, told_no, text, source, context) or (told_no if insists else None)
        cases = [*cases, *filter(None, [other])]
        changed = other is not None
    if aside:
        cases = replaced(cases, {**cases[-1], "aside": aside})
    led = changed or aside is not None or bool(cases and cases[-1]["asked"] and not is_question(text))
    if cases and led and own is text and not (aside or begins_by_taking_back(text)):
        cases = replaced(cases, heard(cases[-1], text))
    cases = await with_reads(book, cases, source, context)
    if not aside and (led or not is_question(text)):
        case = described_case(book, cases[-1], own, source, context) if cases else None
        cases = await with_reads(book, replaced(cases, case), source, context) if case else cases
        led = led or case is not None
    cases = await _for_every(book, cases, text, source, context)
    if cases and (aside or hesitates(text) or tried_already(text)):
        cases = replaced(cases, {**cases[-1], "again": 0})
    elif cases and led:
        cases = replaced(cases, _counted(followed(book, cases[-1]), cases[-1], open_one))
    return CasesAfter(cases, led=bool(cases) and led)


def _counted(procedure: Procedure, case: Case, before: Case | None) -> Case:
    """Return the case with how often its question was put again without anything new; no rule reads an answer of many
    parts, whatever else was heard in it.
    """
    same = before is not None and (before["id"], before["asked"]) == (case["id"], case["asked"])
    asked = procedure.slots.get(case["asked"] or "")
    unheard = known_of(case) == known_of(before or case) or (asked is not None and asked.slot.type == "json")
    return {**case, "again": case["again"] + 1 if same and unheard else 0}


def known_of(case: Case) -> tuple[Any, ...]:
    """Return what a message can change in a case."""
    return (case["procedure"], tuple((name, str(known["value"])) for name, known in sorted(case["slots"].items())))


def _asks_for_another(book: ProcedureBook, case: Case, text: str) -> bool:
    """Say whether a message that names nothing but a record names it for another request."""
    procedure = followed(book, case)
    known = answered_case(procedure, case, text, "")["slots"]
    if not book.chooser or {name for name in known if known[name] != case["slots"].get(name)} != {procedure.subject}:
        return False
    return book.chooser.choose(text).procedure not in (None, procedure.name)


def _answered_on_top(book: ProcedureBook, cases: list[Case], text: str, source: str) -> list[Case]:
    """Return the stack after the open case has heard a message; the record that was named first is dealt with first.

    A record that a case below is about already brings that one up.
    """
    procedure = followed(book, cases[-1])
    first, *more = answered_cases(procedure, cases[-1], text, source)
    record = slot_value(first, procedure.subject) if procedure.subject else None
    again = about(cases[:-1], procedure, record) if record is not None else None
    if again and again["slots"].get(procedure.subject or ""):
        first, more = answered_case(procedure, again, text, source), []
    return shared(procedure, on_top(cases, *reversed(more), first), source)


async def _for_every(book: ProcedureBook, cases: list[Case], text: str, source: str, context: Context) -> list[Case]:
    """Return the stack with a case for each record where the customer means all of those that are offered."""
    if not cases or not means_every(text):
        return cases
    case, procedure = cases[-1], followed(book, cases[-1])
    wanted = next_of(book, case, context)
    if not isinstance(wanted, AskNext) or wanted.slot != procedure.subject or not 1 < len(wanted.choices) <= MOST_CASES:
        return cases
    first, *more = alike(procedure, case, wanted.choices, source)
    return await with_reads(book, on_top(cases, *reversed(more), first), source, context)


async def with_reads(book: ProcedureBook, cases: list[Case], source: str, context: Context) -> list[Case]:
    """Return the stack with everything read that its cases want, and the next question of its top noted."""
    if not cases:
        return cases
    case, found = await advanced(book, without_reads(cases[-1], only_failed=True), context)
    # What lies below goes on in the same breath when the top has come to a no.
    no = isinstance(found, StopNext)
    below = [await _read_below(book, c, source, context, asks=no) if no or _beside(cases, c) else c for c in cases[:-1]]
    procedure = followed(book, case)
    if isinstance(found, AskNext) and found.note:  # nothing is there under the last answer
        case = {**without_slot(procedure, case, found.slot), "note": found.note, "asked": found.slot}
        case, found = await advanced(book, case, context)
    if isinstance(found, AskNext):
        case = _asked(book, case, found, source, context)
        # What was said before the question may answer it: when it suits, where it is.
        if asks_why(procedure, found.slot):
            choice = case["beside"] or None
        else:
            read = reading_of(book, case, context)
            choice = said_before(procedure, case, found.slot, read) if not case["note"] else None
        if choice is not None:
            chosen = with_slot(procedure, case, found.slot, choice, source)
            return await with_reads(book, [*cases[:-1], chosen], source, context)
    return [*below, case]


async def _read_below(book: ProcedureBook, case: Case, source: str, context: Context, *, asks: bool) -> Case:
    """Return a case that is not on top with everything read that it wants, and its question noted where it is put."""
    case, found = await advanced(book, case, context)
    return _asked(book, case, found, source, context) if asks and isinstance(found, AskNext) else case


def _beside(cases: list[Case], case: Case) -> bool:
    """Say whether a case asks the same as the top for another record."""
    return case["procedure"] == cases[-1]["procedure"]


def _asked(book: ProcedureBook, case: Case, ask: AskNext, source: str, context: Context) -> Case:
    """Return the case with its question noted."""
    procedure = followed(book, case)
    text = question(ask, reading_of(book, {**case, "aside": None, "again": 0}, context), context.locale)
    found = [choice for choice in ask.choices if isinstance(choice, str)]
    shown = dict(zip(found, labels(found, case, context.locale), strict=True)) if 0 < len(found) <= LISTED else {}
    return asking(case, ask.slot, source, offered(procedure.slots[ask.slot].slot, text) or shown)


def _drops(book: ProcedureBook, case: Case, text: str) -> bool:
    """Say whether a message takes the open case back, and does not merely answer its question with no."""
    procedure = followed(book, case)
    calls_off = CALLS_OFF.search(normalised(text)) and "cancel" not in procedure.source.text.lower()
    if not (calls_off or takes_back(without_hesitation(text))) or PLAIN_NO.match(text):
        return False
    asked = procedure.slots.get(case["asked"] or "")
    return asked is None or asked.slot.type != "yes_no" or answer_to_confirmation(text) != "no"


async def _chosen(
    book: ProcedureBook,
    cases: list[Case],
    text: str,
    source: str,
    context: Context,
    *,
    answered: bool,
    before: str,
    spoken_of: Sequence[Any],
) -> list[Case]:
    """Return the stack with a case for each request in a message; an answer is no request."""
    if not book.chooser:
        return cases
    parts = [part for sentence in sentences(text) for part in ALSO.split(sentence)] if answered else [text]
    if answered and len(parts) == 1:
        return cases
    open_one = cases[-1]["procedure"] if cases else None
    for part in parts:
        # What was named first is dealt with first: it comes to lie on top.
        found = await requests_in(book, part, source, context, before, spoken_of)
        for name, said in reversed(found):
            if name == open_one:
                continue
            if answered and cases and answered_case(followed(book, cases[-1]), cases[-1], part, source) != cases[-1]:
                continue  # this part is the answer
            cases = requested(book.procedures[name], cases, [(said, source)])
            beside = said_beside(book.procedures[name], said.replace("\n", ". ") if before else part)
            cases = [c if c["procedure"] != name else {**c, "beside": c["beside"] or beside} for c in cases]
            if len(found) > 1:
                cases = replaced(cases, heard(cases[-1], said))
            elif before and not means_another(text):  # may tell which record is meant
                cases = replaced(cases, heard(cases[-1], before))
    return cases


def requested(procedure: Procedure, cases: list[Case], messages: Sequence[tuple[str, str]]) -> list[Case]:
    """Return the stack with the cases that messages ask for on top; one that is about the same comes up instead."""
    first, *more = opened(procedure, messages)
    record = slot_value(first, procedure.subject) if procedure.subject else None
    if again := about(cases, procedure, record):
        first = answered_case(procedure, again, *messages[-1]) if messages else again
    return on_top(cases, *reversed(more), first)
