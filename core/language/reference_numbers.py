"""Find the numbers by which people name what they write about, in every usual spelling."""

import re
from functools import lru_cache

from core.language.postal_addresses import STATES, STREET, named_parts, read_address
from core.language.text import normal
from core.language.word_tables import NUMBER_WORDS

_DIGITS = {word: str(number) for word, number in NUMBER_WORDS.items() if number < 10}
_DIGITS |= {"oh": "0", "null": "0", "one": "1", "eins": "1"}
_DIGIT_WORD = "|".join(_DIGITS)
_GAP = r"(?:[,.]? |-|, ?)"
_SPELLED_WORDS = re.compile(rf"\b(?:{_DIGIT_WORD})(?:{_GAP}(?:{_DIGIT_WORD})\b){{2,}}", re.IGNORECASE)
_SPELLED_DIGITS = re.compile(
    rf"(?<![\w'])(?:[A-Z]{_GAP}?){{0,3}}[A-Z]{{0,2}}\d{{1,2}}(?:{_GAP}\d{{1,2}}(?!\d|[:%]))+(?![\w:])"
)
_LETTERS = re.compile(r"\b([a-z]) ([a-z])(?: ([a-z]))? ?(?=\d{4,10}\b)")
"""Two or three letters said one by one before a number."""
_NO_PREFIX_TEXT = (
    "a i is my of in to on at no it an or by for the nr and are was has did id us am pm as be do if so up we hi ok not "
    "but order number"
)
_NO_PREFIX = frozenset(_NO_PREFIX_TEXT.split()) | {code.casefold() for code in STATES.values()}
"""Words that may stand before a number without belonging to it."""
_PREFIXED = re.compile(r"(?<![\w.,$€£@/'’-])#?\s?([A-Za-z]{1,3})(\s?-?\s?)(\d{4,10})(?![\w@]|\.\d)")
_SPELLED = re.compile(r"(?<![\w.,$€£])#?\s?(?:([A-Za-z])\s)?([A-Za-z])?[\s-]?((?:\d[ -]){3,9}\d)(?![\w-])")
_BARE = re.compile(r"(?<![\w.,$€£@/-])(?P<sign>#\s?)?(?P<digits>\d{4,8})(?![\w@%-]|[.,]\d)")
_OTHER_NUMBER = re.compile(
    r"(?:zip(?: code)?|item(?: id)?|product(?: id)?|tracking(?: id| number)?|postcode|phone|ending(?: in)?|"
    r"year) (?:is |number )?$"
)
_ORDER_JUST_BEFORE = re.compile(r"\b(?:orders?|number|parcel|package)(?: number| no\.?| id| nr\.?)?(?: is| was|:)? $")
_ORDER_TALK = re.compile(
    r"\b(?:orders?|number|parcel|package|delivery|shipment|bestellung|commande|pedido|ordine|encomenda|"
    r"zamówieni\w+)\b|#"
)

CODE = r"#?(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{4,}\b"
"""A pattern for the name of a record in letters and digits, whatever its business: `TK-1002`, `#W2611340`."""
_LOOK_AROUND = 120
"""Characters before and after a number that tell what it is the number of."""


def reference_numbers(text: str) -> list[str]:
    """Return the numbers of records in a text in every usual spelling, each once, in order of appearance.

    A number with letters comes back as `#W2611340`, one without letters as its digits, for whoever keeps the record to
    complete.
    """
    text = join_spelled(text)
    speaks_of_orders = bool(_ORDER_TALK.search(normal(text)))
    found: dict[int, str] = {}
    taken: set[int] = set()  # places of the text
    for match in _SPELLED.finditer(text):
        letters = ((match[1] or "") + (match[2] or "")).upper()
        digits = re.sub(r"[ -]", "", match[3])
        if 4 <= len(digits) <= 10 and (letters or speaks_of_orders):
            if letters.casefold() in _NO_PREFIX:
                letters = ""
            found[match.start(3)] = f"#{letters}{digits}" if letters else digits
            taken.update(range(*match.span()))
    for match in _PREFIXED.finditer(text):
        letters, gap, digits = match.groups()
        word = letters.casefold() in _NO_PREFIX if gap else letters.casefold() in {"no", "nr"}
        if (
            not word
            and match.start(3) not in taken
            and (match[0].startswith("#") or digits != _postcode(text))
            and not _OTHER_NUMBER.search(_before(text, match))
        ):
            found[match.start(3)] = f"#{letters.upper()}{digits}"
            taken.update(range(*match.span()))
    for match in _BARE.finditer(text):
        if match.start("digits") not in taken and _is_order(text, match) and match["digits"] != _postcode(text):
            found[match.start("digits")] = match["digits"]
    return list(dict.fromkeys(found[position] for position in sorted(found)))


@lru_cache(maxsize=64)
def _postcode(text: str) -> str | None:
    """Return the postcode of an address in a text."""
    return (named_parts(text) | read_address(text)).get("zip")


def _before(text: str, match: re.Match[str]) -> str:
    """Return the words right before a number."""
    return normal(text[max(0, match.start() - _LOOK_AROUND) : match.start()]) + " "


def _is_order(text: str, match: re.Match[str]) -> bool:
    """Tell an order number from a year, a postcode, a house number or an item id."""
    before, after = _before(text, match), text[match.end() : match.end() + _LOOK_AROUND]
    if match["sign"]:
        return True
    if _OTHER_NUMBER.search(before) or STREET.match(match["digits"] + after):
        return False
    if re.search(
        rf"(?:^|[ ,])(?:{'|'.join(c.casefold() for c in STATES.values())}|{'|'.join(STATES)}),? $", before
    ) and not before.endswith("is "):
        return False
    if re.match(r"(?:19|20)\d\d$", match["digits"]):
        return bool(re.search(r"order(?: number| no\.?| id)? $", before))
    return len(match["digits"]) >= 5 or bool(_ORDER_JUST_BEFORE.search(before))


def join_spelled(text: str) -> str:
    """Return the text with digits, and letters before them, joined where they were said one by one."""
    text = _SPELLED_WORDS.sub(lambda m: " ".join(_DIGITS[word.lower()] for word in re.findall(r"\w+", m[0])), text)
    text = _SPELLED_DIGITS.sub(_joined, text)
    return _LETTERS.sub(lambda m: "".join(letter.upper() for letter in m.groups() if letter), text)


def _joined(match: re.Match[str]) -> str:
    """Join a run of at least three single digits; two numbers side by side are two numbers."""
    if len(re.findall(r"\d", match[0])) < 3 or any(len(n) > 2 for n in re.findall(r"\d+", match[0])):
        return match[0]
    singles = [n for n in re.findall(r"\d+", match[0]) if len(n) == 1]
    return re.sub(r"[\s,.-]", "", match[0]) if len(singles) >= 2 else match[0]
