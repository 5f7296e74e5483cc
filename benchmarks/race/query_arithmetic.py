"""Time a query with the arithmetic for a processor with instructions for 8-bit products, and for one without."""

import time
from collections.abc import Iterator
from statistics import median, quantiles

from benchmarks.race.players import Field
from benchmarks.race.thread_turns import asked
from benchmarks.support.figures import Figure
from core.embeddings.minilm import MiniLM


def measure(field: Field, *, full: bool) -> Iterator[Figure]:
    """Yield the milliseconds of a query's vector in both ways, in turns."""
    models = {"8-bit products": MiniLM(eight_bit=True), "float32, as without VNNI": MiniLM(eight_bit=False)}
    took: dict[str, list[float]] = {name: [] for name in models}
    spent: dict[str, list[float]] = {name: [] for name in models}
    for number in range(-5, 400 if full else 100):
        for name, model in models.items():
            processor, begun = time.process_time(), time.perf_counter()
            model.embed_query(asked("article", 800_005 + number))
            if number >= 0:
                took[name].append(1000 * (time.perf_counter() - begun))
                spent[name].append(1000 * (time.process_time() - processor))
    for name, values in took.items():
        target = 15.0 if "VNNI" in name else None
        yield Figure(f"vector of a query, {name}: median ms", median(values))
        yield Figure(f"vector of a query, {name}: p95 ms", quantiles(values, n=20)[18], target, "at most")
        yield Figure(f"vector of a query, {name}: median ms processor time", median(spent[name]))
