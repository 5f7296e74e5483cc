"""Answer who doubts what was just told, is displeased by it, or says that it did not help or is not what they asked."""

import re

from core.language.fixed_sentences import list_words
from core.language.requested_changes import asks_about
from core.language.several import asks_exception, tried_already
from core.language.text import normal
from core.language.words import content_stems
from core.offline.answering.articles import OFFER
from core.offline.answering.no_answer import is_no_answer
from core.offline.answering.toolbox import Toolbox
from core.offline.reading.followups import last_question

_DOUBTS = re.compile(
    r"^(?:and |but |ok |hm+ )*(?:(?:are|r) (?:you|u) (?:really |quite |absolutely |very |100% )?(?:sure|certain|"
    r"positive)|really|seriously|for real|is (?:that|this) (?:really |actually )?(?:right|true|correct|so))"
    r"(?: about (?:that|this|it))?\W*$"
)
_REJECTS = re.compile(
    r"\b(?:that|this|it)(?:'s| is| was)? (?:not|isn't|wasn't) (?:really )?(?:what i (?:asked|meant|wanted|need)|"
    r"my question|an? answer|the answer|helpful|right)\b|"
    r"\b(?:doesn't|does not|didn't|did not|don't|do not) (?:really )?(?:answer|help|understand) (?:my question|the "
    r"question|that|me)\b|\bnot what i (?:asked|meant)\b|^\W*(?:wrong (?:answer|topic)|you misunderst\w+(?: me)?)\W*$"
)
_REFUSES = re.compile(r"\b(?:cannot|can only|can no longer|too late|nothing (?:can|more)|not possible)\b")
_DISPLEASED = re.compile(
    r"^\W*(?:(?:oh|ok|wow|well|come on|sorry but|but|and|what)\W+)*(?:"
    r"(?:that(?:'?s| is)|this is|it'?s) (?:\w+ )?(?:an? )?(?:\w+ )?(?:joke|ridiculous|absurd|unfair|not fair|nonsense|"
    r"rubbish|crazy|too little|bad|terrible|disappointing|a shame|not much|nothing)|a joke|"
    r"you(?:'re| are| must be) (?:kidding|joking)|are you (?:kidding|joking|serious)(?: me)?|no way)\W*$"
)
"""What says no more than that somebody does not like what they were told."""
_SORRY_FOR_IT = "I am sorry; I understand that you had hoped for something else."
_NOT_HELPED = "I am sorry that this did not help."
_SHORT = 14
_MISUNDERSTOOD = "I am sorry, then I have misunderstood you."


def _refusal(desk: Toolbox) -> str:
    """Return the last reply where it refused something without an article, or an empty text."""
    reply = desk.conversation.last_reply
    plain = "" if "?" in reply or "[" in reply or is_no_answer(reply) else reply.removesuffix(OFFER)
    return plain if _REFUSES.search(plain) else ""


def _insisted(asked: str, refused: str, desk: Toolbox) -> str:
    """Return the rule behind a refusal to who asks why or for an exception, or an empty text."""
    if not asks_exception(asked):
        return ""
    desk.search(refused)
    quote = desk.quote(refused)
    return f"I am sorry, I cannot do more about that here. {quote.text if quote else ''} {OFFER}".replace("  ", " ")


def not_helped(desk: Toolbox) -> str:
    """Return what is said to who has tried what an article told: what it says of how it is now, and a person.

    Empty for other messages.
    """
    message = desk.conversation.message
    if asks_about(message) or not (tried_already(message) and desk.told_titles()):
        return ""
    quote = desk.afresh().quote(message)
    says = quote is not None and len(set(content_stems(message)).intersection(content_stems(quote.text))) > 1
    return " ".join(filter(None, (_NOT_HELPED, quote.text if quote and says else "", OFFER)))


def objection(desk: Toolbox) -> str:
    """Return the answer to a doubt or an objection, or an empty text where a message is neither."""
    asked, reply = normal(desk.conversation.message), desk.conversation.last_reply
    if not reply or len(asked.split()) > _SHORT:
        return ""
    refused, displeased = _refusal(desk), f"{_SORRY_FOR_IT} {OFFER}" if _DISPLEASED.match(asked) else ""
    if refused or displeased:
        return (_insisted(asked, refused, desk) if refused else "") or displeased
    told = desk.told_titles()
    if _DOUBTS.match(asked) and told and not is_no_answer(reply):
        return f"That is what our help article “{told[0]}” says. {OFFER}"
    if not _REJECTS.search(asked):
        return ""
    other = [f"“{title}”" for title in desk.near(last_question(desk.conversation)) if title not in told]
    near = f" Maybe one of these is what you mean: {list_words(other, 'en')}." if other else ""
    return f"{_MISUNDERSTOOD}{near} Please ask once more in other words. {OFFER}"
