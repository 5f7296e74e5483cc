"""Find the numbers of payment cards, however their digits are grouped or written."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from stdnum import luhn

_ISSUED = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}|35\d{14,17}"
    r"|(?:50|5[6-9]|6\d)\d{11,17}"
)
"""The ranges and lengths that card schemes have under ISO/IEC 7812: Visa, Mastercard, American Express, Diners Club,
JCB, and Maestro, Discover and UnionPay together."""
_FEWEST, _MOST = 13, 19
_WIDEST_GAP = 5
"""Characters that may stand between two groups of digits: ` - ` or `, ` or a few blanks, never a letter."""
_UNEVEN = ((4, 6, 5), (4, 6, 4))
"""How American Express and Diners Club print theirs."""
Group = tuple[int, int, str]
"""Start and end in the text, and the digits as ASCII."""


def card_numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and digits of each card number whose checksum is right (Luhn, ISO/IEC 7812), in any script."""
    for chain in _chains(text):
        place = 0
        while place < len(chain):
            end = _longest_card(chain, place)
            if end:
                yield chain[place][0], chain[end - 1][1], "".join(digits for _, _, digits in chain[place:end])
            place = end or place + 1


def without_cards(text: str) -> str:
    """Return a text with the last four digits of each card number instead of the whole."""
    kept, done = "", 0
    for start, end, digits in card_numbers(text):
        kept, done = f"{kept}{text[done:start]}[card ending in {digits[-4:]}]", end
    return kept + text[done:]


def _chains(text: str) -> Iterator[list[Group]]:
    """Yield groups of digits that stand near each other, at least as many digits as a card has."""
    groups = [
        (match.start(), match.end(), "".join(str(unicodedata.digit(c)) for c in match[0]))
        for match in re.finditer(r"\d+|[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089\u2460-\u2468\u24ea]+", text)
    ]
    chain = groups[:1]
    for before, group in pairwise(groups):
        gap = text[before[1] : group[0]]
        if len(gap) > _WIDEST_GAP or any(c.isalpha() for c in gap):
            yield chain
            chain = []
        chain.append(group)
    yield chain


def _longest_card(chain: list[Group], place: int) -> int:
    """Return where the longest card number that begins at this group ends, or 0."""
    found, digits = 0, ""
    for end in range(place, len(chain)):
        digits += chain[end][2]
        if len(digits) > _MOST:
            break
        if len(digits) < _FEWEST or not _ISSUED.fullmatch(digits) or not luhn.is_valid(digits):
            continue
        if _is_grouped([len(group[2]) for group in chain[place : end + 1]]):
            found = end + 1
    return found


def _is_grouped(lengths: list[int]) -> bool:
    """Say whether the groups are those of one number: alike but for a shorter last one, or as some schemes print it."""
    *first, last = lengths
    return not first or (len(set(first)) == 1 and last <= first[0] <= 8) or tuple(lengths) in _UNEVEN
