"""Show what is configured, what answers and what to do about anything that does not."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.customer_check import customer_exists
from cli.doctor_settings import CHECKS, open_to_other_tokens, sample_customer, still_the_samples
from cli.output import out, print_json
from core.errors import SupportError
from core.factory import NO_KEY, embedding_model
from core.models.adapted_model import remember
from core.models.capabilities import Endpoint
from core.models.capabilities import probe as probe_endpoint
from core.passages import Utterance
from core.privacy.redaction import Redactor
from core.settings import Settings, retired_settings
from graph.business_check import check_business
from graph.memory.checkpointers import open_checkpointer
from graph.memory.threads import damaged_threads
from graph.opened_stores import business_of, open_desk, orders_of
from ingest.article_folder import publish_folder
from ingest.index.opening_index import open_index
from tools.business.business_folder import read_business


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    part: str
    ok: bool
    detail: str
    hint: bool = False
    """True for what works but is perhaps not meant so."""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    probe: Annotated[
        bool, typer.Option("--probe", help="Measure what the endpoint can do (some 15 requests) and remember it.")
    ] = False,
    transcription: Annotated[
        str | None, typer.Option(help="Name of a transcription model to try as well with --probe.")
    ] = None,
) -> None:
    """Check the settings and the files they name, the model endpoint, the index, the records, the desk and the memory.

    Exit code 1 when something needs attention (✗); each line says what to do. A hint (!) is for what works but is
    perhaps not meant so, such as the sample business's name over your own records. With --probe the endpoint is
    measured first, and the agent adapts to what was found: native tool calls or calls as JSON, streaming or not.
    """
    found = [*(_measured(transcription) if probe else ()), *asyncio.run(_examine())]
    findings = [replace(f, detail=Redactor().text(f.detail)) for f in found]  # an address may hold a password
    if as_json:
        print_json({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]})
    else:
        table = Table(box=None, pad_edge=False)
        for heading in ("", "part", "finding"):
            table.add_column(heading)
        for finding in findings:
            mark = "[red]✗[/red]" if not finding.ok else "[yellow]![/yellow]" if finding.hint else "[green]✓[/green]"
            table.add_row(mark, finding.part, escape(finding.detail))
        out.print(table)
    if not all(f.ok for f in findings):
        raise typer.Exit(1)


def _measured(transcription: str | None) -> list[Finding]:
    """Measure the endpoint and write down what it can do."""
    try:
        settings = Settings.from_env()
        if settings.model == "offline":
            return [Finding("probe", True, "the offline model needs none")]
        key = (settings.api_key or NO_KEY).get_secret_value()
        endpoint = Endpoint(str(settings.base_url), settings.model, key, settings.limits.timeout_seconds)
        embeddings = None if settings.embeds_here else settings.embedding_model
        found = asyncio.run(probe_endpoint(endpoint, embedding_model=embeddings, transcription_model=transcription))
        remember(settings.endpoint_file, found)
    except SupportError as error:
        return [Finding("probe", False, str(error))]
    measured = {name: value for name, value in asdict(found).items() if name not in ("base_url", "model", "notes")}
    shown = [f"{name} {value}" for name, value in measured.items() if value is not None and name != "models"]
    return [Finding("probe", True, f"{', '.join(shown)}; kept in {settings.endpoint_file}")] + [
        Finding("probe", True, f"refused: {note}") for note in found.notes
    ]


async def _examine() -> list[Finding]:
    try:
        settings = Settings.from_env()
    except SupportError as error:
        return [Finding("settings", False, str(error))]
    changed = sorted(f"SUPPORT_{name.upper()}" for name in settings.model_fields_set)
    findings = [Finding("settings", True, f"set: {', '.join(changed)}" if changed else "all defaults")]
    for part, look in CHECKS.items():
        try:
            findings.append(Finding(part, True, look(settings)))
        except SupportError as error:
            findings.append(Finding(part, False, str(error)))
    other = business_of(settings).shop is None
    if settings.business:
        findings.append(_business(settings.business))
    checks: dict[str, Callable[[Settings], Awaitable[str]]] = {
        "chat model": _chat_model,
        "embeddings": _embeddings,
        "knowledge": _knowledge,
        **({} if other else {"shop": _shop}),
        "ticket desk": _desk,
        "memory": _memory,
    }
    for part, check in checks.items():
        try:
            findings.append(Finding(part, True, await check(settings)))
        except SupportError as error:
            findings.append(Finding(part, False, str(error)))
    return findings + [Finding("hint", True, hint, hint=True) for hint in await _hints(settings)]


def _business(folder: Path) -> Finding:
    """Check the folder of the business, and publish its articles where they changed."""
    found = check_business(folder)
    wrong = "; ".join(str(problem) for problem in found.problems)
    told = f"{folder}: {len(found.tools)} tools, {len(found.procedures)} procedures, {found.articles} articles"
    return Finding("business", found.ok, f"{told}; {wrong}" if wrong else told)


async def _hints(settings: Settings) -> list[str]:
    hints = retired_settings() + open_to_other_tokens(settings)
    try:
        own_shop = await customer_exists(settings, sample_customer()) is False
        return hints + still_the_samples(
            business_of(settings), own_shop=own_shop, article_urls=await _article_urls(settings)
        )
    except SupportError:  # said above
        return hints


async def _chat_model(settings: Settings) -> str:
    if settings.model == "offline":
        return "offline (embedded; set SUPPORT_BASE_URL, SUPPORT_MODEL and SUPPORT_API_KEY for a real model)"
    started = time.perf_counter()
    models = await list_models(settings)
    milliseconds = (time.perf_counter() - started) * 1000
    if models and settings.model not in models:
        shown = ", ".join(models[:10])
        raise SupportError(
            f"{settings.base_url} offers no model {settings.model!r}; set SUPPORT_MODEL to one of: {shown}"
        )
    return f"{settings.model} at {settings.base_url}, answered in {milliseconds:.0f} ms"


async def list_models(settings: Settings) -> list[str]:
    """Return the model names the endpoint lists; raises SupportError when it does not answer or refuses the key."""
    key = (settings.api_key or NO_KEY).get_secret_value()
    endpoint = Endpoint(str(settings.base_url), settings.model, key, settings.limits.timeout_seconds)
    response = await endpoint.ask("models")
    try:
        listed: Any = response.json()
        return [str(model["id"]) for model in listed["data"]]
    except (ValueError, KeyError, TypeError):
        return []


async def _embeddings(settings: Settings) -> str:
    model = embedding_model(settings)
    started = time.perf_counter()
    vector = await asyncio.to_thread(model.embed_query, "How can I reach you?")
    milliseconds = (time.perf_counter() - started) * 1000
    return f"{settings.embedding_model}, {len(vector)} dimensions, first query {milliseconds:.0f} ms"


async def _article_urls(settings: Settings) -> list[str]:
    """Return where some of the articles can be read."""
    retriever = await asyncio.to_thread(open_index, settings, embedding_model(settings))
    try:
        return [found.url for found in await retriever.search([Utterance("customer", "How does it work?")], limit=10)]
    finally:
        retriever.close()


async def _knowledge(settings: Settings) -> str:
    if settings.business and not settings.index_url:
        folder = read_business(settings.business).articles
        if await asyncio.to_thread(publish_folder, settings, folder) is None:
            return f"{folder}: no articles"
    retriever = await asyncio.to_thread(open_index, settings, embedding_model(settings))
    try:
        await retriever.search([Utterance("customer", "How does it work?")], limit=1)
        health = retriever.health()
    finally:
        retriever.close()
    if health.notice:
        raise SupportError(health.notice)
    return f"{settings.index_dir}: version {health.version}, {health.passages} passages"


async def _shop(settings: Settings) -> str:
    orders = orders_of(settings)
    try:
        return await orders.check()
    finally:
        await orders.close()


async def _desk(settings: Settings) -> str:
    desk = open_desk(settings)
    try:
        waiting = len(await desk.list_tickets(open_only=True))
    finally:
        await desk.close()
    return f"{settings.desk_url.split('@')[-1]}: {waiting} open tickets"


async def _memory(settings: Settings) -> str:
    async with open_checkpointer(settings.memory_url) as memory:
        damaged = await damaged_threads(memory)
    if damaged:
        raise SupportError(
            f"{len(damaged)} of the newest conversations are not what was written and are left alone "
            f"({', '.join(damaged[:5])}); restore the memory from a backup, or delete them"
        )
    return f"{settings.memory_url.split('@')[-1]} opens"
