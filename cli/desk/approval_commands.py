"""Show what waits for staff and decide it: `support-agent approvals`."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from cli.output import AsJson, err, out, print_json
from core.errors import InputError
from core.settings import Settings
from graph.opened_stores import open_desk, open_ledger
from tools.actions.action import Action, State
from tools.actions.ledger import ActionLedger

app = typer.Typer(help="Show what waits for staff, and decide it.", no_args_is_help=True)

ActionId = Annotated[
    str, typer.Argument(help="Id of the action, its first characters, or the number of a ticket with one that waits.")
]
By = Annotated[str, typer.Option(help="Who decides; kept in the audit trail.")]
Note = Annotated[str, typer.Option(help="A sentence for the customer and the audit trail.")]
_TICKET = re.compile(r"T\d+")
WAITING: tuple[State, ...] = ("awaiting_approval",)


@app.command()
def show(
    action: Annotated[str | None, typer.Argument(help="Id of an action, or its first characters.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every action ever, not only waiting ones.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the actions that wait for staff, oldest first; or show one with its audit trail.

    The trail says who asked, which yes, which decision, and what was before and after.
    """
    if action is not None:
        _print_one(action, as_json)
        return
    found = asyncio.run(_find(() if everything else WAITING))
    if as_json:
        print_json([_plain(action) for action in found])
        return
    table = Table("action", Column("customer", overflow="fold"), Column("state", overflow="fold"), "what", "why staff")
    for each in found:
        cells = (each.id[:8], each.customer_id, each.state, each.preview, each.approval or "")
        table.add_row(*(escape(cell) for cell in cells))
    out.print(table) if found else out.print("Nothing waits for staff.")


def _print_one(action: str, as_json: bool) -> None:
    found, history = asyncio.run(_show(action))
    if as_json:
        print_json({**_plain(found), "history": history})
        return
    out.print(
        escape(f"{found.id}  {found.state}\n{found.preview}\nCustomer {found.customer_id}, thread {found.thread_id}")
    )
    for event in history:
        out.print(
            escape(f"{event['at']:%Y-%m-%d %H:%M:%S}  {event['state']:<18} {event['actor']}: {event['detail'] or ''}")
        )


@app.command("approve")
def approve(
    action: ActionId,
    by: By,
    note: Note = "",
    args: Annotated[
        str | None,
        typer.Option(
            help='Arguments to change first, as JSON: {"reason": "no longer needed"}; the customer is asked for a yes '
            "to the new ones."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Approve an action: it is carried out, and the customer reads the result in the thread.

    Example: support-agent approvals approve T1001 --by mia
    """
    decision: dict[str, Any] = {"type": "approve", "message": note}
    if args is not None:
        try:
            decision = {"type": "edit", "edited_action": {"args": json.loads(args)}}
        except json.JSONDecodeError as error:
            raise InputError(f"--args is not JSON ({error.msg}); wanted an object of arguments") from None
    decide_by_id(action, decision, by, as_json)


@app.command("reject")
def reject(action: ActionId, by: By, note: Note = "", as_json: AsJson = False) -> None:
    """Reject an action: it can never run, and the customer is told."""
    decide_by_id(action, {"type": "reject", "message": note}, by, as_json)


async def _waiting_at(ticket_id: str) -> str:
    """Return the id of the one action of a ticket's conversation that waits for staff; raises InputError."""
    desk = open_desk(Settings.from_env())
    try:
        thread_id, _ = await desk.whose(ticket_id)
    finally:
        await desk.close()
    found = [action for action in await _find(WAITING) if action.thread_id == thread_id]
    if len(found) != 1:
        raise InputError(
            f"{len(found)} actions of this ticket's conversation wait for staff; `support-agent approvals show` lists "
            "all, decide by the action's id"
        )
    return found[0].id


def decide_by_id(prefix: str, decision: Mapping[str, Any], by: str, as_json: bool) -> None:
    """Record a decision on the action whose id begins so, let its conversation go on, and print what came of it."""
    if _TICKET.fullmatch(prefix):
        prefix = asyncio.run(_waiting_at(prefix))
    action, told = asyncio.run(_decide_and_wake(prefix, decision, by))
    if as_json:
        print_json({**_plain(action), "told": told})
        return
    out.print(f"{escape(action.id[:8])} is now [bold]{action.state}[/bold].")
    if told:
        err.print(escape(f"The customer reads: {told}"), style="dim")


async def _decide_and_wake(prefix: str, decision: Mapping[str, Any], by: str) -> tuple[Action, str]:
    """Record the decision, then let the thread go on with it."""
    # Loaded here: to look at what waits takes no agent.
    from graph.agent import open_agent
    from graph.assembly import assemble

    settings = Settings.from_env()
    parts = await asyncio.to_thread(assemble, settings)
    async with open_agent(settings, parts=parts) as agent:
        action = await _one(parts.actions.ledger, prefix)
        check_waits(action, decision)
        decided = await parts.actions.decide(action.id, decision, by=by)
        reply = await agent.decide(action.thread_id, {"decisions": []}, operator=by)
        return await parts.actions.ledger.get(decided.id), reply.text


def check_waits(action: Action, decision: Mapping[str, Any]) -> None:
    """Raise InputError unless an action waits for staff, or was approved and is again: a crash may lie between."""
    again = action.state == "approved" and decision["type"] == "approve"
    if action.state != "awaiting_approval" and not again:
        raise InputError(
            f"{action.id[:8]} is {action.state.replace('_', ' ')}, so nothing was decided; "
            "`support-agent approvals show` lists what waits"
        )


async def _find(states: tuple[State, ...]) -> list[Action]:
    ledger = open_ledger(Settings.from_env())
    try:
        await ledger.expire_due()
        return await ledger.find(states=states)
    finally:
        await ledger.close()


async def _show(prefix: str) -> tuple[Action, list[dict[str, Any]]]:
    ledger = open_ledger(Settings.from_env())
    try:
        action = await _one(ledger, prefix)
        return action, [asdict(event) for event in await ledger.history(action.id)]
    finally:
        await ledger.close()


async def _one(ledger: ActionLedger, prefix: str) -> Action:
    found = [action for action in await ledger.find() if action.id.startswith(prefix)]
    if len(found) != 1:
        raise InputError(
            f"{len(found)} actions begin with {prefix!r}; `support-agent approvals show --all` lists the ids"
        )
    return found[0]


def _plain(action: Action) -> dict[str, Any]:
    """Return an action as plain data: what is asked, by whom, and how it stands."""
    left_out = {"change", "claim", "lease_until"}
    plain = {name: value for name, value in vars(action).items() if name not in left_out}
    return plain | {"words": action.words, "before": dict(action.change.before), "after": dict(action.change.after)}
