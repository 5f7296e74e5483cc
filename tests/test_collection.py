"""Test that what stays in memory is left out of garbage collections."""

import gc
from collections.abc import Iterator

import pytest

from core.observability.gc_tuning import DEFAULT, THRESHOLDS, freeze_lasting_objects, no_collection


@pytest.fixture(autouse=True)
def as_found() -> Iterator[None]:
    """Put the collector back as it was."""
    thresholds = gc.get_threshold()
    freeze_lasting_objects.cache_clear()
    gc.unfreeze()
    yield
    gc.set_threshold(*thresholds)


def test_what_is_loaded_is_looked_through_no_more() -> None:
    gc.set_threshold(*DEFAULT)
    loaded = len(gc.get_objects())
    freeze_lasting_objects()
    assert gc.get_freeze_count() >= loaded
    assert gc.get_threshold() == THRESHOLDS


def test_it_happens_once_a_process() -> None:
    freeze_lasting_objects()
    gc.unfreeze()
    freeze_lasting_objects()
    assert gc.get_freeze_count() == 0


def test_thresholds_that_a_program_chose_stay() -> None:
    gc.set_threshold(5_000, 5, 5)
    freeze_lasting_objects()
    assert gc.get_threshold() == (5_000, 5, 5)


def test_what_was_loaded_without_collections_is_looked_through_no_more() -> None:
    with no_collection():
        assert not gc.isenabled()
        loaded: list[object] = []
    assert gc.isenabled()
    assert all(found is not loaded for found in gc.get_objects())
