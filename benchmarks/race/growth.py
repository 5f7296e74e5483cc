"""Measure what a turn, a desk list and an insight page take as articles, customers, tickets and threads multiply."""

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import accumulate
from math import log10
from pathlib import Path
from statistics import median

import httpx
import jwt
import numpy as np
from langchain_core.embeddings import Embeddings

from benchmarks.desk_load import WORDS
from benchmarks.desk_load import fill as fill_desk
from benchmarks.index_scale import draw, spread
from benchmarks.race.players import Field
from benchmarks.race.served import SECRET, ours
from benchmarks.race.thread_turns import asked
from benchmarks.support.figures import Figure
from benchmarks.support.peers import CUSTOMER, our_settings
from core.settings import SAMPLE_BUSINESS
from ingest.documents_read import Document
from ingest.pipeline import IngestOptions, ingest_documents
from ingest.sources.documents import read_file

SIZES = {
    "articles": ((100, 1_000, 5_000), (100, 1_000, 10_000, 100_000, 1_000_000)),
    "customers": ((1_000, 10_000, 100_000), (1_000, 10_000, 100_000, 1_000_000)),
    "tickets": ((100, 1_000, 10_000), (100, 1_000, 10_000, 100_000)),
    "threads": ((1_000, 10_000, 100_000), (1_000, 10_000, 100_000, 1_000_000)),
}
"""What grows, with its sizes in a reduced and in a whole run."""
COUNTED_DAYS = 60
"""Days that an insight page reads: 30, and as many before to compare with. Tickets and threads come at one pace, the
fewest of them within these days, so that the page counts as many however many there are before.
"""
AT_MOST = 0.5
"""Milliseconds may grow by this share for each ten times as many: a logarithm's pace at most."""
TIMED = 15
OPEN = 50
"""Tickets that wait for people, however many are closed."""
RARE = 20_000
"""Words beside those of the trade; the n-th occurs as often as natural ones do, 1 / n (Zipf)."""


class Drawn(Embeddings):
    """Vectors spread as those of real passages are, in whatever order the passages come."""

    def __init__(self) -> None:
        self._chance = np.random.default_rng(3)
        self._centres = spread(20_000, self._chance)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector a text."""
        vectors: list[list[float]] = draw(len(texts), self._centres, self._chance)  # type: ignore[assignment]
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text."""
        return self.embed_documents([text])[0]


