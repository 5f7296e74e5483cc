"""Ask one question and print the reply."""

import asyncio
import uuid
from typing import Annotated

import typer
from rich.markup import escape

from cli.output import out, print_json
from core.settings import Settings
from graph.agent import Reply, open_agent


def ask(
    question: Annotated[str, typer.Argument(help="What the customer says.")],
    customer: Annotated[str | None, typer.Option(help="Customer id to act for; none means not signed in.")] = None,
    thread: Annotated[str | None, typer.Option(help="Thread to go on with; a new one by default.")] = None,
    locale: Annotated[str, typer.Option(help="Language of the fixed sentences, for example en or de.")] = "en",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print reply, sources, tools, owner and usage as JSON.")
    ] = False,
) -> None:
    """Ask one question and print the reply.

    Example: support-agent ask "How long do I have to return something?" --json
    """
    reply = asyncio.run(_ask(question, customer, thread or uuid.uuid4().hex, locale))
    if as_json:
        print_json(reply.to_dict())
        return
    print_reply(reply)


def print_reply(reply: Reply) -> None:
    """Print the text of a reply and the articles it cites."""
    out.print(escape(reply.text))
    print_sources(reply)


def print_sources(reply: Reply) -> None:
    """Print one line for each article a reply cites."""
    for source in reply.sources:
        section = " > ".join((source.title, *source.headings))
        out.print(f"[dim]\\[{source.number}] {escape(section)} {escape(source.url)}[/dim]")


async def _ask(question: str, customer: str | None, thread: str, locale: str) -> Reply:
    async with open_agent(Settings.from_env()) as agent:
        return await agent.send(thread, question, customer_id=customer, locale=locale)
