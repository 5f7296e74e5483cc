"""Bring text into the one form in which words are compared, stem words, and cut text into sentences."""

import re
import unicodedata
from functools import cache, lru_cache

_HEAD = 4_000
"""Longer messages are judged by their beginning and end; a rule must stay quick on a megabyte."""
_QUOTES_AND_DASHES = str.maketrans(dict.fromkeys("’‘`", "'") | dict.fromkeys("‐‑‒–—−", "-"))
_BLANKS = re.compile(r"\s+")
_REMEMBERED = 64
"""Messages whose normal form is kept: one rule after the other asks for it."""
_LONGEST = 60_000
"""Longer texts are read up to here; a check must stay quick on a megabyte."""
_CITATION = re.compile(r"\[\d{1,2}(?:\s*,\s*\d{1,2})*\]")
_LIST_NUMBER = re.compile(r"(?m)^[^\S\n]{0,20}(?:#{1,6}\s.{0,3}?)?\(?\d{1,2}[.)](?=\s)")


def normal(text: str) -> str:
    """Return lower-case text with plain quotes and dashes and single spaces."""
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES_AND_DASHES)
    return _BLANKS.sub(" ", plain).strip().casefold()


def normalised(text: str) -> str:
    """Return the normal form of a message, of a long one that of its beginning and end."""
    return _kept(text if len(text) <= 2 * _HEAD else f"{text[:_HEAD]} {text[-_HEAD:]}")


@lru_cache(maxsize=_REMEMBERED)
def _kept(text: str) -> str:
    return normal(text)


def plain(text: str) -> str:
    """Return the text with usual dashes, quotes, spaces and digits, without emphasis, citations and list numbers."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST])[:_LONGEST]  # one character may become 18
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    text = re.sub(r"[*`]|(?<!\w)__?|__?(?!\w)", "", text).replace("’", "'").replace("\u200b", "")
    return _LIST_NUMBER.sub(" ", _CITATION.sub(" ", text))


def without_accents(text: str) -> str:
    """Return small letters without their accents: `Å` and `å` become `a`."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def stem(word: str) -> str:
    """Cut the commonest English endings, so that "returned" and "returns" meet."""
    word = word.replace("-", "").removesuffix("'s")
    for ending, left in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending) + left
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word.removesuffix("e")


_ABBREVIATIONS = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|approx|no|nr|st|dr|mr|mrs|ms|vs|incl|excl|max|min|ca|bzw|z\.b|d\.h|usw|inkl|p\.ex|"
    r"ej|sig|sra?|ave|apt|ste|blvd|rd|\w*str|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|a\.m|p\.m|u\.s)|\b[a-z]|\b\d{1,2})\.$",
    re.IGNORECASE,
)
_PRICE = re.compile(r"[$€£] ?\d[\d.,]{0,12}[.,]\d\d\.$")
"""What ends with a number and yet ends a sentence."""
_END = re.compile(
    r"(?:(?<![.!?…。！？])[.!?…。！？]+[\"'”’)\]*_]*(?:\s?\[\d{1,2}(?:\s{0,4},\s{0,4}\d{1,2})*\])*)(?=\s)|\n"
)
_CITES = re.compile(r"\s{0,8}(?:\[(?:\d|$)|$)")
_LOOK_BACK = 40
"""Characters before an end that tell whether an abbreviation ends there."""


def split_sentences(text: str, *, finished: bool = True) -> tuple[list[str], str]:
    """Return whole sentences with the white space that follows them, and the rest that may still grow.

    Joined together they are the text again. A citation belongs to the sentence before it. With `finished` the rest is
    empty.
    """
    sentences: list[str] = []
    start = passed = 0
    for match in _END.finditer(text):
        if match.end() <= max(start, passed):
            continue
        written = text[max(start, match.end() - _LOOK_BACK) : match.end()]
        words = written.rstrip("\"'”’)]*_")
        if match[0] != "\n" and _ABBREVIATIONS.search(words) and not _PRICE.search(words):
            continue
        end = match.end()
        while end < len(text) and text[end].isspace():
            end += 1
        if not finished and _CITES.match(text, end):
            break  # white space or a citation may follow
        if finished and text[end : end + 1] == "[" and _CITES.match(text, end) and match[0] != "\n":
            continue
        if not text[start:end].strip():
            passed = end
            continue
        sentences.append(text[start:end])
        start = end
    rest = text[start:]
    if finished and rest:
        return (
            ([*sentences, rest], "") if rest.strip() or not sentences else ([*sentences[:-1], sentences[-1] + rest], "")
        )
    return sentences, rest


def sentences(text: str) -> list[str]:
    """Return the sentences of a text without the white space around them."""
    return [sentence.strip() for sentence in split_sentences(text)[0] if sentence.strip()]


def any_of(*patterns: str) -> re.Pattern[str]:
    """Return one pattern that finds any of several."""
    return re.compile("|".join(f"(?:{p})" for p in patterns))


@cache
def any_phrase(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern that finds any of a business's own phrases; a `*` stands for any end of a word."""
    written = "|".join(re.escape(" ".join(phrase.split())).replace(r"\*", r"\w*") for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.IGNORECASE)
