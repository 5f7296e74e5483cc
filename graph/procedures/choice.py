"""Choose a procedure for a message without a model: by its nearness to descriptions and examples, with none as an
answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.language.requested_changes import asks_about, wishes
from graph.procedures.format.procedure import Procedure

Embed = Callable[[list[str]], np.ndarray]
"""Return unit vectors of texts, one a row."""

NEAR = 0.5
"""Cosine to an example from which a message is taken for a request of that kind."""
APART = 0.04
"""By how much the best procedure has to be nearer than the next: closer ones are a toss, and a toss is none."""
NONE = (
    "hello", "thank you", "ok", "yes", "no", "goodbye", "what do you mean?", "who are you?", "I have a question",
    "how does this work?", "what are your opening hours?", "how long does it take?", "how much does it cost?",
    "where can I find that?", "I want to talk to a person", "can you repeat that?", "that is not what I asked",
)  # fmt: skip
"""What people say without wanting any procedure."""
CLAUSES = re.compile(r"(?<=[,;:.!?–])\s+|\s(?:because|since|but|weil|denn|parce que|porque|perché)\s")
_RECORD = r"#?(?:(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{4,}\b|\b\d{5,}\b|\b[A-Z]{5,}\b)"
IDENTIFIER = re.compile(rf"(\b(?:for|on|of|about|with|from|für|von|pour|para)\s)?{_RECORD}")
MOST_CLAUSES = 6
_BEGINS = (
    r"^\W*(?:(?:and|but|so|also|or|und|aber|oder|et|mais|ou|y|pero|o|e|ma|en|maar)\s)?"
    r"(?:(?:until|till|by|since|from) when|(?:can|could|may) (?:i|we)(?!.*(?-i:{record}))|"
    r"how|what|when|where|which|who|why|is|are|was|were|do|does|did|"
    r"wie|was|wann|wo|welche\w*|wer|warum|gibt|comment|combien|quel\w*|quand|où|qui|pourquoi|est-ce|"
    r"cómo|cuánto|qué|cuándo|dónde|cuál\w*|quién|por qué|come|cosa|quanto|quando|dove|quale|chi|perché|como|onde|"
    r"hoe\w*|wat|waar)\b"
).replace("{record}", _RECORD)
"""How a question begins. Who asks whether they may do something with a record that they name wants it done."""
QUESTION = re.compile(rf"{_BEGINS}[^.!]*\?\s*$", re.IGNORECASE)
PART_OF_QUESTION = re.compile(_BEGINS, re.IGNORECASE)
"""How a clause of a question begins: `how long does it take, and …?`"""
LOOKS_UP = re.compile(
    r"^\W*(?:please )?(?:(?:show|tell|list)(?: me| us)?|let me see|zeig\w*|montre\w*|muéstr\w*|mostra\w*)\b",
    re.IGNORECASE,
)
"""What asks to see something: `show me my trips`."""


@dataclass(frozen=True)
class Choice:
    """What a message is near to."""

    procedure: str | None
    likeness: float


class Chooser:
    """The choice among procedures by embeddings; the vectors of examples are made once."""

    def __init__(self, procedures: Sequence[Procedure], embed: Embed) -> None:
        self._embed = embed
        self._names = [procedure.name for procedure in procedures]
        self._lines = [_lines(procedure) for procedure in procedures]
        self._vectors: list[np.ndarray] | None = None
        self._none: np.ndarray | None = None

    def choose(self, message: str) -> Choice:
        """Return the procedure that a message or a clause of it asks for, or none; what only asks for information is
        answered from the articles.
        """
        clauses = [part for part in CLAUSES.split(message) if len(part.split()) > 1][:MOST_CLAUSES]
        asks = message.rstrip().endswith("?")
        wanted = [part for part in clauses if not (is_question(part, asks=asks) or LOOKS_UP.match(part))]
        if len(wanted) == len(clauses) and not (is_question(message) or LOOKS_UP.match(message)):
            wanted.append(message)
        elif asks:  # `my line is dead, do I get money back?` tells why it asks
            wanted = [part for part in wanted if wishes(part)]
        found = [self._nearest(part) for part in dict.fromkeys(wanted) if self._names and part.strip()]
        return max(found, key=lambda choice: (choice.procedure is not None, choice.likeness), default=Choice(None, 0.0))

    def _nearest(self, text: str) -> Choice:
        if self._vectors is None or self._none is None:
            self._vectors = [self._embed(lines) for lines in self._lines]
            self._none = self._embed(list(NONE))
        vector = self._embed([_plain(text)])[0]
        near = [float((rows @ vector).max()) for rows in self._vectors]
        best = int(np.argmax(near))
        others = [*near[:best], *near[best + 1 :], float((self._none @ vector).max())]
        chosen = near[best] >= NEAR and near[best] - max(others) >= APART
        return Choice(self._names[best] if chosen else None, near[best])


def is_question(text: str, *, asks: bool = False) -> bool:
    """Say whether a text is a question, or a clause of a message that `asks`; many leave out the mark."""
    if "?" in text or asks:
        return bool((PART_OF_QUESTION if asks else QUESTION).match(text))
    return bool(PART_OF_QUESTION.match(text)) and asks_about(text)


def _lines(procedure: Procedure) -> list[str]:
    """Return a procedure's examples and the sentences of its description."""
    sentences = [s.strip() for s in procedure.description.replace("Use when", ". When").split(". ") if s.strip()]
    return [_plain(line) for line in (*procedure.source.contract.examples, *sentences)]


def _plain(text: str) -> str:
    """Return a text without numbers of records, which would make any two messages that name one alike."""
    return IDENTIFIER.sub(lambda found: "" if found[1] else "it", text)
