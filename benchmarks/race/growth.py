"""Measure what a turn, a desk list and an insight page take as articles, customers, tickets and threads multiply."""

import copy
import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from math import log10
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import jwt
from langchain_core.embeddings import Embeddings

from benchmarks.desk_load import WORDS
from benchmarks.desk_load import fill as fill_desk
from benchmarks.race.players import Field
from benchmarks.race.served import SECRET, ours
from benchmarks.race.thread_turns import asked
from benchmarks.support.figures import Figure
from benchmarks.support.models.stub_endpoint import vector
from benchmarks.support.peers import CUSTOMER, our_settings
from core.settings import SAMPLE_BUSINESS
from ingest.pipeline import IngestOptions, ingest
from tools.retail.importing import import_shop

SIZES = {
    "articles": ((100, 1_000, 5_000), (100, 1_000, 10_000, 100_000)),
    "customers": ((1_000, 10_000), (1_000, 10_000, 100_000)),
    "tickets": ((100, 1_000, 10_000), (100, 1_000, 10_000, 100_000)),
    "threads": ((1_000, 10_000, 100_000), (1_000, 10_000, 100_000, 1_000_000)),
}
"""What grows, with its sizes in a reduced and in a whole run."""
MINUTES_BETWEEN = 43
"""Threads come at one pace, so that the days of an insight page hold as many of them however many there are."""
AT_MOST = 0.5
"""Milliseconds may grow by this share for each ten times as many: a logarithm's pace at most."""
TIMED = 9


class Hashed(Embeddings):
    """The stub endpoint's own vectors, without a request."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector a text."""
        return [vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text."""
        return vector(text)


def articles(folder: Path, size: int) -> None:
    """Publish so many articles."""
    chance = random.Random(size)
    source = folder / "articles"
    for number in range(size):
        file = source / f"{number // 1000}" / f"article-{number}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        named, said = " ".join(chance.choices(WORDS, k=3)), " ".join(chance.choices(WORDS, k=40))
        file.write_text(f"# About {named} {number}\n\nWhat to know about {said}.\n", encoding="utf-8")
    settings = our_settings("http://127.0.0.1:9/v1", folder, SUPPORT_EMBEDDING_MODEL="stub")
    options = IngestOptions(
        index_dir=settings.index_dir,
        embeddings=Hashed(),
        embedding_model="stub",
        count_tokens=lambda texts: [len(text) // 4 for text in texts],
    )
    ingest([SAMPLE_BUSINESS / "articles", source], options)


def customers(folder: Path, size: int) -> None:
    """Give the shop so many customers, each with orders of their own."""
    shop: dict[str, Any] = json.loads((SAMPLE_BUSINESS / "shop.json").read_text(encoding="utf-8"))
    person, order = shop["users"][CUSTOMER], shop["orders"]["#AF10002"]
    for number in range(size):
        name = f"customer_{number}"
        twin, bought = copy.deepcopy(person), copy.deepcopy(order)
        twin |= {"user_id": name, "email": f"{name}@example.com", "orders": [f"#ZZ{number:07}"]}
        bought |= {"order_id": f"#ZZ{number:07}", "user_id": name}
        shop["users"][name], shop["orders"][f"#ZZ{number:07}"] = twin, bought
    file = folder / "shop.json"
    file.write_text(json.dumps(shop), encoding="utf-8")
    import_shop(file, f"sqlite:///{folder}/shop.db", replace=True)


def tickets(folder: Path, size: int) -> None:
    """Fill the desk: fifty tickets wait, all others are closed."""
    fill_desk(folder, 0, 50)
    with closing(sqlite3.connect(folder / "desk.db", timeout=30)) as database, database:
        names = [row[1] for row in database.execute("PRAGMA table_info(tickets)") if row[1] != "serial"]
        row = dict(zip(names, database.execute(f"SELECT {', '.join(names)} FROM tickets").fetchone(), strict=True))  # noqa: S608
        row |= {"stage": "closed", "closed_at": row["created_at"]}
        database.executemany(
            f"INSERT INTO tickets ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",  # noqa: S608
            (tuple((row | {"thread_id": f"closed-{number}"}).values()) for number in range(size - 50)),
        )


def threads(folder: Path, size: int) -> None:
    """Fill the inbox with conversations of three messages, and the memory with as many."""
    now, chance = time.time(), random.Random(7)
    said = [" ".join(chance.choices(WORDS, k=14)) for _ in range(1_000)]
    with closing(sqlite3.connect(folder / "inbox.db", timeout=30)) as database, database:
        numbered = ((number, now - 60 * MINUTES_BETWEEN * number) for number in range(size))
        rows = [(f"t{n}", f"customer:c{n % 4000}", f"c{n % 4000}", at) for n, at in numbered]
        database.executemany(
            "INSERT INTO inbox_threads (id, owner, customer_id, channel, locale, created_at, accepted, token) "
            "VALUES (?, ?, ?, 'chat', 'en', ?, 3, 0)",
            rows,
        )
        database.executemany(
            "INSERT INTO inbox_messages (id, thread_id, number, owner, text, content_hash, accepted_at, status) "
            "VALUES (?, ?, ?, ?, ?, '', ?, 'answered')",
            (
                (f"{thread}-{turn}", thread, turn + 1, owner, said[(hash(thread) + turn) % 1_000], at + turn)
                for thread, owner, _, at in rows
                for turn in range(3)
            ),
        )
    _multiply(folder / "memory.db", size)


def _multiply(file: Path, size: int) -> None:
    """Copy what the memory holds of one thread as often."""
    with closing(sqlite3.connect(file, timeout=30)) as database, database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            if "thread_id" not in names:
                continue
            place = names.index("thread_id")
            thread = database.execute(f"SELECT thread_id FROM {table} LIMIT 1").fetchone()  # noqa: S608
            if thread is None:
                continue
            for row in database.execute(f"SELECT * FROM {table} WHERE thread_id = ?", thread).fetchall():  # noqa: S608
                database.executemany(
                    f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(names))})",  # noqa: S608
                    ((*row[:place], f"t{number}", *row[place + 1 :]) for number in range(size)),
                )


FILL: dict[str, Callable[[Path, int], None]] = {
    "articles": articles,
    "customers": customers,
    "tickets": tickets,
    "threads": threads,
}


def measure(field: Field, *, full: bool) -> Iterator[Figure]:
    """Yield milliseconds of a turn, of a desk list and of an insight page at each size, and how fast they grow."""
    for what, (reduced, whole) in SIZES.items():
        found: dict[int, dict[str, float]] = {}
        for size in whole if full else reduced:
            at = replace(field, folder=field.folder / f"{what}-{size}")
            (at.folder / "stub").mkdir(parents=True)
            at.shown()
            with ours(at) as address:  # makes the tables
                timed(address, 1)
            FILL[what](at.folder / "stub", size)
            with ours(at) as address:
                timed(address, 2)
                found[size] = timed(address, TIMED)
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
        axes.set(xscale="log", ylim=(0, None), xlabel=what)
    many[0].set(ylabel="ms, median")
    many[0].legend()
    drawing.savefig(folder / "race_growth.svg", bbox_inches="tight")
