"""Give customers what is stored about them, and erase it: `support-agent export` and `support-agent erase`."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.customer_check import customer_exists, no_customer
from cli.output import AsJson, err, errors_shown, out, print_json
from core.errors import InputError
from core.privacy.personal_data import Person
from core.settings import Settings
from server.personal_stores import PersonalData, open_personal_data

Customer = Annotated[str | None, typer.Option(help="Id of the customer, as the business knows it.")]
Thread = Annotated[
    list[str] | None, typer.Option(help="Id of one conversation, for visitors without an account; may be repeated.")
]


def export(
    customer: Customer = None,
    thread: Thread = None,
    file: Annotated[Path | None, typer.Option(help="File to write instead of printing; must not exist yet.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write down everything that is stored about a customer.

    That is conversations, tickets, changes to records and proofs of identity. The business's own records are the
    business's to give.

    Example: support-agent export --customer ada_brook_1001 --file ada.json
    """
    with errors_shown():
        found = asyncio.run(_export(Settings.from_env(), customer, thread))
        if file is not None:
            try:
                with file.open("x", encoding="utf-8") as opened:
                    json.dump(found, opened, ensure_ascii=False, indent=2, default=str)
            except OSError as error:
                raise InputError(f"{file} cannot be written ({error.strerror}); name another file") from None
            rows = {name: len(rows) for name, rows in found.items()}
            print_json({"file": file, "rows": rows}) if as_json else out.print(f"Wrote {file}: {_counted(rows)}.")
            return
        print_json(found)


def erase(
    customer: Customer = None,
    thread: Thread = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase what is stored about a customer.

    That is conversations, messages, transcripts, tickets' texts and proofs of identity. It works beside running
    servers: each conversation is held until nobody writes in it, and a turn that was under way cannot bring it back.
    Rows of the audit trail (which action, when, decided by whom, how it ended) stay without a customer and without
    words. Open tickets are closed, and a webhook is sent `ticket.erased`. SQLite files are written anew, so that
    nothing is left in free pages or journals. Drafts of articles that came from their tickets are deleted, and files of
    the LangGraph dev server (`.langgraph_api` in the working folder) that name them; stop that server first, or it
    writes them again.

    Beyond this command: the business's own records; backups; of PostgreSQL its write-ahead log, replicas and
    backups, which its administrator lets expire (`SELECT pg_switch_wal(); CHECKPOINT;` frees segments that no replica
    or archive holds).

    Example: support-agent erase --customer ada_brook_1001
    """
    with errors_shown():
        counts = asyncio.run(_erase(Settings.from_env(), customer, thread, yes))
        print_json({"customer": customer, "erased": counts}) if as_json else out.print(f"Erased: {_counted(counts)}.")


async def _export(settings: Settings, customer: str | None, threads: list[str] | None) -> dict[str, Any]:
    async with open_personal_data(settings) as data:
        return await data.export(await _person(settings, data, customer, threads))


async def _erase(settings: Settings, customer: str | None, threads: list[str] | None, yes: bool) -> dict[str, int]:
    async with open_personal_data(settings) as data:
        person = await _person(settings, data, customer, threads)
        if not yes:
            await asyncio.to_thread(_ask, person)
        return dict(await data.erase(person))


async def _person(settings: Settings, data: PersonalData, customer: str | None, threads: list[str] | None) -> Person:
    if not customer and not threads:
        raise InputError("it is not said whose data is meant; give --customer ID, or --thread ID for a visitor")
    found = await data.find(customer) if customer else Person(None)
    person = Person(found.customer_id, found.threads | set(threads or ()))
    # Who has left the business may still have data here; a name that neither knows is a slip of the pen.
    if (
        customer
        and await customer_exists(settings, customer) is False
        and not any((await data.export(person)).values())
    ):
        raise no_customer(settings, customer, "give --thread ID for a visitor; nothing is stored about this one either")
    return person


def _ask(person: Person) -> None:
    who = f"customer {person.customer_id}" if person.customer_id else "a visitor"
    err.print(escape(f"Everything about {who} will be erased for good, {len(person.threads)} conversations among it."))
    if not sys.stdin.isatty() or not typer.confirm("Erase it?", err=True):
        raise InputError("nothing was erased; answer y, or add --yes where nobody can answer")


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
