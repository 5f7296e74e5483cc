"""Ask the model what to say or which tools to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, ToolCall
from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.runtime import Runtime

from core.language.fixed_sentences import ENGLISH, phrase
from core.language.greetings import is_courtesy
from core.language.requested_changes import announces_question, asks_about
from core.message_marks import marked
from core.model_notes import NOTES
from core.models.fallback import ChainedChatModel
from core.models.json_mode import JsonAnswer
from core.models.request_limits import Allowance, allow
from core.models.tool_call_parsing import GARBLED
from core.offline.model import FOR_CHANGE
from core.passages import Retriever
from core.safety.safe_links import LinkRule
from graph.context_window.prompts import (
    language_note,
    prompt_messages,
    repair_note,
    spoken_note,
    with_earlier,
    with_file,
)
from graph.handoff.handoff_reasons import person_is_due
from graph.intake.pending_confirmation import TIMES_ASKED
from graph.procedures.book import ProcedureBook
from graph.procedures.procedure_turn import procedure_turn, put_again
from graph.routing import HUMAN_TOOL, rounds_of
from graph.runtime.budgets import Budgets
from graph.state import (
    State,
    Usage,
    added,
    called_in,
    context_of,
    difference,
    newest_words,
    results_by_round,
    text_of,
    tool_rounds,
)
from graph.tool_calls.expected_calls import expected_tools, forced_tools, untried_reads
from graph.tool_calls.provenance import MessageOrigins
from graph.verification.evidence_reading import evidence_of
from graph.verification.judge import ReplyJudge
from graph.verification.non_answers import DID_NOTHING
from graph.verification.reply import Citations
from graph.verification.reply_language import NAMES, ReplyLanguages
from graph.verification.sentence_checks import SentenceChecks, TurnSoFar
from graph.verification.verified_model import VerifiedChatModel
from tools.context import Context
from tools.tool import Tool

TOO_MANY_ROUNDS = "it looks further, though this turn has no look-ups left; answer from what stands above"
FRUITLESS = 2
"""After so many rounds in which each call was refused as made up, the next model is asked."""


async def reason(
    state: State,
    config: RunnableConfig,
    runtime: Runtime[Context],
    *,
    model: Runnable[LanguageModelInput, AIMessage],
    tools: Mapping[str, Tool],
    retriever: Retriever,
    system: str,
    context_tokens: int,
    budgets: Budgets,
    links: LinkRule,
    turn_seconds: float = 45.0,
    turn_retries: int = 3,
    max_tool_rounds: int = 5,
    judge: ReplyJudge | None = None,
    procedures: ProcedureBook | None = None,
    languages: ReplyLanguages | None = None,
    sees: bool = False,
) -> dict[str, Any]:
    """Return the model's message as far as it is supported, what was wrong with the rest, and what it cost."""
    state = replace(state, first_model=first_asked(state))
    if over := state.handoff or budgets.spent(state):  # `receive` has looked what the customer spent
        return {"handoff": over}
    customer = replace(context_of(state, runtime.context), customer_id=state.customer_id)
    procedure = await procedure_turn(procedures, state, customer, person_tool=HUMAN_TOOL)
    if procedure.said and procedure.ends:
        return procedure.said
    state = procedure.left
    passages = await retriever.fetch(state.passage_ids)
    so_far = TurnSoFar.of(state)
    origins = MessageOrigins(so_far.earlier, state.case_file)
    known = state.customer_id is not None
    expected = expected_tools(origins, tools) | procedure.wanted if known else frozenset()
    reads = untried_reads(so_far.earlier, tools) if known else frozenset()
    policy = with_earlier(system, with_file(state.customer_file, state.case_file), state.summary) + procedure.note
    spoken = spoken_in(state.language, so_far, languages, judged=judge is not None)
    citations = Citations(passages, links, earlier=so_far.sources, already_said=so_far.already_said)
    writes = frozenset(name for name, tool in tools.items() if tool.effect == "write")
    allowance = Allowance(
        turn_seconds - state.usage["seconds"],
        turn_retries - state.usage["retries"],
        first_model=_for_courtesy(model, so_far.asked) or state.first_model,
        forced_tools=forced_tools(state.faults, expected, reads),
        in_json=GARBLED in state.faults,
        observed=bool(getattr(config.get("callbacks"), "handlers", True)),
    )
    note = (repair_note(state.faults, so_far.already_said) if state.faults else "") + spoken.note
    asked = prompt_messages(so_far.earlier, passages, system=policy + note, context_tokens=context_tokens, sees=sees)
    wishes_write = any(origins.wishes(name, tools[name].also_called) for name in writes)
    # To ask the rules takes as long as much of the rest of a turn, so they are asked only where there may be an order.
    asks = "?" in so_far.asked or asks_about(so_far.asked)
    goes_on = (wishes_write or so_far.follows_proposal) and not asks
    may_order = known and (goes_on or any(origins.new_wishes(name, tools[name].also_called) for name in writes))
    rules_act = (
        may_order
        and not announces_question(so_far.asked)
        and await rules_would_act(model, asked, writes, first_model=allowance.first_model)
    )
    speaker = VerifiedChatModel(
        inner=model,
        checks=SentenceChecks(
            so_far=so_far,
            evidence=evidence_of(
                so_far.earlier, passages, policy=policy, tools=tools, addresses=origins.mail_addresses
            ),
            tools=tools,
            links=links,
            citations=citations,
            drop_faulty=state.usage["repairs"] > 0,
            can_look_up=bool(reads),
            judged=judge is not None,
            languages=spoken.readable,
            instructions=system,
            opening=spoken.opening,
        ),
        tools={name: tool.bound for name, tool in tools.items()},
        writes=writes,
        holds_back=bool(procedure.wanted) or wishes_write or rules_act,
        expects_call=bool(expected),
        rules_act=rules_act,
        judge=judge,
        judge_seconds=turn_seconds - state.usage["seconds"],
        message_id=str(so_far.begun.id) if so_far.begun else f"msg_{uuid4().hex}",
    )
    with allow(allowance):
        answer = await (speaker.ainvoke if allowance.observed else speaker.unobserved)(asked)
    faults = [] if answer.tool_calls else speaker.faults
    used_up = tool_rounds(state.messages) >= rounds_of(state, max_tool_rounds)
    if answer.tool_calls and used_up and allowance.next_model is not None:
        answer, faults = answer.model_copy(update={"tool_calls": []}), [TOO_MANY_ROUNDS]
    answer = with_unique_call_ids(_joined(so_far.begun, answer), state.messages)
    if sources := citations.sources(text_of(answer)):
        answer = answer.model_copy(update={"additional_kwargs": marked(answer, sources=sources)})
    usage = spent(state.usage, answer, speaker.judged, allowance, turn_seconds=turn_seconds, turn_retries=turn_retries)
    more = difference(usage, state.usage)
    await budgets.note(state.customer_id, more)
    day_began, day_usage = budgets.day_of(state)
    looks_up = bool(answer.tool_calls) and not writes.union([HUMAN_TOOL]).intersection(called_in([answer]))
    says_something = bool(answer.tool_calls or text_of(answer).strip())
    if procedure.said and (faults or not (looks_up or text_of(answer).strip())):
        return procedure.said
    behind: dict[str, Any] = {} if looks_up or not procedure.said else procedure.said
    again = behind.get("messages", [])
    if not (behind or answer.tool_calls or faults):
        again = put_again(procedures, state, customer, times=TIMES_ASKED)
    return {
        **behind,
        "messages": [answer, *again] if says_something else [],
        "faults": faults,
        "first_model": (rules_act and DID_NOTHING in faults and allowance.next_model) or state.first_model,
        "next_model": allowance.next_model,
        **person_called(answer, so_far.earlier),
        "usage": usage,
        "thread_usage": added(state.thread_usage, more),
        "day_began": day_began,
        "day_usage": added(day_usage, more),
    }


