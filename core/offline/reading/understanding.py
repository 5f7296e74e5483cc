"""Understand a message as a list of requests: by rule first, by likeness to examples where no rule is sure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from core.language.requested_changes import without_lead
from core.language.text import normal
from core.language.words import content_stems
from core.offline.reading.clauses import clauses
from core.offline.reading.examples import EXAMPLES
from core.offline.reading.intents import HOW_MUCH, QUESTION, SMALL_TALK, rule_intent

_ALIKE = 0.5
"""Cosine from which a message counts as saying the same as an example (MiniLM; unrelated sentences stay under 0.3)."""
_ALIKE_SERIOUS = 0.65
"""What brings in a person at once must be said more plainly."""
_READABLE = 2_000
"""Characters of a message that are read; what a customer wants stands in its beginning or its end."""
_IF = re.compile(r"(?:and |but )?(?:if|in case|unless)\b(?!.*\?)", re.IGNORECASE)
"""A condition beside other requests adds to them; it asks for nothing itself."""
_LEANS = re.compile(r"\b(?:it|that|this|they|them|those|one|ones|he|him|his|she|her)\b")
_NAMES_ONLY = re.compile(r"\W*(?:(?:and|but|so|ok|then)\W+)*(?:what|how) about\b", re.IGNORECASE)
_THING_ONLY = re.compile(r"\W*(?:(?:hi|hello|hey|ok|so)\W+)*(?:the|my)(?: [\w'-]+){1,3}\W*", re.IGNORECASE)
"""Begins what names a subject and asks nothing of it yet."""


@dataclass(frozen=True)
class Request:
    """One thing the customer wants."""

    intent: str
    text: str
    """The words that ask for it."""
    numbers: tuple[str, ...] = ()
    """Numbers of what it is about, named with it, or those of the message where it names none itself."""
    before: str = ""
    """What was said about the same thing in earlier messages, for what the text leaves out."""

    @property
    def words(self) -> str:
        """Return everything said about it, oldest first."""
        return f"{self.before}\n{self.text}" if self.before else self.text


Part = tuple[str | None, str]
"""A clause with its intent, as far as that is known."""


class Understanding:
    """Reads messages into requests; embeddings make it understand paraphrases, and it works without them.

    This one knows small talk, what is serious, and questions. The reading of a trade knows more.
    """

    examples: Mapping[str, Sequence[str]] = EXAMPLES
    """Messages by what they ask for."""
    questions = frozenset({QUESTION})
    """Intents of questions, which may lean on the question before them in the same message."""

    def __init__(self, embeddings: Embeddings | None = None) -> None:
        self._embeddings = embeddings
        self._learning = Lock()
        self._intents: list[str] = []
        self._vectors: npt.NDArray[np.float64] | None = None

    def requests(self, message: str) -> list[Request]:
        """Return what a message asks for, in order; never empty."""
        text = readable(message)
        if self.rule(text) == "noted":  # `hm ok, let me think about it`
            return [Request("noted", text)]
        found = self.asked(clauses(text))
        return [r for r in found if r.intent not in SMALL_TALK] or found[-1:] or [Request("unclear", text)]

    def has_own_intent(self, message: str) -> bool:
        """Say whether a rule knows what the message wants, so that it needs no earlier message to be understood."""
        return any(self.rule(c) not in (None, "unclear", "thanks") for c in clauses(message[:_READABLE]))

    def asked(self, said: Sequence[str]) -> list[Request]:
        """Return what clauses ask for, one after the other."""
        parts: list[Part] = [(self._intent(c) if len(said) == 1 or not _IF.match(c) else None, c) for c in said]
        found = [Request(intent or self.fallback(clause), clause) for intent, clause in self.merged(parts)]
        return [self._completed(request, before) for request, before in zip(found, [None, *found], strict=False)]

    def rule(self, clause: str) -> str | None:
        """Return what a clause asks for where a rule is sure of it, else None."""
        return rule_intent(clause)

    def may_be(self, intent: str, clause: str) -> bool:
        """Say whether a clause can ask for what the likest example does; who asks how long is not making talk."""
        return intent not in SMALL_TALK | {"serious"} or not HOW_MUCH.search(normal(clause))

    def joined(self, before: Part, intent: str | None, clause: str) -> Part | None:
        """Return two clauses as one where the second goes on about the first, else None."""
        return None

    def fallback(self, clause: str) -> str:
        """Take what nothing recognises for a question to the articles if it has words, else for noise."""
        return QUESTION if _readable(clause) else "unclear"

    def merged(self, parts: Sequence[Part]) -> list[Part]:
        """Join clauses that belong together: asides go to the request beside them, repeated requests become one."""
        found: list[Part] = []
        aside = ""
        for intent, clause in parts:
            if intent is None and not asks(clause):
                if found and found[-1][0] not in SMALL_TALK:
                    found[-1] = (found[-1][0], f"{found[-1][1]} {clause}")
                else:
                    aside = f"{aside} {clause}".strip()
                continue
            if found and (one := _one_question(found[-1], intent, clause) or self.joined(found[-1], intent, clause)):
                found[-1] = one
            elif intent in SMALL_TALK:
                found.append((intent, clause))
            else:
                found.append((intent, f"{aside} {clause}".strip()))
                aside = ""
        if aside:
            real = [i for i, (intent, _) in enumerate(found) if intent not in SMALL_TALK]
            if real:
                found[real[-1]] = (found[real[-1]][0], f"{found[real[-1]][1]} {aside}")
            else:
                found.append((None, aside))
        return found

    def _completed(self, request: Request, before: Request | None) -> Request:
        """Give "and how much is it?" the words of the question before it in the same message."""
        if before is None or request.intent not in self.questions or before.intent in SMALL_TALK:
            return request
        plain = normal(request.text)
        own = len(content_stems(HOW_MUCH.sub(" ", plain)))
        if own > 1 or (own == 1 and not _LEANS.search(plain)):
            return request
        intent = before.intent if before.intent in self.questions else QUESTION
        return replace(request, intent=intent, before=before.text)

    def _intent(self, clause: str) -> str | None:
        known = self.rule(clause)
        return known if known is not None else self._alike(clause)

    def _alike(self, clause: str) -> str | None:
        """Return the intent of the example closest in meaning, or None where none is close."""
        if self._embeddings is None or len(content_stems(clause)) < 1:
            return None
        examples = self._learned(self._embeddings)
        asked = np.asarray(self._embeddings.embed_query(clause), dtype=np.float64)
        likeness = examples @ (asked / (np.linalg.norm(asked) or 1.0))
        best = int(np.argmax(likeness))
        intent = self._intents[best]
        enough = _ALIKE_SERIOUS if intent == "serious" else _ALIKE
        return intent if likeness[best] >= enough and self.may_be(intent, clause) else None

    def _learned(self, embeddings: Embeddings) -> npt.NDArray[np.float64]:
        """Return one unit vector for each example, embedded at the first use."""
        with self._learning:
            if self._vectors is None:
                pairs = [(intent, text) for intent, texts in self.examples.items() for text in texts]
                vectors = np.asarray(embeddings.embed_documents([text for _, text in pairs]), dtype=np.float64)
                self._intents = [intent for intent, _ in pairs]
                self._vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            return self._vectors


def _one_question(before: Part, intent: str | None, clause: str) -> Part | None:
    """Return `what about my son` and `does he pay, too?` as one question, and what happened and is asked about."""
    if before[0] == QUESTION and intent in (None, QUESTION) and not any(map(asks, clauses(before[1]))):
        return QUESTION, f"{before[1]} {clause}"
    if intent is None and before[0] is None and _NAMES_ONLY.match(before[1]) and _LEANS.search(normal(clause)):
        return None, f"{before[1]}, {clause}"
    return (intent, f"{before[1]}, {clause}") if _THING_ONLY.fullmatch(before[1]) else None


def readable(message: str) -> str:
    """Return a message as far as it is read, of a long one its beginning and end."""
    half = _READABLE // 2
    return message if len(message) <= _READABLE else f"{message[:half]}\n{message[-half:]}"


def asks(clause: str) -> bool:
    """Say whether a clause begins or ends like a question, or asks to be told something."""
    return bool(
        re.search(
            r"\?|^(?:how|what|when|where|which|who|why|can|could|do|does|is|are|will|may|should|"
            r"(?:please )?tell (?:me|us))\b",
            without_lead(clause),
        )
    )


def _readable(clause: str) -> bool:
    """Tell words from keyboard noise: letters with vowels between them, not one character over and over."""
    words = re.findall(r"[^\W\d_]{2,}", clause)
    sound = [
        w
        for w in words
        if not w.isascii() or (re.search(r"[aeiouy]", w, re.I) and not re.search(r"[^aeiouy\W]{5,}|(.)\1{3,}", w, re.I))
    ]
    return len(sound) >= 2 and len(sound) * 2 > len(words) and len(set(map(str.casefold, sound))) > 1
