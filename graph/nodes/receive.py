"""Begin a turn: check the message and the customer, reset what the last turn left, hear a yes, a no and a wish."""

import asyncio
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime
from langgraph.types import Overwrite

from core.errors import MessageRejected, ThreadForbidden
from core.language.detection import spoken_language
from core.language.fixed_sentences import phrase
from core.language.words import corrected
from core.message_marks import marked, marks
from core.pictures import READERS
from core.privacy.card_numbers import without_cards
from core.safety.untrusted_text import visible, without_blank_runs
from graph.context_window.case_file import preferences_in
from graph.context_window.customer_profile import PREFERENCES, add_facts, read_file
from graph.handoff.handoff_reasons import handoff_wish, rule_wish
from graph.handoff.ticket_sync import with_people
from graph.intake.attachments import UNHEARD, UNSEEN, VoiceInput, has_picture, listen, without_blocks
from graph.intake.identification import masked, read_code
from graph.intake.pending_confirmation import apply_answer, sent_at
from graph.runtime.budgets import Budgets
from graph.state import State, added, clip, context_of, no_usage, text_of, thread_of
from graph.tool_calls.provenance import spoken_instruction
from tools.actions.workflow import ConfirmedActions
from tools.context import Context
from tools.desk.ownership import WITH_PEOPLE
from tools.desk.sql_desk import SqlTicketDesk
from tools.identity.verification import IdentityDesk


async def receive(
    state: State,
    config: RunnableConfig,
    runtime: Runtime[Context],
    *,
    desk: SqlTicketDesk,
    actions: ConfirmedActions,
    voice_input: VoiceInput,
    max_message_chars: int,
    people_only: Mapping[str, tuple[str, ...]],
    budgets: Budgets,
    identity: IdentityDesk | None = None,
    remembers_customers: bool = False,
    sees: bool = False,
    locale_of: Callable[[str], str] = str,
) -> dict[str, Any]:
    """Return the state a turn starts with.

    Raises:
        MessageRejected: the newest message is not a customer's, empty or too long.
        ThreadForbidden: the thread belongs to another customer.
    """
    context = runtime.context or Context()
    message = _newest(state)
    check_owner(state, context)
    context = context_of(state, context)
    context = replace(context, locale=locale_of(context.locale))
    spoken, excuse, refused = await _read(message, state, voice_input, max_message_chars, context.locale)
    if identity and state.verified_by == "code" and not identity.still_proven(state.verified_at):
        # Whose conversation it is stays known; what needs a code needs a new one.
        state = replace(state, verified_by="details")
    if not spoken_instruction(spoken):
        context = replace(context, locale=locale_of(spoken_language(clip(text_of(spoken)), context.locale)))
    code_asked = state.code_asked and not context.customer_id
    typed, spoken = spoken, masked(spoken) if code_asked else spoken
    state = replace(state, messages=[*state.messages[:-1], spoken])
    update = _begun(state, context) | {"code_asked": code_asked, "messages": [spoken] if spoken is not message else []}
    if remembers_customers and runtime.store and (customer := update["customer_id"]):
        if state.customer_file is None:
            update["customer_file"] = await read_file(runtime.store, customer)
        if wishes := preferences_in(clip(text_of(spoken))):
            await add_facts(runtime.store, customer, PREFERENCES, wishes)
    if state.ticket_id:
        update = _with(update, await with_people(state, desk, thread_id=thread_of(config), locale=context.locale))
        if update["owner"] in WITH_PEOPLE or update["next_step"] == "end":
            return update
    if refused and not excuse:
        excuse = [AIMessage(phrase(refused, context.locale))]
    if excuse:
        return _with(update, {"next_step": "end", "messages": excuse})
    if identity and typed is not spoken:
        heard_code = await read_code(typed, thread_id=thread_of(config), locale=context.locale, desk=identity)
        update = _with(update, heard_code)
        if "customer_id" not in heard_code:
            return update
        spoken = heard_code["messages"][0]
        state = replace(state, messages=[*state.messages[:-1], spoken])
    if marks(spoken).get("pictures") and not sees:
        told = AIMessage(phrase("picture_for_colleague", context.locale))
        return _with(update, {"handoff": UNSEEN, "messages": [told]})
    if handoff := _wish(state.messages, spoken, people_only):
        return update | {"handoff": handoff}
    answered, over = await asyncio.gather(
        apply_answer(
            state.messages[:-1],
            # Somebody speaks to an agent in a recording: a yes has to be typed.
            HumanMessage(UNHEARD, id=spoken.id) if spoken_instruction(spoken) else spoken,
            sent_at=sent_at(message, config),
            thread_id=thread_of(config),
            locale=context.locale,
            actions=actions,
            cases=state.cases,
        ),
        budgets.spent_by_customer(update["customer_id"]),
    )
    if over and "next_step" not in answered:  # what they agreed to is carried out, whatever they have spent
        update["handoff"] = over
    return _with(update, answered)


