"""Hold a conversation in the terminal."""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.markup import escape

from cli.ask import print_reply, print_sources
from cli.customer_check import check_customer
from cli.output import err, out
from core.errors import MessageRejected
from core.language.fixed_sentences import phrase
from core.settings import Settings
from graph.agent import SupportAgent, open_agent
from graph.opened_stores import business_of
from graph.replies import Progress, Reply, Token

LEAVING = {"/quit", "/exit"}


def chat(
    customer: Annotated[str | None, typer.Option(help="Customer id to act for; none is an open chat.")] = None,
    thread: Annotated[str | None, typer.Option(help="Thread to go on with; a new one by default.")] = None,
    locale: Annotated[
        str | None,
        typer.Option(help="Language of the fixed sentences, for example en or de; by default the business's."),
    ] = None,
) -> None:
    """Talk to the agent; piped input is read line by line, one message a line.

    Without --customer this is an open chat: the agent asks for an e-mail address, or name and postcode, and then for a
    one-time code, which stands on standard error unless SUPPORT_CODE_SENDER sends it elsewhere.

    Example: echo "Where is my order?" | support-agent chat --customer ada_brook_1001
    """
    asyncio.run(_chat(customer, thread or f"chat-{uuid.uuid4().hex[:8]}", locale))


async def _chat(customer: str | None, thread: str, locale: str | None) -> None:
    interactive = sys.stdin.isatty()
    settings = Settings.from_env()
    if customer is None and settings.code_sender is None:
        settings = settings.model_copy(update={"code_sender": SecretStr("console")})
    await check_customer(settings, customer)
    name = business_of(settings).file.name
    async with open_agent(settings) as agent:
        if interactive:
            who = f"customer {customer}" if customer else "nobody signed in"
            err.print(
                f"[dim]{escape(name)} support · {escape(who)} · thread {escape(thread)} · "
                f"model {escape(settings.model)} · /quit to leave[/dim]"
            )
        err.print(escape(phrase("disclosure", agent.locale_of(locale), shop=name)), style="dim")
        async for line in _lines(interactive):
            try:
                if interactive:
                    await _stream_turn(agent, thread, line, customer, locale)
                else:
                    reply = await agent.send(thread, line, customer_id=customer, locale=locale)
                    print_reply(reply) if reply.text else _print_silence(reply, agent.locale_of(locale))
            except MessageRejected as error:
                err.print(f"[yellow]{escape(str(error))}[/yellow]")


async def _lines(interactive: bool) -> AsyncIterator[str]:
    """Yield what is typed or piped, without blank lines."""
    while True:
        if interactive:
            err.print("\n[bold cyan]You[/bold cyan] ", end="")
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line or line.strip() in LEAVING:
            if interactive and not line:
                err.print()  # Ctrl+D leaves the cursor behind the prompt
            return
        if line.strip():
            yield line.strip()


async def _stream_turn(agent: SupportAgent, thread: str, line: str, customer: str | None, locale: str | None) -> None:
    """Print progress while nothing is said yet, then the reply as it is written."""
    streamed = ""
    with err.status("…") as status:
        async for event in agent.stream(thread, line, customer_id=customer, locale=locale):
            match event:
                case Progress(text):
                    status.update(text)
                case Token(text):
                    if not streamed:
                        status.stop()
                        out.print("[bold green]Agent[/bold green] ", end="")
                    streamed += text
                    out.print(text, end="", markup=False, soft_wrap=True)
                case Reply():
                    status.stop()
                    out.print()
                    if not streamed and event.text:
                        out.print(escape(event.text))
                    if not event.text:
                        _print_silence(event, agent.locale_of(locale))
                    print_sources(event)


def _print_silence(reply: Reply, locale: str) -> None:
    """Say why there is no reply: a person owns the thread."""
    out.print(f"[dim]{escape(phrase('still_with_person', locale, ticket=reply.ticket_id or '?'))}[/dim]")
