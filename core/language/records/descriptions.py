"""Find the records that words describe: by what stands in them, and by the weekdays and months of their days."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from core.json_records import Record, records_within
from core.language.fixed_sentences import ENGLISH, PHRASES, phrase
from core.language.several import count_of
from core.language.text import normal, stem
from core.language.word_tables import MONTHS, WEEKDAY_NAMES
from core.language.words import content_stems

CAPITALS = re.compile(r"\b[A-Z]{2,3}\b(?!.*\b[A-Z]{4})")
"""What may be the first letters of a name: `LA`; not in a text that is all in capitals."""
_LONGEST = 80
"""Characters of a value that people would name a record by."""
_SHORTEST = 5
"""Letters from which the beginning of a word stands for it."""
_WAYS = {
    "to": (re.compile(r"\b(?:to|nach|à|para) (\w+)"), re.compile(r"^to\b|destination|arriv|deliver")),
    "from": (re.compile(r"\b(?:from|von|ab|depuis|desde) (\w+)"), re.compile(r"^from\b|origin|depart|pick")),
}
"""How the ends of a way are said, and what their fields are called."""
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_MONTH = re.compile(r"\d{4}-(\d{2})")
_LANGUAGES = ("en", "de", "fr", "es")
MONTH_NAMES = {normal(phrase(f"month_{n}", language)): n for language in PHRASES for n in range(1, 13)} | MONTHS
_MONTH = "|".join(sorted(map(re.escape, MONTH_NAMES), key=len, reverse=True))
DAY_OF_MONTH = re.compile(
    rf"(?<!\w)(?:(\d{{1,2}})(?:st|nd|rd|th|er)?\.? (?:of |de )?({_MONTH})(?!\w)|"
    rf"({_MONTH}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?!\w)),?(?: de)?(?: (\d{{4}}))?"
)
_FROM_TODAY = tuple(
    re.compile(rf"\b(?:{words})\b")
    for words in (
        r"today|to-?ni(?:gh)?te?|this (?:morning|afternoon|evening)|heute|aujourd'hui|ce soir|hoy|esta noche",
        r"(?<!after )(?:tom+or+ow|tmrw)|(?<!am )morgen|(?<!après-)demain|(?<!la )(?<!pasado )mañana",
        r"day after tomorrow|übermorgen|après-demain|pasado mañana",
    )
)
"""How days are named: today, the next, the one after it."""
_DAY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b|\b(?:vom|am|den|du|le|el|del) (\d{1,2})\b(?!:)")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_MAY = re.compile(
    r"\b(?:in|for|of|from|since|until|my|last|this|next|\d{1,2}(?:st|nd|rd|th)?) may\b|\bmay(?:'s)? (?:\d|bill|invoice|"
    r"payment|fee)"
)
"""Where `may` is a month."""

_THE = re.compile(
    r"(?:\b(?:the|this|that|these|those|der|die|das|den|dem|des|diese\w*|le|la|les|du|ce|cet|cette|ces|el|los|las|"
    r"este|esta|ese|esa|estos|estas|(?:is|are) there(?: an?| any)?|gibt es(?: ein\w*)?|y a(?:-t-il)?(?: une?| des)?|"
    r"hay(?: una?)?)\s|\bl')(\w+)(?:\s(\w+))?"
)
"""What is spoken of as known to both, or asked for as something that may be: `the outage`, unlike `an outage`."""


def is_day(value: Any) -> bool:
    """Say whether a value is a date, or a moment, in ISO 8601."""
    return isinstance(value, str) and bool(_ISO_DAY.match(value))


def described(
    words: set[str], records: Sequence[Record], names: Mapping[str, set[str]] | None = None
) -> tuple[list[int], set[str]]:
    """Return the places of the records that words describe best, and those of the words that tell them from the others;
    all places where the words tell none.

    Args:
        words: What `describing` made of a message.
        records: The records that may be meant.
        names: Further words for values that are codes, as `names_in` finds them.
    """
    held = [_shared(words, _held(record, names or {})) for record in records]
    if len(records) > 1:
        common = set.intersection(*held)
        held = [one - common for one in held]
    best = max((len(one) for one in held), default=0)
    if not best:
        return list(range(len(records))), set()
    places = [place for place, one in enumerate(held) if len(one) == best]
    return places, set().union(*(held[place] for place in places))


def _shared(words: set[str], held: set[str]) -> set[str]:
    """Return the words that a record holds, whole or as one of which the other is the beginning: `torstr`."""
    cut = {word for word in words - held for other in held if _begins(word, other)}
    return (words & held) | cut


def _begins(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return len(short) >= _SHORTEST and short.isalpha() and long.startswith(short)


def coded_rows(result: Any) -> Iterator[tuple[str, Record]]:
    """Yield the rows of a result that is a list of what codes stand for, each behind its code: `LIS` is Lisbon."""
    rows = next(iter(result.values())) if isinstance(result, Mapping) and len(result) == 1 else result
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and isinstance(code := next(iter(row.values()), None), str):
            yield code, row


def names_in(results: Sequence[Any]) -> dict[str, set[str]]:
    """Return by which words codes may be named, from results that are lists of what codes stand for."""
    found: dict[str, set[str]] = {}
    for code, row in (one for result in results for one in coded_rows(result)):
        found.setdefault(code, set()).update(*map(words_of_value, row.values()))
    return found


def dated(text: str, today: date) -> str:
    """Return a text with the days behind it that it names by how far they are from today: `tomorrow`."""
    said = normal(text)
    days = [today + timedelta(days=ahead) for ahead, named in enumerate(_FROM_TODAY) if named.search(said)]
    names = (f"{WEEKDAY_NAMES[day.weekday()][0]} {day.day} {phrase(f'month_{day.month}', ENGLISH)}" for day in days)
    return " ".join((text, *names))


def describing(text: str) -> set[str]:
    """Return what may describe a record in a text: stems of its words, and its days and months."""
    said = normal(text)
    days = {f"day {day or other}" for day, other in _DAY.findall(said)} | set(_YEAR.findall(said))
    days |= {f"day {int(day or other)}" for day, _, _, other, _ in DAY_OF_MONTH.findall(said)}
    ways = {f"{way} {stem(word)}" for way, (named, _) in _WAYS.items() for word in named.findall(said)}
    ways |= {f"initials {letters.lower()}" for letters in CAPITALS.findall(text)}
    return set(content_stems(said)) | days | ways | ({"may"} if _MAY.search(said) else set())


def known_things(text: str) -> list[str]:
    """Return the words of what a text speaks of as known, or asks whether there is: `the outage`, not `the three`."""
    return [word for both in _THE.findall(normal(text)) for word in both if word and count_of(word) is None]


def words_of_value(value: Any) -> set[str]:
    """Return by which words a value may be named: its own, or those of its day; a yes or a no says nothing alone."""
    if not isinstance(value, str) or len(value) > _LONGEST or value in ("yes", "no"):
        return set()
    if is_day(value):
        try:
            day = date.fromisoformat(value[:10])
        except ValueError:
            return set()
        return {*map(stem, WEEKDAY_NAMES[day.weekday()]), *_month_words(day.month), f"day {day.day}"}
    if (month := _ISO_MONTH.fullmatch(value)) and 0 < int(month[1]) < 13:
        return _month_words(int(month[1]))
    words = value.split()
    initials = {f"initials {''.join(word[0] for word in words).lower()}"} if len(words) > 1 else set()
    return set(content_stems(value)) | {normal(value)} | set(_YEAR.findall(value)) | initials


def _month_words(month: int) -> set[str]:
    return {stem(normal(phrase(f"month_{month}", language))) for language in _LANGUAGES}


def _held(record: Record, names: Mapping[str, set[str]]) -> set[str]:
    """Return the words by which a record may be named, however deep they stand."""
    held: set[str] = set()
    for name, value in (field for one in records_within(record) for field in one.items()):
        for text in filter(lambda one: isinstance(one, str), value if isinstance(value, list) else [value]):
            words = words_of_value(text) | names.get(text, set())
            held |= words | {f"{way} {word}" for way, (_, ends) in _WAYS.items() if ends.search(name) for word in words}
    return held
