"""Match the words of a customer with the items of an order and the versions of a product."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.language.text import normal, stem
from core.language.words import STOP_WORDS, stems
from tools.retail.offline.reading.slots import kept_part, means_all

Facts = Mapping[str, Any]

_GENERIC_TEXT = (
    "set kit smart electric digital wireless indoor light led garden action portable mechanical patio home new"
)
_GENERIC = frozenset(stem(word) for word in _GENERIC_TEXT.split())
_PLURAL = re.compile(r"\b(?:both|all|two|three|\d+ of|each|every)\b")


def meant_items(text: str, items: Sequence[Facts]) -> list[Facts]:
    """Return the items a text names: by name, by name and options, or all of them but those it excepts."""
    kept = kept_part(text)
    if kept and (spared := _named(kept, items)):
        asked = normal(text)[: -len(kept)]
        rest = _named(asked, items) or list(items)
        return [item for item in rest if item not in spared]
    named = _named(text, items)
    if named or not means_all(text):
        return named
    return list(items)


def _named(text: str, items: Sequence[Facts]) -> list[Facts]:
    """Return the items whose name stands in the text; of several of one name those whose options stand there too."""
    scores = {id(item): name_score(text, str(item.get("name", ""))) for item in items}
    named = [item for item in items if scores[id(item)] > 0]
    chosen: list[Facts] = []
    for item in named:
        head = stems(str(item.get("name", "")))[-1]
        rivals = [other for other in named if stems(str(other.get("name", "")))[-1] == head]
        best = max(scores[id(rival)] for rival in rivals)
        if scores[id(item)] < best:
            continue
        chosen.append(item)
    return [item for item in chosen if item in _told_apart(text, item, chosen)]


def _told_apart(text: str, item: Facts, chosen: Sequence[Facts]) -> list[Facts]:
    """Of several items with one name keep those whose options the text mentions most, or all where it means all."""
    same = [other for other in chosen if other.get("name") == item.get("name")]
    if len(same) == 1 or _PLURAL.search(normal(text)):
        return same
    counts = told_apart_by(text, same)
    return [one for one, count in zip(same, counts, strict=True) if count == max(counts)]


def look_alikes(text: str, found: Sequence[Facts]) -> list[Facts]:
    """Return the items among those found that one name of the text fits alike, as "the basket" fits two baskets."""
    if means_all(text) or kept_part(text) or _PLURAL.search(normal(text)):
        return []
    heads = [stems(str(item.get("name", "")))[-1] for item in found]
    for head in heads:
        said = [word for word in re.findall(r"[\w'-]+", normal(text)) if stem(word) == head]
        if heads.count(head) > 1 and len(said) == 1 and not said[0].endswith("s"):
            return [item for item, own in zip(found, heads, strict=True) if own == head]
    return []


def name_score(text: str, name: str) -> float:
    """Return how many words of a product's name stand in the text; 0 when none that tells it apart does."""
    have = stems(text)
    have_joined = {a + b for a, b in itertools.pairwise(have)} | set(have)
    wanted = stems(name)
    joined = "".join(wanted)
    if joined in have_joined:
        return float(len(wanted))
    hits = [w for w in wanted if any(w == h or (len(h) >= 5 and w.endswith(h)) for h in have_joined)]
    telling = [w for w in hits if w == wanted[-1] or w not in _GENERIC]
    return len(hits) + (0.5 if wanted and wanted[-1] in hits else 0.0) if telling else 0.0


_SHORT = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "eight": "8", "ten": "10", "foot": "ft",
    "feet": "ft",
    "inches": "inch", "litres?": "l", "liters?": "l", "grey": "gray", "hours": "hour", "people": "person",
    "persons": "person",
    "cm": "cm", "pcs": "piece", "pieces": "piece",
}  # fmt: skip


def squash(text: str) -> str:
    """Write numbers and their units as one word and hyphens as spaces: "15-inch" and "15 inch" become "15inch"."""
    plain = re.sub(r"[-/]", " ", normal(text))
    for word, short in _SHORT.items():
        plain = re.sub(rf"\b{word}\b", short, plain)
    return re.sub(
        r"(?<=\d) (?=(?:inch|ml|l|gb|tb|mm|cm|m|ft|piece|mp|hour|lbs?|w|watts?|k|x|oz|kg|g|person|bar|mah)\b)",
        "",
        plain,
    )


_SIZES = {
    "xs": "extra small",
    "s": "small",
    "m": "medium",
    "l": "large",
    "xl": "extra large",
    "xxl": "double extra large",
}
_YES = frozenset({"yes", "true"})
_NO = frozenset({"no", "false", "none"})


