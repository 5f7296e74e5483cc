"""Route a message without answering it: `support-agent triage`."""

import asyncio
from typing import Annotated

import typer
from rich.markup import escape

from cli.output import out, print_json
from core.errors import MessageRejected
from core.settings import Settings
from graph.assembly import json_model, rule_triage
from graph.handoff.message_triage import Triage
from graph.handoff.message_triage import triage as classify
from graph.opened_stores import business_of


def triage(
    message: Annotated[str, typer.Argument(help="What a customer wrote.")],
    by_rules: Annotated[bool, typer.Option("--rules", help="Do not ask the model.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the classification as JSON.")] = False,
) -> None:
    """Say which queue a message belongs to, how urgent it is, and in which language it is written.

    The teams are those of the business. Nothing is answered and no ticket is made.
    Example: support-agent triage "My teapot came broken" --json
    """
    if not message.strip():
        raise MessageRejected("the message is empty; write what a customer wrote")
    found = asyncio.run(_triage(message, by_rules))
    answer = {**found.classification.model_dump(), "by": found.by, "requests": found.requests}
    words = " · ".join(f"{name} {value}" for name, value in answer.items())
    print_json(answer) if as_json else out.print(escape(words))


async def _triage(message: str, by_rules: bool) -> Triage:
    settings = Settings.from_env()
    model = None if by_rules else json_model(settings)
    business = business_of(settings)
    return await classify(message, rules=rule_triage(business), model=model, shop_name=business.file.name)
