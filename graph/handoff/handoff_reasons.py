"""Name why a conversation goes to a person: recognised in what a customer writes, or read from a recorded reason."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from core.language.confirmations import answer_to_confirmation
from core.language.fixed_sentences import PHRASES
from core.language.greetings import OFFER_OF_A_PERSON
from core.language.signals import disputes_charge, is_angry, names_staff, reports_fraud, wants_human
from core.language.text import any_of, any_phrase, normal, normalised, sentences
from core.message_marks import marks
from core.model_notes import ASK_WHO, NOTES
from graph.state import clip, newest_turn, text_of
from graph.verification.evidence import Text
from graph.verification.evidence_reading import read_evidence
from graph.verification.values.value_reading import find_values
from tools.desk.tickets import Reason

IN_WORDS: Mapping[Reason, str] = {
    "asked": "the customer asked for a person",
    "fraud": "the customer reports fraud",
    "billing_dispute": "the customer disputes a charge",
    "angry": "the customer is angry",
    "repeated_failure": "the customer was not helped several times in a row",
}
"""What `handoff_wish` records, for colleagues to read."""
NO_SOURCE = "the reply was not supported"
"""Begins what is recorded when a reply was held back because nothing carries it; what follows quotes the model."""
MODEL_FAILED = "the model failed"
"""Begins what is recorded when no reply came for another reason; what follows may quote an endpoint."""
UNHELPED_LIMIT = 2
"""How often a customer may say that a reply did not help before a person is brought in."""
REPEATED_LIMIT = 3
"""How often a customer may write the same message before a person is brought in."""
_REMEMBERED = 2_000
"""Messages that are not read again, though each later turn of their conversation asks for them."""

_UNHELPED = re.compile(
    r"\b(?:(?:that|this|it) (?:did|does)(?:n't| not) (?:really )?(?:help|answer|work)|(?:doesn't|does not|"
    r"didn't|did not) answer my question|"
    r"(?:not|isn't|wasn't) what i (?:asked|meant|wanted)|you (?:don't|do not|didn't|did not|still don't) "
    r"(?:understand|get (?:it|me)|listen|answer)|"
    r"you(?:'re| are) not (?:listening|helping|answering)|wrong answer|(?:not|isn't) (?:helpful|helping)|i "
    r"(?:already|just) (?:told|said|asked)|no help|"
    r"(?:hilft|half) (?:mir )?nicht|(?:sie|du) versteh(?:en|st) (?:mich )?nicht|ça ne m'aide pas|vous ne "
    r"comprenez pas|no me ayuda|no (?:me )?entiende)\b",
)
_PROBLEM = any_of(
    r"\b(?:broken?|broke|damaged?|defective|faulty|missing|cracked|leak\w*|torn|shattered|smashed|spoiled|"
    r"ruined|injured|hurt|burn\w*|wrong (?:item|size|one|order|product|colou?r))\b",
    r"\b(?:never|not|n't|hasn't|haven't|didn't) (?:yet )?(?:arrived?|come|came|received?|got|working|work|"
    r"delivered|turned up)\b|\b(?:stopped|quit) working\b|\b(?:is|was|are|still) late\b",
    r"\b(?:kaputt|beschädigt|defekt|fehlt|fehlen|zerbrochen|falsche[nrs]?|nicht angekommen|funktioniert nicht|"
    r"geht nicht|verletzt)\b",
    r"\b(?:cassée?s?|abîmée?s?|défectueu\w+|endommagée?s?|manque|jamais (?:reçu|arrivée?)|pas (?:reçu|"
    r"arrivée?)|ne (?:marche|fonctionne) (?:pas|plus))\b",
    r"\b(?:rot[oa]s?|dañad[oa]s?|defectuos[oa]s?|falta|no (?:ha llegado|llegó|funciona|recibí|he recibido)|"
    r"equivocad[oa]s?)\b",
    r"\b(?:rott[oa]|danneggiat[oa]|difettos[oa]|manca|non (?:è arrivat[oa]|funziona|ho ricevuto)|quebrad[oa]|"
    r"danificad[oa]|não (?:chegou|funciona|recebi))\b",
    r"\b(?:kapot|beschadigd|defect|ontbreekt|niet (?:aangekomen|ontvangen)|werkt niet|uszkodzon\w+|zepsut\w+|"
    r"brakuje|nie (?:działa|dotar\w+|przysz\w+))\b|(?:مكسور|تالف|معطل|لم يصل)",
)
_RECORDED: Sequence[tuple[Reason, re.Pattern[str]]] = [
    ("fraud", re.compile(r"fraud|stolen|hacked|unauthori[sz]ed|phishing|identity theft|scam")),
    ("billing_dispute", re.compile(r"dispute|chargeback|charged twice|double charge|overcharg|billing")),
    ("rule", re.compile(r"\brule|policy|approval|not allowed|legal|lawyer")),
    ("budget", re.compile(r"rounds of tools|budget|too many|deadline|too long|limit")),
    (
        "no_source",
        re.compile(
            r"no source|no passage|no article|articles do not|not supported|unsupported|cannot be answered|don't know"
        ),
    ),
    ("unavailable", re.compile(r"unavailable|is down|does not answer|outage|could not be reached")),
    ("repeated_failure", re.compile(r"in a row|repeated|again and again|empty reply|failed|failure")),
    ("angry", re.compile(r"\bangry|anger|furious|upset")),
    (
        "asked",
        re.compile(
            r"(?:asked|asks|wants?|requests?|requested|accepts?|accepted)\b.*\b(?:person|human|agent|colleague|someone)"
        ),
    ),
]


def handoff_wish(messages: Sequence[AnyMessage], text: str) -> str | None:
    """Return why the newest message calls for a person at once, in words, or None; needs no model."""
    if _accepts_person(messages, text):
        return IN_WORDS["asked"]
    said = [*_said_since_people(messages)[:-1], text]
    return _wish(text, said)


def rule_wish(text: str, people_only: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the rule by which people handle what a message is about, in words, or None.

    `people_only` names the phrases of each topic that only people handle; a `*` stands for any end of a word.
    """
    plain = " ".join(text.split())
    topic = next((topic for topic, phrases in people_only.items() if any_phrase(phrases).search(plain)), None)
    return topic_rule(topic) if topic else None


