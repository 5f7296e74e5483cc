"""Draw the graph: which nodes there are, what each needs, and which edges join them."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial, wraps
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore

from core.language.detection import served_locale
from core.language.fixed_sentences import OwnPhrases, own_phrases
from core.observability.telemetry import OpenTelemetry
from core.passages import Retriever
from core.safety.safe_links import LinkRule
from graph.context_window.prompts import history_chars, system_prompt
from graph.context_window.summary import ModelSummary, RuleSummary
from graph.handoff.ticket_writer import TicketWriter
from graph.intake.attachments import VoiceInput
from graph.nodes.approve import approve
from graph.nodes.confirm import confirm
from graph.nodes.escalate import escalate
from graph.nodes.execute_tools import execute_tools
from graph.nodes.reason import reason
from graph.nodes.receive import receive
from graph.nodes.remember import remember
from graph.nodes.retrieve import retrieve
from graph.nodes.verify import verify
from graph.procedures.book import ProcedureBook
from graph.procedures.prompt import listing
from graph.routing import (
    after_approve,
    after_confirm,
    after_execute_tools,
    after_reason,
    after_receive,
    after_retrieve,
    after_verify,
)
from graph.runtime.budgets import Budgets
from graph.runtime.node_wrappers import inline_route, observed, sync_bridge
from graph.state import State, TurnInput
from graph.tool_calls.executors import InProcess, ToolExecutor
from graph.verification.judge import ReplyJudge
from graph.verification.reply_language import ReplyLanguages
from tools.actions.workflow import ConfirmedActions
from tools.business.business_file import HandoffTopic
from tools.business.business_folder import Business
from tools.context import Context
from tools.desk.hours import DeskAvailability
from tools.desk.sql_desk import SqlTicketDesk
from tools.identity.verification import IdentityDesk
from tools.offered_choices import fixed_values
from tools.tool import Tool

SupportGraph = CompiledStateGraph[State, Context, TurnInput, State]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the nodes need, opened once."""

    model: Runnable[LanguageModelInput, AIMessage]
    """A chat model with the tools bound."""
    tools: Sequence[Tool]
    """The tools that may be executed."""
    retriever: Retriever
    desk: SqlTicketDesk
    writer: TicketWriter
    """Writes what a ticket says."""
    availability: DeskAvailability
    """Says whether somebody is at the desk."""
    actions: ConfirmedActions
    summariser: RuleSummary | ModelSummary = field(default_factory=RuleSummary)
    """Shortens turns that leave the state."""
    voice_input: VoiceInput = field(default_factory=VoiceInput)
    """Hears voice messages."""
    executor: ToolExecutor | None = None
    """Runs the calls; by default this process, with `tools`."""
    identity: IdentityDesk | None = None
    """Proves who customers in open chats are; without it they have to be signed in."""
    business: Business | None = None
    """The folder that all of it was made of, where there is one."""
    business_name: str = "the business"
    instructions: str = ""
    """What the agent is told besides; a reply may rely on it."""
    locales: Sequence[str] = ("en",)
    """The languages the business serves; the first is that of fixed sentences where a run names none."""
    phrases: OwnPhrases = field(default_factory=dict)
    """Fixed sentences that the business says in its own words."""
    topics: Mapping[str, HandoffTopic] = field(default_factory=dict)
    """What only people handle, and what is said of it."""
    people_only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The phrases that give away each topic that only people handle."""
    links: LinkRule = field(default_factory=LinkRule)
    """Which addresses replies and sources may carry."""
    procedures: ProcedureBook | None = None
    """How things are done: files that are followed."""
    passages_per_turn: int = 5
    max_tool_rounds: int = 5
    max_message_chars: int = 8_000
    context_tokens: int = 12_000
    budgets: Budgets = field(default_factory=Budgets)
    turn_seconds: float = 45.0
    turn_retries: int = 3
    judge: ReplyJudge | None = None
    """Judges claims that hold no value; without it, rules alone check replies."""
    languages: ReplyLanguages | None = field(default_factory=ReplyLanguages)
    """Languages a model may reply in; None where only the offline one replies."""
    sees: bool = False
    """Whether the model that is asked first can look at pictures, as a probe found out."""
    know: Callable[[str], Awaitable[None]] | None = None
    """Makes the name of a customer known to the redactor before a turn of theirs begins."""
    telemetry: OpenTelemetry | None = None
    """Takes spans and figures of each node to wherever they are looked at."""
    remembers_customers: bool = False
    """Whether what is known of a customer follows them into new conversations."""
    databases: Sequence[Any] = ()
    """What has connections to close at the end."""

    @cached_property
    def offered_values(self) -> list[list[str]]:
        """Return the values of each argument of a tool that takes no others: answers that a question may offer."""
        return fixed_values(self.tools)

    async def close(self) -> None:
        """Close every connection that the running event loop opened."""
        for database in self.databases:
            await database.close()


def build_graph(
    parts: Parts, *, checkpointer: BaseCheckpointSaver[Any] | None = None, store: BaseStore | None = None
) -> SupportGraph:
    """Return the compiled graph; without a checkpointer and a store it forgets, or takes those of its server."""
    drawn = StateGraph(State, context_schema=Context, input_schema=TurnInput)
    add = _adder(drawn, parts.telemetry, parts.phrases)
    add(
        receive,
        desk=parts.desk,
        actions=parts.actions,
        voice_input=parts.voice_input,
        max_message_chars=parts.max_message_chars,
        identity=parts.identity,
        remembers_customers=parts.remembers_customers,
        people_only=parts.people_only,
        budgets=parts.budgets,
        sees=parts.sees,
        locale_of=partial(served_locale, locales=parts.locales),
    )
    executor = parts.executor or InProcess([tool.bound for tool in parts.tools], asks_who=parts.identity is not None)
    add(
        retrieve,
        retriever=parts.retriever,
        limit=parts.passages_per_turn,
        # A host is asked for what the model calls, and for nothing else.
        executor=None if executor.carries_out else executor,
        tools=parts.tools,
        identity=parts.identity,
        actions=parts.actions,
        procedures=parts.procedures,
    )
    add(
        reason,
        model=parts.model,
        tools={tool.name: tool for tool in parts.tools},
        retriever=parts.retriever,
        system=system_prompt(parts.business_name, parts.instructions)
        + (listing(parts.procedures.sorted) if parts.procedures else ""),
        context_tokens=parts.context_tokens,
        budgets=parts.budgets,
        links=parts.links,
        turn_seconds=parts.turn_seconds,
        turn_retries=parts.turn_retries,
        max_tool_rounds=parts.max_tool_rounds,
        judge=parts.judge,
        procedures=parts.procedures,
        languages=parts.languages,
        sees=parts.sees,
    )
    longest = history_chars(parts.context_tokens)
    add(remember, summariser=parts.summariser, history_chars=longest)
    add(execute_tools, executor=executor, actions=parts.actions, identity=parts.identity, procedures=parts.procedures)
    add(verify)
    add(confirm, actions=parts.actions, links=parts.links, procedures=parts.procedures)
    add(approve, actions=parts.actions)
    add(
        escalate,
        desk=parts.desk,
        actions=parts.actions,
        writer=parts.writer,
        availability=parts.availability,
        turn_seconds=parts.turn_seconds,
        remembers_customers=parts.remembers_customers,
        topics=parts.topics,
    )

    drawn.add_edge(START, "receive")
    drawn.add_conditional_edges(
        "receive", inline_route(after_receive), ["retrieve", "execute_tools", "confirm", "escalate", END]
    )
    drawn.add_conditional_edges(
        "retrieve",
        inline_route(partial(after_retrieve, history_chars=longest)),
        ["execute_tools", "reason", "remember"],
    )
    drawn.add_edge("remember", END)
    drawn.add_conditional_edges(
        "reason",
        inline_route(partial(after_reason, max_tool_rounds=parts.max_tool_rounds)),
        ["execute_tools", "escalate", "verify", "confirm", "approve", END],
    )
    drawn.add_conditional_edges("execute_tools", inline_route(after_execute_tools), ["confirm", "reason"])
    drawn.add_conditional_edges("verify", inline_route(after_verify), ["reason", "escalate", "confirm", "approve", END])
    drawn.add_conditional_edges("confirm", inline_route(after_confirm), ["escalate", "execute_tools", "approve", END])
    drawn.add_conditional_edges("approve", inline_route(after_approve), ["execute_tools", "approve", END])
    drawn.add_edge("escalate", END)
    return drawn.compile(checkpointer=checkpointer, store=store, name="support_agent")


def _spoken(
    node: Callable[..., Coroutine[Any, Any, Any]], phrases: OwnPhrases
) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Return a node that says fixed sentences in the business's own wording."""

    @wraps(node)
    async def spoken(*args: Any, **needs: Any) -> Any:
        with own_phrases(phrases):
            return await node(*args, **needs)

    return spoken


def _adder(
    drawn: StateGraph[Any, Any, Any, Any], telemetry: OpenTelemetry | None, phrases: OwnPhrases
) -> Callable[..., None]:
    """Return what adds a node under its function's name, with its needs bound."""

    def add(node: Callable[..., Coroutine[Any, Any, Any]], **needs: Any) -> None:
        ready = partial(_spoken(node, phrases) if phrases else node, **needs)
        drawn.add_node(node.__name__, sync_bridge(observed(ready, telemetry)))

    return add
