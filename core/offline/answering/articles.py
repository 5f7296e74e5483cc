"""Answer a question from the articles."""

import re
from collections.abc import Sequence

from core.language.requested_changes import asks_about
from core.language.text import normal
from core.language.words import content_stems, with_synonyms
from core.offline.answering.toolbox import Toolbox
from core.offline.reading.chat_request import Conversation
from core.offline.reading.clauses import clauses
from core.offline.reading.followups import SHORT, last_question
from core.offline.reading.understanding import Request

TROUBLE = re.compile(
    r"\b(?:broken|broke|damaged?|cracked|missing|lost|late|delayed|stuck|unknown|wrong|torn|shattered|"
    r"defective|faulty|disappoint\w*|(?:never|not|n't|hasn't|has not|haven't|didn't) (?:arrived?|moved?|"
    r"changed?|found?|find|received?|here|come|been delivered)|can't find|marked as delivered|says (?:it was "
    r")?delivered|stolen|rust\w*|leak\w*|declined|stopped working|dead|died|(?:doesn't|does not|won't|will "
    r"not) (?:work|turn on|start|switch on|charge)|problem)\b"
)
_ASKS = re.compile(
    r"\?|^(?:and |also |but |so )?(?:how|what|when|where|which|who|why|can|could|do|does|did|is|are|will|may|"
    r"should|must)\b|\b(?:know|wonder\w*|tell me|explain)\b"
)


def worth_an_answer(text: str) -> bool:
    """Tell a question or a trouble from a remark beside other requests."""
    return any(_ASKS.search(normal(clause)) for clause in clauses(text)) or bool(TROUBLE.search(normal(text)))


_VERY_SURE = 0.9
"""Score from which a quotation most likely answers the question, and no other is looked for."""
SORRY = "I am sorry about that. "
OFFER = "If you like, I can bring in a colleague; just write “person”."
NO_MORE = "What I have told you is all that our help articles say about that."
DONT_KNOW = f"I am sorry, I do not know the answer to that: our help articles do not say. {OFFER}"


_FEW_WORDS = 2
Behind = Sequence[tuple[re.Pattern[str], str]]
"""What customers tell in many words, with the question behind it."""


def from_articles(request: Request, desk: Toolbox, *, troubles: Behind = (), topics: Behind = ()) -> str:
    """Quote the articles, searching them again where the passages at hand do not answer; say so when nothing does.

    The question behind a trouble is asked where the customer's own words find nothing sure, that behind a topic where
    they find nothing at all.
    """
    question, before = request.text, request.before.replace("\n", " ")
    quote = desk.quote(question, before)
    trouble = behind(question if len(content_stems(question)) > _FEW_WORDS else f"{before} {question}", troubles)
    if trouble and (quote is None or quote.score < _VERY_SURE):
        meant = desk.quote(trouble)
        quote = meant if meant and (quote is None or meant.score > quote.score) else quote
    if quote is None or quote.score < _VERY_SURE or (before and desk.misses_told()):
        desk.search(trouble or with_synonyms(request.words.replace("\n", " ")))
    if quote is None and (topic := behind(question, topics)):
        quote, near = desk.quote(topic), desk.nearest(question, before)
        if quote and near and near.title == quote.title:  # its own words lead to the same article
            quote = near
    if quote is None and (context := context_of(request, desk.conversation)) != before:
        quote = desk.quote(question, context)
    if quote is None:
        return DONT_KNOW
    plain = normal(question)
    sorry = SORRY if TROUBLE.search(plain) and not re.search(r"\bif\b|\bwhat happens\b", plain) else ""
    return f"{NO_MORE} {OFFER}" if quote.again else sorry + quote.text


def context_of(request: Request, conversation: Conversation) -> str:
    """Return what a request may go on with: what it leans on, or the question that articles have just answered, where
    it has few words of its own or is no question.
    """
    may_go_on = len(content_stems(request.text)) <= _FEW_WORDS or not asks_about(request.text)
    goes_on = may_go_on and "[" in conversation.last_reply and len(request.text.split()) <= SHORT
    return (request.before or (last_question(conversation) if goes_on else "")).replace("\n", " ")


def behind(question: str, known: Behind) -> str | None:
    """Return the question that stands behind what a customer tells, or None."""
    return next((asked for told, asked in known if told.search(normal(question))), None)
