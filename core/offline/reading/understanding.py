"""Understand a message as a list of requests: by rule first, by likeness to examples where no rule is sure."""

import re
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from core.language.mentioned_orders import order_numbers
from core.language.requested_changes import asks_about, wishes
from core.language.text import normal
from core.language.words import content_stems
from core.offline.reading.clauses import clauses
from core.offline.reading.examples import EXAMPLES
from core.offline.reading.intents import SMALL_TALK, WRITES, Intent, change_asked_about, rule_intent
from core.offline.reading.request_phrases import DEED_WORDS, NEGATED
from core.offline.reading.slots import payment_words

_ALIKE = 0.5
"""Cosine from which a message counts as saying the same as an example (MiniLM; unrelated sentences stay under 0.3)."""
_ALIKE_SERIOUS = 0.65
"""What brings in a person at once must be said more plainly."""
_READABLE = 2_000
"""Characters of a message that are read; what a customer wants stands in its beginning or its end."""


_PERSONAL: frozenset[Intent] = frozenset({"order_status", "list_orders", "profile"})
_IF = re.compile(r"(?:and |but )?(?:if|in case|unless)\b(?!.*\?)", re.IGNORECASE)
"""A condition beside other requests adds to them; it asks for nothing itself."""
_LEANS = re.compile(r"\b(?:it|that|this|they|them|those|one|ones)\b")
_ANOTHER = re.compile(r"^(?!.*\b(?:exchange|swap)\b).*\b(?:ones?|it|them|another|different)\b.*\binstead\b")
_DUTY = re.compile(r"\b(?:do|must|should|would) i (?:have to|need to|must)\b|\bwho (?:has|have) to\b")
"""`do I have to pay for that?` asks for a rule."""
_ONE_ORDER = re.compile(r"\b(?:it|its|status|ships?|shipped|arriv\w*|deliver\w*|contents?|address)\b")
_HAPPENED = re.compile(
    r"\b(?:was|were|did|has|have)\b[^.?!]*\b(?:refunded|paid|charged|shipped|delivered|sent|returned)\b"
)
_DEFAULT_TOO = re.compile(r"\b(?:and|also|plus)\b[^.?!]*\b(?:as|to be|make it|update) (?:my|the) (?:new )?default\b")
_MINE = re.compile(r"\b(?:i|i'm|i've|my|mine|me|it|they|that|this|we|our)\b")


@dataclass(frozen=True)
class Request:
    """Hold one thing the customer wants."""

    intent: Intent
    text: str
    """The words that ask for it."""
    order_ids: tuple[str, ...] = ()
    """Order numbers named with it, or those of the message where it names none itself."""
    before: str = ""
    """What was said about the same thing in earlier messages, for what the text leaves out."""

    @property
    def words(self) -> str:
        """Return everything said about it, oldest first."""
        return f"{self.before}\n{self.text}" if self.before else self.text


