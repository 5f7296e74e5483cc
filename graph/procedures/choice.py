"""Choose a procedure for a message without a model: by nearness to descriptions and examples, or none."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import re2

from core.language.action_words import deeds_in, without_deeds
from core.language.confirmations import answer_to_confirmation
from core.language.detection import GLOSSARIES, spoken_language
from core.language.fixed_sentences import ENGLISH
from core.language.glossary import in_english
from core.language.greetings import says_settled
from core.language.reference_numbers import CODE
from core.language.requested_changes import asks_about, asks_of_us, wishes, without_lead
from core.language.several import count_of, tried_already
from core.language.text import normal, sentences, stem
from core.language.words import OWN_THING, content_stems, content_words, corrected, spelled
from graph.procedures.format.procedure import Procedure
from tools.tool import Tool

Embed = Callable[[list[str]], np.ndarray]
"""Return unit vectors of texts, one a row."""

Asks = Callable[[str, str, Sequence[str]], bool]
"""Say whether a text asks in so many words for what the tool of a name does, which is also called so."""
TROUBLE = re.compile(
    r"\b(?:broken|down|dead|faulty|defective|fault|repair\w*|(?:does|do)(?: not|n't) work|not working|stopped working|"
    r"leak\w*|damaged?|problem|trouble|kaputt|defekt|störung|geht nicht|en panne|ne marche plus|ne fonctionne\w*|"
    r"no funciona|averiad[oa])\b",
    re.IGNORECASE,
)
"""What a procedure says that is for something that does not work."""
NEAR = 0.5
"""Cosine to an example from which a message is taken for a request of that kind."""
APART = 0.04
"""By how much the best procedure has to be nearer than the next: closer ones are a toss, and a toss is none."""
ASKED_NEAR = 0.38
"""The same for a message that asks in so many words for what a procedure does, though it names no record."""
TRIED_NEAR = 0.35
"""The same for who has tried what helps, and for a procedure for what does not work."""
NONE = (
    "hello", "thank you", "ok", "yes", "no", "goodbye", "what do you mean?", "who are you?", "I have a question",
    "how does this work?", "what are your opening hours?", "how long does it take?", "how much does it cost?",
    "where can I find that?", "I want to talk to a person", "can you repeat that?", "that is not what I asked",
)  # fmt: skip
"""What people say without wanting any procedure."""
CLAUSES = re.compile(r"(?<=[,;:.!?–])(?<!\d\.)\s+|\s(?:because|since|but|weil|denn|parce que|porque|perché)\s")
_RECORD = rf"(?:{CODE}|#?(?:\b\d{{5,}}|\b[A-Z]{{5,}})\b)"
IDENTIFIER = re.compile(rf"(\b(?:for|on|of|about|with|from|für|von|pour|para)\s)?{_RECORD}")
BESIDES = re.compile(r",?\s(?:and|und|et|y)\s")
MOST_CLAUSES = 6
MAY_I = re.compile(
    r"(?:(?:can|could|may) (?:i|we|(?:(?:my|our)|\w+'s) .{3,30} be)|(?:kann|könnte|darf) (?:ich|man|wir)|"
    r"(?:können|dürfen) wir|puis-je|peut-on|"
    r"(?:est-ce qu[e'] ?)?(?:je|on) (?:peux?|pourrais)|puedo|podemos|podría)\b"
)
"""Who asks whether they may do something with a record that they name wants it done."""
PRICE_TO = re.compile(
    r"how much (?:more )?(?:(?:is it|would it be|(?:does|would|will) it cost|to pay|extra) )?(?:to|for)\b|"
    r"(?:what|how much) (?:does|would|will) (?!it)\w+ (?:class )?cost\b|was würde (?:es )?(?:\w+ )?\w+ kosten|"
    r"combien (?:coûterai\w*|coûte\w* (?:de |d')|pour (?!un))|cuánto (?:costaría|cuesta \w+[aei]r)\b"
)
"""Who asks what a change of a record that they describe costs wants to be told the offer."""
ORDERS = re.compile(r"^\W*(?:can|could|may) (?:i|we) (?:please )?(?:have|get)\b", re.IGNORECASE)
"""A wish in the form of a question, where nothing marks it as one: `can I have a technician on the 3rd`."""
PAST = re.compile(r"\b(?!changed (?:my|our) mind)[a-z]{3,}ed\b", re.IGNORECASE)
"""What was done is no wish for it: `I booked it yesterday`."""
GOES_AHEAD = re.compile(
    r"\b(?:do (?:it|that|so)|go (?:ahead|for it)|proceed|let's do (?:it|that)|mach(?:en)? (?:sie )?(?:das|es)|"
    r"allez-y|faites-le|vas-y|hazlo|hágalo|adelante)\b"
)
"""What orders that which was just spoken of."""
UNABLE = re.compile(
    r"\b(?:i|we) (?:\w+ )?(?:can ?not|can'?t|won'?t|will not|do(?: not|n'?t) (?:want|need)|(?:am|are) (?:not able|"
    r"unable))\b",
    re.IGNORECASE,
)
"""Who says what they will not do is nearer to who says so, too, than to who wishes the same."""
FEW_WORDS = 9
NEEDED = frozenset(map(stem, ("need", "want", "wish", "please", "like")))
MORE = frozenset(map(stem, ("more", "extra", "additional", "further", "another", "other")))
ADDED = re.compile(r"\badd(?:ing)? (.+?)(?= (?:to|for|on|onto|in|at|please)\b|$)")
"""What is to be added."""
DONE = re.compile(r"\b(?:to|please|yes|more|it|that|then) \w+|^(?:yes|ok|okay|please|sure)\b|\bmore\b")
"""What is done, and little words, in a wish that names nothing it is done with."""
CANNOT = re.compile(r"\bcan(?:'t| not)\b")
NAME = re.compile(r"(?<=\b(?:to|in) )(?:[A-Z][a-z]+ ?)+|(?<=\bfrom )(?:[A-Z][a-z]+ ?)+|(?<=\bfor )(?:[A-Z][a-z]+ ?)+")
"""A name in an example, which any other could stand for."""
WHAT_IS_WRONG = re.compile(
    r"\bwhat(?:'?s| is) (?:going on|wrong|happening|up|the (?:matter|problem|issue))\b|\bwas ist (?:\w+ )?los\b|"
    r"\bque se passe|\bc'est quoi le problème\b|\bqué (?:pasa|ocurre)\b",
    re.IGNORECASE,
)
LOOKS_UP = re.compile(
    r"^\W*(?:(?:and|but|so|also|then|now|ok|okay|und|dann|et|alors|y|e|allora)\W+)?"
    r"(?:please |(?:can|could|would|will) you (?:please )?)?"
    r"(?:(?:show|tell|list)(?: me| us)?|let me see|zeig\w*|montre\w*|muéstr\w*|mostra\w*)\b",
    re.IGNORECASE,
)
"""What asks to see something: `show me my trips`."""


def nobody_asks(_text: str, _tool: str, _also_called: Sequence[str]) -> bool:
    """Take no text for a wish."""
    return False


@dataclass(frozen=True)
class Choice:
    """What a message is near to."""

    procedure: str | None
    likeness: float


class Chooser:
    """The choice among procedures by embeddings; the vectors of examples are made once."""

    def __init__(
        self, procedures: Sequence[Procedure], embed: Embed, *, writes: Sequence[Tool] = (), asks: Asks = nobody_asks
    ) -> None:
        """Take the procedures, what embeds, the business's writes, and what tells who asks for which."""
        self._embed, self._asks = embed, asks
        self._procedures = procedures
        self._names = [procedure.name for procedure in procedures]
        owned = {name for procedure in procedures for name in procedure.writes}
        self._own = {tool.name: tool for tool in writes if tool.name in owned}
        self._tools = [tool for tool in writes if tool.name not in owned]
        lines = [_lines(procedure) for procedure in procedures]
        names = {
            name
            for own in lines
            for line in own
            if spoken_language(line, ENGLISH) == ENGLISH
            for name in NAME.findall(line)
        }
        self._masked = re.compile(
            "|".join(rf"\b{re.escape(n.strip())}\b" for n in sorted(names)) or r"(?!)", re.IGNORECASE
        )
        self._lines = [[self._masked.sub("it", line) for line in own] for own in lines]
        self._unable = [np.array([bool(UNABLE.search(line)) for line in own]) for own in self._lines]
        self._deeds = [self._deeds_of(procedure) for procedure in procedures]
        self._other_lines = [
            [tool.name.replace("_", " "), *tool.also_called, tool.bound.description] for tool in self._tools
        ]
        self._vectors: list[np.ndarray] | None = None
        self._others: list[np.ndarray] = []

    def choose(self, message: str) -> Choice:
        """Return the procedure that a message or a clause of it asks for, or none; articles answer mere questions."""
        message = corrected(message)
        found = [self._nearest(part, message) for part in _wanted(message) if self._names]
        return max(found, key=lambda choice: (choice.procedure is not None, choice.likeness), default=Choice(None, 0.0))

    def asked(self, message: str) -> list[str]:
        """Return the procedures whose writes a message asks for in so many words; none where other tools do it, too."""
        said = _wanted(corrected(message))
        if any(self._asks(part, tool.name, tool.also_called) for part in said for tool in self._tools):
            return []
        return [name for place, name in enumerate(self._names) if any(self._asks_own(part, place) for part in said)]

    def asked_whether(self, message: str) -> str | None:
        """Return the procedure for what a message asks whether it may be done: `can I cancel the Vegas trip?`."""
        message = corrected(message)
        parts = (part for sentence in sentences(message) for part in CLAUSES.split(sentence))
        asks = [
            part
            for part in parts
            if is_question(part) and (MAY_I.match(own := without_lead(part)) or PRICE_TO.match(own))
        ]
        found = [self._nearest(part.rstrip(" ?!."), message, of_record=True) for part in asks if self._names]
        return next((choice.procedure for choice in found if choice.procedure), None)

    def requests(self, message: str) -> list[tuple[str | None, str]]:
        """Return the procedures that a message asks for, each with its part of the message, in the message's order.

        None stands for one of several, where a part asks in so many words for what each of them does.

        A part is a request of its own where it names a number, or something to be done, and is for another procedure
        than those before it; what stands behind a request belongs to it.
        """
        parts = [part for sentence in sentences(message) for part in BESIDES.split(sentence)]
        named = [any(c.isdigit() for c in part) or _orders(part) or bool(self.asked(part)) for part in parts]
        found: list[tuple[str | None, str]] = []
        # With one such part there can be no second request, and each look at a part embeds it.
        for part, names in zip(parts, named, strict=True) if sum(named) > 1 else ():
            name = self.choose(part).procedure if names else None
            if (name and all(name != earlier for earlier, _ in found)) or (names and not name and self.asked(part)):
                found.append((name, part))
            elif found:
                found[-1] = (found[-1][0], f"{found[-1][1]} & {part}")
        if len(found) < 2:
            found = [(self.choose(message).procedure, message)]
        return [(name, self._own_part(said, name) if name else said) for name, said in found]

    def _own_part(self, message: str, procedure: str) -> str:
        """Return a message without the parts of it that ask in so many words for what another tool does."""
        place = self._names.index(procedure)
        parts = BESIDES.split(message)
        return " & ".join(part for part in parts if not self._asks_elsewhere(part, place)) or message

    def _deeds_of(self, procedure: Procedure) -> frozenset[str]:
        """Return the kinds of change that a procedure speaks of."""
        also = [called for name in procedure.writes if name in self._own for called in self._own[name].also_called]
        return frozenset(
            deeds_in("\n".join((*_lines(procedure), *also, *(n.replace("_", " ") for n in procedure.writes))))
        )

    def _nearest(self, text: str, message: str, *, of_record: bool = False) -> Choice:
        """Return the procedure that a text asks for in so many words, or else the one whose examples it is near to.

        Where it has to be `of_record`, one that the customer describes, less likeness is enough.
        """
        if self._vectors is None:
            self._others = [self._embed(lines) for lines in (list(NONE), *self._other_lines)]
            self._vectors = [self._embed(lines) for lines in self._lines]
        readings = [self._masked.sub("it", reading) for reading in _readings(text)]
        if not (readings and self._lines):
            return Choice(None, 0.0)
        said = self._embed(readings)
        unable, deeds = any(map(UNABLE.search, readings)), set().union(*map(deeds_in, readings))
        near = [float((rows @ said.T).max()) for rows in self._vectors]
        if unable and max(self._near_unable(said), default=0.0) >= NEAR:
            near = [n if told else n - 3 * APART for n, told in zip(near, map(np.any, self._unable), strict=True)]
        # Who asks to cancel something does not want what only books; where that is nearer by far, nothing is sure.
        other_deeds = [
            bool(deeds) and (deeds.isdisjoint(own) or self._adds_another(readings, place))
            for place, own in enumerate(self._deeds)
        ]
        nearer = max((n for n, other in zip(near, other_deeds, strict=True) if other), default=-1.0) - 2 * APART
        near = [-1.0 if other else n for n, other in zip(near, other_deeds, strict=True)]
        others = [max(float((rows @ said.T).max()), nearer) for rows in self._others]
        if (asked := self._asked_for(text, near, others[1:])) is not None:
            return Choice(self._names[asked], near[asked])
        best = int(np.argmax(near))
        rivals = [*near[:best], *near[best + 1 :], *(others[1:] if of_record else others)]
        enough, apart = ASKED_NEAR if of_record else NEAR, near[best] - max(rivals, default=-1.0)
        chosen = near[best] >= enough and apart >= APART and self._speaks_of(readings, best)
        if chosen and any(self._asks_elsewhere(said, best) for said in (text, message)):
            chosen = False
        return Choice(self._names[best] if chosen else None, near[best])

    def _speaks_of(self, readings: Sequence[str], place: int) -> bool:
        """Say whether what was put into English has more of a procedure's words than that something is needed."""
        said = {one for reading in readings[1:] for one in content_stems(reading)} - NEEDED
        return len(readings) < 2 or not said.isdisjoint(self._vocabulary(place))

    def _near_unable(self, said: np.ndarray) -> list[float]:
        """Return how near a text is to what procedures say of who cannot or does not want to do something."""
        pairs = zip(self._vectors or (), self._unable, strict=True)
        return [float((rows[own] @ said.T).max()) for rows, own in pairs if own.any()]

    def _asked_for(self, text: str, near: Sequence[float], others: Sequence[float]) -> int | None:
        """Return the place of the one procedure whose write a text asks for in so many words, or None.

        Where words ask for several, a record in a form that only one of them knows, or else nearness decides.
        """
        asked = [place for place in range(len(near)) if self._asks_own(text, place)]
        named = [place for place in asked if _names_record(self._procedures[place], text)]
        best = max(named or asked, key=lambda place: near[place], default=None)
        if best is None:
            return None
        rivals = [near[place] for place in named or asked if place != best]
        rivals += [
            likeness
            for tool, likeness in zip(self._tools, others, strict=True)
            if self._asks(text, tool.name, tool.also_called)
        ]
        near_enough = bool(named) or near[best] >= ASKED_NEAR
        return best if near_enough and near[best] - max(rivals, default=-1.0) >= APART else None

    def _adds_another(self, readings: Sequence[str], place: int) -> bool:
        """Say whether what a text wants added is nothing that a procedure speaks of."""
        added = [stem for reading in readings for one in ADDED.findall(reading) for stem in _objects(one)[:1]]
        # What was put into English word for word may name it before the verb.
        put = [reading for reading in readings[1:] if "add" in deeds_in(reading)]
        added += [stem for reading in put for stem in _objects(without_deeds(reading))]
        return bool(added) and self._vocabulary(place).isdisjoint(added)

    def _vocabulary(self, place: int) -> frozenset[str]:
        """Return the stems of what a procedure says of itself and asks for."""
        slots = [slot.slot for slot in self._procedures[place].slots.values()]
        asks = [
            str(said)
            for slot in slots
            for said in (slot.ask, *(choice.replace("_", " ") for choice in slot.one_of or ()))
            if said
        ]
        return frozenset(content_stems(" ".join((*self._lines[place], *asks))))

    def continued(self, text: str, before: str) -> str | None:
        """Return the procedure that a wish without an object of its own asks for after what was said before it: `how
        many bags may I take?`, then `I need to bring two`.
        """
        readings = _readings(corrected(text))
        said = normal(text)
        goes_ahead = GOES_AHEAD.search(said) and (
            answer_to_confirmation(said) != "yes" or OWN_THING.search(normal(before))
        )
        ordered = bool(goes_ahead) or any(map(deeds_in, readings)) or wishes(text)
        if not readings or is_question(text) or not ordered or len(text.split()) > FEW_WORDS:
            return None
        found = self._nearest(f"{before.rstrip(' ?!.')}, {text}", text).procedure
        if goes_ahead:
            return found
        known = self._vocabulary(self._names.index(found)) if found else frozenset()
        language = spoken_language(f"{before} {text}", ENGLISH)  # few words alone may tell none
        english = readings[0] if language == ENGLISH else in_english(without_lead(text), language)
        named = set(_objects(DONE.sub(" ", without_deeds(english))))
        return found if named <= known else None

    def for_trouble(self, text: str, before: str) -> str | None:
        """Return the procedure for trouble of the kind that a message goes on about after what helps was tried: `the
        internet is down`, then `did that, it stays red`.
        """
        if "?" in text or not (tried_already(text) and self._names):
            return None
        likely: dict[str, float] = {}
        self._nearest(text, text)  # makes the vectors
        for reading in (f"{before.rstrip(' ?!.')}, {text}".strip(" ,"), text):
            readings = _readings(corrected(reading))
            if readings and self._vectors:
                said = self._embed(readings)
                none = float((self._others[0] @ said.T).max())
                for place, rows in enumerate(self._vectors):
                    near = float((rows @ said.T).max())
                    if near >= TRIED_NEAR and near - none >= APART and any(map(TROUBLE.search, self._lines[place])):
                        likely[self._names[place]] = max(near, likely.get(self._names[place], 0.0))
        return max(likely, key=lambda name: likely[name]) if len(likely) == 1 else None

    def _asks_own(self, text: str, place: int) -> bool:
        """Say whether a text asks in so many words for a write of a procedure."""
        said = PAST.sub(" ", text)
        if self._adds_another(_readings(text), place):
            return False
        return any(
            self._asks(said, name, self._own[name].also_called if name in self._own else ())
            for name in self._procedures[place].writes
        )

    def _asks_elsewhere(self, text: str, best: int) -> bool:
        """Say whether a text asks in so many words for what another tool does, and not for what the procedure does."""
        if any(self._asks(text, name, ()) for name in self._procedures[best].writes):
            return False
        return any(self._asks(text, tool.name, tool.also_called) for tool in self._tools)


