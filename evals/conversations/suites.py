"""Read a suite: its shop, its articles, its day, and every conversation file; a broken file is an error."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from core.errors import ConversationFileError
from core.settings import SAMPLE_BUSINESS
from evals.conversations.scenarios import Scenario, Section

SHIPPED = SAMPLE_BUSINESS / "evals"


class SuiteFile(Section):
    """Hold `suite.yaml`; paths are relative to its folder."""

    shop: str
    knowledge: list[str] = Field(min_length=1)
    today: date
    """The day it is in every conversation."""


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Hold conversations and the world they take place in."""

    folder: Path
    shop: Path
    knowledge: tuple[Path, ...]
    today: date
    scenarios: tuple[Scenario, ...]

    @property
    def name(self) -> str:
        """Return how reports call it."""
        return self.folder.parent.name if self.folder.name == "evals" else self.folder.name

    def only(self, wanted: set[str]) -> "Suite":
        """Return the suite with the conversations whose id or kind is wanted."""
        return replace(self, scenarios=tuple(s for s in self.scenarios if {s.id, s.kind} & wanted))

    def sample(self, size: int) -> "Suite":
        """Return the suite with so many conversations, taken in turns from each kind; the same ones every time."""
        kinds: dict[str, list[Scenario]] = {}
        for scenario in self.scenarios:
            kinds.setdefault(scenario.kind, []).append(scenario)
        in_turns = [s for row in zip_longest(*(kinds[k] for k in sorted(kinds))) for s in row if s is not None]
        return self.only({s.id for s in in_turns[:size]})

    def fingerprint(self) -> str:
        """Return a digest of the conversations, the shop, the articles and the day."""
        digest = hashlib.sha256(self.today.isoformat().encode())
        articles = [f for folder in self.knowledge for f in sorted(folder.rglob("*")) if f.is_file()]
        for file in (self.shop, *articles):
            digest.update(file.read_bytes())
        for scenario in self.scenarios:
            digest.update(scenario.model_dump_json().encode())
        return digest.hexdigest()[:16]


def read_suite(folder: Path = SHIPPED) -> Suite:
    """Return the suite in a folder: `suite.yaml` and `conversations/*.yaml`.

    Raises:
        ConversationFileError: a file is missing, unreadable or has a field that does not fit; the message names both.
    """
    folder = folder.resolve()
    path = folder / "suite.yaml"
    with _explained(path):
        suite = SuiteFile.model_validate(_yaml(path))
    shop = (folder / suite.shop).resolve()
    knowledge = tuple((folder / name).resolve() for name in suite.knowledge)
    for needed in (shop, *knowledge):
        if not needed.exists():
            raise ConversationFileError(f"{path}: {needed} is not there; correct `shop` or `knowledge`")
    scenarios = tuple(read_scenario(file) for file in sorted((folder / "conversations").glob("*.y*ml")))
    if not scenarios:
        raise ConversationFileError(f"{folder / 'conversations'} holds no conversation; add files ending in .yaml")
    return Suite(folder=folder, shop=shop, knowledge=knowledge, today=suite.today, scenarios=scenarios)


def read_scenario(path: Path) -> Scenario:
    """Return one conversation; raises ConversationFileError naming the file and the field."""
    with _explained(path):
        scenario = Scenario.model_validate(_yaml(path))
    if scenario.id != path.stem:
        raise ConversationFileError(
            f"{path}: `id` is {scenario.id!r}; wanted the file's name, {path.stem!r}; rename one"
        )
    return scenario


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_NoDuplicates)  # noqa: S506 - a safe loader that refuses more


class _NoDuplicates(yaml.CSafeLoader):
    """Refuse a key that stands twice; the library would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping; raises ConstructorError for a repeated key."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key, (place, _) in zip(keys, node.value, strict=True):
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"`{key}` stands twice", place.start_mark)
        return super().construct_mapping(node, deep)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say which file and which field is broken."""
    try:
        yield
    except OSError as error:
        raise ConversationFileError(f"{path} cannot be read ({error.strerror}); add it or name another suite") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConversationFileError(
            f"{path} is not readable YAML ({' '.join(str(error).split())}); correct it"
        ) from None
    except ValidationError as error:
        problems = [
            f"`{'.'.join(map(str, p['loc'])) or '(file)'}` came as {str(p['input'])[:60]!r}: {p['msg'].lower()}"
            for p in error.errors()[:3]
        ]
        raise ConversationFileError(f"{path}: {'; '.join(problems)}; correct it") from None
