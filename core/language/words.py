"""Turn text into comparable words."""

import re
import unicodedata

_STOP_TEXT = """
a about after again all also am an and any anyone anything are as at be because been before being but by can could did do
does doing done for from get gets getting give go going got had has have having hello help hey hi how i i'd i'll i'm i've if
in into is it it's its just kindly know like long make many may me might mine more much must my need no not now of off on one
ones or our out over please pls question really say see shall she should so some tell than thank thanks that that's the their
them then there these they thing this those to too try up us use very want was we well were what what's when where where's
which while who why will wish with would you your yours
"""
STOP_WORDS = frozenset(_STOP_TEXT.split())
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def normal(text: str) -> str:
    """Return lower-case text with plain quotes and single spaces."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").replace("–", "-")
    return re.sub(r"\s+", " ", plain).strip().casefold()


_MISSPELT_TEXT = (
    "cancel cancelled canceled cancelling return returned returning exchange exchanged refund refunded address"
)
_MISSPELT = tuple(_MISSPELT_TEXT.split())
"""The words that decide what is wanted: a single slip in them is read over."""
_CHAT = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "wan": "want",
    "wanna": "want to",
    "wheres": "where's",
    "whens": "when's",
    "whats": "what's",
}
_NO_SLIP = frozenset({"cancer", "rerun"})


def spelled(text: str) -> str:
    """Return normal text with chat words written out and single slips in the deciding words put right: "cancle", "retrun"."""
    return re.sub(r"[a-z]+(?!['\w])", lambda found: _spelled_word(found[0]), text)


def _spelled_word(word: str) -> str:
    if word in _CHAT:
        return _CHAT[word]
    if len(word) < 5 or word in _NO_SLIP or stem(word) in _MISSPELT_STEMS:
        return word
    return next((right for right in _MISSPELT if _one_slip(word, right)), word)


def _one_slip(word: str, right: str) -> bool:
    """Say whether a word is another one with a letter too many, too few, wrong or swapped with the next, but its first."""
    if word[0] != right[0] or abs(len(word) - len(right)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(word, right, strict=False)) if a != b), min(len(word), len(right)))
    rest, wanted = word[start:], right[start:]
    swapped = rest[1::-1] + rest[2:] if len(rest) > 1 else rest
    return wanted in (rest[1:], swapped) or rest == wanted[1:] or rest[1:] == wanted[1:]


_SAME_TEXT = {
    "warranty": "guarantee",
    "promo": "coupon voucher discount rebate",
    "carrier": "courier driver postman",
    "color": "colour",
    "ship": "deliver delivery shipment postage dispatch",
    "cost": "fee price charge",
    "store": "shop branch",
    "damage": "broken broke defective faulty cracked",
    "address": "house",
    "e-mail": "mail email",
    "parcel": "package box",
}


def stem(word: str) -> str:
    """Cut the commonest English endings, so that "returned" and "returns" meet."""
    word = word.replace("-", "").removesuffix("'s")
    for ending, left in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending) + left
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word.removesuffix("e")


_MISSPELT_STEMS = frozenset(map(stem, _MISSPELT))
_CANONICAL = {other: word for word, others in _SAME_TEXT.items() for other in others.split()}
_SAME = {stem(other): stem(word) for word, others in _SAME_TEXT.items() for other in others.split()}


def stems(text: str) -> list[str]:
    """Return the stems of every word in the text, in order."""
    return [stem(word) for word in _WORD.findall(normal(text))]


def content_words(text: str) -> list[str]:
    """Return the words that carry meaning, in order."""
    return [word for word in _WORD.findall(normal(text)) if word not in STOP_WORDS]


def content_stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order; words that mean the same in a shop share one stem."""
    found = [stem(word) for word in content_words(text)]
    return [_SAME.get(word, word) for word in found]


def in_shop_words(text: str) -> str:
    """Add to a question the words that shops use for the same thing: "coupon" becomes "coupon promo"."""
    added = dict.fromkeys(
        _CANONICAL[w.removesuffix("s")] for w in _WORD.findall(normal(text)) if w.removesuffix("s") in _CANONICAL
    )
    return f"{text} ({' '.join(added)})" if added else text


def mentions(text: str, phrase: str) -> int:
    """Return where a phrase's words stand together in the text as a word position, or -1."""
    have, wanted = stems(text), stems(phrase)
    for start in range(len(have) - len(wanted) + 1):
        if wanted and have[start : start + len(wanted)] == wanted:
            return start
    return -1
