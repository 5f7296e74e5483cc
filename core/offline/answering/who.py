"""Answer the question whose account a conversation is about, and take up again what was asked before it."""

import re
from dataclasses import replace

from core.model_notes import ASK_WHO, CODE_CORRECT, CODE_NOT_CORRECT, VERIFIED
from core.offline.answering.toolbox import Call
from core.offline.reading.chat_request import Conversation

IDENTIFY = "identify"
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_NAME = re.compile(r"(?<![\w@.])([A-Z][\w'-]+)\s+([A-Z][\w'-]+)(?![\w@])")
_ZIP = re.compile(r"(?<![\w#-])(\d{5}(?:-\d{4})?)(?!\w)")
_LEAD = re.compile(
    r"\b(?:my name is|i am|i'm|this is|it is|it's|name|postcode|zip code|zip|hi|hello)\b:?", re.IGNORECASE
)


def claim(conversation: Conversation) -> Call | None:
    """Return the call that hands over who the customer says they are, once a tool asked and they said it."""
    asked = ASK_WHO in conversation.last_reply or any(ASK_WHO in result.text for result in conversation.results)
    told = any(result.name == IDENTIFY for result in conversation.results)
    if not asked or told or IDENTIFY not in conversation.tools:
        return None
    details = details_in(conversation.message)
    return Call(IDENTIFY, details) if details else None


def refusal(conversation: Conversation) -> str | None:
    """Return why an account was not found in this turn, or None."""
    failed = (result.text for result in conversation.results if result.name == IDENTIFY and result.text != VERIFIED)
    return next(failed, None)


def details_in(text: str) -> dict[str, str] | None:
    """Return the e-mail address in a text, or first name, last name and postcode; None where neither is complete."""
    if found := _EMAIL.search(text):
        return {"email": found[0]}
    name, postcode = _NAME.search(_LEAD.sub(" ", text)), _ZIP.search(text)
    if name and postcode:
        return {"first_name": name[1], "last_name": name[2], "zip": postcode[1]}
    return None


def resumed(conversation: Conversation) -> Conversation:
    """Return the conversation as it stood when it was asked who the customer is, once that is known; else as it is."""
    verified = any(result.name == IDENTIFY and result.text == VERIFIED for result in conversation.results)
    if not verified and CODE_CORRECT not in conversation.message:
        return conversation
    results = tuple(r for r in conversation.results if r.name != IDENTIFY and ASK_WHO not in r.text)
    message, said = conversation.message, conversation.said
    places = [i for i, s in enumerate(said) if s.by_customer and not _only_about_identity(s.text)]
    if _only_about_identity(message) and places:
        message, said = said[places[-1]].text, said[: places[-1]]
    return replace(conversation, message=message, said=said, results=results)


def _only_about_identity(text: str) -> bool:
    rest = _LEAD.sub(" ", text)
    for taken in (CODE_CORRECT, CODE_NOT_CORRECT, *(details_in(text) or {}).values()):
        rest = rest.replace(taken, " ")
    return len(re.findall(r"[A-Za-z]{2,}", rest)) <= 3 and rest != text
