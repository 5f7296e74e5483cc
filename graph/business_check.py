"""Check the folder of a business: read every file, open every connector, compile every procedure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from core.clock import utc_now
from core.embeddings.minilm import embedded_minilm
from core.errors import SupportError
from core.yaml_files import FilesError, Problem, read_yaml
from graph.assembly import own_tools
from graph.business_tools import declared_tools, names_taken
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.book import catalogue_of
from graph.verification.reply_language import CHECKED
from tools.business.business_folder import BUSINESS_FILE, Business, read_business
from tools.connectors.declarations import Text
from tools.connectors.declared_accounts import DETAILS
from tools.connectors.opening import Opened, open_connectors, run_blocking
from tools.retail.policy import load_policy
from tools.retail.shop_file import read_shop
from tools.tool import Tool


@dataclass(frozen=True)
class Checked:
    """What there is in the folder of a business, and what is wrong with it."""

    business: Business | None
    tools: Sequence[Tool] = ()
    procedures: Sequence[str] = ()
    articles: int = 0
    problems: Sequence[Problem] = ()

    @property
    def ok(self) -> bool:
        """Say whether the business can be opened as it is meant."""
        return not any(not problem.warning for problem in self.problems)


def check_business(folder: Path) -> Checked:
    """Return what a folder holds and every problem in it, by file and line; nothing of it is used yet."""
    try:
        business = read_business(folder)
    except FilesError as error:
        return Checked(None, problems=error.problems)
    file, problems, own = business.file, list[Problem](), own_tools(business)
    fixed = file.now
    with TemporaryDirectory() as data:
        opened = open_connectors(
            business.folder,
            business.connectors,
            data=Path(data),
            now=(lambda: fixed) if fixed else utc_now,
            language=file.languages[0],
            taken=names_taken(own),
        )
        run_blocking(opened.close())
    problems += [*opened.problems, *_identity_problems(business, opened)]
    tools = declared_tools(business, opened)
    articles = {one.name: one.read_text(encoding="utf-8", errors="replace") for one in business.articles.glob("*.md")}
    procedures, wrong = check_folder(
        folder / "procedures",
        catalogue_of([*tools, *(own if business.shop else ())]),
        embed=embedded_minilm().embed_array,
        languages=file.languages,
        articles=articles,
    )
    problems += [
        Problem(one.file, one.line, one.message, f"correct it ({one.kind})", one.severity == "warning") for one in wrong
    ]
    problems += [*_shop_problems(business), *_unspoken(business)]
    problems += _queue_problems(business)
    if unchecked := [code for code in file.languages if code not in CHECKED]:
        said = f"no rule can check what a model claims in {', '.join(unchecked)}, so it is not let answer in it"
        advice = "set SUPPORT_JUDGE_REPLIES=true to have the model judge its own claims there"
        problems.append(Problem(BUSINESS_FILE, 1, said, advice, warning=True))
    if not tools and not business.shop:
        said = "no tool is connected, so that the agent can only answer from articles"
        problems.append(Problem(BUSINESS_FILE, 1, said, "add a file to connectors/", warning=True))
    if not articles and not business.shop:
        problems.append(Problem(BUSINESS_FILE, 1, "there are no help articles", "add some to articles/", warning=True))
    return Checked(business, tools, [p.name for p in procedures], len(articles), problems)


def _identity_problems(business: Business, opened: Opened) -> Sequence[Problem]:
    """Return what is wrong with how customers are found who are not signed in."""
    said = business.file.identity
    calls = {name: call for _, named in opened.calls for name, call in named.items()}
    if said is None or (business.shop and said.lookup is None):
        return []
    if business.shop:
        what, do = "a shop finds its customers itself", "take lookup out"
    elif said.lookup not in calls or calls[said.lookup].declaration.effect != "read":
        what = f"there is no read {said.lookup} that finds customers"
        do = "declare it in connectors/ and name it in lookup"
    else:
        schema = calls[said.lookup].arguments.schema
        takes, needs = set(schema["properties"]), set(schema["required"])
        if "email" in takes or {"first_name", "last_name", "zip"} <= takes:
            unknown = sorted(needs - {*DETAILS, said.customer.rpartition(".")[2]})
            if not unknown:
                return []
            what, do = f"{said.lookup} needs {', '.join(unknown)}, which nobody is asked for", "bind it"
        else:
            what = f"{said.lookup} takes neither email nor first_name, last_name and zip"
            do = "name a read that takes what customers say of themselves"
    return [read_yaml(business.folder, BUSINESS_FILE).problem(("identity",), what, do)]


def _shop_problems(business: Business) -> Sequence[Problem]:
    """Return what is wrong with the files that a connected shop names."""
    problems = list[Problem]()
    readers: dict[str, Callable[[Path], object]] = {"policy": load_policy, "data": read_shop}
    for file, connector in business.connectors:
        for key, read in readers.items():
            try:
                if path := business.path_of(getattr(connector.shop, key, None)):
                    read(path)
            except SupportError as error:
                problems.append(file.problem(("shop", key), str(error), "correct that file"))
    return problems


def _unspoken(business: Business) -> Iterator[Problem]:
    """Yield a warning for each sentence of a tool that is written by language, but not in all that are served."""
    for file, connector in business.connectors:
        for name, tool in connector.tools.items():
            said: dict[tuple[object, ...], Text | None] = {("ask",): tool.ask, ("done",): tool.done}
            said |= {("rules", number, "say"): rule.say for number, rule in enumerate(tool.rules)}
            said |= {("approve", "because"): tool.approve.because} if tool.approve else {}
            for place, text in said.items():
                missing = [code for code in business.file.languages if isinstance(text, dict) and code not in text]
                if missing:
                    what = f"{name} says nothing in {', '.join(missing)} here"
                    yield file.problem(("tools", name, *place), what, "add the sentence", warning=True)


def _queue_problems(business: Business) -> Sequence[Problem]:
    """Return what is wrong with the teams, and with the topics that name one."""
    written = read_yaml(business.folder, BUSINESS_FILE)
    try:
        names = [queue.name for queue in business.queues]
    except SupportError as error:
        return [written.problem(("queues",), str(error), "correct that file")]
    return [
        written.problem(("handoff", name, "queue"), f"there is no team {topic.queue}", f"use one of {', '.join(names)}")
        for name, topic in business.file.handoff.items()
        if topic.queue and topic.queue not in names
    ]
