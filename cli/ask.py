"""Ask one question and print the reply."""

import asyncio
import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.customer_check import check_customer
from cli.output import err, out, print_json
from core.errors import MessageRejected
from core.message_marks import marks
from core.settings import Settings
from graph.agent import open_agent
from graph.assembly import json_model, rule_triage
from graph.handoff.message_triage import Triage
from graph.handoff.message_triage import triage as route
from graph.opened_stores import business_of
from graph.replies import Reply


def ask(
    question: Annotated[str | None, typer.Argument(help="What the customer says.")] = None,
    audio: Annotated[Path | None, typer.Option(help="A recording of what the customer says, instead of words.")] = None,
    customer: Annotated[str | None, typer.Option(help="Customer id to act for; none means not signed in.")] = None,
    thread: Annotated[str | None, typer.Option(help="Thread to go on with; a new one by default.")] = None,
    locale: Annotated[
        str | None,
        typer.Option(help="Language of the fixed sentences, for example en or de; by default the business's."),
    ] = None,
    triage: Annotated[
        bool,
        typer.Option(
            "--triage",
            help="Answer nothing; say which queue the message belongs to, how urgent it is and in which language.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print reply, sources, tools and usage as JSON.")] = False,
) -> None:
    """Ask one question and print the reply.

    A recording needs SUPPORT_TRANSCRIPTION_MODEL.
    Example: support-agent ask "How long do I have to return something?" --json
    """
    if triage:
        _print_triage(question or "", as_json=as_json)
        return
    if (question is None) == (audio is None):
        raise MessageRejected("ask with words or with --audio FILE, one of the two")
    reply, heard = asyncio.run(_ask(question, audio, customer, thread or uuid.uuid4().hex, locale))
    if as_json:
        print_json(reply.to_dict() | ({"heard": heard} if audio else {}))
        return
    if audio:
        err.print(f"[dim]heard: {escape(heard or 'nothing')}[/dim]")
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


async def _ask(
    question: str | None, audio: Path | None, customer: str | None, thread: str, locale: str | None
) -> tuple[Reply, str]:
    settings = Settings.from_env()
    await check_customer(settings, customer)
    async with open_agent(settings) as agent:
        if audio is None:
            return await agent.send(thread, question or "", customer_id=customer, locale=locale), ""
        message = await agent.transcribe(_read(audio))
        reply = await agent.send(thread, message, customer_id=customer, channel="voice", locale=locale)
        return reply, str(marks(message)["voice"]["heard"])


def _read(audio: Path) -> bytes:
    try:
        return audio.read_bytes()
    except OSError as error:
        raise MessageRejected(f"the recording {audio} cannot be read ({error.strerror}); name an audio file") from None


def _print_triage(message: str, *, as_json: bool) -> None:
    """Print which queue a message belongs to, how urgent it is, and its language; nothing else happens."""
    if not message.strip():
        raise MessageRejected("the message is empty; write what a customer wrote")
    found = asyncio.run(_triage(message))
    answer = {**found.classification.model_dump(), "by": found.by, "requests": found.requests}
    words = " · ".join(f"{name} {value}" for name, value in answer.items())
    print_json(answer) if as_json else out.print(escape(words))


async def _triage(message: str) -> Triage:
    settings = Settings.from_env()
    business = business_of(settings)
    return await route(
        message, rules=rule_triage(business), model=json_model(settings), business_name=business.file.name
    )
