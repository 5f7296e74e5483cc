"""Let procedures go on by themselves where no model leads, or where the one that does did nothing with a request."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from core.language.text import sentences
from core.language.words import content_words
from graph.procedures.book import ProcedureBook
from graph.procedures.case_messages import apply_message
from graph.procedures.cases import Case, cases_of
from graph.procedures.choice import BESIDES, is_question
from graph.procedures.following import next_of, reading_of
from graph.procedures.model_led_cases import open_note
from graph.procedures.next_steps import AskNext, DoNext, StopNext
from graph.procedures.prompt import FOLLOW
from graph.procedures.rule_led_cases import handoff_in, said_next
from graph.procedures.wording import question
from graph.state import State, called_in, newest_turn, text_of
from tools.context import Context


@dataclass(frozen=True, kw_only=True)
class ProcedureTurn:
    """What procedures say and call in a turn by themselves, and what they leave to the model."""

    left: State
    """The conversation that the model is to answer."""
    said: dict[str, Any] | None = None
    """What they say or call now; None where nothing is theirs."""
    ends: bool = False
    """Whether the model has nothing to add to it."""
    note: str = ""
    """What the model is told of the open case."""
    wanted: frozenset[str] = frozenset()
    """Calls of which the model has to make one, or ask back."""


async def procedure_turn(
    book: ProcedureBook | None, state: State, customer: Context, *, person_tool: str
) -> ProcedureTurn:
    """Return what procedures do of a turn before the model is asked."""
    if book is None:
        return ProcedureTurn(left=state)
    said = await _led_by_procedure(book, state, customer, person_tool=person_tool)
    beside = _asked_beside(book, state) if said and "handoff" not in said else []
    return ProcedureTurn(
        left=replace(state, messages=beside) if beside else state,
        said=said,
        ends=bool(said) and not beside,
        note=open_note(book, cases_of(state.cases), customer),
        wanted=await _calls_of_procedure(book, state, customer),
    )


def put_again(book: ProcedureBook | None, state: State, customer: Context, *, times: int) -> Sequence[AIMessage]:
    """Return the open question of a case once more, behind the answer to a question in between, where rules lead."""
    cases = cases_of(state.cases)
    if not book or not book.leads or state.case_led or not cases or not cases[-1]["asked"]:
        return []
    wanted = next_of(book, cases[-1], customer) if book.of(cases[-1]) else None
    if not isinstance(wanted, AskNext):
        return []
    asked = question(wanted, reading_of(book, {**cases[-1], "again": 0}, customer), customer.locale)
    put = sum(asked in text_of(message) for message in state.messages if isinstance(message, AIMessage))
    return [AIMessage(asked)] if 0 < put < times else []


async def _led_by_procedure(
    book: ProcedureBook, state: State, customer: Context, *, person_tool: str
) -> dict[str, Any] | None:
    """Return what a procedure says or calls now without the model, or None where the model is to answer.

    A no is the business's own sentence, whatever model leads. Everything else procedures say where they lead, or once
    an answer could not be used: then the message is read as it is without a model.
    """
    cases, led = cases_of(state.cases), state.case_led
    gave_up = state.first_model > 0
    text, source = _newest(state)
    if gave_up and not led and book.chooser:
        answered = await apply_message(book, cases, text, source, customer, chooses=True)
        cases, led = answered.cases, answered.led
    if not led or not (book.leads or gave_up or (_is_a_no(book, cases, customer) and "?" not in text)):
        return None
    said, cases = said_next(book, cases, customer, person_tool=person_tool)
    if not said:
        return None
    handoff = handoff_in(said, person_tool)
    update = {"messages": [said], "cases": cases, "case_led": True, "faults": []}
    return update | ({"handoff": handoff} if handoff else {})


def _asked_beside(book: ProcedureBook, state: State) -> list[AnyMessage]:
    """Return the conversation with what the newest message asks beside its request as its last message, where rules
    lead and it asks something; else nothing.
    """
    turn, cases = newest_turn(state.messages), cases_of(state.cases)
    if not (book.leads and book.chooser and cases) or cases[-1]["aside"]:
        return []
    parts = [part for sentence in sentences(text_of(turn[0])) for part in BESIDES.split(sentence)]
    asks = [part for part in parts if is_question(part)]
    rest = " ".join(part for part in parts if part not in asks and content_words(part))
    if not (asks and rest) or any(isinstance(m, AIMessage) and text_of(m) for m in turn):
        return []
    if len(cases[-1]["said"]) < 2 and not book.chooser.choose(rest).procedure:  # the request is what it asks
        return []
    said = [HumanMessage(rest), turn[0].model_copy(update={"content": " ".join(asks)})]
    return [*state.messages[: -len(turn)], *said, *turn[1:]]


async def _calls_of_procedure(book: ProcedureBook, state: State, customer: Context) -> frozenset[str]:
    """Return the calls of which a model has to make one, as the message is about a procedure, or ask back."""
    called = called_in(newest_turn(state.messages))
    if book.leads or FOLLOW in called:
        return frozenset()
    if cases := cases_of(state.cases):
        match next_of(book, cases[-1], customer) if state.case_led and book.of(cases[-1]) else None:
            case DoNext() as do:
                return frozenset({do.tool}) - called
            case AskNext():
                return frozenset({FOLLOW})
        return frozenset()
    if book.chooser and (await asyncio.to_thread(book.chooser.choose, _newest(state)[0])).procedure:
        return frozenset({FOLLOW})
    return frozenset()


def _newest(state: State) -> tuple[str, str]:
    """Return what the customer said last, and where it stands."""
    message = newest_turn(state.messages)[0]
    return text_of(message), f"message:{message.id}"


def _is_a_no(book: ProcedureBook, cases: list[Case], customer: Context) -> bool:
    return bool(cases) and book.of(cases[-1]) is not None and isinstance(next_of(book, cases[-1], customer), StopNext)
