"""Work on tickets: `support-agent tickets …`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import click
import typer
from rich.markup import escape
from rich.table import Table

from cli.desk.ticket_printing import clock, most_pressing_first, print_ticket, ticket_as_data
from cli.output import AsJson, out, print_json
from core.errors import NoTicket, Refused
from core.safety.safe_links import inert
from core.settings import Settings
from core.storage.database import Database
from graph.handoff.ticket_facts import shortened
from graph.opened_stores import business_of, open_desk, orders_of, webhook_outbox
from tools.desk.ownership import Stage
from tools.desk.sql_desk import SqlTicketDesk
from tools.desk.tickets import Ticket

# What works on conversations is loaded by the commands that do: to look at tickets takes the desk alone.
if TYPE_CHECKING:
    from graph.builder import SupportGraph

app = typer.Typer(help="Work on the tickets that the agent handed over: take, reply, resolve.", no_args_is_help=True)

TicketId = Annotated[str, typer.Argument(help="Number of the ticket, for example T1001.")]
Operator = Annotated[str, typer.Option("--operator", help="Your name; the customer sees it.")]
Answer = TypeVar("Answer")


@app.command()
def show(
    ticket: Annotated[str | None, typer.Argument(help="Number of a ticket, for example T1001.")] = None,
    status: Annotated[Stage | None, typer.Option(help="Only tickets of this status; open ones by default.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List tickets, most pressing first; or show one: what is known, what was tried, what was said.

    The list tells the time that people have had them: overdue ones, then by priority, then by deadline; closed ones
    last.
    """
    if named := ticket:
        one = _at_desk(lambda desk: desk.get_ticket(named))
        print_json(ticket_as_data(one)) if as_json else print_ticket(one)
        return

    async def work(desk: SqlTicketDesk) -> list[Ticket]:
        return await most_pressing_first(await desk.list_tickets(open_only=not (everything or status), status=status))

    found = _at_desk(work)
    if as_json:
        print_json([ticket_as_data(ticket) for ticket in found])
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("ticket", "status", "priority", "queue", "operator", "time", "summary"):
        table.add_column(heading)
    for each in found:
        draft, owned = each.draft, each.ownership
        cells = (
            each.id,
            each.status,
            draft.priority.upper() if draft.priority == "urgent" else draft.priority,
            draft.queue,
            owned.operator or "",
            clock(each),
            inert(shortened(draft.summary, 120)),
        )
        table.add_row(*(escape(cell) for cell in cells))
    out.print(table if found else "No tickets.")


