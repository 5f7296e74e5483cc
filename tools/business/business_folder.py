"""Read the folder of a business: its file, and those of its connectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.language.fixed_sentences import label_key, misfit
from core.yaml_files import FilesError, Problem, YamlFile, inside, read_yaml
from tools.business.business_file import Appearance, BusinessFile
from tools.connectors.declarations import ConnectorFile, Shop, Text
from tools.desk.queues import ONE_QUEUE, Queue, load_queues

BUSINESS_FILE = "business.yaml"


@dataclass(frozen=True)
class Business:
    """The folder of a business as it was read."""

    folder: Path
    file: BusinessFile
    connectors: Sequence[tuple[YamlFile, ConnectorFile]]

    @property
    def articles(self) -> Path:
        """Return the folder of its help articles."""
        return self.folder / "articles"

    @property
    def shop(self) -> Shop | None:
        """Return the shop that is connected, or None."""
        return next((connector.shop for _, connector in self.connectors if connector.shop), None)

    @property
    def shop_connector(self) -> str | None:
        """Return the name of the shop's connector, under which its secret is listed, or None."""
        return next((Path(file.name).stem for file, connector in self.connectors if connector.shop), None)

    @property
    def phrases(self) -> dict[str, Text]:
        """Return the fixed sentences that it says in its own words, and what its cards call their fields."""
        tools = (tool for _, connector in self.connectors for tool in connector.tools.values())
        labels = {label_key(name): said for tool in tools for name, said in tool.card_labels.items() if said}
        disclosure = {"disclosure": self.file.disclosure} if self.file.disclosure else {}
        return {**labels, **self.file.phrases, **disclosure}

    @cached_property  # the file it may stand in is read once, while it is known to be sound
    def queues(self) -> Sequence[Queue]:
        """Return the teams that tickets go to; raises SettingsError where their file is wrong."""
        if isinstance(self.file.queues, str):
            return load_queues(self.path_of(self.file.queues))
        return self.file.queues or ONE_QUEUE

    def path_of(self, name: str | None) -> Path | None:
        """Return the path of a file that is named in the folder, or None; raises FilesError for one outside of it."""
        return inside(self.folder, name) if name else None

    @property
    def instructions(self) -> str:
        """Return what the agent is told besides its general instructions."""
        file = self.file
        lines = [f"- Tone: {file.tone}"] if file.tone else []
        if file.languages != ["en"]:
            lines.append(f"- Languages served: {', '.join(file.languages)}.")
        return "\n".join([*lines, *(f"- {line}" for line in file.instructions)])


def read_business(folder: Path) -> Business:
    """Return a business; raises FilesError with a line for each thing that is wrong in its files."""
    problems: list[Problem] = []
    file = connectors = None
    try:
        read = read_yaml(folder, BUSINESS_FILE)
        file = read.read(BusinessFile)
        problems += [*_missing_pictures(folder, read, file.look), *_wrong_phrases(read, file)]
    except FilesError as error:
        problems += error.problems
    problems += _leading_out(folder)
    connectors, wrong = _connectors(folder)
    problems += wrong
    if file is None or problems:
        raise FilesError(problems)
    return Business(folder.resolve(), file, connectors)


def _leading_out(folder: Path) -> list[Problem]:
    """Return a problem for each article or procedure that is a link to somewhere outside of the folder."""
    problems: list[Problem] = []
    for kept in (folder / "articles", folder / "procedures"):
        for path in (kept, *kept.rglob("*")):
            try:
                inside(folder, str(path.relative_to(folder)))
            except FilesError as error:
                problems += error.problems
    return problems


def _missing_pictures(folder: Path, read: YamlFile, look: Appearance) -> list[Problem]:
    named = {"logo": look.logo, "avatar": look.avatar}
    return [
        read.problem(("look", key), f"there is no file {name}", "put the picture into the folder, or leave the key out")
        for key, name in named.items()
        if name and not inside(folder, name).is_file()
    ]


def _wrong_phrases(written: YamlFile, file: BusinessFile) -> list[Problem]:
    """Return what cannot be said instead of a fixed sentence."""
    own = [(("phrases", key), key, text) for key, text in file.phrases.items()]
    return [
        written.problem(place, wrong, "correct it, or take it out")
        for place, key, text in [*own, (("disclosure",), "disclosure", file.disclosure)]
        for sentence in ([text] if isinstance(text, str) else text.values())
        if (wrong := misfit(key, sentence))
    ]


def _connectors(folder: Path) -> tuple[list[tuple[YamlFile, ConnectorFile]], list[Problem]]:
    found: list[tuple[YamlFile, ConnectorFile]] = []
    problems: list[Problem] = []
    names: dict[str, str] = {}
    for path in sorted((folder / "connectors").glob("*.yaml")):
        try:
            inside(folder, f"connectors/{path.name}")
            read = read_yaml(folder, f"connectors/{path.name}")
            declared = read.read(ConnectorFile)
        except FilesError as error:
            problems += error.problems
            continue
        for name in declared.tools:
            if name in names:
                said = f"{names[name]} has a tool {name}, too"
                advice = f"give one of the two another name, and write `tool: {name}` below it"
                problems.append(read.problem(("tools", name), said, advice))
            names[name] = read.name
        found.append((read, declared))
    return found, problems
