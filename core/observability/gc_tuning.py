"""Keep the interpreter's garbage collections short, and its memory small."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

DEFAULT = (700, 10, 10)
THRESHOLDS = (20_000, 20, 50)
"""New objects before a collection of the young, and how many of those come before one of the older and of all."""

_POOLS, _LARGE = -8, -3
"""`M_ARENA_MAX` and `M_MMAP_THRESHOLD` of mallopt(3)."""
_LARGE_BYTES = 262_144
"""More than a tensor of an ordinary question, which would be asked of the system each time."""


@cache
def freeze_lasting_objects() -> None:
    """Leave everything that is loaded by now out of the collections to come, once a process, and make them rarer.

    Libraries, models and the index are half a million objects that stay until the end; to look through them stops every
    conversation of the process for a fifth of a second. Thresholds that the program has set itself stay as they are.
    """
    gc.freeze()
    if gc.get_threshold() == DEFAULT:
        gc.set_threshold(*THRESHOLDS)


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold collections back while modules are loaded: looking through what they make takes a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # or the first object made from here on would have all of them looked through
        gc.enable()


def give_back_freed_memory() -> None:
    """Return to the system what was freed after something large was loaded; only glibc keeps it and can be asked."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def give_back_memory_when_freed() -> None:
    """Have threads that start from here on take memory from two pools, and large pieces from the system.

    Left alone, glibc gives each thread a pool, and after the first large piece takes the next ones out of the pools,
    too, where it keeps what was freed: embedding the passages of one article leaves a process 100 MB larger.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_POOLS, 2)
        set_option(_LARGE, _LARGE_BYTES)
