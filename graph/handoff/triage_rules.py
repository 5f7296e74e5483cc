"""Classify a message by rules and by likeness to examples: no model request, a few milliseconds."""

import re
from collections.abc import Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from core.language.detection import language_of
from core.language.signals import is_angry, reports_fraud, wants_human
from core.language.text import normal
from tools.desk.queues import Queue, default_queue
from tools.desk.tickets import Category, Classification, Priority, Sentiment

Vectors = npt.NDArray[np.float32]

_WORD_WEIGHT, _FOREIGN_WORD_WEIGHT, _MOST_WORDS = 0.16, 0.3, 2
"""What a queue's word adds to its likeness (a cosine), and how many count; more where embeddings know little."""
_NEAREST, _CENTRE_SHARE = 2, 0.7
"""A queue's likeness is that of its nearest examples and of their centre; chosen by leaving out one at a time."""
_UNSURE = 0.2
"""Below this score a message fits nowhere."""
_LONGEST = 4_000

_LEGAL = re.compile(
    r"\b(?:lawyer|attorney|solicitor|sue|court|lawsuit|legal (?:action|steps)|ombudsman|consumer protection|"
    r"anwalt|anwältin|gericht|"
    r"verklag\w*|rechtliche schritte|avocate?|tribunal|porter plainte|abogad[oa]|demandar\w*|juzgado)\b"
)
_PRESSING = re.compile(
    r"\b(?:urgent\w*|asap|immediately|right (?:now|away)|emergency|today|tonight|tomorrow|by (?:monday|tuesday|"
    r"wednesday|thursday|friday|"
    r"saturday|sunday)|wedding|funeral|birthday|medication|dringend|sofort|heute|morgen|hochzeit|geburtstag|"
    r"tout de suite|demain|"
    r"aujourd'hui|mariage|anniversaire|urgente|inmediatamente|mañana|hoy mismo|boda|cumpleaños)\b"
)
_AGAIN = re.compile(
    r"\b(?:(?:second|third|fourth|fifth|\d+(?:nd|rd|th)) time|again and again|still no(?:t| one| body)|for "
    r"(?:weeks|months)|"
    r"(?:three|four|five|several|many) times|schon wieder|zum (?:zweiten|dritten|vierten) mal|encore une fois|"
    r"otra vez|tercera vez)\b"
)
_MONEY_LOST = re.compile(
    r"\b(?:(?:charged|billed|paid|debited|took (?:the )?money) (?:me )?(?:\w+ ){0,3}(?:twice|two times|double|"
    r"too much)|twice|double charge|overcharg\w*|"
    r"chargeback|reverse the (?:payment|charge)|doppelt|zweimal|deux fois|dos veces|duplicad[oa])\b"
)
_QUESTION = re.compile(
    r"\?|¿|^(?:who|what|when|where|which|why|how|is|are|do|does|did|can|could|may|must|would|will|should|have|"
    r"has|was|were|wer|was|wann|wo|"
    r"wie|welche\w*|warum|kann|ist|gibt|haben|qui|que|quel\w*|quand|où|comment|pourquoi|est-ce|qué|cuándo|"
    r"dónde|cómo|cuál|puedo|hay)\b"
)
_REQUEST = re.compile(
    r"\b(?:please|i (?:want|need|would like|wish)|i'd like|we'd like|can you|could you|would you|let me|help "
    r"me|cancel|change|replace|remove|"
    r"delete|send me|stop sending|update|add|swap|exchange|bitte|ich (?:möchte|will|würde|brauche)|können sie|"
    r"je (?:voudrais|souhaite|veux)|"
    r"pouvez-vous|veuillez|quiero|quisiera|necesito|por favor|podrían?)\b"
)
_PROBLEM = re.compile(
    r"\b(?:not work\w*|doesn't|does not|didn't|did not|can't|cannot|couldn't|won't|isn't|never|broke\w*|broken|"
    r"damaged|crack\w*|defect\w*|"
    r"missing|wrong|lost|late|stolen|hacked|declined|fail\w*|error|empty|invalid|not valid|nobody|nothing|"
    r"without|problem|issue|twice|"
    r"unauthori[sz]ed|kaputt|beschädigt|defekt|nicht|kein\w*|falsch\w*|gehackt|gestohlen\w*|vergessen|cassé\w*|"
    r"n'ai (?:rien|pas|jamais)|"
    r"ne (?:marche|fonctionne)|deux fois|no (?:funciona|puedo|llega|reconozco)|roto|rota|dañad[oa]|dos veces)\b"
)
_THANKS = re.compile(
    r"\b(?:thank(?:s| you)|lovely|great job|well done|love (?:it|your)|compliment\w*|danke|vielen dank|merci|"
    r"gracias|suggest\w*|idea|feedback)\b"
)
_BAD_FEELING = re.compile(
    r"\b(?:disappoint\w*|annoy\w*|frustrat\w*|upset|unhappy|sad|worried|terrible|awful|bad|poor|enttäuscht|"
    r"ärgerlich|schade|déçue?|triste|decepcionad[oa])\b"
)