def _wanted(message: str) -> list[str]:
    """Return the clauses of a message that may wish something, and the whole where all of them may."""
    clauses = [part for part in CLAUSES.split(message) if len(part.split()) > 1][:MOST_CLAUSES]
    wanted = [part for part in clauses if not (is_question(part) or LOOKS_UP.match(part) or says_settled(part))]
    asks = WHAT_IS_WRONG.search(message)
    if len(wanted) == len(clauses) and not (asks or is_question(message) or LOOKS_UP.match(message)):
        wanted.append(message)
    elif asks or message.rstrip().endswith("?"):  # `my line is dead, do I get money back?` tells why it asks
        wanted = [part for part in wanted if wishes(part) or asks_of_us(part)]
        wanted += [message for part in wanted[:1] if asks_of_us(part)]
    return [part for part in dict.fromkeys(wanted) if part.strip()]


def is_question(text: str) -> bool:
    """Say whether a text asks something instead of wishing it; many leave out the mark."""
    orders = ("?" not in text and ORDERS.match(text)) or asks_of_us(text)
    of_record = re.search(_RECORD, text) and MAY_I.match(without_lead(text))
    return asks_about(text) and not orders and not of_record


def _orders(text: str) -> bool:
    """Say whether a text names something to be done, in any language that has a glossary."""
    return not is_question(text) and any(map(deeds_in, _readings(PAST.sub(" ", text))))