class Understanding:
    """Read messages; embeddings make it understand paraphrases, and it works without them."""

    def __init__(self, embeddings: Embeddings | None = None) -> None:
        self._embeddings = embeddings
        self._learning = Lock()
        self._intents: list[Intent] = []
        self._examples: npt.NDArray[np.float64] | None = None

    def requests(self, message: str) -> list[Request]:
        """Return what a message asks for, in order; never empty."""
        text = message if len(message) <= _READABLE else f"{message[: _READABLE // 2]}\n{message[-_READABLE // 2 :]}"
        said = clauses(text)
        meant = [clause for clause in said if not NEGATED.match(normal(clause))] or said
        parts = self._merged([(self._intent(c) if len(meant) == 1 or not _IF.match(c) else None, c) for c in meant])
        found = [Request(intent or self._fallback(clause), clause) for intent, clause in parts]
        found = [_completed(request, before) for request, before in zip(found, [None, *found], strict=False)]
        if order_numbers(" ".join(c for c in said if c not in meant)):  # "don't cancel AF1, just tell me when it ships"
            found = [replace(r, intent="order_status") if _is_about_one(r) else r for r in found]
        wanted = [r for r in found if r.intent not in SMALL_TALK] or found[-1:] or [Request("unclear", text)]
        return _with_numbers([one for r in wanted for one in _both_addresses(_of_the_order(r, text))], text)

    def has_own_intent(self, message: str) -> bool:
        """Say whether a rule knows what the message wants, so that it needs no earlier message to be understood."""
        return any(rule_intent(c) not in (None, "unclear", "thanks") for c in clauses(message[:_READABLE]))

    def _intent(self, clause: str) -> Intent | None:
        known = rule_intent(clause)
        return known if known is not None else self._alike(clause)

    def _alike(self, clause: str) -> Intent | None:
        """Return the intent of the example closest in meaning, or None where none is close."""
        if self._embeddings is None or len(content_stems(clause)) < 1:
            return None
        examples = self._learned(self._embeddings)
        asked = np.asarray(self._embeddings.embed_query(clause), dtype=np.float64)
        likeness = examples @ (asked / (np.linalg.norm(asked) or 1.0))
        best = int(np.argmax(likeness))
        intent = self._intents[best]
        if likeness[best] < _ALIKE or (intent in WRITES and asks_about(clause)):
            return None
        if intent == "serious" and likeness[best] < _ALIKE_SERIOUS:
            return None
        if intent in _PERSONAL and (not _MINE.search(normal(clause)) or _DUTY.search(normal(clause))):
            return None  # a question about orders or accounts in general is one for the articles
        if intent == "profile" and re.search(r"\b(?:lost|stolen|broken|not work\w*|doesn't work)\b", normal(clause)):
            return None
        if intent == "change_payment" and not (
            payment_words(clause) or re.search(r"\bpa(?:y|id)|\bcharge", normal(clause))
        ):
            return None  # a gift is no gift card
        if intent == "product" and re.search(
            r"\b(?:my|mine|(?:i|we) (?:have )?(?:ordered|bought|got|received)|delivered|arrived)\b", normal(clause)
        ):
            return None  # what the customer has is not what the shop offers
        return intent

    def _learned(self, embeddings: Embeddings) -> npt.NDArray[np.float64]:
        """Return one unit vector for each example, embedded at the first use."""
        with self._learning:
            if self._examples is None:
                pairs = [(intent, text) for intent, texts in EXAMPLES.items() for text in texts]
                vectors = np.asarray(embeddings.embed_documents([text for _, text in pairs]), dtype=np.float64)
                self._intents = [intent for intent, _ in pairs]
                self._examples = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            return self._examples

    def _fallback(self, clause: str) -> Intent:
        """Take what nothing recognises for a question to the articles if it has words, else for noise."""
        if order_numbers(clause):
            return "order_status"
        return "policy" if _readable(clause) else "unclear"

    def _merged(self, parts: list[tuple[Intent | None, str]]) -> list[tuple[Intent | None, str]]:
        """Join clauses that belong together: asides go to the request beside them, repeated requests become one."""
        joined: list[tuple[Intent | None, str]] = []
        aside = ""
        for intent, clause in parts:
            if intent is None and not _asks(clause):
                if joined and joined[-1][0] not in SMALL_TALK:
                    joined[-1] = (joined[-1][0], f"{joined[-1][1]} {clause}")
                else:
                    aside = f"{aside} {clause}".strip()
                continue
            if joined and _adds_to(joined[-1][0], intent, clause) and _same_order(joined[-1][1], clause):
                joined[-1] = (_together(joined[-1], intent, clause), f"{joined[-1][1]} {clause}")
            elif intent in SMALL_TALK:
                joined.append((intent, clause))
            else:
                joined.append((intent, f"{aside} {clause}".strip()))
                aside = ""
        if aside:
            real = [i for i, (intent, _) in enumerate(joined) if intent not in SMALL_TALK]
            if real:
                joined[real[-1]] = (joined[real[-1]][0], f"{joined[real[-1]][1]} {aside}")
            else:
                joined.append((None, aside))
        return [
            (known if (known := rule_intent(text)) == "inquiry" or intent == "policy" else intent, text)
            if order_numbers(text) and intent in ("policy", "order_status")
            else (intent, text)
            for intent, text in joined
        ]