_WISHING = """hi hello hey there please pls now i i'd id we just want have need would like rather prefer to can could \
may will you let me us get give put
    through connect transfer pass hand over talk speak chat write talking speaking chatting directly with a an the \
any some real live actual
    human humans being person people someone somebody anyone anybody agent agents operator representative rep advisor \
adviser colleague
    employee of your one team staff member customer service support is are here instead not no do don't bot bots \
robot robots machine ai
    thanks thank
    hallo bitte ich möchte will würde gern gerne kann können sie mich mit einem einer einen zu echten richtigen \
menschlichen menschen
    mitarbeiter mitarbeiterin kollegen kollegin berater beraterin jemandem sprechen reden verbinden schreiben \
verbunden werden danke kein
    keinen roboter
    bonjour je veux voudrais souhaite parler à avec un une vrai vraie personne humain conseiller conseillère agente \
quelqu'un puis-je s'il
    vous te plaît plait svp merci
    hola quiero quisiera necesito puedo hablar con una persona humano agente asesor asesora alguien por favor gracias"""
_OF_A_BARE_WISH = frozenset(_WISHING.split())
"""All that a wish for a person is made of when it says nothing of the matter; complaints ask for a manager."""


def is_bare_wish(text: str) -> bool:
    """Say whether a message asks for a person and says nothing else, so that nothing can be read from it."""
    words = re.findall(r"[^\W_]+(?:['-][^\W_]+)*", normal(text[:200]))
    return len(text) <= 200 and wants_human(text) and _OF_A_BARE_WISH.issuperset(words)


class RuleTriage:
    """The queues and what their examples mean; safe to use from several threads."""

    def __init__(self, queues: Sequence[Queue], embeddings: Embeddings) -> None:
        self.queues = queues
        self._embeddings = embeddings
        self._fraud = next((queue for queue in queues if queue.name == "fraud"), None)
        """Takes what the rule for fraud recognises, where there is such a queue."""
        self._examples: list[Vectors] | None = None
        self._opening = Lock()

    def classify(self, text: str, *, locale: str = "en") -> Classification:
        """Return where a message belongs; `locale` decides on a text too short to tell its language."""
        text = text[:_LONGEST]
        language = language_of(text, locale.split("-")[0].lower()[:3] or "en")
        if is_bare_wish(text):
            anybody = default_queue(self.queues).name
            return Classification(
                category="request", queue=anybody, priority="normal", sentiment="neutral", language=language
            )
        lowered = normal(text)
        queue = self.queue_of(text)
        category = _category(lowered, queue.name)
        return Classification(
            category=category,
            queue=queue.name,
            priority=_priority(lowered, queue, category),
            sentiment=_sentiment(lowered, category),
            language=language,
        )

    def queue_of(self, text: str) -> Queue:
        """Return the queue whose examples and words are most like a message, or the default one."""
        if self._fraud and reports_fraud(text):
            return self._fraud
        lowered = normal(text)
        likeness = self._likeness(text)
        weight = _WORD_WEIGHT if language_of(text) == "en" else _FOREIGN_WORD_WEIGHT
        scores = [
            like + weight * min(queue.mentions(lowered), _MOST_WORDS)
            for queue, like in zip(self.queues, likeness, strict=True)
        ]
        best = int(np.argmax(scores))
        return self.queues[best] if scores[best] >= _UNSURE else default_queue(self.queues)

    def nearest(self, text: str, count: int = 6) -> list[tuple[str, str]]:
        """Return the examples most like a message, best first, each with its queue."""
        rows, vector = self._vectors(text)
        texts = [(example, queue.name) for queue in self.queues for example in (queue.description, *queue.examples)]
        scores = np.concatenate([of_queue @ vector for of_queue in rows])
        return [texts[int(i)] for i in np.argsort(-scores)[:count]]

    def _likeness(self, text: str) -> list[float]:
        """Return for each queue the cosine of a text with its nearest examples, mixed with that of their centre."""
        rows, vector = self._vectors(text)
        return [_likeness(of_queue, vector) for of_queue in rows]

    def _vectors(self, text: str) -> tuple[list[Vectors], Vectors]:
        """Return the vectors of each queue's examples, and that of a text."""
        with self._opening:
            if self._examples is None:
                self._examples = [
                    np.array(self._embeddings.embed_documents([q.description, *q.examples]), dtype=np.float32)
                    for q in self.queues
                ]
        return self._examples, np.array(self._embeddings.embed_query(text[:_LONGEST]), dtype=np.float32)


def _likeness(rows: Vectors, vector: Vectors) -> float:
    centre = rows.mean(axis=0)
    nearest = float(np.sort(rows @ vector)[-_NEAREST:].mean())
    return (1 - _CENTRE_SHARE) * nearest + _CENTRE_SHARE * float(centre @ vector / np.linalg.norm(centre))


def _category(lowered: str, queue: str) -> Category:
    if queue == "complaints" or is_angry(lowered):
        return "complaint"
    if _PROBLEM.search(lowered):
        return "problem"
    if _QUESTION.search(lowered) and not lowered.startswith(("can you", "could you", "would you", "können sie")):
        return "question"
    if _REQUEST.search(lowered):
        return "request"
    return "feedback" if _THANKS.search(lowered) else "question"


def _priority(lowered: str, queue: Queue, category: Category) -> Priority:
    if queue.priority == "urgent" or _LEGAL.search(lowered):
        return "urgent"
    if queue.priority == "high" or category == "complaint" or _MONEY_LOST.search(lowered) or _AGAIN.search(lowered):
        return "high"
    if _PRESSING.search(lowered):
        return "high"
    return queue.priority


def _sentiment(lowered: str, category: Category) -> Sentiment:
    if is_angry(lowered):
        return "angry"
    if category == "complaint" or _BAD_FEELING.search(lowered) or _AGAIN.search(lowered):
        return "negative"
    return "positive" if _THANKS.search(lowered) else "neutral"
