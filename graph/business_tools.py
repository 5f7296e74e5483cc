"""Open what the folder of a business brings: the tools of its connectors, its procedures, who finds accounts."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from core.clock import utc_now
from core.embeddings.minilm import embedded_minilm
from core.settings import Settings
from core.yaml_files import FilesError, Problem
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.book import ProcedureBook, catalogue_of, open_book
from graph.procedures.format.plain_writes import plain_procedures
from graph.procedures.prompt import follow_procedure
from graph.tool_calls.wanted_changes import sentences_that_ask
from tools.business.business_folder import Business
from tools.connectors.declared_accounts import DeclaredAccounts
from tools.connectors.opening import Opened, open_connectors
from tools.connectors.source import Source
from tools.registry import IDENTIFY
from tools.tool import Tool

log = logging.getLogger(__name__)


def business_tools(
    settings: Settings,
    business: Business,
    made: Sequence[Tool],
    now: Callable[[], datetime] = utc_now,
    wrapped: Callable[[Source], Source] = lambda source: source,
) -> Opened:
    """Return the tools of a business's connectors, beside those that the program has itself.

    What is wrong is logged, and that tool is not there.
    """
    data = settings.data_dir
    opened = open_connectors(
        business.folder,
        business.connectors,
        data=data,
        now=now,
        secrets=settings.secrets,
        language=business.file.languages[0],
        wrapped=wrapped,
        taken=names_taken(made),
    )
    for problem in opened.problems:
        log.warning("%s", problem)
    return opened


def names_taken(made: Sequence[Tool]) -> set[str]:
    """Return the names that no connector may give a tool: those of the program's own, and of what steers the graph."""
    return {tool.name for tool in made} | {IDENTIFY, follow_procedure.name}


def open_procedures(
    settings: Settings, business: Business, tools: Sequence[Tool], now: Callable[[], datetime] = utc_now
) -> ProcedureBook | None:
    """Return the procedures of a business, or None where it has none; without a model, one for each other write too.

    Raises:
        FilesError: one of them is wrong; its write would otherwise run without its rules.
    """
    folder = business.folder / "procedures"
    found, problems = check_folder(folder, catalogue_of(tools), languages=business.file.languages)
    if wrong := [problem for problem in problems if problem.severity == "error"]:
        raise FilesError([Problem(p.file, p.line, p.message, "run support-agent check") for p in wrong])
    leads = settings.model == "offline"
    if leads:
        owned = {name for procedure in found for name in procedure.writes}
        found = [*found, *plain_procedures(tools, owned, catalogue_of(tools))]
    if not (found or leads):
        return None
    # The model of the search compares messages with examples, too; where an endpoint embeds, none is loaded for that.
    embed = embedded_minilm().embed_array if leads or settings.embedding_model == "minilm" else None
    return open_book(found, tools, embed=embed, asks=_asks, leads=leads, now=now)


def _asks(text: str, tool: str, also_called: Sequence[str]) -> bool:
    """Say whether a text asks for what a tool does, and not for something that it only helps with."""
    return bool(sentences_that_ask(text, tool, tuple(also_called), strictly=True))


def declared_tools(business: Business, connected: Opened) -> Sequence[Tool]:
    """Return the tools of connectors that a model may call: all but what finds accounts."""
    lookup = business.file.identity.lookup if business.file.identity else None
    return [tool for tool in connected.tools if tool.name != lookup]


def declared_accounts(business: Business, connected: Opened) -> DeclaredAccounts | None:
    """Return what finds accounts by the read that the business names, or None where it names none."""
    said = business.file.identity
    calls = {name: call for _, named in connected.calls for name, call in named.items()}
    if said is None or said.lookup not in calls:
        return None
    return DeclaredAccounts(calls[said.lookup], said.customer, said.email)