async def rules_would_act(
    model: Runnable[LanguageModelInput, AIMessage],
    asked: list[BaseMessage],
    writes: frozenset[str],
    *,
    first_model: int,
) -> bool:
    """Say whether the offline rules behind the model that is asked first would go on with an order: propose it, or look
    up what it needs.
    """
    if not isinstance(model, ChainedChatModel) or first_model == model.here:
        return False
    answer = await model.answered_here(asked)
    if answer is None or not answer.tool_calls:
        return False
    return bool(answer.response_metadata.get(FOR_CHANGE)) or not writes.isdisjoint(called_in([answer]))


def _for_courtesy(model: Runnable[LanguageModelInput, AIMessage], said: str) -> int | None:
    """Return the model that answers a greeting, thanks or a goodbye without a request, or None for other messages."""
    return model.here if isinstance(model, ChainedChatModel) and is_courtesy(said) else None


@dataclass(frozen=True)
class Spoken:
    """The language a reply is to be written in."""

    note: str
    """What the model is told of it."""
    opening: str
    """What the customer reads first, where theirs is not spoken here."""
    readable: ReplyLanguages | None
    """In which languages the reply is accepted; None where it is not looked at."""


def spoken_in(language: str, so_far: TurnSoFar, languages: ReplyLanguages | None, *, judged: bool) -> Spoken:
    """Return the language the next reply is to be written in: the customer's, or one of those that can be checked."""
    if languages and not judged and (instead := languages.instead_of(newest_words(so_far.earlier))):
        said = phrase("only_this_language", instead)
        told = any(isinstance(m, AIMessage) and said in text_of(m) for m in so_far.earlier)
        return Spoken(language_note(NAMES[instead]), "" if told else said, languages)
    if languages and languages.has(language) and language != ENGLISH:
        readable = languages if so_far.was_heard else ReplyLanguages((language,))
        return Spoken(spoken_note(NAMES[language]), "", readable)
    return Spoken("", "", languages)