def topic_rule(topic: str) -> str:
    """Return what is recorded when people take over a topic."""
    return f"a rule: {topic} is for people"


def person_is_due(messages: Sequence[AnyMessage]) -> bool:
    """Say whether there is a reason to call in a person, whoever calls: no text of others is one.

    The customer asked for one or took up the offer, or reports a problem; what they asked for was refused or failed; or
    their questions went unanswered again and again.
    """
    said = _said_since_people(messages)
    newest = newest_turn(list(messages))
    before = messages[: len(messages) - len(newest)]
    return (
        any(wants_human(text) or _PROBLEM.search(normalised(text)) for text in said)
        or bool(newest and _accepts_person([*before], text_of(newest[0])))
        or any(_failed(m, said) for m in newest if isinstance(m, ToolMessage))
        or _unanswered(messages) >= UNHELPED_LIMIT
    )


def _failed(result: ToolMessage, said: Sequence[str]) -> bool:
    """Say whether a call that the customer had a hand in came to nothing: a write they wanted, a look-up they named."""
    if result.status != "error" or result.text.startswith((*NOTES, ASK_WHO)):
        return False
    named = [v for v in find_values(result.text) if v.kind == "identifier"]
    own = read_evidence([Text(text, "customer") for text in said])
    return all(own.stands(value) for value in named)


def _unanswered(messages: Sequence[AnyMessage]) -> int:
    """Count the customer's last questions in a row whose replies had neither a source nor a tool's result."""
    count, turn = 0, list[AnyMessage]()
    for message in reversed(messages[: len(messages) - len(newest_turn(list(messages)))]):
        turn.append(message)
        if isinstance(message, HumanMessage):
            helped = any(marks(m).get("sources") for m in turn) or any(
                isinstance(m, ToolMessage) and m.status != "error" for m in turn
            )
            if helped or not text_of(message).rstrip().endswith("?"):
                break
            count, turn = count + 1, []
    return count


def _wish(text: str, said: Sequence[str]) -> str | None:
    if wants_human(text):
        return IN_WORDS["asked"]
    if reports_fraud(text):
        return IN_WORDS["fraud"]
    if disputes_charge(text):
        return IN_WORDS["billing_dispute"]
    if is_angry(text):
        return IN_WORDS["angry"]
    plain, unhelped = zip(*map(_plain, said), strict=True)
    repeated = plain.count(_plain(text)[0])
    if (unhelped[-1] and sum(unhelped) >= UNHELPED_LIMIT) or (repeated >= REPEATED_LIMIT and len(text.split()) > 2):
        return IN_WORDS["repeated_failure"]
    return None


def reason_code(recorded: str) -> Reason:
    """Return the kind of a recorded reason, whose words may be a node's, a rule's or the model's own."""
    lowered = recorded.casefold()
    if recorded.startswith(NO_SOURCE):
        return "no_source"
    if recorded.startswith(MODEL_FAILED):
        return "unavailable" if "the model is unavailable" in recorded else "repeated_failure"
    for reason, words in IN_WORDS.items():
        if recorded == words:
            return reason
    return next((reason for reason, pattern in _RECORDED if pattern.search(lowered)), "other")


def _accepts_person(messages: Sequence[AnyMessage], text: str) -> bool:
    """Say whether a plain yes answers the offer of a person, and nothing else that was asked with it."""
    last = next((m for m in reversed(messages) if isinstance(m, AIMessage) and not m.tool_calls), None)
    if last is None or marks(last).get("asks") or answer_to_confirmation(text) != "yes":
        return False
    offer = text_of(last)
    asked = [s for s in sentences(offer) if s.endswith("?")]
    return (
        bool(OFFER_OF_A_PERSON.search(offer))
        or any(said["no_safe_answer"] in offer for said in PHRASES.values())
        or bool(asked and names_staff(asked[-1]))
    )


def _said_since_people(messages: Sequence[AnyMessage]) -> list[str]:
    """Return what the customer wrote since people last had the conversation: an earlier handoff counts no more."""
    start = max(
        (i + 1 for i, m in enumerate(messages) if isinstance(m, AIMessage) and "ticket_id" in marks(m)), default=0
    )
    return [clip(text_of(m)) for m in messages[start:] if isinstance(m, HumanMessage)]


@lru_cache(maxsize=_REMEMBERED)
def _plain(text: str) -> tuple[str, bool]:
    """Return a message in the form in which it is compared, and whether it says that the agent is of no help."""
    plain = normal(text[:2_000]).strip(" .!?")
    return plain, bool(_UNHELPED.search(plain))
