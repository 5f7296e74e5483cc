"""Choose the statements of the passages at hand that answer a question."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from core.embeddings.minilm import MiniLM
from core.language.requested_changes import asks_about
from core.language.text import normal, split_sentences
from core.language.words import CONTINUES, content_stems
from core.offline.answering.likeness import (
    Reading,
    Scored,
    best_first,
    certainty,
    likeliest,
    mean_of,
    scored_passages,
    with_statements,
)
from core.offline.answering.overviews import overview
from core.offline.answering.passage_statements import Statement
from core.offline.reading.asked_values import has_asked_value
from core.offline.reading.chat_request import QuotedPassage
from core.offline.reading.understanding import asks

SURE, LIKELY, NEAR = 0.6, 0.27, 0.15
"""How sure it has to be that the answer is among what is quoted, to be quoted as the answer, not to be looked for with
what was said before, and to be told as what is nearest.
"""
_ALMOST = 0.99
"""Share of being sure that is still none."""
_SURE_BY_WORDS = 0.55
"""The same where there are no embeddings: the share of the question's words, rare ones counting more."""
_ON_TOPIC = 0.5
"""How much of that is enough where the articles are known to be about it."""
_FITS_TOO = 0.8
"""Share of the best statement's score from which one is quoted that does not go on with it."""
_GOES_ON, _TOLD = 0.15, -0.15
"""What it counts for a question that goes on that an article was just quoted, and that a statement was told."""
_FAR_BEHIND = 0.1
"""By how much less a statement is like the new words alone, from which what was told is the answer rather than it."""
_NAMED = 0.3
"""Likeness of a statement to the new words alone from which they name what it says."""
_ROOM = ((4, 420), (2, 240))
"""Sentences and characters at most of the first passage that is quoted, and of the one beside it."""
_ROWS, _MAX_CHARS_OF_ROWS = 8, 700
"""The same of a table."""
_OPEN = re.compile(
    r"\bhow (?:do|does|can|could|should|shall|would|will|to|are|is|was)\b|\b(?:why|rules?)\b|"
    r"\bwhat (?:should|can|could|must|shall) (?:i|we)\b|\bwhat do (?:i|we) (?:have to |need to )?do\b|"
    r"\bwhat (?:happens?|now|next|are you going to do)\b|\b(?:polic(?:y|ies)|conditions?|explain)\b|\btell me about\b"
)
"""What asks for a way, or for all there is to know, and not for one thing."""
_QUALIFIES = re.compile(
    r"^(?:otherwise|but|however|unless|except|only)\b|\bof each\b|\b(?:one|two|three|\d+) more\b", re.IGNORECASE
)
"""What tells that a statement limits the one before it, or adds to it, and says nothing without it."""
_FEW_WORDS = 1
"""A follow-up with no more words than these says nothing without the question before it."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MARKER = re.compile(r" ?\[\d+\]")
_IN_QUOTES = re.compile(r"[„«](.+)[“»]", re.DOTALL)
"""What an article says in another language, inside of a sentence of the reply's."""


@dataclass(frozen=True)
class Quote:
    """What the articles say to a question, with citation markers."""

    text: str
    score: float
    """How sure it is, from 0 to 1, that this answers."""
    title: str
    """The article that is quoted first."""
    again: bool = False
    """Whether it was all told to the question before."""


def find_quote(
    question: str,
    passages: Sequence[QuotedPassage],
    embeddings: MiniLM | None,
    *,
    before: str = "",
    told: str = "",
    on_topic: bool = False,
    reading: Reading = str,
) -> Quote | None:
    """Return the statements that fit a question best, each passage with its citation such as [2]; None without any.

    A question that leans on the one `before` it is read with it and alone; the article `told` of just now comes first
    then, and of it what was not said yet. Passages known to be `on_topic` need not fit so well. `reading` puts what
    they say into the language of the question.
    """
    candidates = with_statements(passages)
    if not candidates or not content_stems(f"{before} {question}"):
        return None
    scored = alone = scored_passages(question, candidates, embeddings, reading)
    if before:
        together = scored_passages(question, candidates, embeddings, reading, before=before)
        few = len(content_stems(question)) <= _FEW_WORDS
        read = together if few else [mean_of(one, other) for one, other in zip(alone, together, strict=True)]
        scored = _going_on(read, alone, question, told)
    goes_on = question if before else ""
    said = _told(question, scored, goes_on)
    if embeddings is None:
        sure = best_first(scored)[0].score / _SURE_BY_WORDS * SURE
    elif (sure := certainty(said, scored)) < SURE:  # near is a passage that has the answer anywhere, told whole
        whole = _whole(said[0], scored)
        sure = min(certainty([whole], scored), _ALMOST * SURE)
        said = [whole, *(said[1:] if sure >= LIKELY else ())]
    if on_topic:
        sure = min(1.0, sure / _ON_TOPIC)
    if (not before or sure < SURE) and (about := overview(question, alone, reading)):
        sure, said, scored = certainty(about, about), about, about
    text = " ".join(cited(one, *room) for one, room in zip(said, _ROOM, strict=False))
    title = said[0].passage.title
    asked_anew = not before and sure >= SURE and (asks_about(question) or asks(question))
    if asked_anew or not is_told(text, told):
        return Quote(text, sure, title)
    if more := _further(scored, alone, question, told):
        [more] = _told(question, [more], goes_on)
        return Quote(cited(more, *_ROOM[0]), sure, more.passage.title)
    asks_more = asks(question) or (before and CONTINUES.match(normal(question)))
    if asks_more and (one := _asked_again(_whole(said[0], scored), alone, question)):
        return Quote(cited(one, 1, _ROOM[0][1]), sure, title)
    return Quote(text, sure, title, again=True)


