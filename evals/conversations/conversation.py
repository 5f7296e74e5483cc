"""Play one conversation: the customer speaks, the agent answers, and everything that happened is written down."""

import time
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

from core.errors import MessageRejected, SupportError
from core.message_marks import marks
from core.models.prices import PriceTable
from evals.conversations.played_customers import ModelCustomer, ScriptedCustomer
from evals.conversations.scenarios import Scenario
from evals.conversations.start_state import differences
from evals.conversations.world import World
from graph.state import State, newest_turn

Turn = dict[str, Any]
"""One turn as plain data: customer, reply, confirmation, error, path, tools, called (what connectors had, also from
procedures), procedures, sources, passages, changed, handoff, ticket_id, requests, input_tokens, output_tokens."""


async def play(
    scenario: Scenario,
    world: World,
    customer: ScriptedCustomer | ModelCustomer,
    *,
    thread_id: str,
    max_turns: int,
    prices: PriceTable,
) -> dict[str, Any]:
    """Return what happened, in the shape evaluators take as `outputs`.

    Keys: turns, changes (records that differ, by `table/id`), states (status of the customer's own records, by id),
    procedures (that were followed, in the order in which they began),
    owner, ticket, requests, input_tokens, output_tokens, cost (US dollars or None), seconds.
    """
    before = await world.records.read()
    turns: list[Turn] = []
    started = time.perf_counter()
    while len(turns) < max_turns and (line := await customer.next_line(turns)) is not None:
        turns.append(await take_turn(scenario, world, line, thread_id=thread_id, before=before))
    seconds = time.perf_counter() - started
    state = await world.agent.state(thread_id)
    after = await world.records.read()
    spent = {key: sum(turn[key] for turn in turns) for key in ("requests", "input_tokens", "output_tokens")}
    return {
        "turns": turns,
        "changes": differences(before, after),
        "states": _states(after, scenario.customer),
        "procedures": list(dict.fromkeys(name for turn in turns for name in turn["procedures"])),
        "owner": "bot" if state.owner == "bot" else "human",
        "ticket": await _ticket(world, state),
        **spent,
        "cost": prices.cost(world.settings.model, **spent),
        "seconds": seconds,
    }


def _states(records: Mapping[str, Any], customer: str | None) -> dict[str, str]:
    """Return the status of each record that names the customer and has one."""
    own = ((name, r) for name, r in records.items() if customer and isinstance(r, Mapping) and "status" in r)
    return {name.partition("/")[2]: str(r["status"]) for name, r in own if customer in r.values()}


async def take_turn(scenario: Scenario, world: World, line: str, *, thread_id: str, before: Mapping[str, Any]) -> Turn:
    """Send one message and return the turn; a fault of the agent is part of what happened, not the end of the run."""
    turn: Turn = {"customer": line, "reply": "", "confirmation": False, "error": None, "path": [], "tools": []}
    turn |= {"sources": [], "passages": [], "changed": [], "handoff": None, "ticket_id": None}
    turn |= {"procedures": [], "called": []}
    turn |= {"requests": 0, "input_tokens": 0, "output_tokens": 0}
    ran, called = len(world.nodes), len(world.records.calls)
    try:
        reply = await world.agent.send(
            thread_id, line, customer_id=scenario.customer, channel=scenario.channel, locale=scenario.locale
        )
    except MessageRejected as error:
        return turn | {"error": f"MessageRejected: {error}"}
    except SupportError as error:
        turn["error"] = f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 - a crash is what this is here to find
        turn["error"] = f"crash: {type(error).__name__}: {error}"
    else:
        turn |= {
            "reply": reply.text,
            "sources": [source.article_id for source in reply.sources],
            "handoff": reply.handoff,
            "ticket_id": reply.ticket_id,
            "requests": reply.requests,
            "input_tokens": reply.input_tokens,
            "output_tokens": reply.output_tokens,
        }
    state = await world.agent.state(thread_id)
    passages = await world.parts.retriever.fetch(state.passage_ids)
    called_now = world.records.calls[called:]
    after = await world.records.read()
    return turn | {
        "confirmation": waits_for_yes(state),
        "path": world.nodes[ran:],
        "tools": tool_calls(state.messages),
        "passages": [{"article_id": p.article_id, "title": p.title, "text": p.text} for p in passages],
        "changed": sorted(differences(before, after)),
        "procedures": [case["procedure"] for case in state.cases],
        "called": called_now,
    }


def waits_for_yes(state: State) -> bool:
    """Say whether the agent has listed what it will do and waits for the customer's yes."""
    last = state.messages[-1] if state.messages else None
    return isinstance(last, AIMessage) and bool(marks(last).get("asks"))


def tool_calls(messages: list[AnyMessage]) -> list[dict[str, Any]]:
    """Return the newest turn's calls with what came of each."""
    turn = newest_turn(messages)
    results = {m.tool_call_id: m for m in turn if isinstance(m, ToolMessage)}
    calls = []
    for message in turn:
        for call in message.tool_calls if isinstance(message, AIMessage) else ():
            result = results.get(str(call["id"]))
            calls.append(
                {
                    "name": call["name"],
                    "args": call["args"],
                    "result": result.text if result else None,
                    "status": result.status if result else "open",
                }
            )
    return calls


async def _ticket(world: World, state: State) -> dict[str, Any] | None:
    """Return the thread's ticket as plain data, what its draft says beside its other fields."""
    if state.ticket_id is None:
        return None
    ticket = await world.parts.desk.get_ticket(state.ticket_id)
    fields = {"id": ticket.id, "reason": ticket.reason, "detail": ticket.detail, "status": ticket.status}
    return (
        fields | {"customer_id": ticket.customer_id, "callback": ticket.callback} | ticket.draft.model_dump(mode="json")
    )
