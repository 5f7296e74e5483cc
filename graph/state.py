"""Define what a conversation carries from node to node and from turn to turn, and read its messages."""

import operator
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Literal, cast

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

from core.message_marks import marks
from core.passages import Utterance
from tools.business.business_rules import IdentityRule, Proof
from tools.context import Context
from tools.registry import SEARCH_ARTICLES

TURN_BEGAN = "turn_began"
"""Name of the moment in a run's configuration, in seconds since the epoch."""

NextStep = Literal["confirm", "ask", "reason", "end"]
"""What follows what the graph itself has said or called: the ledger's words after a call, the open question once more,
the model, or nothing."""

Owner = Literal["bot", "pending", "human", "resolved"]
"""Who answers, as in `tools.desk.ownership`: the agent, a person awaited or at work, nobody until a new message."""


PROVEN_ENOUGH: dict[Proof, tuple[str, ...]] = {"details": ("details", "code"), "code": ("code",)}
"""How a customer may have proven who they are where one of these proofs is asked for."""
_CLIPPED_HEAD, _CLIPPED_TAIL = 6_000, 2_000


class Usage(TypedDict):
    """Count what one turn asked of the model endpoint, and how long it worked."""

    requests: int
    tool_calls: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    """Input tokens the provider says it had in its cache; 0 where it says nothing."""
    repairs: int
    """Times the model was asked again because its answer could not be sent."""
    retries: int
    """Requests that were sent again after a failure in passing."""
    seconds: float
    """Time spent on retrieval, models and tools; waiting for people does not count."""


def no_usage() -> Usage:
    """Return a count of nothing."""
    return Usage(
        requests=0, tool_calls=0, input_tokens=0, output_tokens=0, cached_tokens=0, repairs=0, retries=0, seconds=0.0
    )


def added(so_far: Usage, more: Usage) -> Usage:
    """Return two counts as one."""
    return _combined(so_far, more, operator.add)


def difference(now: Usage, before: Usage) -> Usage:
    """Return what was added to a count."""
    return _combined(now, before, operator.sub)


def _combined(one: Usage, other: Usage, combine: Callable[[Any, Any], Any]) -> Usage:
    """Combine two counts, each of which may have been stored by a version that counted less."""
    return cast(Usage, {name: combine(one.get(name, 0), other.get(name, 0)) for name in no_usage()})


def worked(so_far: Usage, *, since: float) -> Usage:
    """Return a count with the seconds that have passed since a moment of `time.monotonic`."""
    return {**so_far, "seconds": so_far["seconds"] + time.monotonic() - since}


def extend_unique(known: list[str], new: list[str]) -> list[str]:
    """Append what is not there yet, in order, so that parallel tool calls can both add passages."""
    return [*known, *(item for item in dict.fromkeys(new) if item not in known)]


@dataclass(kw_only=True)
class TurnInput:
    """What a caller may hand in: messages, nothing else."""

    messages: Annotated[list[AnyMessage], add_messages] = field(default_factory=list)
    """The conversation: customer messages, replies, tool calls and tool results, oldest first."""


@dataclass(kw_only=True)
class State(TurnInput):
    """A conversation; every field has a default, so that an old checkpoint reads in a newer version."""

    customer_id: str | None = None
    """Whose conversation this is, verified; the graph sets it once and never changes it."""
    language: str = ""
    """The language the customer speaks, as far as a message has told it; `receive` sets it."""
    verified_by: Literal["sign-in", "details", "code"] | None = None
    """How that is known: the run's context, or what the customer of an open chat has proven."""
    verified_at: float = 0.0
    """When a one-time code was typed, in seconds since 1970; `receive` sets it and lets the proof grow old by it."""
    code_asked: bool = False
    """Whether a one-time code was sent and what looks like one in a message is taken for it."""
    owner: Owner = "bot"
    """Who answers: `escalate` sets it to pending, `receive` follows the ticket and takes it back once closed."""
    ticket_id: str | None = None
    """The newest ticket of this thread; `escalate` sets it."""
    handoff: str | None = None
    """Why this turn goes to a person, or None; `receive` resets it, any node before `escalate` may set it."""
    next_step: NextStep | None = None
    """What follows `receive`, and the calls that the graph writes; `receive` and `approve` set it, usually None."""
    rating: dict[str, Any] | None = None
    """What the customer thought of the newest ticket's outcome: ticket_id, stars (1 to 5), comment."""
    cases: list[dict[str, Any]] = field(default_factory=list)
    """Open cases of procedures as `graph.procedures.cases` keeps them, the one that is dealt with last."""
    case_led: bool = False
    """Whether the newest message was about an open case; `retrieve` sets it."""
    open_question: list[str] = field(default_factory=list)
    """Proposed actions the customer was asked about and neither agreed to nor declined; `receive` sets it."""
    approvals: list[str] = field(default_factory=list)
    """Actions of this thread that wait for staff; `receive` and `confirm` read them from the ledger."""
    approval_problem: str = ""
    """Why the last answer of staff decided nothing, or an empty text; `approve` sets it, `receive` empties it."""
    passage_ids: Annotated[list[str], extend_unique] = field(default_factory=list)
    """Passages this turn may rely on, in citation order; `receive` empties it. The texts stay in the index."""
    case_file: dict[str, list[str]] = field(default_factory=dict)
    """Facts of turns that left `messages`, verbatim by kind; `remember` adds to it."""
    customer_file: dict[str, list[str]] | None = None
    """What is known of the customer from other conversations, by kind; `receive` reads it once, where switched on."""
    summary: str = ""
    """What else was said in them; `remember` writes it anew."""
    earlier_usage: Usage = field(default_factory=no_usage)
    """What the turns before this one have asked of the model; `receive` adds the last one's `usage`."""
    summary_usage: Usage = field(default_factory=no_usage)
    """What summaries of this thread have cost so far; `remember` adds."""
    first_model: int = 0
    """The first model of the chain this turn may ask; `verify` and `reason` raise it, `receive` resets it."""
    next_model: int | None = None
    """The model behind the one that answered last, or None; `reason` sets it."""
    faults: list[str] = field(default_factory=list)
    """What is wrong with the part of the newest answer that was held back; `reason` sets it, `verify` acts on it."""
    held_back: list[str] = field(default_factory=list)
    """What was wrong with the part that was asked for again; `verify` sets it, `receive` empties it."""
    thread_usage: Usage = field(default_factory=no_usage)
    """What the whole conversation has asked of the model; `reason` adds, nobody resets it."""
    day_began: float = 0.0
    """When the day began in which the conversation spends its budget, in seconds since 1970; `reason` sets it."""
    day_usage: Usage = field(default_factory=no_usage)
    """What the conversation has asked of the model since then; `reason` adds and begins anew."""
    usage: Usage = field(default_factory=no_usage)
    """What this turn has asked of the model so far; `receive` resets it, `reason` adds."""