def _told(question: str, scored: Sequence[Scored], goes_on: str) -> list[Scored]:
    """Return what is told of passages: to a question for one thing the statements alone that most likely answer it and
    what limits one of them, else all of the passage that holds the likeliest.

    The statements that have the value which a question that goes on asks for are told alone.
    """
    found = likeliest(scored)
    if not (asks_about(question) or asks(question)) or _OPEN.search(normal(question)):
        (best, _), *others = found
        return [best, *(_alone(one, kept) for one, kept in others)]
    plain = normal(goes_on)
    valued = [(one, {i for i in kept if has_asked_value(plain, normal(one.statements[i].text))}) for one, kept in found]
    return [_alone(one, kept) for one, kept in ([both for both in valued if both[1]] or found)]


def _whole(part: Scored, scored: Sequence[Scored]) -> Scored:
    """Return a passage with all of its statements."""
    return next(one for one in scored if one.passage is part.passage)


def _alone(scored: Scored, kept: Collection[int]) -> Scored:
    """Return a passage with some of its statements, and with what limits one of them."""
    out: list[bool] = []
    for i, statement in enumerate(scored.statements):
        limits = i > 0 and not out[i - 1] and bool(_QUALIFIES.search(statement.text))
        out.append(i not in kept and not limits)
    return _without(scored, out)


def is_told(quote: str, told: str) -> bool:
    """Say whether a quotation stands in a reply, under whatever number."""
    return _MARKER.sub("", quote) in _MARKER.sub("", told)


def without_repeats(parts: Iterable[str]) -> list[str]:
    """Return the parts of a reply, each once, without quoted sentences that parts before them say, and without parts
    that say nothing else.
    """
    kept: list[str] = []
    for part in dict.fromkeys(filter(None, parts)):
        told = "\n".join(kept)
        if not _MARKER.search(part) or not told:
            kept.append(part)
            continue
        quoted = _IN_QUOTES.search(part)
        own = split_sentences(quoted[1] if quoted else part)[0]
        new = [sentence for sentence in own if not is_told(sentence.strip(" ."), told)]
        if new and (quoted or len(new) == len(own)):
            kept.append(part)
        elif new:
            sources = " ".join(dict.fromkeys(_MARKER.findall(part)))
            text = "".join(new).strip()
            kept.append(text if _MARKER.search(text) else f"{text.rstrip(' .')} {sources.strip()}.")
    return kept


def _going_on(read: Sequence[Scored], alone: Sequence[Scored], question: str, told: str) -> list[Scored]:
    """Return passages as they fit a question that goes on: those of the article just quoted count more, and of it what
    was told counts less where the new words `alone` are more like something that was not, or have the value asked for.
    """
    plain = normal(question)
    said = [[is_told(s.text, told) for s in one.statements] for one in read]
    titles = {one.passage.title for one, old in zip(read, said, strict=True) if any(old)}
    pairs = list(zip(read, alone, said, strict=True))
    new = [
        score
        for one, own, old in pairs
        if one.passage.title in titles
        for score, was in zip(own.scores, old, strict=True)
        if not was
    ]
    found = []
    for one, own, old in pairs:
        if one.passage.title in titles:
            less = [
                was and like < max(new, default=0.0) and not has_asked_value(plain, normal(s.text))
                for s, like, was in zip(one.statements, own.scores, old, strict=True)
            ]
            counted = [score + _GOES_ON + (_TOLD if of else 0.0) for score, of in zip(one.scores, less, strict=True)]
            one = replace(one, scores=counted, score=one.score + max(counted) - max(one.scores))
            if not is_told(one.best.text, told):
                one = _without(one, old)
        found.append(one)
    return found