def _lines(procedure: Procedure) -> list[str]:
    """Return a procedure's examples and the sentences of its description."""
    sentences = [s.strip() for s in procedure.description.replace("Use when", ". When").split(". ") if s.strip()]
    return [_plain(line) for line in (*procedure.source.contract.examples, *sentences)]


def _plain(text: str) -> str:
    """Return a text without numbers of records, which would make any two messages that name one alike."""
    return IDENTIFIER.sub(lambda found: "" if found[1] else "it", text)


def _readings(text: str) -> list[str]:
    """Return a text as it is compared: as it was written, and word for word in English; none where no word is known."""
    language = spoken_language(text, ENGLISH)
    english = in_english(text, language)
    if language in GLOSSARIES and not content_words(english):
        return []
    return [CANNOT.sub("cannot", spelled(normal(_plain(one)))) for one in (text, english) if one]


def _objects(text: str) -> list[str]:
    """Return the stems of what a text names, in order, without how many of it; who is added is a person."""
    words = ["person" if word in ("him", "her") else word for word in normal(text).split()]
    return [
        one for one in content_stems(" ".join(words)) if not (one.isdigit() or one in MORE or count_of(one) is not None)
    ]


def _names_record(procedure: Procedure, text: str) -> bool:
    """Say whether a text names a record in the form of one of a procedure's slots."""
    patterns = [slot.slot.pattern for slot in procedure.slots.values() if slot.slot.ask and slot.slot.pattern]
    words = [word for word in re.findall(r"[#\w][\w./@+#-]*", text) if any(c.isdigit() for c in word)]
    return any(re2.fullmatch(each, shape) for each in patterns for word in words for shape in (word, word.upper()))
