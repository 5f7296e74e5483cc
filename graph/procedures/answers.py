"""Read a customer's message for the slots of a case.

What has a form is heard wherever it is said: a number that fits a slot's pattern, one of a closed choice. A yes, a
plain amount or free words count only as the answer to the question that was asked. A value that fits another slot
better fills that one and leaves the question open. Several records that a message names side by side are several cases.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import re2

from core.json_records import words_of_name
from core.language.action_words import without_deeds
from core.language.confirmations import answer_to_confirmation
from core.language.corrections import begins_by_taking_back, wants_it_otherwise
from core.language.fixed_sentences import LABELS, label
from core.language.glossary import with_english
from core.language.greetings import is_small_talk
from core.language.records.picking import asks_only_for_time
from core.language.requested_changes import asks_about, wishes, without_lead
from core.language.several import count_of, difference_in, hesitates, means_another
from core.language.statements import names_in
from core.language.text import any_phrase, normalised
from core.language.words import CONTRACTED, NEGATION, content_stems
from graph.procedures.cases import Case, alike, another, open_case, slot_value, with_slot, without_slot
from graph.procedures.choice import CLAUSES, MAY_I
from graph.procedures.format.procedure import Procedure
from graph.procedures.format.procedure_file import Slot
from graph.procedures.format.slot_values import date_in, fitting
from graph.procedures.offers import meant

NUMBER = re2.compile(r"(?:^|[^\w.,])[$€£]?(-?\d+(?:[.,]\d+)?)(?:$|[^\w])")
NAMED_BY = re.compile(
    r"\b(?:ending|ends|card|visa|mastercard|amex|account|number|nr|no|karte|konto|endet|endend|carte|terminant|tarjeta|"
    r"terminada)(?:\s(?:in|with|on|auf|mit|par|en|is|ist|number|ending|ends)){0,2}[\s:.#]{1,3}\d+\b",
    re.IGNORECASE,
)
"""A number that names something, such as a card, and is no amount."""
COUNTED = re.compile(r"(?<![\w.,-])(\d+(?:[.,]\d+)?|[^\W\d_]+)[\s-](?=([^\W\d_]+))")
"""A number in figures or words, and the word behind it."""
AIMED_AT = re.compile(
    r"\b(?:to|by|in|is|says|shows|reads|auf|um|à|de|a|en)\s[€$£]?(\d+(?:[.,]\d+)?)(?![\w.,:%-]*\d)(?!\.?\s?(?:st|nd|rd|th|am|pm|o'clock|days?|"
    r"weeks?|months?|years?|hours?|minutes?|tage?n?|wochen?|monate?n?|uhr|jours?|mois|días?|meses|jan|feb|mar|apr|may|jun|"
    r"jul|aug|sep|oct|nov|dec)\w*)"
)
NUMERIC = ("number", "integer")
FEW_WORDS = 6
DENIED = re.compile(
    rf"(?<!\w)(?:{NEGATION}|{CONTRACTED}|sin|instead of|rather than|statt)\s+"
    r"(?:(?:the|an?|my|about|for|of|number|because|it|is|was|das|die|der|wegen|une?|le|la|el|pour|por)\s+){0,3}$"
)
SUPPOSED = re.compile(r"\b(?:if|unless|in case|whether|suppose|wenn|falls|ob|si|au cas où)\b[^.,;!?]*$")
"""What stands before that which is only thought of."""
CORRECTS = re.compile(
    r"\?|\b(?:no|not|wait|sorry|actually|rather|instead|oops|mean|meant|or|but|oder|nein|nicht|sondern|lieber|"
    r"entschuldigung|ou|non|pas|pardon|plutôt|o|perdón|mejor|scusa|anzi|desculpa|of|nee|lub|nie)\b"
)
"""What between two values says that the second takes the place of the first, or is a choice with it."""
JOINS = re.compile(
    r"\s{0,4}(?:[,;&+]|(?:and|plus|as well as|along with|together with|und|sowie|et|ainsi que|y|e|ed|en|i|oraz)\b)"
)
"""How what stands between two values begins where both are meant."""
WORDS = re.compile(r"\b[^\W\d_]+\s+[^\W\d_]{2,}\s|\b[^\W\d_A-Z]{5,}\b")
"""Words of a sentence."""
LONGEST_ANSWER = 300
"""Characters of a message that is taken whole as an answer in free words."""
SUGGESTS = re.compile(r"(?:what|how) about|wie wäre|was ist mit|ginge|geht|et|qué tal")
"""How a choice is put forward as a question."""
NEGATED = re.compile(rf"(?<!\w)(?:{NEGATION}|{CONTRACTED}|sin)(?!\w)")
YES_WITHIN = re.compile(
    r"^(?:yes|yeah|yep|sure|correct|right|it is|it was|i am|i do|i did|ja|oui|s[ií]|sì|sim|tak)\b", re.IGNORECASE
)
NO_WITHIN = re.compile(
    r"^(?:no|nope|not|it is not|it isn't|it wasn't|i am not|i don't|nein|non|nee|não|nie)\b", re.IGNORECASE
)


def answered_case(procedure: Procedure, case: Case, text: str, source: str) -> Case:
    """Return the case with every slot filled that a message answers.

    Args:
        procedure: The procedure of the case.
        case: The case; its `asked` is the slot the customer was asked for.
        text: What the customer said.
        source: Where, such as `message:ID`.
    """
    asked, before = case["asked"], case
    # What others rest on comes first: a new value of it clears theirs.
    for name, value in sorted(_formed(procedure, case, text), key=lambda told: len(procedure.behind(told[0]))):
        if slot_value(case, name) != value:
            case = with_slot(procedure, case, name, value, source)
    if case is before and not _only_asks(text):
        case = _chosen_otherwise(procedure, case, text, source)
    if asked is None or asked != case["asked"] or asked not in procedure.slots:
        return case
    slot, options = procedure.slots[asked].slot, {} if _only_asks(text) else case["choices"].get(asked, {})
    told_by = {**case, "reads": {}} if slot.one_of else case  # `business` is no record, though one may hold it
    if case is before or slot.type == "yes_no":  # `Yes, and it is AB12CD` answers and says more
        listed = slot.type == "text" and not slot.one_of and len(options) > 1
        among = case["aside"]["among"] if case["aside"] else []
        answer = (
            meant({value: options[value] for value in among}, {**case, "said": []}, text) if len(among) > 1 else None
        )
        if answer is None and listed:
            answer = meant(options, told_by, text)
        if answer is None:
            answer = _answer(slot, text)
        if answer is None:
            answer = meant(options, told_by, text)
        if answer is None and answer_to_confirmation(text) == "yes":
            only = list(options) if case["note"] else []  # in place of one that is not there
            only = among or only
            answer = only[0] if len(only) == 1 else None
        if answer is not None:
            case = with_slot(procedure, case, asked, answer, source)
    return case


def _only_asks(text: str) -> bool:
    """Say whether a text asks something of a choice, as `is the second one dearer?`, instead of asking for it."""
    said = text.rstrip(" ?!.")
    return asks_about(said) and not (MAY_I.match(without_lead(said)) or SUGGESTS.match(without_lead(said)))


def _chosen_otherwise(procedure: Procedure, case: Case, text: str, source: str) -> Case:
    """Return the case with another one of the choices of a slot that is filled, where a message names one instead.

    Who says no to the one they chose is asked again.
    """
    takes_back = begins_by_taking_back(text)
    for name, options in case["choices"].items():
        if name not in case["slots"] or not (takes_back or wants_it_otherwise(text) or len(text.split()) <= FEW_WORDS):
            continue
        other = meant(options, {**case, "said": []}, text, by_words=takes_back)
        if other is not None and other != slot_value(case, name):
            return with_slot(procedure, case, name, other, source)
        if other is not None and takes_back:
            return {**without_slot(procedure, case, name), "said": []}
    return case


REASONS = ("reason", "problem", "issue", "fault", "cause", "complaint")
"""What a slot in free words is called whose answer a request may hold already."""


def asks_why(procedure: Procedure, name: str) -> bool:
    """Say whether a slot asks for a reason in free words."""
    slot = procedure.slots[name].slot
    return name in REASONS and bool(slot.ask) and slot.type == "text" and not (slot.pattern or slot.one_of)


def said_beside(procedure: Procedure, text: str) -> str:
    """Return what a request says beside what it asks for, as in `I need a technician, the line is dead`."""
    said = [part.strip(" ,;:.!-–") for part in CLAUSES.split(text) if len(part.split()) > 1]
    told = [part for part in said if not (wishes(part) or asks_about(part) or is_small_talk(part) or names_in(part))]
    told = [part for part in told if not asks_only_for_time(part)]
    if len(said) > 1:  # `it is line L-1001` says no more than which one
        told = [part for part in told if not answered_case(procedure, open_case(procedure), part, "")["slots"]]
    contract = procedure.source.contract
    own = set(content_stems(" ".join((contract.name, contract.description, *contract.examples))))
    beside = ", ".join(part for part in told if not own.issuperset(content_stems(part)))
    return beside if len(beside) <= LONGEST_ANSWER else ""


def answered_cases(procedure: Procedure, case: Case, text: str, source: str) -> list[Case]:
    """Return the case after a message, and one more for each further record that it asks the same for."""
    after, subject = answered_case(procedure, case, text, source), procedure.subject
    if subject is None:
        return [after]
    records, before = _side_by_side(procedure.slots[subject].slot, text), slot_value(case, subject)
    if before is not None and records and before not in records and means_another(text):
        return [case, *alike(procedure, another(after), records, source)]
    return alike(procedure, after, records, source) if len(records) > 1 else [after]


def _side_by_side(slot: Slot, text: str) -> list[str]:
    """Return the values of a slot that a message names, without those that it takes back."""
    kept: list[str] = []
    behind = 0
    for denied, start, end, value in _values_in(slot, text):
        if denied:
            continue
        between = normalised(text[behind:start])
        if kept and (CORRECTS.search(between) or not JOINS.match(between)):
            kept = []
        kept, behind = [*(v for v in kept if v != value), value], end
    return kept


def _formed(procedure: Procedure, case: Case, text: str) -> Iterable[tuple[str, Any]]:
    """Yield the slots whose form stands in a message; the slot that was asked for has the first claim on a value."""
    taken: set[str] = set()
    names = sorted(procedure.slots, key=lambda name: (name != case["asked"], name in case["slots"]))
    for name in names:
        slot = procedure.slots[name].slot
        if not slot.ask:
            continue
        told = name in case["slots"] and name != case["asked"]
        corrected = _corrected(slot, text, after_no=case["stopped"] is not None) if told else []
        for value, found in corrected or _candidates(procedure, name, text, case["asked"]):
            if found not in taken:
                taken.add(found)
                yield name, value
                break


def _corrected(slot: Slot, text: str, *, after_no: bool) -> list[tuple[Any, str]]:
    """Return the other number of a message such as `make it 3`, or of a few words after a no."""
    few = after_no and len(text.split()) <= FEW_WORDS
    if slot.type not in NUMERIC or _is_difference(slot, text) or not (few or wants_it_otherwise(text)):
        return []
    number = _one_number(text)
    value = fitting(slot, number) if number is not None else None
    return [(value, str(number))] if value is not None else []


def _one_number(text: str) -> str | int | None:
    """Return the one number of a text, in figures or a word, or None."""
    text = NAMED_BY.sub(" ", text)
    numbers = NUMBER.findall(text)
    return numbers[0] if len(numbers) == 1 else count_of(text) if not numbers else None


def _candidates(procedure: Procedure, name: str, text: str, asked: str | None) -> list[tuple[Any, str]]:
    """Return what in a message has the form of a slot, the likeliest first, each with the words that say so."""
    slot = procedure.slots[name].slot
    if _is_difference(slot, text):
        return []
    if slot.type in NUMERIC:
        if name == asked and (number := _one_number(text)) is not None and NUMBER.search(text):
            value = fitting(slot, number)
            return [(value, str(number))] if value is not None else []
        alone = [other.slot.type in NUMERIC for other in procedure.slots.values()].count(True) == 1
        return _counted(name, slot, text) or (_aimed_at(name, slot, text) if alone else [])
    if (told := _told_by_words(slot, text)) is not None:
        return [(told, f"{name}: {told}")]  # the same words may be a choice of another slot
    if slot.type == "text" and slot.one_of:
        return _chosen(slot.one_of, text)
    # `not AB12CD but XY34ZW`, `AB12CD, no wait, XY34ZW`: what is said last and not denied counts.
    return [(value, value) for denied, _, _, value in reversed(_values_in(slot, text)) if not denied]


def _counted(name: str, slot: Slot, text: str) -> list[tuple[Any, str]]:
    """Return the number in front of what a slot counts: `two months` where it asks for how many months."""
    asked = slot.ask.values() if isinstance(slot.ask, Mapping) else [slot.ask or ""]
    counts = {stem for said in (words_of_name(name), *asked) for stem in content_stems(said)}
    found = []
    for number, thing in COUNTED.findall(normalised(text)):
        count = number if number[0].isdigit() else count_of(number)
        value = fitting(slot, count) if count is not None and counts.intersection(content_stems(thing)) else None
        found += [(value, number)] if value is not None else []
    return found if len(found) == 1 else []


def number_by_difference(slot: Slot, said: Sequence[str], at_present: int | None) -> Any:
    """Return the number that a slot gets by how many more or fewer a customer wants, or None.

    Where nothing is known at present, the difference is the number.
    """
    if slot.type != "integer":
        return None
    # Who asks for a price or a rule says no number yet; who asks whether they may have it does.
    wished = (text for text in reversed(said) if not asks_about(text) or MAY_I.match(without_lead(text)))
    found = next((one for text in wished if (one := difference_in(text)) is not None), None)
    return None if found is None else fitting(slot, (at_present or 0) + found)


def _is_difference(slot: Slot, text: str) -> bool:
    """Say whether a text names how many more or fewer of what a slot counts are wanted, and not how many in all."""
    return slot.type == "integer" and difference_in(text) is not None


def _aimed_at(name: str, slot: Slot, text: str) -> list[tuple[Any, str]]:
    """Return the one number to which something is to be changed, or that stands behind a colon or the slot's name:
    `lower it to 120`, `the reading is due: 13950`, `reading 13950`.
    """
    named = rf"(?:\b{re.escape(words_of_name(name))}|:)\s+(?=[€$£]?\d)"
    found = AIMED_AT.findall(re.sub(named, " to ", normalised(NAMED_BY.sub(" ", text))))
    value = fitting(slot, found[0]) if len(found) == 1 else None
    return [(value, found[0])] if value is not None else []


def _values_in(slot: Slot, text: str) -> list[tuple[bool, int, int, str]]:
    """Return the words of a slot's form in reading order: whether each is denied, where it stands, and its value."""
    if slot.type != "text" or not slot.pattern:
        return []
    pattern = re2.compile(slot.pattern)
    found = []
    for word in re.finditer(r"[#\w][\w./@+#-]*", text):
        for shape in (word.group(), word.group().rstrip("."), word.group().strip("#.")):
            written = shape if pattern.fullmatch(shape) else shape.upper()
            a_word = shape.isalpha() and (shape != written or text.isupper())  # `CANCEL MY FLIGHT` is no number
            if pattern.fullmatch(written) and not a_word:
                denied = bool(DENIED.search(text[: word.start()].lower()))
                found.append((denied, word.start(), word.end(), written))
                break
    return found