def first_asked(state: State) -> int:
    """Return the first model that may be asked: the one behind, where all calls of the last two rounds were refused
    because the one that answered had made them up.
    """
    last = results_by_round(state.messages)[-FRUITLESS:]
    fruitless = len(last) == FRUITLESS and all(m.text.startswith(NOTES) for results in last for m in results)
    return state.next_model if fruitless and state.next_model is not None else state.first_model


def person_called(answer: AIMessage, earlier: Sequence[AnyMessage]) -> dict[str, Any]:
    """Return why the model calls a person in, where there is a reason for one; else the call is refused."""
    calls = [call for call in answer.tool_calls if call["name"] == HUMAN_TOOL]
    if not calls or not person_is_due(earlier):
        return {}
    return {"handoff": str(calls[0]["args"].get("reason") or "the model asked for a person")}


def spent(
    used: Usage,
    answer: AIMessage,
    verdict: JsonAnswer[Any],
    left: Allowance,
    *,
    turn_seconds: float,
    turn_retries: int,
) -> Usage:
    """Add what one answer and the verdict on it cost to what the turn has used."""
    tokens = answer.usage_metadata
    return Usage(
        requests=used["requests"] + max(1, left.requests) + verdict.requests,
        tool_calls=used.get("tool_calls", 0) + len(answer.tool_calls),
        input_tokens=used["input_tokens"] + (tokens["input_tokens"] if tokens else 0) + verdict.input_tokens,
        output_tokens=used["output_tokens"] + (tokens["output_tokens"] if tokens else 0) + verdict.output_tokens,
        cached_tokens=used["cached_tokens"] + cached_tokens(answer),
        repairs=used["repairs"],
        retries=turn_retries - left.retries,
        seconds=turn_seconds - left.seconds_left(),
    )


def cached_tokens(answer: AIMessage) -> int:
    """Return how many input tokens came from the provider's cache, as far as it says."""
    told = answer.usage_metadata
    details = told.get("input_token_details") if told else None
    return details.get("cache_read", 0) if details else 0


def with_unique_call_ids(answer: AIMessage, earlier: Sequence[AnyMessage]) -> AIMessage:
    """Give each tool call an id of its own in the thread; some servers send none, or the same one again."""
    used = {call["id"] for m in earlier if isinstance(m, AIMessage) for call in m.tool_calls}
    calls = []
    for call in answer.tool_calls:
        fresh = not call["id"] or call["id"] in used
        calls.append(ToolCall(name=call["name"], args=call["args"], id=f"call_{uuid4().hex}" if fresh else call["id"]))
        used.add(calls[-1]["id"])
    return answer.model_copy(update={"tool_calls": calls}) if answer.tool_calls else answer


def _joined(begun: AIMessage | None, answer: AIMessage) -> AIMessage:
    """Put what is said now behind what was said before; it is one message."""
    return answer.model_copy(update={"content": text_of(begun) + text_of(answer)}) if begun else answer