_FIELDS = {known.name for known in fields(State)}


def state_of(values: Mapping[str, Any]) -> State:
    """Read our fields out of what the graph returns or stored, which may hold an interrupt beside them."""
    return State(**{name: values[name] for name in _FIELDS & values.keys()})


def context_of(state: State, context: Context | None) -> Context:
    """Return the context of a run as this conversation has it: in the language that the customer speaks."""
    context = context or Context()
    return replace(context, locale=state.language) if state.language else context


def acting(state: State, context: Context, rule: IdentityRule | None, need: Proof) -> Context:
    """Return the context tools run with: that of the run, with the customer this open chat has proven so far."""
    if context.customer_id is not None or rule is None or state.verified_by not in PROVEN_ENOUGH[need]:
        return context
    return replace(context, customer_id=state.customer_id)


def run_config(thread_id: str) -> RunnableConfig:
    """Return the configuration of a run on a thread that begins now."""
    return {"configurable": {"thread_id": thread_id, TURN_BEGAN: time.time()}}


def thread_of(config: RunnableConfig) -> str:
    """Return the id of the thread a run is on; a graph without memory has none."""
    return str(config["configurable"].get("thread_id", ""))


def has_looked_up(turn: Sequence[AnyMessage]) -> bool:
    """Say whether a tool other than the search of articles has answered in a turn."""
    return any(isinstance(m, ToolMessage) and m.name != SEARCH_ARTICLES for m in turn)


def newest_turn(messages: list[AnyMessage]) -> list[AnyMessage]:
    """Return the messages from the customer's newest message on."""
    # From the end: a turn asks this often, and the conversation before it may be long.
    backwards = range(len(messages) - 1, -1, -1)
    start = next((i for i in backwards if isinstance(messages[i], HumanMessage)), len(messages))
    return messages[start:]


def called_in(messages: Sequence[AnyMessage]) -> set[str]:
    """Return the names of the tools that messages call."""
    return {call["name"] for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}


def pending_calls(messages: list[AnyMessage]) -> list[ToolCall]:
    """Return the tool calls of the newest turn that have no result yet."""
    turn = newest_turn(messages)
    answered = {m.tool_call_id for m in turn if isinstance(m, ToolMessage)}
    return [c for m in turn if isinstance(m, AIMessage) for c in m.tool_calls if c["id"] not in answered]


def action_ids(message: AnyMessage) -> list[str]:
    """Return the ledger rows that calls in this message stand for; only the graph writes such a message."""
    return list(marks(message).get("actions", {}).values())


def turn_actions(messages: list[AnyMessage]) -> list[str]:
    """Return the ledger rows that tool results of the newest turn report on, in order."""
    reported = [marks(m).get("action") for m in newest_turn(messages) if isinstance(m, ToolMessage)]
    return list(dict.fromkeys(str(action_id) for action_id in reported if action_id))


def results_by_round(messages: list[AnyMessage]) -> list[list[ToolMessage]]:
    """Return the results of the newest turn, by the message that called for them."""
    turn = newest_turn(messages)
    results = {m.tool_call_id: m for m in turn if isinstance(m, ToolMessage)}
    called = [m.tool_calls for m in turn if isinstance(m, AIMessage) and m.tool_calls]
    return [[results[str(call["id"])] for call in calls if call["id"] in results] for calls in called]


def tool_rounds(messages: list[AnyMessage]) -> int:
    """Return how many messages of the newest turn called tools."""
    return sum(1 for m in newest_turn(messages) if isinstance(m, AIMessage) and m.tool_calls)


def text_of(message: BaseMessage) -> str:
    """Return the text of a message, whose content may be a string or a list of blocks."""
    if isinstance(message.content, str):
        return message.content
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
