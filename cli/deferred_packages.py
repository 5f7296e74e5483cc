"""Leave out of a command's start what wide packages import for those who need other parts of them.

Each of these packages imports all of its parts, of which the libraries used here take one by its own name. Such a
package is run when something is asked of it that is not the name of a part. Only commands do so: a program that
imports the graph keeps its own imports as they are.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from threading import RLock
from types import ModuleType
from typing import Any

PACKAGES = frozenset(
    (
        "langgraph.prebuilt",
        "langgraph_sdk",
        "langsmith.types",
        "openai.types",
        "openai.types.responses",
        "sqlalchemy.ext.asyncio",
    )
)
"""Clients of servers and their types, hardly any of which is used, ready-made agents, and an object-relational mapper:
a fifth of a second and 20 MB, and 0.1 seconds and 9 MB more where a model is asked at an endpoint.
"""


class _DeferredLoader(Loader):
    """The loader of a package, put off."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        loader, running, started = self._loader, RLock(), False

        def missing(name: str) -> Any:
            nonlocal started
            if PathFinder.find_spec(f"{module.__name__}.{name}", module.__path__):
                return import_module(f"{module.__name__}.{name}")
            with running:  # another thread waits until all of it is there
                if not started:
                    started = True
                    loader.exec_module(module)
            try:
                return vars(module)[name]
            except KeyError:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}") from None

        module.__loader__ = loader
        module.__getattr__ = missing  # type: ignore[method-assign]


class _DeferringFinder(MetaPathFinder):
    """Finds the packages above as anybody does, and puts their loaders off."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname in PACKAGES else None
        if spec and spec.loader:
            spec.loader = _DeferredLoader(spec.loader)
        return spec


def defer_packages() -> None:
    """Put off what the packages import; whoever imports them before is not concerned."""
    if not any(isinstance(finder, _DeferringFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _DeferringFinder())