@app.command()
def take(
    ticket: TicketId,
    operator: Operator,
    instead_of: Annotated[str | None, typer.Option(help="The colleague it is taken over from.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a ticket: the conversation is yours until you resolve it or hand it back.

    One that a colleague has is taken over from them by naming them: --instead-of mia.
    """
    from graph import operator as people

    async def work(graph: "SupportGraph", desk: SqlTicketDesk) -> Ticket:
        return await people.take(graph, desk, ticket, operator=operator, instead_of=instead_of)

    _done(
        _with_desk(work), f"is yours, {operator}: the agent stays silent until you resolve it or hand it back", as_json
    )


@app.command()
def reply(
    ticket: TicketId,
    operator: Operator,
    text: Annotated[
        str | None, typer.Argument(help="What the customer reads; without it an editor opens on a suggestion.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Name of this reply: the same name is sent once. By default the same words are.")
    ] = None,
    only_suggest: Annotated[bool, typer.Option("--suggest", help="Send nothing; print a possible reply.")] = False,
    as_json: AsJson = False,
) -> None:
    """Reply to the customer in their conversation; repeating an interrupted command sends nothing twice.

    Example: support-agent tickets reply T1001 "A new teapot is on its way." --operator mia
    """
    if only_suggest:
        suggestion = _suggestion(ticket, operator)
        print_json({"ticket_id": ticket, "suggestion": suggestion}) if as_json else out.print(escape(suggestion))
        return
    written = click.edit(_suggestion(ticket, operator), require_save=True) or "" if text is None else text

    from graph import operator as people
    from graph.state import run_config

    async def work(graph: "SupportGraph", desk: SqlTicketDesk) -> tuple[Ticket, str]:
        before = len((await desk.get_ticket(ticket)).notes)
        replied = await people.reply(graph, desk, ticket, operator=operator, text=written.strip(), key=key)
        if len(replied.notes) == before:
            return replied, "had this reply already; nothing was sent again"
        if not (await graph.aget_state(run_config(replied.thread_id))).values:  # its server delivers it
            return (
                replied,
                "has your reply; the conversation is not in this memory, it gets there with its next message",
            )
        return replied, f"has your reply, the customer can read it, and the conversation is yours, {operator}"

    try:
        replied, words = _with_desk(work)
    except Refused:
        if text is None:
            out.print(escape(written))  # the editor's file is gone
        raise
    _done(replied, words, as_json)


@app.command()
def resolve(
    ticket: TicketId,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not tell the customer.")] = False,
    hand_back: Annotated[bool, typer.Option("--hand-back", help="Nothing is resolved: the agent is to go on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Close a ticket; when the customer writes again, the agent answers."""
    from graph import operator as people

    close, words = (
        (people.hand_back, "is handed back; {}. The agent answers from now on")
        if hand_back
        else (people.resolve, "is resolved; {}. When the customer writes again, the agent answers")
    )
    closed = _with_desk(lambda graph, desk: close(graph, desk, ticket, tell=not quiet))
    _done(closed, words.format("the customer was not told" if quiet else "the customer was told"), as_json)


@app.command()
def deliver(as_json: AsJson = False) -> None:
    """Finish what was interrupted: put replies into conversations, and send due changes to the webhook."""
    from graph import operator as people

    async def work(graph: "SupportGraph", desk: SqlTicketDesk) -> dict[str, Any]:
        done: dict[str, Any] = {"delivered": await people.deliver(graph, desk)}
        settings = Settings.from_env()
        if outbox := webhook_outbox(settings, Database(settings.desk_url)):
            await desk.list_tickets()  # makes the tables of a new desk
            done["webhook"] = vars(await outbox.send_due())
        return done

    done = _with_desk(work)
    print_json(done) if as_json else out.print(escape(str(done)))


def _suggestion(ticket: str, operator: str) -> str:
    from core.factory import endpoint_model
    from graph.handoff.suggested_replies import suggest_reply

    settings = Settings.from_env()
    model = None if settings.model == "offline" else endpoint_model(settings)
    name = business_of(settings).file.name
    return _at_desk(lambda desk: suggest_reply(desk, ticket, operator=operator, model=model, business_name=name))


def _at_desk(work: Callable[[SqlTicketDesk], Awaitable[Answer]]) -> Answer:
    """Run one piece of work on the desk that settings name."""

    async def run() -> Answer:
        settings = Settings.from_env()
        orders = orders_of(settings)
        desk = open_desk(settings, orders)
        try:
            return await work(desk)
        except NoTicket as unknown:
            raise NoTicket(f"{unknown} `support-agent tickets show --all` lists those there are.") from None
        finally:
            await desk.close()
            await orders.close()

    return asyncio.run(run())


def _with_desk(work: Callable[["SupportGraph", SqlTicketDesk], Awaitable[Answer]]) -> Answer:
    """Run one piece of work on the desk and the conversations that settings name."""
    from graph.memory.checkpointers import open_checkpointer
    from graph.operator import thread_graph

    async def both(desk: SqlTicketDesk) -> Answer:
        async with open_checkpointer(Settings.from_env().memory_url) as checkpointer:
            return await work(thread_graph(checkpointer), desk)

    return _at_desk(both)


def _done(ticket: Ticket, words: str, as_json: bool) -> None:
    """Say what was done to a ticket."""
    print_json(ticket_as_data(ticket)) if as_json else out.print(f"[bold]{ticket.id}[/bold] {escape(words)}.")
