"""Look into the knowledge index: `support-agent knowledge …`."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output import AsJson, errors_shown, print_json
from core.errors import InputError, SupportError
from core.factory import embedding_model
from core.passages import Passage, Utterance
from core.settings import Settings
from ingest.index.opening_index import open_index
from ingest.index.published_index import open_current
from ingest.index.publishing import roll_back
from ingest.index.shared_versions import SharedVersions
from ingest.index.versions import Manifest, current_name, read_manifest, version_folder, version_names
from ingest.quarantine import flagged_articles
from ingest.quarantine import release as release_article
from ingest.review import Finding, review

app = typer.Typer(help="Look into the knowledge index.", no_args_is_help=True)

EXIT_FOUND = 3

IndexDir = Annotated[Path | None, typer.Option(help="Folder of the index, if not index/ in SUPPORT_DATA_DIR.")]


@app.command()
def search(
    query: Annotated[list[str], typer.Argument(help="What the customer says; several texts are a dialogue.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Passages to show.")] = 5,
    where: Annotated[list[str] | None, typer.Option(help="Filter on metadata, written key=value.")] = None,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
) -> None:
    """Show the passages the agent would see, with their scores.

    Several texts are taken as turns of one conversation, the customer and the agent in turn; the last is what is asked
    now.
    """
    with errors_shown():
        settings = Settings.from_env()
        with closing(open_index(settings, embedding_model(settings), index_dir)) as retriever:
            found = retriever.search_now(_dialogue(query), limit=limit, filters=_filters(where or []))
            notice = retriever.health().notice
        if notice:
            Console(stderr=True).print(f"Note: {notice}", style="yellow", markup=False)
        if as_json:
            print_json([asdict(passage) for passage in found])
            return
        for passage in found:
            _print_passage(passage)
        if not found:
            Console().print("Nothing was found.")


@app.command()
def show(
    passage_id: Annotated[str | None, typer.Argument(metavar="ID", help="Id of a passage, as `search` prints.")] = None,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
) -> None:
    """Show what the serving index holds and the published versions, newest first; or one passage whole."""
    with errors_shown():
        folder = index_dir or Settings.from_env().index_dir
        if passage_id is None:
            _print_index(index_dir, as_json=as_json)
            return
        index, _ = open_current(folder, None)
        with index.in_use():
            passage = index.store.passages_by_id([passage_id]).get(passage_id)
        if passage is None:
            raise InputError(f"there is no passage {passage_id!r}; `support-agent knowledge search` prints the ids")
        if as_json:
            print_json(asdict(passage))
        else:
            _print_passage(passage)


def _print_index(index_dir: Path | None, *, as_json: bool) -> None:
    settings = Settings.from_env()
    # What serves is listed: the database where one is set and no folder is named.
    stored = settings.index_url if not index_dir else None
    rows = _stored_versions(stored) if stored else _folder_versions(index_dir or settings.index_dir)
    if not any(row["serving"] for row in rows):
        open_current(index_dir or settings.index_dir, None)  # says what is wrong
    if as_json:
        print_json(rows)
        return
    table = Table("Version", "Serving", "Documents", "Passages", "Megabytes", "Embeddings", "Problem")
    for row in rows:
        table.add_row(
            row["name"],
            "yes" if row["serving"] else "",
            str(row.get("documents", "")),
            str(row.get("passages", "")),
            f"{row['bytes'] / 1e6:.1f}" if "bytes" in row else "",
            row.get("embedding_model", ""),
            row["problem"],
        )
    Console().print(table)


@app.command()
def rollback(
    version: Annotated[str | None, typer.Argument(help="Version to serve, if not the one before the present.")] = None,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
) -> None:
    """Serve an older version again; agents that run pick it up at their next turn."""
    with errors_shown():
        settings = Settings.from_env()
        if settings.index_url and not index_dir:
            with closing(SharedVersions(settings.index_url)) as shared:
                name = shared.roll_back(version)
        else:
            name = roll_back(index_dir or settings.index_dir, version)
        if as_json:
            print_json({"serving": name})
        else:
            Console().print(f"Serving version {name}.")


def _folder_versions(folder: Path) -> list[dict[str, Any]]:
    serving = current_name(folder)
    rows: list[dict[str, Any]] = []
    for name in version_names(folder):
        try:
            manifest = read_manifest(version_folder(folder, name))
            size = sum((version_folder(folder, name) / file).stat().st_size for file in manifest.sha256)
            rows.append(_version_row(manifest, serving) | {"bytes": size})
        except SupportError as error:
            rows.append({"name": name, "serving": name == serving, "problem": str(error)})
    return rows


def _stored_versions(url: str) -> list[dict[str, Any]]:
    with closing(SharedVersions(url)) as shared:
        found, serving = shared.manifests()
    return [_version_row(manifest, serving) for manifest in found]


def _version_row(manifest: Manifest, serving: str | None) -> dict[str, Any]:
    return manifest.model_dump(exclude={"sha256"}) | {"serving": manifest.name == serving, "problem": ""}


def _dialogue(texts: Sequence[str]) -> list[Utterance]:
    """Read texts as turns that end with the customer."""
    last = len(texts) - 1
    return [Utterance("customer" if (last - place) % 2 == 0 else "agent", text) for place, text in enumerate(texts)]


def _filters(pairs: Sequence[str]) -> dict[str, str] | None:
    for pair in pairs:
        if "=" not in pair:
            raise InputError(f"the filter is {pair!r}; write key=value, for example locale=en")
    return dict(pair.split("=", 1) for pair in pairs) or None


def _print_passage(passage: Passage) -> None:
    console = Console()
    console.rule(f"{passage.score:.3f}  {passage.id}", align="left")
    console.print(" > ".join((passage.title, *passage.headings)), style="bold", highlight=False, markup=False)
    console.print(f"{passage.article_id} {passage.url}".strip(), style="dim", highlight=False, markup=False)
    console.print(passage.text, highlight=False, markup=False)


@app.command()
def check(
    release: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Let this article in, this very text of it; read it first, ingest then."),
    ] = None,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
) -> None:
    """List duplicates, articles that contradict each other on a number, a date or a price, stale ones, and those that
    the last ingest kept out because they contain instructions to an agent.

    Exit code: 0 nothing was found, 3 something should be looked at.
    """
    with errors_shown():
        settings = Settings.from_env()
        if release is not None:
            item = release_article(index_dir or settings.index_dir, release)
            released = f"Released {escape(item.article_id)}; the next `support-agent ingest` publishes it."
            print_json(item.model_dump()) if as_json else Console().print(released)
            return
        folder = index_dir or settings.index_dir
        findings = [
            Finding("instructions", (item.article_id,), "; ".join([*item.reasons, f"from {item.source}"]))
            for item in flagged_articles(folder)
        ]
        if version_names(folder) or not findings:  # where everything was kept out, nothing is published
            index, _ = open_current(folder, None)
            with index.in_use():
                today = datetime.now(UTC).date()
                findings += review(list(index.store.articles()), index.vectors.all_vectors(), today=today)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        table = Table("Kind", "Articles", "What was found")
        for finding in findings:
            table.add_row(finding.kind, escape("\n".join(finding.articles)), escape(finding.detail))
        Console().print(table if findings else "Nothing was found.")
    raise typer.Exit(EXIT_FOUND if findings else 0)
