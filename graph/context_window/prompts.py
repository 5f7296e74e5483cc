"""Put a request to the model together, so that every endpoint accepts it: instructions, old turns, this turn."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from core.message_marks import marks
from core.model_notes import CODE_CORRECT
from core.passages import Passage
from core.pictures import Picture
from core.safety.untrusted_text import quote_earlier, quote_passages, quote_turn, undelimited
from graph.context_window.case_file import CaseFile
from graph.state import clip, newest_turn, text_of

CHARS_PER_TOKEN = 4
"""How many characters a token is taken to have where no tokenizer of the model is at hand."""
USUAL_TOKENS = 12_000
"""A request's length where the model's window is not known; every documented model takes it."""
LEAST_TOKENS = 2_000
NOT_RUN = "This call was interrupted and not carried out."

HISTORY_SHARE = 0.5
"""How much of a request earlier turns may fill before the older ones leave the state."""
KEPT_SHARE = 0.5
"""How much stays then: turns leave many at a time, because each time the provider's cache begins anew."""
_FAULTS_TOLD = 5
_TEMPLATE = (Path(__file__).parent / "system_prompt.md").read_text(encoding="utf-8")


def system_prompt(name: str, instructions: str = "") -> str:
    """Return the instructions every request starts with: ours, then those of the business."""
    ours = _TEMPLATE.format(name=name, correct=CODE_CORRECT).strip()
    return f"{ours}\n\nInstructions of {name}:\n{instructions}" if instructions else ours


def repair_note(faults: Sequence[str], said: str) -> str:
    """Tell the model why its last answer was held back, and what the customer has already read of it."""
    lines = ["\n\nYour last answer was held back before the customer read it, because:"]
    lines += [f"- {fault}" for fault in faults[:_FAULTS_TOLD]]
    lines.append(
        "Answer again, only from the articles, the tool results and the customer's words; if they do not say "
        "it, say that you do not know."
    )
    if said:
        lines.append(f"The customer has already read this beginning; write only what comes after it:\n{said}")
    return "\n".join(lines)


def language_note(language: str) -> str:
    """Tell the model to answer in another language than the customer's, which they are told besides."""
    return (
        f"\n\nThe customer writes in a language that is not spoken here: write in {language}, without a word on that."
    )


def spoken_note(language: str) -> str:
    """Tell the model the customer's language: small models fall back into that of the articles."""
    return f"\n\nThe customer writes {language}: answer in {language}."


