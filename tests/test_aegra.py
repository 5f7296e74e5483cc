"""Hold the graph to running unchanged on aegra; skipped where aegra is not installed."""

from pathlib import Path

import pytest

from benchmarks.aegra import converse, missed

pytestmark = pytest.mark.server


def test_a_conversation_on_aegra_is_like_any_other(tmp_path: Path) -> None:
    pytest.importorskip("aegra_api")
    assert missed(converse(tmp_path)) == []
