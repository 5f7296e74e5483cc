"""Write the instructions, and read what was said out of messages."""

from collections.abc import Sequence
from pathlib import Path

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage

from core.model_notes import CODE_CORRECT
from core.passages import Utterance

_FAULTS_TOLD = 5
_CLIPPED_HEAD, _CLIPPED_TAIL = 6_000, 2_000
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


def text_of(message: BaseMessage) -> str:
    """Return the text of a message, whose content may be a string or a list of blocks."""
    return str(message.text)  # a plain text: what LangChain returns cannot be copied with a state


def newest_words(messages: Sequence[AnyMessage]) -> str:
    """Return what the customer said last."""
    return next((clip(text_of(m)) for m in reversed(messages) if isinstance(m, HumanMessage)), "")


def clip(text: str) -> str:
    """Keep the beginning and the end of a very long message, where its point stands; nothing reads more of it."""
    if len(text) <= _CLIPPED_HEAD + _CLIPPED_TAIL:
        return text
    left_out = len(text) - _CLIPPED_HEAD - _CLIPPED_TAIL
    return f"{text[:_CLIPPED_HEAD]}\n[… {left_out} characters left out …]\n{text[-_CLIPPED_TAIL:]}"


def dialogue(messages: Sequence[AnyMessage]) -> list[Utterance]:
    """Return what customer and agent said to each other, without tool traffic."""
    said = []
    for message in messages:
        if not (text := text_of(message).strip()):
            continue
        if isinstance(message, HumanMessage):
            said.append(Utterance("customer", clip(text)))
        elif isinstance(message, AIMessage) and not message.tool_calls:
            said.append(Utterance("agent", text))
    return said
