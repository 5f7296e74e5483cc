"""Go on about the records that the last reply told: one of them, the other one, whether there is one at some time."""

import re
from collections.abc import Sequence

from core.json_records import Record, records_within, words_of_name
from core.language.fixed_sentences import ENGLISH, phrase
from core.language.records.picking import asks_only_for_time, picked
from core.language.records.record_lines import field_line, is_plain
from core.language.records.told import Read, Told, name_of, told_in
from core.language.requested_changes import asks_about, asks_of_us, names_change, wishes
from core.language.several import means_the_other, place_of
from core.language.text import normal
from core.language.words import REFERS, content_stems, leans_on_before
from core.offline.answering.asked_fields import asked_fields
from core.offline.answering.found_records import FOUND
from core.offline.answering.toolbox import Toolbox
from core.offline.reading.chat_request import Result
from core.offline.reading.followups import SHORT

_MOST = 8
_FRAGMENT = 3
"""Words at most of a question that says nothing without what was told before it: `by whom?`."""
_FEW = 3
"""Records at most whose details are told to who asks for no field of them."""
_DETAILS = re.compile(
    r"^\W*(?:(?:and|but|ok(?:ay)?|und|et|y)\W+)*(?:for what|what for|which(?: ones?)?(?: is (?:it|that))?|"
    r"what(?:'s| is| was| are) (?:that|it|this|they|those)(?: for)?|(?:tell me )?more|(?:more |the )?details?|"
    r"wofür|welche[nrs]?|was (?:ist|war) das|mehr(?: dazu)?|pour quoi|c'est (?:pour )?quoi|le(?:s)?quel(?:le)?s?|"
    r"para qué|cuál(?:es)?|qué es(?: eso)?|por qué concepto)\W*(?:please|bitte|s'il vous plaît|por favor)?\W*$"
)
_LISTS = re.compile(
    r"\b(?:which|what) (?:[\w-]+ ){1,3}?(?:are|is|have|has|do you have)\b|\b(?:are|is) there (?:any|some|a|still)\b|"
    r"\b(?:do you have|have you got) (?:any|some|a)\b|\bwelche \w+ (?:gibt|sind|habt|haben|hätten)\b|"
    r"\bquel(?:le)?s? \w+ (?:(?:y )?a|sont|avez|sont-ils)\b|\bqué \w+ (?:hay|tienen|tenéis|están)\b"
)
"""What asks for the things on offer themselves."""
_OWN_LIST = re.compile(r"^\W*(?:(?:hi|hello|and|so|ok)\W+)*(?:what|which)(?: \w+){0,2} (?:have|did|do|had) (?:i|we)\b")
"""What asks for what the customer has."""
_OF_ANY = frozenset(content_stems("get list show find search all free available my own current"))
"""Words of a tool's name that say nothing of what it lists."""


def goes_on(desk: Toolbox, *, found: str = FOUND, locale: str = ENGLISH, english: str = "", before: str = "") -> str:
    """Return what is said to a short message that goes on about the records just told, or an empty text.

    Args:
        desk: The conversation and its tools.
        found: What the records are introduced by.
        locale: The language in which values are written.
        english: The message in English, where it is written in another language.
        before: The message before it, in English.

    Raises:
        CallNeeded: a record has to be read anew.
    """
    conversation = desk.conversation
    text = conversation.message
    if len(text.split()) > SHORT or wishes(text) or asks_of_us(text) or conversation.last_reply.endswith("?"):
        return ""
    reads = [Read(r.name, r.args, r.data) for r in conversation.earlier_results if not r.failed and r.data is not None]
    told = told_in(conversation.last_reply, reads)
    if not told:
        return ""
    said = normal(f"{text} {english}")
    if asks_only_for_time(text):
        places = picked([one.option for one in told], text, by_words=False)
        if places is not None:
            lines = _lines([told[place] for place in places] or [*told, *_others(told, reads)], desk, locale)
            return _told(phrase("none_then", locale) if not places else found, lines)
    if _DETAILS.match(normal(text)) and len(told) <= _FEW:
        return _told(found, _lines(told, desk, locale))
    if means_the_other(text):
        return _told(found, _lines(_others(told, reads), desk, locale, said, before))
    if chosen := _picked(told, text, said):
        return _told(found, _lines(chosen, desk, locale, said))
    others = _others(told, reads) if leans_on_before(text) else []
    named = _picked(others, text, said, every=[*told, *others])
    return _told(found, _lines(named, desk, locale, said, before))