def _further(read: Sequence[Scored], alone: Sequence[Scored], question: str, told: str) -> Scored | None:
    """Return the passage that says more to a question that goes on than what was told, without that, or None.

    It is more like the question alone than what was told, or has all of the question's words that this has and is
    little less like it; and it has the value that is asked for where that was told.
    """
    words, plain = _asked_words(question, told), normal(question)
    known = [[is_told(s.text, told) for s in one.statements] for one in read]
    like = [_likeness_alone(one, alone) for one in read]
    own = [score for one, old in zip(like, known, strict=True) for score, was in zip(one, old, strict=True) if was]
    most = max(own, default=0.0)
    valued = has_asked_value(plain, normal(told))
    left = [_without(one, old) for one, old in zip(read, known, strict=True)]
    left = best_first([replace(one, score=max(one.scores)) for one in left if one.statements])
    for one in left:
        likeness = _likeness_alone(one, alone)[one.statements.index(one.best)]
        has_words = words and _asked_words(question, one.best.text) >= words and likeness > most - _FAR_BEHIND
        if (has_words or likeness > most) and (not valued or has_asked_value(plain, normal(one.best.text))):
            return one if certainty([one], left) >= LIKELY else None
    return None


def _likeness_alone(scored: Scored, alone: Sequence[Scored]) -> list[float]:
    """Return how the statements of a passage fit the new words alone."""
    own = _whole(scored, alone)
    like = {s.text: score for s, score in zip(own.statements, own.scores, strict=True)}
    return [like[s.text] for s in scored.statements]


def _asked_again(scored: Scored, alone: Sequence[Scored], question: str) -> Scored | None:
    """Return a passage with the one statement that the new words name or that has the value asked for, or None."""
    plain = normal(question)
    numbers = set(_NUMBER.findall(plain))
    others = [
        like < _NAMED and not has_asked_value(plain, normal(s.text)) and numbers.isdisjoint(_NUMBER.findall(s.text))
        for s, like in zip(scored.statements, _likeness_alone(scored, alone), strict=True)
    ]
    return None if all(others) else _without(scored, others)


def _without(scored: Scored, out: Sequence[bool]) -> Scored:
    """Return a passage without some of its statements."""
    left = [i for i, gone in enumerate(out) if not gone]
    return replace(scored, statements=[scored.statements[i] for i in left], scores=[scored.scores[i] for i in left])


def _asked_words(question: str, text: str) -> set[str]:
    return set(content_stems(question)).intersection(content_stems(text))


def cited(scored: Scored, most: int, room: int) -> str:
    """Return the best statement with those that belong to it, as far as there is room, and the citation once.

    What stands beside it in its paragraph carries the conditions of a rule; anything else is told where it fits nearly
    as well.
    """
    best = scored.statements.index(scored.best)
    enough = _FITS_TOO * scored.scores[best]
    keep = {best}
    if any(s.is_row and score >= enough for s, score in zip(scored.statements, scored.scores, strict=True)):
        most, room = _ROWS, _MAX_CHARS_OF_ROWS
    room -= len(scored.best.text)
    for i in sorted(range(len(scored.scores)), key=lambda i: (scored.scores[i] < enough, abs(i - best))):
        said = scored.statements[i]
        goes_with = scored.scores[i] >= enough or said.group == scored.best.group
        if i not in keep and len(keep) < most and len(said.text) <= room and goes_with:
            keep.add(i)
            room -= len(said.text)
    told = [scored.statements[i] for i in sorted(keep)]
    named = any(name in one.text for one in told for name in scored.unasked)
    text = f"{scored.passage.section.rsplit(' > ', 1)[-1]}: " if scored.unasked and not named else ""
    for one, after in pairwise(told):
        text += one.text if one.is_row else _ended(one.text)
        text += "\n" if one.is_row or after.is_row else " "
    return text + _with_marker(told[-1].text, scored.passage.number)


def _ended(text: str) -> str:
    """Return a statement with a mark at its end: rows of tables and entries of lists may have none."""
    return text if text.endswith((".", "!", "?", ";", ":")) else f"{text}."


def _with_marker(sentence: str, number: int) -> str:
    """Put the citation before the closing mark, so that it stays with its sentence."""
    body = sentence.rstrip(".!?:; ")
    end = sentence[len(body) : len(body) + 1]
    return f"{body} [{number}]{end if end in '.!?' and end else '.'}"


def beginning(passage: QuotedPassage, said: list[Statement]) -> str:
    """Return how a passage begins, cited."""
    return cited(Scored(passage, said, [0.0] * len(said), 0.0), *_ROOM[0])
