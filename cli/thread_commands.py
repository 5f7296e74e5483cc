"""Show stored conversations and what they cost, and delete old ones: `support-agent threads`."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from rich.markup import escape
from rich.table import Column, Table

from cli.output import AsJson, errors_shown, out, print_json
from core.errors import InputError
from core.models.prices import PriceTable, load_prices
from core.settings import Settings
from graph.memory.checkpointers import open_checkpointer
from graph.memory.threads import Thread, get_thread, list_threads, prune, thread_ids, transcript
from server.personal_stores import open_personal_data

app = typer.Typer(help="Show stored conversations and what they cost, and delete old ones.", no_args_is_help=True)


@app.command()
def show(
    thread: Annotated[str | None, typer.Argument(help="Id of a conversation, or its first characters.")] = None,
    costs: Annotated[bool, typer.Option("--costs", help="Requests, tokens and money in place of words.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the stored conversations, the one used last first; or show everything that was said in one.

    What the model no longer sees is shown, too. Prices come from SUPPORT_PRICES_FILE; core/models/prices.yaml shows its
    form.
    """
    with errors_shown():
        settings = Settings.from_env()
        if costs:
            _print_costs(asyncio.run(_threads(settings, thread)), settings, as_json=as_json)
        elif thread is None:
            _print_threads(asyncio.run(_threads(settings, None)), as_json)
        else:
            _print_said(asyncio.run(_said(settings, thread)), as_json)


def _print_threads(found: Sequence[Thread], as_json: bool) -> None:
    if as_json:
        print_json([asdict(thread) for thread in found])
        return
    # An id is for typing again: it stays whole where the others have to give way.
    table = Table(Column("Thread", no_wrap=True), "Customer", "Owner", "Turns", "Updated", "Requests")
    for thread in found:
        cells = (thread.id, thread.customer_id or "", thread.owner, thread.turns, f"{thread.updated:%Y-%m-%d %H:%M}")
        table.add_row(*(escape(str(cell)) for cell in cells), str(thread.usage["requests"]))
    out.print(table)


def _print_said(said: Sequence[dict[str, str]], as_json: bool) -> None:
    if as_json:
        print_json(said)
        return
    for line in said:
        out.print(f"[bold]{line['speaker']}[/bold] {escape(line['text'])}")


@app.command("prune")
def prune_(
    older_than_days: Annotated[
        int | None,
        typer.Option("--older-than-days", min=1, help="Delete what nobody wrote in so long; SUPPORT_RETENTION_DAYS."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Delete old conversations and superseded checkpoints, and give their space back to the disk.

    With them go old messages of the inbox, the texts of closed tickets, proofs of identity, and in the audit trail
    whatever names a person.
    Example: support-agent threads prune --older-than-days 365
    """
    with errors_shown():
        deleted, expired = asyncio.run(_prune(Settings.from_env(), older_than_days))
        if as_json:
            print_json({"deleted": deleted, "expired": expired})
        else:
            out.print(f"Deleted {len(deleted)} conversations.")


def _print_costs(threads: Sequence[Thread], settings: Settings, *, as_json: bool) -> None:
    """Print requests, tokens and money of conversations, so that both ways of billing can be compared."""
    prices = load_prices(settings.prices_file)
    rows = [_cost_row(found, settings.model, prices) for found in threads]
    if as_json:
        print_json({"model": settings.model, "currency": prices.currency, "conversations": rows})
        return
    table = Table(
        Column("Conversation", no_wrap=True), "Requests", "Input", "Cached", "Output", "By request", "By token"
    )
    for row in rows:
        table.add_row(*(escape("–" if cell is None else str(cell)) for cell in row.values()))
    out.print(table)
    if prices.of(settings.model) is None:
        out.print(
            f"No price is known for {settings.model!r}; write it into a copy of core/models/prices.yaml.",
            highlight=False,
        )


def _cost_row(thread: Thread, model: str, prices: PriceTable) -> dict[str, Any]:
    usage, price = thread.usage, prices.of(model)
    tokens = {name: usage[name] for name in ("input_tokens", "cached_tokens", "output_tokens")}
    return {
        "thread": thread.id,
        "requests": usage["requests"],
        **tokens,
        "by_request": price and price.by_request(usage["requests"]),
        "by_token": price and price.by_token(**tokens),
    }


async def _threads(settings: Settings, thread: str | None) -> list[Thread]:
    """Return all conversations, or the one that is named."""
    async with open_checkpointer(settings.memory_url) as saver:
        if thread is None:
            return await list_threads(saver)
        found = await get_thread(saver, await thread_named(saver, thread))
    return [found] if found else []


async def _said(settings: Settings, thread: str) -> list[dict[str, str]]:
    async with open_checkpointer(settings.memory_url) as saver:
        thread = await thread_named(saver, thread)
        return [
            {
                "speaker": "Customer" if isinstance(m, HumanMessage) else "Agent" if m.type == "ai" else "Tool",
                "text": m.text,
            }
            for m in await transcript(saver, thread)
            if m.text.strip()
        ]


async def thread_named(saver: BaseCheckpointSaver[Any], name: str) -> str:
    """Return the id that is given, or the only one that begins so; raises InputError otherwise."""
    if await get_thread(saver, name) is not None:
        return name
    start = name.rstrip("….")
    found = [thread_id for thread_id in await thread_ids(saver) if start and thread_id.startswith(start)]
    if len(found) != 1:
        many = f"{len(found)} conversations begin with {name!r}" if found else f"there is no conversation {name!r}"
        raise InputError(f"{many}; `support-agent threads show` lists those there are")
    return found[0]


async def _prune(settings: Settings, days: int | None) -> tuple[list[str], dict[str, int]]:
    days = days or settings.retention_days
    if days is None:
        raise InputError("nothing says how old is too old; give --older-than-days or set SUPPORT_RETENTION_DAYS")
    async with open_checkpointer(settings.memory_url) as saver:
        deleted = await prune(saver, older_than_days=days)
    async with open_personal_data(settings) as data:
        return deleted, dict(await data.expire(days))
