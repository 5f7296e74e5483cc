"""Read a suite: its business, its articles, its day, and every conversation file; a broken file is an error."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from core.errors import ConversationFileError
from core.settings import SAMPLE_BUSINESS, Settings
from core.yaml_files import SafeLoader
from evals.conversations.scenarios import Scenario, Section
from tools.business.business_folder import BUSINESS_FILE, read_business

SHIPPED = SAMPLE_BUSINESS / "evals"


class SuiteFile(Section):
    """`suite.yaml`; paths are relative to its folder."""

    business: str | None = None
    """Folder of the business; by default the one around the suite, or the sample shop's."""
    shop: str | None = None
    """A shop file to start from; by default the one that the business's connector names."""
    knowledge: list[str] | None = None
    """Folders of articles; by default those of the business."""
    today: date | None = None
    """The day it is in every conversation, where the business has no moment of its own."""


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Conversations and the world they take place in."""

    folder: Path
    business: Path
    shop: Path | None
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
        files = [f for folder in self.knowledge for f in sorted(folder.rglob("*")) if f.is_file()]
        parts = ("connectors", "procedures")
        files += [f for part in parts for f in sorted((self.business / part).rglob("*")) if f.is_file()]
        files += sorted(f for f in self.business.glob("*") if f.is_file() and not f.name.startswith("."))
        for file in dict.fromkeys([*([self.shop] if self.shop else []), *files]):
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
    with explained(path):
        suite = SuiteFile.model_validate(_yaml(path))
    business = read_business(_business(folder, suite))
    shop = (
        (folder / suite.shop).resolve()
        if suite.shop
        else business.path_of(business.shop.data if business.shop else None)
    )
    named = [(folder / name).resolve() for name in suite.knowledge or ()]
    knowledge = tuple(named or [business.articles])
    for needed in (*([shop] if shop else []), *named):
        if not needed.exists():
            raise ConversationFileError(f"{path}: {needed} is not there; correct `shop` or `knowledge`")
    today = business.file.now.date() if business.file.now else suite.today
    if today is None:
        raise ConversationFileError(f"{path}: `today` is missing; name the day it is in every conversation")
    scenarios = tuple(read_scenario(file) for file in sorted((folder / "conversations").glob("*.y*ml")))
    if not scenarios:
        raise ConversationFileError(f"{folder / 'conversations'} holds no conversation; add files ending in .yaml")
    return Suite(
        folder=folder, business=business.folder, shop=shop, knowledge=knowledge, today=today, scenarios=scenarios
    )


def suite_of(settings: Settings) -> Suite:
    """Return the suite in the folder of the business that settings name; raises as `read_suite`."""
    return read_suite(settings.business_folder / "evals")


def _business(folder: Path, suite: SuiteFile) -> Path:
    if suite.business:
        return (folder / suite.business).resolve()
    return folder.parent if (folder.parent / BUSINESS_FILE).is_file() else SAMPLE_BUSINESS


def read_scenario(path: Path) -> Scenario:
    """Return one conversation; raises ConversationFileError naming the file and the field."""
    with explained(path):
        scenario = Scenario.model_validate(_yaml(path))
    if scenario.id != path.stem:
        raise ConversationFileError(
            f"{path}: `id` is {scenario.id!r}; wanted the file's name, {path.stem!r}; rename one"
        )
    return scenario


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_NoDuplicates)  # noqa: S506 - a safe loader that refuses more


class _NoDuplicates(SafeLoader):
    """Refuse a key that stands twice; the library would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping; raises ConstructorError for a repeated key."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key, (place, _) in zip(keys, node.value, strict=True):
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"`{key}` stands twice", place.start_mark)
        return super().construct_mapping(node, deep)


@contextmanager
def explained(path: Path) -> Iterator[None]:
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