def _newest(state: State) -> HumanMessage:
    """Return the message that a turn starts with; raises MessageRejected where it is not a customer's."""
    message = state.messages[-1] if state.messages else None
    if not isinstance(message, HumanMessage):
        came = type(message).__name__ if message else "no message"
        raise MessageRejected(f"a turn starts with a customer message, but {came} came; send one with the role user")
    return message


async def _read(
    message: HumanMessage, state: State, voice_input: VoiceInput, max_message_chars: int, locale: str
) -> tuple[HumanMessage, list[AnyMessage], str | None]:
    """Return a message as it is kept, what to say where it cannot be heard, and the sentence that refuses its picture.

    It is kept as text that can be seen, without card numbers; pictures and recordings are looked at here.
    """
    refused = None
    if has_picture(message):
        loop = asyncio.get_running_loop()
        message, refused = await loop.run_in_executor(READERS, without_blocks, message)
    spoken, excuse = await listen(message, state.messages[:-1], voice_input, locale)
    shown = without_blank_runs(visible(check_message(text_of(spoken), max_message_chars)))
    if shown != text_of(spoken):
        spoken = spoken.model_copy(update={"content": shown})
    return without_card_numbers(spoken), excuse, refused


def _begun(state: State, context: Context) -> dict[str, Any]:
    """Return what is known of the customer, and nothing of what the last turn left."""
    return {
        "customer_id": state.customer_id or context.customer_id,
        "verified_by": "sign-in" if context.customer_id else state.verified_by,
        "language": context.locale,
        "handoff": None,
        "next_step": None,
        "first_model": 0,
        "passage_ids": Overwrite([]),
        "held_back": [],
        "approval_problem": "",
        "usage": no_usage(),
        "earlier_usage": added(state.earlier_usage, state.usage),
    }


def _with(update: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return two updates as one; the messages of both come."""
    return update | more | {"messages": [*update["messages"], *more["messages"]]}


def _wish(
    messages: Sequence[AnyMessage], spoken: HumanMessage, people_only: Mapping[str, tuple[str, ...]]
) -> str | None:
    """Return why a message goes to a person at once, or None; one spoken to an agent in a recording has to be typed."""
    if spoken_instruction(spoken):
        return None
    written = clip(text_of(spoken))
    # A slip is put right to an English word, which a word of another language may be near to.
    asked = (handoff_wish(messages, text) for text in dict.fromkeys((written, corrected(written))))
    return next(filter(None, asked), None) or rule_wish(written, people_only)


def check_message(text: str, max_message_chars: int) -> str:
    """Return the text without long runs of blanks; raises MessageRejected when it is empty or too long."""
    text = without_blank_runs(text)
    if not visible(text).strip():
        raise MessageRejected("the message is empty; write what you need help with")
    # What rules and models read: one sign may stand for eighteen letters.
    length = len(unicodedata.normalize("NFKC", text)) if not text.isascii() else len(text)
    if length > max_message_chars:
        raise MessageRejected(
            f"the message has {length:,} characters, at most {max_message_chars:,} are accepted; send a shorter one"
        )
    return text


def without_card_numbers(message: HumanMessage) -> HumanMessage:
    """Return a message without the card numbers in it, typed or heard, or the message itself where there are none."""
    if not isinstance(message.content, str):
        return message  # a recording that is still to be heard
    kept = without_cards(message.text)
    voice = marks(message).get("voice")
    heard = without_cards(voice["heard"]) if voice else ""
    if kept == message.text and (not voice or heard == voice["heard"]):
        return message
    noted = marked(message, voice={**voice, "heard": heard}) if voice else marked(message)
    return message.model_copy(update={"content": kept, "additional_kwargs": noted})


def check_owner(state: State, context: Context) -> None:
    """Raise ThreadForbidden unless the thread is new, anonymous, the customer's own, or proved itself."""
    if context.customer_id is None and state.verified_by in ("details", "code"):
        return
    if state.customer_id is not None and state.customer_id != context.customer_id:
        raise ThreadForbidden("this thread belongs to another customer; start a new thread or sign in as its owner")