def offered(slot: Slot, question: str) -> dict[str, str]:
    """Return the values that a question offers as answers, each with the words that stand behind it."""
    if slot.one_of:
        return {choice: choice for choice in slot.one_of}
    found, shown = _values_in(slot, question), dict[str, str]()
    ends = [*(start for _, start, _, _ in found[1:]), len(question)]
    for (_, _, begin, value), end in zip(found, ends, strict=False):
        shown.setdefault(value, question[begin:end].strip(" ,;?"))
    return shown


def _told_by_words(slot: Slot, text: str) -> Any:
    """Return the one answer that a text gives in the business's own words for it, or None: `I am ill` where `ill` means
    yes.
    """
    said = normalised(with_english(text)) if slot.also_called else ""
    found = {
        fitting(slot, answer)
        for answer, words in slot.also_called.items()
        for place in any_phrase(tuple(words)).finditer(said)
        if not (DENIED.search(said[: place.start()]) or SUPPOSED.search(said[: place.start()]))
    }
    return found.pop() if len(found) == 1 else None


def in_words(choice: str) -> str:
    """Return a choice as it is written and read in small letters: `basic economy` for `basic_economy`."""
    return normalised(choice).replace("_", " ")


def _chosen(choices: list[str], text: str) -> list[tuple[Any, str]]:
    said = in_words(text)
    if not (found := _named(choices, said)) and not NEGATED.search(said):  # `my plans changed` is a `change of plan`
        english = with_english(text)
        stems = set(content_stems(english))
        worded = [c for c in choices if len(own := set(content_stems(c))) > 1 and own <= stems]
        found = _named(choices, in_words(english)) or worded
    # The longest of those that begin at one place, and only where one is named.
    longest = [c for c in found if not any(c != o and in_words(c) in in_words(o) for o in found)]
    return [(longest[0], longest[0])] if len(longest) == 1 else []