def value_position(text: str, key: str, value: Any) -> int:
    """Return where a text mentions an option's value (the last place), or -1."""
    said, plain_key, plain = squash(text), squash(key), squash(str(value))
    if plain in _YES | _NO:
        without = re.search(rf"\b(?:no|not|non|without|isn't|doesn't have)\b (?:\w+ )?{re.escape(plain_key)}", said)
        there = re.search(rf"\b{re.escape(plain_key)}\b", said)
        if plain in _NO:
            return without.start() if without else -1
        return there.start() if there and not without else -1
    if plain in _SIZES and "size" in plain_key:
        spelled = [
            *re.finditer(rf"(?<!extra )\b{_SIZES[plain]}\b", said),
            *re.finditer(
                rf"(?<![\w'’])(?:{plain.upper()}|size {plain})(?![\w'’])", text, re.IGNORECASE if len(plain) > 1 else 0
            ),
        ]
        spelled += [*re.finditer(rf"\bsize {plain}\b", said)]
        return max((m.start() for m in spelled), default=-1)
    if re.fullmatch(r"[\d.]+", plain):
        spelled = [
            *re.finditer(
                rf"\b(?:{re.escape(plain_key)}|size|in|an?|to|for|the) (?:a |an |size "
                rf")?{re.escape(plain)}(?:person|piece)?(?![\w.]\d|\w)|\b{re.escape(plain)}person\b",
                said,
            )
        ]
        return max((m.start() for m in spelled), default=-1)
    forms = {plain, plain.removesuffix("s")}
    if re.search(r"\dx \d", plain):
        forms.add(plain.removesuffix("cm"))  # "the 130 x 170 one"
    return max(
        (m.start() for form in forms if form for m in re.finditer(rf"(?<![\w]){re.escape(form)}s?(?!\w)", said)),
        default=-1,
    )


_TELLING = re.compile(r"(?!(?:people|person|piece|inch|with|from|size)\b)[^\W\d_]{4,}")
"""A word of a value that may stand for it."""
_BIG = re.compile(
    r"\b(?:big|large|long|tall)(?:gest|est|st)? (?:one|version|size|variant)?|\b(?:biggest|largest|longest)\b"
)
_SMALL = re.compile(r"\b(?:small|little|short)(?:est)? (?:one|version|size|variant)?|\b(?:smallest|shortest)\b")
_OF_SIZE = re.compile(r"size|capacity|length|volume|pieces|sleeps")
_SIZE_ORDER = ("xxs", "xs", "s", "small", "m", "medium", "l", "large", "xl", "xxl")
_LEVELS = ("low", "medium", "high")


def named_values(text: str, key: str, values: Sequence[Any]) -> dict[Any, int]:
    """Return those of an option's values that a text names, with the place where: in full, else by a word that only
    one of them has ("green" for forest green), else as the big or the small one.
    """
    places = {value: place for value in values if (place := value_position(text, key, value)) >= 0}
    if places or len(values) < 2:
        return places
    said = squash(text)
    words = {value: set(_TELLING.findall(squash(str(value)))) for value in values}
    for value in values:
        others = set().union(*(words[other] for other in values if other != value))
        found = [m.start() for word in words[value] - others for m in re.finditer(rf"\b{re.escape(word)}\b", said)]
        if found:
            places[value] = max(found)
    ranked = sorted((v for v in values if size_rank(v) is not None), key=lambda v: size_rank(v) or 0.0)
    if not places and _OF_SIZE.search(squash(key)) and len(ranked) > 1:
        for extreme, pattern in ((ranked[-1], _BIG), (ranked[0], _SMALL)):
            if found_size := pattern.search(said):
                places[extreme] = found_size.start()
    return places


def size_rank(value: Any) -> float | None:
    """Return where a size or an amount stands in its order, None for what has none."""
    plain = normal(str(value))
    for order in (_LEVELS, _SIZE_ORDER):
        if plain in order:
            return float(order.index(plain))
    area = re.match(r"(\d+) ?x ?(\d+)", plain)
    if area:
        return float(int(area[1]) * int(area[2]))
    number = re.match(r"[\d.,]+", plain)
    try:
        size = float(number[0].replace(",", "")) if number else None
    except ValueError:
        return None
    if size is not None and re.search(r"\d ?(?:l|liters?|litres?|tb)\b", plain):
        return size * 1000
    return size


def told_apart_by(text: str, items: Sequence[Facts]) -> list[int]:
    """Return for each of several items how many of its options a text names, as told from those of the others."""
    chosen = [item.get("options") or {} for item in items]
    keys = dict.fromkeys(key for own in chosen for key in own)
    named = {
        key: named_values(text, key, list(dict.fromkeys(own[key] for own in chosen if key in own))) for key in keys
    }
    return [sum(own.get(key) in named[key] for key in keys) for own in chosen]


def mentioned_options(text: str, chosen: Mapping[str, Any]) -> list[str]:
    """Return the keys of those options whose value the text mentions."""
    return [key for key, value in chosen.items() if value_position(text, key, value) >= 0]


_NOT_PRODUCT = re.compile(
    r"\b(?:stock|available|availability|price|prices|cost|costs|colou?rs?|sizes?|versions?|variants?|options?|"
    r"materials?|models?|kinds?|types?|cheapest|most|least|expensive|sell|shop|online|store|come|comes|still|"
    r"currently|right|looking|interested|buy|purchase|order|biggest|smallest|offer|carry|range|total|exactly|"
    r"today|moment|sold|many|different|recommend|cheap|good|bigger|smaller|larger|one|ones|each|cheaper|under|"
    r"below|less|bucks|dollars|there|two|any|other|how)\b"
)

_AMOUNT = re.compile(r"[$€£] ?\d[\d.,]*|(?<![\d.,])\d[\d.,]{0,15} ?(?:[$€£]|dollars?|usd|euros?|bucks)")
"""What a customer says they pay names no product."""


def product_words(question: str) -> str:
    """Return the words of a question that describe a product."""
    plain = re.sub(r"[?!.,;:\"]", " ", _AMOUNT.sub(" ", normal(question)))
    return " ".join(w for w in _NOT_PRODUCT.sub(" ", plain).split() if w not in STOP_WORDS)
