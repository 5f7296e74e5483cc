"""List, show and delete stored conversations: `support-agent threads`."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

import typer
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from rich.markup import escape
from rich.table import Column, Table

from cli.output import errors_shown, out, print_json
from core.errors import InputError
from core.settings import Settings
from graph.memory.checkpointers import open_checkpointer
from graph.memory.threads import get_thread, list_threads, prune, thread_ids, transcript
from server.personal_stores import open_personal_data

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

app = typer.Typer(help="List, show and delete stored conversations.", no_args_is_help=True)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the stored conversations, the one used last first."""
    with errors_shown():
        found = asyncio.run(_list(Settings.from_env()))
        if as_json:
            print_json(found)
            return
        # An id is for typing again: it stays whole where the others have to give way.
        table = Table(Column("Thread", no_wrap=True), "Customer", "Owner", "Turns", "Updated", "Requests")
        for row in found:
            cells = (
                row["id"],
                row["customer_id"] or "",
                row["owner"],
                row["turns"],
                f"{row['updated']:%Y-%m-%d %H:%M}",
            )
            table.add_row(*(escape(str(cell)) for cell in cells), str(row["usage"]["requests"]))
        out.print(table)


@app.command()
def show(
    thread: Annotated[str, typer.Argument(help="Id of the conversation, or its first characters.")],
    as_json: AsJson = False,
) -> None:
    """Show everything that was said in a conversation, also what the model no longer sees."""
    with errors_shown():
        said = asyncio.run(_show(Settings.from_env(), thread))
        if as_json:
            print_json(said)
            return
        for line in said:
            out.print(f"[bold]{line['speaker']}[/bold] {escape(line['text'])}")


@app.command("prune")
def prune_(
    older_than_days: Annotated[
        int | None,
        typer.Option(
            "--older-than-days", min=1, help="Delete what nobody wrote in for so long; SUPPORT_RETENTION_DAYS."
        ),
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


async def _list(settings: Settings) -> list[dict[str, Any]]:
    async with open_checkpointer(settings.memory_url) as saver:
        return [asdict(thread) for thread in await list_threads(saver)]


async def _show(settings: Settings, thread: str) -> list[dict[str, str]]:
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
    """Return the id that is given, or the only one that begins so; raises InputError where there is none, or
    several.
    """
    if await get_thread(saver, name) is not None:
        return name
    start = name.rstrip("….")
    found = [thread_id for thread_id in await thread_ids(saver) if start and thread_id.startswith(start)]
    if len(found) != 1:
        many = f"{len(found)} conversations begin with {name!r}" if found else f"there is no conversation {name!r}"
        raise InputError(f"{many}; `support-agent threads list` shows those there are")
    return found[0]


async def _prune(settings: Settings, days: int | None) -> tuple[list[str], dict[str, int]]:
    days = days or settings.retention_days
    if days is None:
        raise InputError("nothing says how old is too old; give --older-than-days or set SUPPORT_RETENTION_DAYS")
    async with open_checkpointer(settings.memory_url) as saver:
        deleted = await prune(saver, older_than_days=days)
    async with open_personal_data(settings) as data:
        return deleted, dict(await data.expire(days))
