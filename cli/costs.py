"""Report what conversations cost, billed by request and by token: `support-agent costs`."""

import asyncio
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from cli.output import errors_shown, out, print_json
from cli.thread_commands import thread_named
from core.models.prices import PriceTable, load_prices
from core.settings import Settings
from graph.memory.checkpointers import open_checkpointer
from graph.memory.threads import Thread, get_thread, list_threads

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def costs(
    thread: Annotated[
        str | None, typer.Argument(help="Id of one conversation, or its first characters; all of them if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report requests, tokens and money of conversations, by request and by token, so that both can be compared.

    Prices come from SUPPORT_PRICES_FILE; core/models/prices.yaml shows its form.
    """
    with errors_shown():
        settings = Settings.from_env()
        prices = load_prices(settings.prices_file)
        rows = [_row(found, settings.model, prices) for found in asyncio.run(_threads(settings, thread))]
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


async def _threads(settings: Settings, thread: str | None) -> list[Thread]:
    async with open_checkpointer(settings.memory_url) as saver:
        if thread is None:
            return await list_threads(saver)
        found = await get_thread(saver, await thread_named(saver, thread))
    return [found] if found else []


def _row(thread: Thread, model: str, prices: PriceTable) -> dict[str, Any]:
    usage, price = thread.usage, prices.of(model)
    tokens = {name: usage[name] for name in ("input_tokens", "cached_tokens", "output_tokens")}
    return {
        "thread": thread.id,
        "requests": usage["requests"],
        **tokens,
        "by_request": price and price.by_request(usage["requests"]),
        "by_token": price and price.by_token(**tokens),
    }