def _named(choices: list[str], said: str) -> list[str]:
    """Return the choices that a text in small letters names, without those that it denies."""
    found = []
    for choice in choices:
        names = {in_words(choice), *(normalised(label(choice, language)) for language in LABELS)}
        place = re.search(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", said)
        if place and not DENIED.search(said[: place.start()]):
            found.append(choice)
    return found


def _answer(slot: Slot, text: str) -> Any:
    """Return what a message answers to the slot's own question, or None where it answers something else."""
    match slot.type:
        case "yes_no":
            return _yes_no(text)
        case "number" | "integer":
            number = None if _is_difference(slot, text) else _one_number(text)
            return None if number is None else fitting(slot, number)
        case "date":
            return date_in(text)
        case "json":
            return None
    if slot.pattern:
        grouped = re.sub(r"\s+", "", text)  # a number may be written in groups, but is no sentence
        is_number = grouped.isupper() or any(c.isdigit() for c in grouped)
        return fitting(slot, grouped) if is_number and not WORDS.search(text) else None
    if slot.one_of:
        return None  # it would have been heard
    said = text.strip()
    # `yes, book it` says that it is wanted, and no reason for it
    agrees = any(answer_to_confirmation(one) != "other" for one in (said, " ".join(without_deeds(said).split())))
    other = said.endswith("?") or hesitates(said) or begins_by_taking_back(said) or agrees
    return said if said and not other and len(said) <= LONGEST_ANSWER else None


def _yes_no(text: str) -> bool | None:
    answer = answer_to_confirmation(text)
    if answer != "other":
        return answer == "yes"
    said = normalised(text)
    if "?" in said:
        return None
    if NO_WITHIN.match(said):
        return False
    return True if YES_WITHIN.match(said) else None
