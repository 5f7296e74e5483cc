"""Know whose conversation an open chat is: take claims and one-time codes, and say on whose behalf tools run."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage

from core.errors import BackendUnavailable, InputError, Refused
from core.language.fixed_sentences import phrase
from core.message_marks import mark
from core.model_notes import CODE_CORRECT, CODE_NOT_CORRECT, VERIFIED
from graph.state import PROVEN_ENOUGH, State
from tools.context import Context
from tools.identity.verification import Claim, IdentityDesk

KNOWN_ALREADY = (
    "It is settled whose account this conversation is about, and it cannot change. For another account, please "
    "start a new conversation."
)
NOT_SAID = (
    "The customer has not written that. Ask for their e-mail address, or first name, last name and postcode; never "
    "guess."
)
ONE_AT_A_TIME = "One account at a time: only the first was looked at."
_CODE = re.compile(r"(?<!order )(?<![\w#@.$€£-])(\d{3})[ \-\u00a0]?(\d{3})(?![\w@]|[.,-]\d)", re.IGNORECASE)


def typed_code(text: str) -> tuple[str | None, str]:
    """Return the first six-digit code in a text, and the text with all that look like one taken out."""
    found = _CODE.search(text)
    if found is None:
        return None, text
    digits = "".join(str(unicodedata.digit(c)) for c in found[1] + found[2])
    return digits, _CODE.sub(CODE_NOT_CORRECT, text)


async def read_code(message: HumanMessage, *, thread_id: str, locale: str, desk: IdentityDesk) -> dict[str, Any]:
    """Check the one-time code in a message; return what the state becomes: first of all, the message as it is kept."""
    code, kept = typed_code(message.text)
    checked = await desk.check(thread_id, code or "", message_id=str(message.id))
    if checked.state == "proven":
        right = HumanMessage(kept.replace(CODE_NOT_CORRECT, CODE_CORRECT, 1), id=message.id)
        known = {"customer_id": checked.customer_id, "verified_by": "code", "verified_at": desk.now()}
        known |= {"code_asked": False}
        return known | {"messages": [right]}
    over = checked.state == "over"
    told = phrase("code_over", locale) if over else phrase("code_wrong", locale, tries=str(checked.tries_left))
    kept_message = HumanMessage(kept, id=message.id)
    return {"code_asked": not over, "next_step": "end", "messages": [kept_message, AIMessage(told)]}


def masked(message: HumanMessage) -> HumanMessage:
    """Return a message without what looks like a code, or the message itself where nothing does."""
    code, kept = typed_code(message.text)
    return message if code is None else HumanMessage(kept, id=message.id)


async def identified(
    calls: Sequence[ToolCall], state: State, context: Context, *, thread_id: str, desk: IdentityDesk
) -> tuple[list[ToolMessage], dict[str, Any]]:
    """Answer calls that name an account; return the results and what the state becomes."""
    results, update = [], dict[str, Any]()
    for place, call in enumerate(calls):
        if place:
            results.append(_result(call, ONE_AT_A_TIME, failed=True))
            continue
        try:
            if (
                context.customer_id is None
                and state.customer_id
                and state.verified_by not in PROVEN_ENOUGH[desk.rule.reads]
            ):
                # Only the proof is missing or has grown old: whose account it is stays what it was.
                await desk.send_code(thread_id, state.customer_id)
                update = {"code_asked": True}
                results.append(code_sent(call, context.locale, desk))
                continue
            if context.customer_id or state.customer_id:
                raise Refused(KNOWN_ALREADY)
            claim = _claim(call, state.messages)
            customer = await desk.identify(thread_id, claim)
        except (Refused, BackendUnavailable) as error:
            down = "Our system does not answer at the moment. Nobody was looked up."
            results.append(_result(call, str(error) if isinstance(error, Refused) else down, failed=True))
            continue
        if customer is None:
            update = {"code_asked": True}
            results.append(code_sent(call, context.locale, desk))
        else:
            update = {"customer_id": customer.id, "verified_by": "details"}
            results.append(_result(call, VERIFIED))
    return results, update


def code_sent(call: ToolCall, locale: str, desk: IdentityDesk) -> ToolMessage:
    """Return the result of a call that waits for a code: the graph itself says it, in words that tell nothing else."""
    words = phrase("code_sent", locale, minutes=str(desk.rule.code_minutes))
    return _result(call, words, says=words)


def _claim(call: ToolCall, messages: Sequence[AnyMessage]) -> Claim:
    """Read a claim out of a call; raises Refused unless the customer wrote every word of it themselves."""
    given = {field.name: str(call["args"].get(field.name) or "") for field in fields(Claim)}
    said = " ".join(m.text for m in messages if isinstance(m, HumanMessage)).casefold()
    if not any(given.values()) or not all(_stands(value.strip().casefold(), said) for value in given.values()):
        raise Refused(NOT_SAID)
    return Claim(**given)


def _stands(value: str, said: str) -> bool:
    """Say whether a value stands in what was said as a whole, not as part of another one."""
    return not value or bool(re.search(rf"(?<![\w.+@-]){re.escape(value)}(?![\w@-]|\.\w)", said))


def _result(call: ToolCall, words: str, *, failed: bool = False, says: str | None = None) -> ToolMessage:
    if call["id"] is None:
        raise InputError("a tool call has no id; each call needs one of its own")
    return ToolMessage(
        words,
        tool_call_id=call["id"],
        name=call["name"],
        status="error" if failed else "success",
        additional_kwargs=mark(says=says) if says else {},
    )