def picks_one(text: str) -> bool:
    """Say whether a message speaks of one of several by its place among them, or of the other one."""
    return means_the_other(text) or place_of(text) is not None


def listed(desk: Toolbox, *, found: str = FOUND, locale: str = ENGLISH, english: str = "") -> str:
    """Return the records of a read that a message asks for by what they are: `which rooms are free?`; else nothing."""
    asked = f"{desk.conversation.message} {english}".strip()
    own = _OWN_LIST.search(normal(asked)) is not None
    if not (own or _LISTS.search(normal(asked))) or names_change(asked):
        return ""
    stems = set(content_stems(asked))
    whole = [result for result in desk.conversation.results if not (result.failed or result.args)]
    about = [len(stems.intersection(_about(result, desk))) for result in whole]
    named = [not (stems - _OF_ANY).isdisjoint(content_stems(words_of_name(result.name))) for result in whole]
    best = [
        result
        for result, n, is_named in zip(whole, about, named, strict=True)
        if n == max(about) and (is_named or n > (0 if own else 1))
    ]
    return _told(found, [line for result in best for line in _on_offer(result.data, asked, locale)])


def _about(result: Result, desk: Toolbox) -> set[str]:
    """Return the stems of what a read is called and said to tell."""
    description = desk.conversation.tools.get(result.name, {}).get("description", "")
    return set(content_stems(f"{words_of_name(result.name)} {description}"))


def _on_offer(data: object, asked: str, locale: str) -> list[str]:
    told = [Told(Read("", {}, data), record, {}) for record in records_within(data) if name_of(record) is not None]
    places = picked([one.option for one in told], asked)
    return [_line(one.record, locale) for one in ([told[place] for place in places] if places else told)]


def _picked(told: Sequence[Told], text: str, said: str, every: Sequence[Told] = ()) -> list[Told]:
    """Return those of some records that a message picks out of them, or out of every record, where it asks nothing but
    what stands in them.
    """
    among = every or told
    places = picked([one.option for one in among], text, by_place=not every)
    asks = asks_about(text)
    if places is None and len(among) == 1 and asks and (REFERS.search(said) or len(text.split()) <= _FRAGMENT):
        places = [0]
    chosen = [among[place] for place in places or () if len(places or ()) < len(among) or len(among) == 1]
    own = [one for one in chosen if any(one is other for other in told)]
    return [one for one in own if not asks or every or asked_fields(said, one.record, set())]


def _others(told: Sequence[Told], reads: Sequence[Read]) -> list[Told]:
    """Return the records of the same kind that were read and not told, each once."""
    names = {one.name for one in told}
    others = {
        name_of(record): Told(read, record, {})
        for one in told[:1]
        for read in reads
        if read.tool == one.read.tool
        for record in records_within(read.found)
        if record.keys() == one.record.keys()
    }
    return [other for name, other in others.items() if name not in names]


def _lines(several: Sequence[Told], desk: Toolbox, locale: str, said: str = "", before: str = "") -> list[str]:
    """Return a line a record, as it is read now: the fields that are asked for, or that were before, or all."""
    lines = []
    for one in several[:_MOST]:
        result = desk.look_up(one.read.tool, **one.read.args)
        now = next((r for r in records_within(result.data) if name_of(r) == one.name), None)
        if now is not None:
            asked = asked_fields(said, now, set()) or asked_fields(normal(before), now, set())
            lines.append(field_line(now, asked, locale) if asked else _line(now, locale))
    return list(dict.fromkeys(filter(None, lines)))


def _line(record: Record, locale: str) -> str:
    return field_line(record, {n: v for n, v in record.items() if is_plain(v) and v != ""}, locale)


def _told(found: str, lines: Sequence[str]) -> str:
    return "\n".join([found, *(f"- {line}" for line in lines[:_MOST])]) if lines else ""
