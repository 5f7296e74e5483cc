"""Wait for answers of a model that takes half a second a request, beside an agent that searches by a tool call."""

from collections.abc import Iterator

from benchmarks.race.players import OURS, SEARCHING, Field, sent
from benchmarks.race.thread_turns import asked
from benchmarks.support.figures import Figure

LATENCY = 0.5
CHARACTERS_A_TOKEN = 4


def measure(field: Field, *, full: bool) -> Iterator[Figure]:
    """Yield time, requests and tokens of an article and of an order question, at an endpoint of that latency."""
    turns = 20 if full else 6
    with field.players([OURS, SEARCHING]) as players:
        for player in players.values():
            player.turn("warm", asked("article", 900_000))
            player.forget()
        for kind in ("article", "order"):
            requests: dict[str, list[int]] = {name: [] for name in players}
            for number in range(turns):
                for name, player in players.items():
                    before = len(sent(field.url))
                    player.turn(f"{kind}-{number}", asked(kind, 900_001 + number))
                    requests[name] += [_tokens(request) for request in sent(field.url)[before:]]
            medians = {name: player.median_ms() for name, player in players.items()}
            counts = {name: len(made) / turns for name, made in requests.items()}
            tokens = {name: sum(made) / turns for name, made in requests.items()}
            beside = f"{kind} question at 500 ms"
            over = medians[OURS] / medians[SEARCHING]
            yield Figure(f"{beside}: time over an agent that searches by a tool call", over, 0.55, "at most")
            for name in players:
                yield Figure(f"{beside}, {name}: ms", medians[name])
                target = (1, "at most") if name == OURS else (None, "at least")
                yield Figure(f"{beside}, {name}: requests", counts[name], *target)
                most = (tokens[SEARCHING], "at most") if name == OURS else (None, "at least")
                yield Figure(f"{beside}, {name}: tokens of the prompts, about", tokens[name], *most)
            for player in players.values():
                player.forget()


def _tokens(request: object) -> int:
    return len(str(request)) // CHARACTERS_A_TOKEN