def context_budget(window: int | None, reply_tokens: int) -> int:
    """Return how many tokens a request may have: an eighth of the model's window, if it fits at least `USUAL_TOKENS`.

    A larger share of a large window would show the model little that the summary does not tell, and is paid for with
    each request where tokens are billed. A fifth is kept free, because tokens are only estimated here.
    """
    if window is None:
        return USUAL_TOKENS
    return max(LEAST_TOKENS, min(int(0.8 * (window - reply_tokens)), max(USUAL_TOKENS, window // 8)))


def history_chars(context_tokens: int) -> int:
    """Return how many characters earlier turns may have before the older ones leave the state."""
    return int(context_tokens * CHARS_PER_TOKEN * HISTORY_SHARE)


def is_long(messages: Sequence[AnyMessage], *, history_chars: int) -> bool:
    """Say whether earlier turns fill more than their share."""
    return sum(_size(m) for m in messages) > history_chars


def leaving_messages(messages: Sequence[AnyMessage], *, history_chars: int) -> list[AnyMessage]:
    """Return the messages of the oldest turns that leave, so that whole turns of at most half of `history_chars` stay.

    The newest turn and the one before it always stay.
    """
    starts = [i for i, m in enumerate(messages) if isinstance(m, HumanMessage)]
    room = history_chars * KEPT_SHARE
    first_kept = len(messages)
    for position, start in enumerate(reversed(starts)):
        room -= sum(_size(m) for m in messages[start:first_kept])
        if room < 0 and position >= 2:
            break
        first_kept = start
    return list(messages[:first_kept])


def with_file(customer_file: Mapping[str, Sequence[str]] | None, case_file: Mapping[str, Sequence[str]]) -> CaseFile:
    """Return the facts of earlier conversations and those of this one together, the earlier first."""
    return {kind: [*facts] for part in (customer_file or {}, case_file) for kind, facts in part.items()}


def with_earlier(system: str, case_file: Mapping[str, Sequence[str]], summary: str) -> str:
    """Return the instructions with what is known of turns that left; it changes only when turns leave."""
    block = quote_earlier(case_file, summary)
    return f"{system}\n\n{block}" if block else system


def prompt_messages(
    messages: Sequence[AnyMessage], passages: Sequence[Passage], *, system: str, context_tokens: int, sees: bool = False
) -> list[BaseMessage]:
    """Return the request for the model: instructions, newest whole turns, and this turn with passages and pictures.

    Older turns are dropped whole, oldest first, until the request fits `context_tokens`; this turn is always kept. The
    result obeys the rules of OpenAI-style endpoints whatever a crash left behind: see `paired`.
    """
    turn = newest_turn(list(messages))
    current = paired(_with_passages(turn, passages, sees=sees))
    room = context_tokens * CHARS_PER_TOKEN - len(system) - sum(_size(m) for m in current)
    kept: list[BaseMessage] = []
    for older in reversed(_turns(messages[: len(messages) - len(turn)])):
        room -= sum(_size(m) for m in older)
        if room < 0:
            break
        kept = [*older, *kept]
    return [SystemMessage(system), *kept, *current]


def paired(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return the messages with each tool call followed by exactly one result.

    A result without its call is dropped, a call without a result gets one that says it was not carried out, and an
    assistant message that neither says nor calls anything is dropped.
    """
    results = {m.tool_call_id: m for m in messages if isinstance(m, ToolMessage)}
    valid: list[BaseMessage] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            continue
        if not isinstance(message, AIMessage):
            valid.append(message)
            continue
        if not message.tool_calls and not text_of(message).strip():
            continue
        valid.append(message)
        for call in message.tool_calls:
            missing = ToolMessage(NOT_RUN, tool_call_id=str(call["id"]), name=call["name"], status="error")
            valid.append(results.get(str(call["id"]), missing))
    return valid


def _with_passages(turn: Sequence[AnyMessage], passages: Sequence[Passage], *, sees: bool) -> list[BaseMessage]:
    """Quote the customer's newest message with its passages, and number what a search tool added after them."""
    by_id = {p.id: (number, p) for number, p in enumerate(passages, start=1)}
    added = {pid for m in turn if isinstance(m, ToolMessage) for pid in m.artifact or ()}
    written: list[BaseMessage] = []
    for message in turn:
        if isinstance(message, HumanMessage):
            found_first = [p for p in passages if p.id not in added]
            asked = quote_turn(clip(text_of(message)), found_first)
            shown = marks(message).get("pictures", ()) if sees else ()
            written.append(HumanMessage([asked, *map(_shown, shown)] if shown else asked, id=message.id))
        elif isinstance(message, ToolMessage) and message.artifact:
            found = [by_id[pid] for pid in message.artifact if pid in by_id]
            block = "\n".join(quote_passages([p], first_number=number) for number, p in found)
            content = block or undelimited(text_of(message))
            written.append(message.model_copy(update={"content": content, "artifact": None}))
        elif isinstance(message, ToolMessage):
            written.append(message.model_copy(update={"content": undelimited(text_of(message))}))
        else:
            written.append(message)
    return written


def _shown(picture: Picture) -> dict[str, Any]:
    """Return a picture as an OpenAI-style endpoint takes it."""
    return {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{picture['data']}"}}


def _turns(messages: Sequence[AnyMessage]) -> list[list[BaseMessage]]:
    """Cut a history into whole turns, each beginning with a customer message."""
    turns: list[list[BaseMessage]] = []
    for message in messages:
        if isinstance(message, HumanMessage) or not turns:
            turns.append([])
        text = text_of(message)
        clipped = undelimited(clip(text))
        as_it_is = clipped == text and isinstance(message.content, str)
        turns[-1].append(message if as_it_is else message.model_copy(update={"content": clipped}))
    return [paired(turn) for turn in turns]


def _size(message: BaseMessage) -> int:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return len(text_of(message)) + sum(len(str(call["args"])) + len(call["name"]) for call in calls)
