"""Run our graph under the τ³ harness; skips where the harness is not installed (it needs Python 3.12)."""

from pathlib import Path

import pytest

from benchmarks.tau3.__main__ import main
from core.errors import InputError
from core.settings import Settings
from evals.conversations.start_state import prepare
from graph.assembly import assemble
from tests.eval_fakes import write_suite
from tests.test_evals_runs import PERSON

try:
    import tau2  # noqa: F401
except ModuleNotFoundError:
    INSTALLED = False
else:
    INSTALLED = True


@pytest.mark.skipif(INSTALLED, reason="the harness is installed")
def test_without_the_harness_the_command_says_what_to_install() -> None:
    with pytest.raises(InputError, match="install `tau2`"):
        main(["harness"])


@pytest.mark.skipif(not INSTALLED, reason="the harness is not installed")
def test_gold_actions_through_our_graph_are_rewarded_by_the_harness(tmp_path: Path) -> None:
    from benchmarks.tau3.tau3_harness import replay_under_harness

    settings = Settings.from_env({}, None)
    prepare(write_suite(tmp_path / "suite", PERSON), settings, tmp_path)
    parts = assemble(settings.model_copy(update={"data_dir": tmp_path}))
    scores = replay_under_harness(parts)
    assert [score.reward for score in scores] == [1.0] * len(scores)
