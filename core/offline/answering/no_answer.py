"""Say what to do where nothing answers: what is near, a person, and what of a message stays open."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from core.language.fixed_sentences import list_words
from core.language.several import place_of
from core.language.text import normal
from core.language.words import content_stems
from core.offline.answering.articles import DONT_KNOW, NO_MORE, OFFER, worth_an_answer
from core.offline.answering.nearest import read_out
from core.offline.answering.quotations import is_told
from core.offline.answering.toolbox import Toolbox
from core.offline.reading.chat_request import Conversation
from core.offline.reading.understanding import Request

_SORRY = DONT_KNOW.removesuffix(f" {OFFER}")
_STILL = "I am sorry, I have found nothing about that either."
_NOT_SURE = "I am not sure that this answers it; the nearest I find is in"
_NEAREST, _OTHERS = "The nearest ", "Other near "
_TITLES = "articles are "
"""What stands before the titles that are offered."""
_QUOTED = re.compile(r"[“„«]\s?(.+?)\s?[”“»]")
_ALIKE = 88
"""Likeness, of 100, from which a message names a title that was offered."""
_CHOICE = 4
"""Words at most of a message that chooses by place: "the second one please"."""


def no_answer(question: str, desk: Toolbox, before: str = "") -> str:
    """Return what is said where no article surely answers a question, in other words than the last time.

    What is nearest is quoted as such, and never twice, unless a question that goes on names one statement of it.
    """
    if nearest := desk.nearest(question, before):
        if nearest.again or (not before and is_told(nearest.text, desk.conversation.last_reply)):
            return f"{NO_MORE} {OFFER}"
        others = _choices(_OTHERS, [title for title in desk.near(question) if title != nearest.title])
        return f"{_NOT_SURE} “{nearest.title}”:\n\n{nearest.text}\n\n{others}{OFFER}"
    titles = desk.near(f"{before} {question}".strip())
    if any(f"{_NOT_SURE} “{title}”" in desk.conversation.last_reply for title in titles):
        return f"{_STILL} {OFFER}"
    said = _STILL if desk.conversation.last_reply.startswith((_SORRY, _STILL)) else _SORRY
    return f"{said} {_choices(_NEAREST, titles)}{OFFER}"


def _choices(offer: str, titles: Sequence[str]) -> str:
    """Return the titles that a customer can choose among, after the words of the offer; empty without any."""
    quoted = list_words([f"“{title}”" for title in titles], "en")
    return f"{offer}{_TITLES}{quoted}; write a title to read it. " if titles else ""


def is_no_answer(reply: str) -> bool:
    """Say whether a reply only told that nothing answers."""
    return reply.startswith((_SORRY, _STILL, NO_MORE))


def beyond(unanswered: Sequence[Request], said: Sequence[str], desk: Toolbox) -> list[Request]:
    """Return the requests that are nearest to another article than those already quoted beside them."""
    told = " ".join(said)
    quoted = {passage.title for passage in desk.conversation.passages if f"[{passage.number}]" in told}
    return [request for request in unanswered if quoted.isdisjoint(desk.near(request.words)[:1])]


def chosen_article(desk: Toolbox, offer: str = _TITLES) -> str | None:
    """Return the beginning of the article that a message chooses among those that an `offer` before it named, or None.

    Raises:
        CallNeeded: the article has to be searched for.
    """
    title = _chosen_title(desk.conversation, offer)
    if title is None:
        return None
    if not (text := read_out(title, desk.conversation.passages)):
        desk.search(title)
    return text or None


def _chosen_title(conversation: Conversation, offer: str) -> str | None:
    titles: list[str] = _QUOTED.findall(conversation.last_reply.partition(offer)[2].partition(";")[0])
    message = normal(conversation.message).strip(' .!?“”"')
    place = int(message) - 1 if message.isdigit() and len(message) == 1 else None
    if place is None and len(message.split()) <= _CHOICE:
        place = place_of(message)
    if titles and place is not None and -len(titles) <= place < len(titles):
        return titles[place]
    return next((title for title in titles if fuzz.ratio(message, normal(title)) >= _ALIKE), None)


def left_open(requests: Sequence[Request]) -> str:
    """Name the requests of a message that nothing answers, beside those that are answered."""
    asked = [r.text.strip(" .!?,") for r in requests if len(content_stems(r.text)) > 1 and worth_an_answer(r.text)]
    return f"I have found no answer to {list_words([f'“{text}”' for text in asked], 'en')}." if asked else ""
