"""Hold the reply checks against written replies: what stands in the sources, and what was made up."""

from pathlib import Path
from typing import Any

import yaml

from graph.checks.ground import Deed, Ground, Text, lay_ground
from graph.checks.reply import faults_of
from graph.checks.sentences import split_sentences
from graph.checks.values import Value

DATA = Path(__file__).parent / "data"


def ground_of_scene(scene: dict[str, Any]) -> Ground:
    articles, tools = scene.get("articles", []), scene.get("tools", [])
    return lay_ground(
        [
            *(Text(article) for article in articles),
            *(Text(tool["result"], "data") for tool in tools),
            Text(scene["customer"], "customer"),
        ],
        passages=len(articles),
        deeds=[Deed(tool["tool"], tool["result"]) for tool in tools],
    )


def is_sent(reply: str, ground: Ground) -> bool:
    shown: list[Value] = []
    return not any(faults_of(sentence, ground, shown) for sentence in split_sentences(reply)[0])


def judged(file: str) -> tuple[list[str], list[str], int, int]:
    """Return false replies that got through, true ones that were stopped, and how many there were of each."""
    missed, stopped, false, true = [], [], 0, 0
    for scene in yaml.safe_load((DATA / file).read_text(encoding="utf-8")):
        ground = ground_of_scene(scene)
        for reply in scene["sound"]:
            true += 1
            if not is_sent(reply, ground):
                stopped.append(f"{scene['scene']}: {reply}")
        for planted in scene["planted"]:
            ((kind, reply),) = planted.items()
            false += 1
            if is_sent(reply, ground):
                missed.append(f"{scene['scene']}: {kind}: {reply}")
    return missed, stopped, false, true


def test_planted_falsehoods_are_caught_and_true_replies_are_let_through() -> None:
    """Targets over all three sets; each was new to the rules once, see the heads of the files for what that gave."""
    results = [judged(file) for file in ("replies.yaml", "replies_second.yaml", "replies_third.yaml")]
    missed = [line for result in results for line in result[0]]
    stopped = [line for result in results for line in result[1]]
    false, true = sum(result[2] for result in results), sum(result[3] for result in results)
    assert (false, true) == (184, 184)
    assert len(missed) <= 0.02 * false, missed
    assert len(stopped) <= 0.03 * true, stopped
