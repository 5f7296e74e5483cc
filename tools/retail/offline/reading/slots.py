"""Find in a message what a tool call needs: reasons, ways to pay, which of several is meant."""

import re
from typing import Literal

from core.language.several import means_every, place_of
from core.language.signals import names_staff, wants_agent_back
from core.language.text import normal

# --- why an order is cancelled -------------------------------------------------------------------------------------

CancelReason = Literal["no longer needed", "ordered by mistake"]
_MISTAKE = re.compile(
    r"\b(?:mistake\w*|accident\w*|unintention\w*|inadvertent\w*|wrong (?:item|thing|one|colou?r|size|product|"
    r"model|version|address|card)|picked the wrong|ordered (?:it |them )?(?:twice|double|too many)|"
    r"duplicate|double order|meant to order|didn't mean|did not mean|misclick\w*|mis-?clicked|by error|in "
    r"error|versehen\w*|erreur|por error|per sbaglio|engano|vergiss\w*|pomyłk\w*)\b"
)
_NOT_NEEDED = re.compile(
    r"\b(?:no longer (?:need|want|required|necessary|interested)\w*|(?:don't|do not|dont|doesn't|won't|not) "
    r"(?:need|want|require|be needing)\b(?! to)[^.?!]*|changed my mind|change of mind|"
    r"not needed|unneeded|need (?:it|them|this|that) any ?more|not interested|already (?:have|bought|got)|"
    r"found (?:it|one|another|something)(?! cheaper| for less| at a (?:lower|better) price)|"
    r"bought (?:it|one) (?:elsewhere|somewhere)|nicht mehr|plus besoin|ya no|non (?:mi |ne ho )?(?:serve|più "
    r"bisogno)|não preciso|niet meer nodig|nie potrzebuję)"
)
_CLAUSE_END = re.compile(r"[.,;!?]|\b(?:and|but|so)\b")


def cancel_reason(text: str) -> CancelReason | None:
    """Return the reason for a cancellation that the text gives, or None where it gives none of the two.

    That no person is needed any more is none.
    """
    plain = normal(text)
    if _MISTAKE.search(plain):
        return "ordered by mistake"
    found = (_CLAUSE_END.split(plain[match.start() :])[0] for match in _NOT_NEEDED.finditer(plain))
    needless = any(not (names_staff(said) or wants_agent_back(said)) for said in found)
    return "no longer needed" if needless else None


RefundReason = Literal["late delivery", "damaged on arrival", "missing item", "price adjustment"]
_REFUND_REASONS: tuple[tuple[RefundReason, re.Pattern[str]], ...] = (
    ("damaged on arrival", re.compile(
        r"\b(?:broken|broke|damaged?|cracked|shattered|torn|scratched|dented|in pieces|defective|faulty|smashed|"
        r"chipped)\b"
    )),
    ("missing item", re.compile(
        r"\b(?:missing|incomplete|not in the (?:box|parcel|package)|wasn't in|was not in|left out|did not come with)\b"
    )),
    ("price adjustment", re.compile(
        r"\b(?:cheaper now|now cheaper|price (?:drop|dropped|went down|has dropped|adjustment|difference|was "
        r"reduced)|lower price|reduced now|went on sale)\b"
    )),
    ("late delivery", re.compile(r"\b(?:late|delayed|delay)\b")),
)  # fmt: skip


def refund_reason(text: str) -> RefundReason | None:
    """Return why money should come back without a return, where the text says so."""
    plain = normal(text)
    return next((reason for reason, pattern in _REFUND_REASONS if pattern.search(plain)), None)


_AMOUNT = re.compile(
    r"[$€£] ?(\d{1,5}(?:,\d{3})*(?:\.\d{1,2})?)|\b(\d{1,5}(?:\.\d{1,2})?) ?(?:dollars|usd|bucks)\b", re.IGNORECASE
)


def named_amount(text: str) -> str | None:
    """Return the first amount of money in a text with two decimals, or None."""
    found = _AMOUNT.search(text)
    return f"{float((found[1] or found[2]).replace(',', '')):.2f}" if found else None


# --- ways to pay ---------------------------------------------------------------------------------------------------

_ORIGINAL = re.compile(
    r"\boriginal(?:ly)?\b|\bsame (?:payment|card|method|way|account)\b|\b(?:way|method|card) i (?:paid|used)\b"
)
_SOURCES = {
    "paypal": re.compile(r"\bpay ?pal\b"),
    "gift_card": re.compile(r"\bgift ?cards?\b|\bgc\b|\bgift certificate\b|\bgeschenkkarte\b|\bstore credit\b"),
    "credit_card": re.compile(
        r"\b(?:credit|debit|bank|visa|master ?card|amex|american express)(?: ?cards?)?\b|\bmy card\b|\bother "
        r"card\b|\bcard ending\b"
    ),
}
_BRANDS = re.compile(r"\b(visa|master ?card|amex|american express)\b")
_LAST_FOUR = re.compile(
    r"(?:ending(?: in| with)?|last four(?: digits)?(?: are)?|(?<!\*)\*{2,40}|x{4}|card(?: number)?) ?(?:is )?(\d{4})\b"
)


def payment_words(text: str) -> dict[str, str]:
    """Return what a text says about a way to pay: `original`, `source`, `brand`, `last_four` where it says so."""
    plain = re.sub(r"\b(?:instead of|rather than|not) (?:on |to |the |my |a )*[\w-]+(?: card)?", " ", normal(text))
    said: dict[str, str] = {}
    if _ORIGINAL.search(plain):
        said["original"] = "yes"
    positions = {source: [m.start() for m in pattern.finditer(plain)] for source, pattern in _SOURCES.items()}
    if named := {source: found[-1] for source, found in positions.items() if found}:
        said["source"] = max(named, key=lambda source: named[source])
    if brand := _BRANDS.search(plain):
        said["brand"] = brand[1].replace(" ", "")
    if digits := _LAST_FOUR.search(plain):
        said["last_four"] = digits[1]
    return said


# --- which one, how many -------------------------------------------------------------------------------------------

_ALL = re.compile(r"\b(?:everything|(?<!after )(?<!at )all(?! right)|whole|entire|complete order)\b")
_EXCEPT = re.compile(
    r"(?:\b|(?=, ))(?:except(?: for)?|apart from|but not|, not|other than|besides|excluding|all but|everything "
    r"but|keep(?:ing)?|(?<=\w )not (?=(?:the|my)\b(?!.*\bbut\b)))\b(?P<kept>.*)"
)
_AGES = {"newer": 0, "newest": 0, "older": -1, "oldest": -1}
_PICKS = re.compile(r"\b(\w+)(?: one| order| option| item)?[.!]?$")
_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|last|recent) (?:order|purchase|one)\b|\border i (?:just|recently|last) "
    r"(?:placed|made)|\border i (?:placed|made) (?:last|most recently)\b(?! (?:\w+day|week|month))"
)


def means_all(text: str) -> bool:
    """Say whether the text asks for everything rather than for single things."""
    return means_every(text) or bool(_ALL.search(normal(text)))


def kept_part(text: str) -> str:
    """Return what follows "except", or an empty string."""
    found = _EXCEPT.search(normal(text))
    return found["kept"] if found else ""


def ordinal(text: str) -> int | None:
    """Return which of several a text means that ends with "the second one": from 0, -1 for the last; or None."""
    found = _PICKS.search(normal(text))
    return _AGES.get(found[1], place_of(found[1])) if found else None


def means_newest(text: str) -> bool:
    """Say whether the text speaks of the newest order."""
    return bool(_NEWEST.search(normal(text)))