def articles(folder: Path, size: int) -> None:
    """Publish the articles of the shop and so many others."""
    chance = random.Random(size)
    vocabulary = [*WORDS, *(f"{chance.choice(WORDS)[:3]}{number:x}" for number in range(RARE))]
    often = list(accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))

    def documents() -> Iterator[Document]:
        for file in sorted((SAMPLE_BUSINESS / "articles").rglob("*.md")):
            read = read_file(file, file.parent, max_bytes=1_000_000)
            yield from (one for one in read if isinstance(one, Document))
        for number in range(size):
            said = chance.choices(vocabulary, cum_weights=often, k=24)
            title = f"About {said[0]} {number}"
            yield Document(id=f"article-{number}", title=title, pieces=(f"{' '.join(said)}.",))

    options = IngestOptions(
        index_dir=our_settings("http://127.0.0.1:9/v1", folder, SUPPORT_EMBEDDING_MODEL="stub").index_dir,
        embeddings=Drawn(),
        embedding_model="stub",
        count_tokens=lambda texts: [len(text) // 4 for text in texts],
        trusted=True,
        batch_size=10_000,
    )
    ingest_documents(documents(), options)


def customers(folder: Path, size: int) -> None:
    """Give the shop so many customers, each with an order."""
    who, mail, number = "'customer_' || n", "'customer_' || n || '@example.com'", "printf('#ZZ%07d', n)"
    person = {"id": who, "email_key": mail, "name_key": "name_key || n", "position": "1000 + n"}
    person["record"] = f"json_set(record, '$.user_id', {who}, '$.email', {mail}, '$.orders', json_array({number}))"
    order = {"id": number, "lookup_key": f"substr({number}, 2)", "lookup_digits": f"substr({number}, 4)"}
    order |= {"customer_id": who, "position": "1000 + n"}
    order["record"] = f"json_set(record, '$.order_id', {number}, '$.user_id', {who})"
    with closing(sqlite3.connect(folder / "shop.db")) as shop, shop:
        multiply(shop, "customers", f"id = '{CUSTOMER}'", size, person)
        multiply(shop, "orders", "id = '#AF10002'", size, order)


def tickets(folder: Path, size: int) -> None:
    """Fill the desk: some tickets wait, all others are closed."""
    fill_desk(folder, 0, OPEN)
    minutes = _minutes_between("tickets")
    at = f"strftime('%Y-%m-%d %H:%M:%f000', created_at, '-' || (n * {minutes}) || ' minutes')"
    changed = {"serial": f"{OPEN + 1} + n", "thread_id": "'closed-' || n", "stage": "'closed'"}
    with closing(sqlite3.connect(folder / "desk.db", timeout=30)) as desk, desk:
        multiply(desk, "tickets", "serial = 1", size - OPEN, changed | {"created_at": at, "closed_at": at})


def threads(folder: Path, size: int) -> None:
    """Fill the inbox with conversations of three messages, and the memory with as many."""
    at = f"{{}} - n * 60 * {_minutes_between('threads')}"
    thread, owner = "'t' || n", "'customer:c' || n % 4000"
    with closing(sqlite3.connect(folder / "inbox.db", timeout=30)) as inbox, inbox:
        named = {"id": thread, "owner": owner, "customer_id": "'c' || n % 4000", "accepted": "3"}
        any_one = "id = (SELECT max(id) FROM inbox_threads)"
        multiply(inbox, "inbox_threads", any_one, size, named | {"created_at": at.format("created_at")})
        chance = random.Random(7)
        for number in range(1, 4):
            said = {"id": f"{thread} || '-{number}'", "number": str(number), "thread_id": thread, "owner": owner}
            words = [" ".join(chance.choices(WORDS, k=14)) for _ in range(9)]
            text = " ".join(f"WHEN {place} THEN '{some}'" for place, some in enumerate(words))
            said |= {"text": f"CASE n % 9 {text} END", "accepted_at": at.format("accepted_at"), "turn_id": "NULL"}
            any_one = "id = (SELECT max(id) FROM inbox_messages WHERE number = 1)"
            multiply(inbox, "inbox_messages", any_one, size, said | {"answered_at": at.format("answered_at")})
        counted = {"turn_id": f"{thread} || '-3'", "thread_id": thread, "at": at.format("at")}
        multiply(inbox, "inbox_figures", "turn_id = (SELECT max(turn_id) FROM inbox_figures)", size, counted)
    with closing(sqlite3.connect(folder / "memory.db", timeout=30)) as memory, memory:
        for table in ("checkpoints", "messages", "thread_tokens"):
            one = f"thread_id = (SELECT max(thread_id) FROM {table})"  # noqa: S608
            multiply(memory, table, one, size, {"thread_id": thread})


def _minutes_between(what: str) -> int:
    return COUNTED_DAYS * 24 * 60 // SIZES[what][0][0]


def multiply(database: sqlite3.Connection, table: str, which: str, size: int, changed: dict[str, str]) -> None:
    """Copy some rows so often; what is changed of them are expressions of SQL over the number `n`."""
    names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    database.execute(f"CREATE TEMPORARY TABLE copied AS SELECT * FROM {table} WHERE {which}")  # noqa: S608
    numbers = "WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < ?)"
    database.execute(f"{numbers} INSERT INTO {table} SELECT {values} FROM number, copied", (size - 1,))  # noqa: S608
    database.execute("DROP TABLE copied")


FILL: dict[str, Callable[[Path, int], None]] = {
    "articles": articles,
    "customers": customers,
    "tickets": tickets,
    "threads": threads,
}


def measure(field: Field, *, full: bool) -> Iterator[Figure]:
    """Yield milliseconds of a turn, of a desk list and of an insight page at each size, and how fast they grow."""
    with ours(field) as address:  # makes the tables, and a row of each kind
        timed(address, 1)
    for what, (reduced, whole) in SIZES.items():
        found: dict[int, dict[str, float]] = {}
        for size in whole if full else reduced:
            at = replace(field, folder=field.folder / what)
            shutil.copytree(field.folder / "stub", at.folder / "stub")
            FILL[what](at.folder / "stub", size)
            os.sync()  # or the disk is still busy with it while turns are timed
            with ours(at) as address:
                timed(address, 3)
                found[size] = timed(address, TIMED)
            shutil.rmtree(at.folder)
            for page, value in found[size].items():
                yield Figure(f"{page}, {size:,} {what}, ms", value)
        least, most = min(found), max(found)
        for page in found[least]:
            tenfold = (found[most][page] / found[least][page] - 1) / log10(most / least)
            yield Figure(f"{page}: growth for each ten times as many {what}", tenfold, AT_MOST, "at most")


def timed(address: str, times: int) -> dict[str, float]:
    """Return the median milliseconds of a turn in a new thread, a desk list and an insight page."""
    now = int(time.time())
    staff = {"sub": "olga", "role": "operator", "exp": now + 3600, "iat": now}
    customer = {"sub": CUSTOMER, "exp": now + 3600}
    pages: dict[str, Callable[[httpx.Client, int], httpx.Response]] = {
        "a turn": lambda client, n: client.post("/v1/messages", json={"text": asked("article", 700_000 + n)}),
        "a desk list": lambda client, _: client.get("/v1/desk/queue"),
        "an insight page": lambda client, _: client.get("/v1/insight"),
    }
    took: dict[str, list[float]] = {page: [] for page in pages}
    for page, ask in pages.items():
        token = jwt.encode(customer if page == "a turn" else staff, SECRET)
        with httpx.Client(base_url=address, timeout=300, headers={"Authorization": f"Bearer {token}"}) as client:
            for number in range(times):
                begun = time.perf_counter()
                ask(client, number).raise_for_status()
                took[page].append(1000 * (time.perf_counter() - begun))
    return {page: median(values) for page, values in took.items()}


def plot(folder: Path, figures: list[Figure]) -> None:
    """Draw the milliseconds over the sizes, a line for each page, a picture for each thing that grows."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    drawing, many = pyplot.subplots(1, len(SIZES), figsize=(14, 3.5), sharey=True)
    for axes, what in zip(many, SIZES, strict=True):
        lines: dict[str, list[tuple[int, float]]] = {}
        for figure in figures:
            if figure.name.endswith(f" {what}, ms"):
                page, _, rest = figure.name.partition(", ")
                size = int(rest.removesuffix(f" {what}, ms").replace(",", ""))
                lines.setdefault(page, []).append((size, figure.value))
        for page, points in lines.items():
            axes.plot(*zip(*points, strict=True), marker="o", label=page)
        axes.set(xscale="log", yscale="log", ylim=(1, 1000), xlabel=what)
    many[0].set(ylabel="ms, median")
    many[0].legend()
    drawing.savefig(folder / "race_growth.svg", bbox_inches="tight")