def _of_the_order(request: Request, message: str) -> Request:
    """Take "what was refunded?" beside one order number for a question about that order."""
    if request.intent == "policy" and len(order_numbers(message)) == 1 and _HAPPENED.search(normal(request.text)):
        return replace(request, intent="order_status", order_ids=tuple(order_numbers(message)))
    return request


def _both_addresses(request: Request) -> list[Request]:
    """Return two requests where an address is to be that of an order and the default one as well."""
    if request.intent == "change_address" and _DEFAULT_TOO.search(normal(request.text)):
        return [request, replace(request, intent="change_default_address")]
    return [request]


def _is_about_one(request: Request) -> bool:
    """Say whether a question is about the one order that was named beside it."""
    return request.intent == "policy" and bool(_ONE_ORDER.search(normal(request.text)))


def _completed(request: Request, before: Request | None) -> Request:
    """Give "and how much is it?" the words of the question before it in the same message."""
    if before is None or request.intent not in ("policy", "product") or before.intent in SMALL_TALK:
        return request
    if len(content_stems(request.text)) > 1 or not _LEANS.search(normal(request.text)):
        return request
    return replace(request, intent=before.intent if before.intent == "product" else "policy", before=before.text)


def _asks(clause: str) -> bool:
    return bool(
        re.search(
            r"\?|^(?:how|what|when|where|which|who|why|can|could|do|does|is|are|will|may|should)\b", normal(clause)
        )
    )


def _together(before: tuple[Intent | None, str], intent: Intent | None, clause: str) -> Intent | None:
    """Return what a clause makes of the one before it that it adds to."""
    if before[0] == "return" and intent == "swap":
        return "swap"
    if before[0] == "inquiry" and wishes(clause):
        return change_asked_about(before[1])  # "Can I exchange it for the blue one? Charge my Visa."
    return before[0]


def _adds_to(before: Intent | None, intent: Intent | None, clause: str) -> bool:
    """Say whether a clause only goes on about the change before it: the same one, or where its money goes."""
    if before == "inquiry":
        money = intent in ("change_payment", "refund") and bool(payment_words(clause))
        told_beside = intent in WRITES and not (DEED_WORDS.search(normal(clause)) or (wishes(clause) and not money))
        return intent == before or told_beside  # "can it still be cancelled? I ordered it by mistake"
    if before == "return" and intent == "swap" and _ANOTHER.search(normal(clause)):
        return True  # "send it back and get the black one instead" is one exchange
    if intent not in WRITES | _PERSONAL:
        return False
    if before == intent:
        return True
    money = bool(payment_words(clause)) and not DEED_WORDS.search(normal(clause))
    return (
        money and before in ("return", "swap", "refund", "cancel") and intent in ("change_payment", "refund", "return")
    )


def _same_order(one: str, other: str) -> bool:
    """Say whether two clauses may speak of one order: one of them names none, or both the same."""
    return not order_numbers(one) or not order_numbers(other) or order_numbers(one) == order_numbers(other)


def _readable(clause: str) -> bool:
    """Tell words from keyboard noise: letters with vowels between them, not one character over and over."""
    words = re.findall(r"[^\W\d_]{2,}", clause)
    sound = [
        w
        for w in words
        if not w.isascii() or (re.search(r"[aeiouy]", w, re.I) and not re.search(r"[^aeiouy\W]{5,}|(.)\1{3,}", w, re.I))
    ]
    return len(sound) >= 2 and len(sound) * 2 > len(words) and len(set(map(str.casefold, sound))) > 1


def _with_numbers(requests: list[Request], message: str) -> list[Request]:
    """Give each request the order numbers of its own words, or else the message's where that is clear."""
    of_message = tuple(order_numbers(message))
    named = [tuple(order_numbers(r.text)) for r in requests]
    missing = [r for r, own in zip(requests, named, strict=True) if not own]
    shared = of_message if len(of_message) == 1 or len(missing) == len(requests) else ()
    return [
        replace(r, order_ids=own or (shared if r.intent != "policy" else ()))
        for r, own in zip(requests, named, strict=True)
    ]
