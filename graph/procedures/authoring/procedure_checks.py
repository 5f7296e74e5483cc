"""Tell authors what is wrong with their procedures before a customer finds out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from graph.procedures.authoring.article_checks import contradictions
from graph.procedures.authoring.possible import outcomes, true_by_claims
from graph.procedures.choice import Embed
from graph.procedures.format.catalogue import Catalogue, ToolSpec
from graph.procedures.format.compile import compile_procedure
from graph.procedures.format.expressions import unknown_tool
from graph.procedures.format.procedure import Procedure
from graph.procedures.format.procedure_file import PLACE, Problem, ProcedureFile, Text, read_procedure

TOO_ALIKE = 0.78
"""Cosine of two descriptions from which a choice between them is a toss."""
SHARED_WORDS = 0.8
"""The same without an embedding model: the words two descriptions share, of all their words."""
MONEY = re.compile(
    r"refund|pay(?:s|ment|out)?\b|reimburs|compensat|charge|credit|price|amount|money|fee\b|cost|balance|"
    r"deposit|withdraw"
    r"|transfer|loan|discount|voucher|coupon|certificate|rembours|montant|prix|erstatt|betrag|preis|reembols|importe",
    re.IGNORECASE,
)
MENTION = re.compile(r"(?<![\w@])@([A-Za-z_]\w*)")


def check_folder(
    folder: Path,
    catalogue: Catalogue,
    *,
    languages: Sequence[str] = ("en",),
    articles: Mapping[str, str] | None = None,
    embed: Embed | None = None,
) -> tuple[list[Procedure], list[Problem]]:
    """Read and check every procedure of a folder.

    Args:
        folder: Where the `*.md` files are; one that is absent has no procedures.
        catalogue: The business's tools.
        languages: What the business speaks, its default first.
        articles: The text of each article, by the name to show.
        embed: Compares descriptions by meaning; without it, by words.

    Returns:
        The procedures without errors, and all problems by file and line.
    """
    read: list[ProcedureFile] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        found, wrong = read_procedure(path, name=f"{folder.name}/{path.name}")
        problems += wrong
        if found:
            read.append(found)
            if found.contract.name != path.stem:
                said = f"the procedure {found.contract.name!r} is in a file of another name: call it {path.stem!r}"
                problems.append(found.problem("file-name", said, "name"))
    procedures, more = check_procedures(read, catalogue, languages=languages, articles=articles, embed=embed)
    problems += more
    wrong_files = {problem.file for problem in problems if problem.severity == "error"}
    sound = [p for p in procedures if p.source.file not in wrong_files]
    return sound, sorted(problems, key=lambda p: (p.file, p.line))


def check_procedures(
    files: Sequence[ProcedureFile],
    catalogue: Catalogue,
    *,
    languages: Sequence[str] = ("en",),
    articles: Mapping[str, str] | None = None,
    embed: Embed | None = None,
) -> tuple[list[Procedure], list[Problem]]:
    """Compile and check procedures that are used together; return those that compile and all problems."""
    problems: list[Problem] = []
    compiled: list[Procedure] = []
    for file in files:
        problems += _parts(file, catalogue, languages)
        procedure, wrong = compile_procedure(file, catalogue)
        problems += wrong
        if procedure:
            compiled.append(procedure)
            problems += _rules(procedure, catalogue)
            problems += contradictions(file, articles or {})
    problems += _together(files, embed)
    return compiled, problems


def _parts(file: ProcedureFile, catalogue: Catalogue, languages: Sequence[str]) -> Iterable[Problem]:
    """Yield what is wrong with single parts, whether or not the whole compiles."""
    if not file.contract.examples:
        said = "no `examples`: name two or three sentences of customers who want this"
        yield file.problem("no-examples", said, "name", warning=True)
    yield from _reads(file, catalogue)
    yield from _slots(file, languages)
    yield from _steps(file, languages)
    yield from _guidance(file, catalogue)


def _reads(file: ProcedureFile, catalogue: Catalogue) -> Iterable[Problem]:
    """Yield what stands under `tools` and is no read."""
    for index, tool in enumerate(file.contract.tools):
        spec = catalogue.get(tool)
        if spec is None:
            yield file.problem("unknown-tool", unknown_tool(tool, catalogue), "tools", index)
        elif spec.effect != "read":
            said = f"{tool} is a {spec.effect}: `tools` are reads; a write belongs under `do`, with the rules it needs"
            yield file.problem("write-under-tools", said, "tools", index)


def _slots(file: ProcedureFile, languages: Sequence[str]) -> Iterable[Problem]:
    """Yield slots that nothing fills, and what is wrong with their questions."""
    for name, slot in file.contract.slots.items():
        if not slot.ask and not slot.find:
            said = f"nothing asks for {name!r} or finds it: give `ask`, `find` or both"
            yield file.problem("slot-without-source", said, "slots", name)
        if slot.ask:
            yield from _text(file, slot.ask, languages, "slots", name, "ask")


def _steps(file: ProcedureFile, languages: Sequence[str]) -> Iterable[Problem]:
    """Yield rules that no step needs and steps that need none, and what is wrong with their sentences."""
    contract = file.contract
    needed = {rule for step in contract.do.values() for rule in step.needs}
    for name, rule in contract.rules.items():
        if name not in needed:
            said = f"no step needs the rule {name!r}: name it under `needs` of a step, or take it out"
            yield file.problem("rule-guards-nothing", said, "rules", name)
        yield from _text(file, rule.say, languages, "rules", name, "say")
    for name, step in contract.do.items():
        if not step.needs:
            said = f"{name!r} needs no rule: name under `needs` what has to hold before {step.tool} runs"
            yield file.problem("write-without-needs", said, "do", name)
        if step.say:
            yield from _text(file, step.say, languages, "do", name, "say")


def _text(file: ProcedureFile, text: Text, languages: Sequence[str], *where: str | int) -> Iterable[Problem]:
    """Yield what is wrong with a sentence for customers."""
    there = {languages[0]: text} if isinstance(text, str) else text
    if lacking := [language for language in languages if not there.get(language, "").strip()]:
        said = f"no sentence in {', '.join(lacking)}: write it as `{{{languages[0]}: …, {lacking[0]}: …}}`"
        yield file.problem("missing-translation", said, *where, warning=True)  # the first language is said instead
    for sentence in there.values():
        for root, _ in PLACE.findall(sentence):
            if root not in file.contract.slots and root not in file.contract.facts:
                said = f"{{{root}}} is no slot and no fact: name one, or write it without braces"
                yield file.problem("unknown-name", said, *where)


def _guidance(file: ProcedureFile, catalogue: Catalogue) -> Iterable[Problem]:
    """Yield references of the guidance that lead nowhere."""
    contract = file.contract
    for number, row in enumerate(file.guidance_rows):
        line = file.guidance_line + number
        for root, rest in PLACE.findall(row):
            step = rest.removeprefix(".").split(".")[0]
            if (root == "do" and step not in contract.do) or (
                root != "do" and root not in contract.slots and root not in contract.facts
            ):
                said = f"{{{root}{rest}}} is no slot, fact or step: name one, or write it without braces"
                yield Problem(file.file, line, "unknown-reference", said)
        for tool in MENTION.findall(row):
            if tool not in catalogue:
                yield Problem(file.file, line, "unknown-tool", f"@{tool}: {unknown_tool(tool, catalogue)}")


def _rules(procedure: Procedure, catalogue: Catalogue) -> Iterable[Problem]:
    """Yield what only the conditions show."""
    yield from _tools_of_expressions(procedure, catalogue)
    yield from _unused_facts(procedure)
    yield from _never_or_always(procedure)
    yield from _claims_about_money(procedure, catalogue)


def _tools_of_expressions(procedure: Procedure, catalogue: Catalogue) -> Iterable[Problem]:
    """Yield calls of tools that no expression may make, or that are not listed."""
    file, listed = procedure.source, set(procedure.source.contract.tools)
    for expression in {e.source: e for e in procedure.expressions()}.values():
        for tool in expression.tools:
            if catalogue[tool].effect != "read":
                said = f"{expression.source!r} calls {tool}, a {catalogue[tool].effect}: only reads make facts"
                yield file.problem("write-under-tools", said, *_place_of(procedure, expression.source))
            elif tool not in listed:
                said = f"{tool} is read and not named under `tools`: name it"
                yield file.problem("unlisted-tool", said, *_place_of(procedure, expression.source))


def _unused_facts(procedure: Procedure) -> Iterable[Problem]:
    """Yield facts that no expression, sentence or guidance speaks of."""
    file, contract = procedure.source, procedure.source.contract
    said_by = (
        [rule.say for rule in contract.rules.values()],
        [slot.ask for slot in contract.slots.values()],
        [step.say for step in contract.do.values()],
    )
    spoken = " ".join([file.guidance, *(str(text) for texts in said_by for text in texts)])
    for name in procedure.facts:
        if name not in procedure.used and f"{{{name}" not in spoken:
            said = f"nothing uses the fact {name!r}: take it out"
            yield file.problem("unused-fact", said, "facts", name, warning=True)


def _never_or_always(procedure: Procedure) -> Iterable[Problem]:
    """Yield rules that can never fail or hold, and steps whose rules never hold together."""
    file = procedure.source
    never: set[str] = set()
    for name, rule in procedure.rules.items():
        found = outcomes(procedure, [rule.must])
        if found == {True}:
            said = f"the rule {name!r} can never fail: take it out, or write what it should forbid"
            yield file.problem("rule-never-fails", said, "rules", name, "must")
        elif found == {False}:
            never.add(name)
            said = f"the rule {name!r} can never hold: nothing that needs it can ever run"
            yield file.problem("step-never-runs", said, "rules", name, "must")
    for name, step in procedure.steps.items():
        conditions = [procedure.rules[rule].must for rule in step.step.needs] + ([step.when] if step.when else [])
        if not never & set(step.step.needs) and outcomes(procedure, conditions) == {False}:
            said = f"{name!r} can never run: {', '.join(step.step.needs)} never hold together"
            yield file.problem("step-never-runs", said, "do", name)


def _claims_about_money(procedure: Procedure, catalogue: Catalogue) -> Iterable[Problem]:
    """Yield rules of writes about money that the customer's word alone makes true."""
    for step in procedure.steps.values():
        if not MONEY.search(_said_of(catalogue[step.step.tool], procedure)):
            continue
        for name in step.step.needs:
            rule = procedure.rules[name]
            if not rule.rule.claim and true_by_claims(procedure, rule.must):
                said = (
                    f"the customer's word alone makes {name!r} true, and {step.step.tool} is about money: add "
                    "what a record has to say, or mark the rule `claim: true` where the word is meant to be enough"
                )
                yield procedure.source.problem("claim-only", said, "rules", name, "must")


def _said_of(spec: ToolSpec, procedure: Procedure) -> str:
    words = f"{spec.name} {spec.description} {' '.join(spec.parameters)} {procedure.description}"
    return words.replace("_", " ")


def _place_of(procedure: Procedure, source: str) -> tuple[str, ...]:
    """Return where an expression stands, as well as its text tells."""
    contract = procedure.source.contract
    for name, slot in contract.slots.items():
        if source in (slot.find, slot.when):
            return ("slots", name)
    for name, fact in procedure.facts.items():
        if fact.source == source:
            return ("facts", name)
    for name, rule in contract.rules.items():
        if rule.must == source:
            return ("rules", name, "must")
    return ("do",)


def _together(files: Sequence[ProcedureFile], embed: Embed | None) -> Iterable[Problem]:
    """Yield what is wrong between procedures."""
    names: dict[str, ProcedureFile] = {}
    owners: dict[str, ProcedureFile] = {}
    for file in files:
        first = names.setdefault(file.contract.name, file)
        if first is not file:
            said = f"{first.file} has the name {file.contract.name!r} too: rename one"
            yield file.problem("double-name", said, "name")
        for name, step in file.contract.do.items():
            owner = owners.setdefault(step.tool, file)
            if owner is not file:
                said = f"{step.tool} is owned by {owner.file} already: one procedure alone decides over a write"
                yield file.problem("two-owners", said, "do", name, "tool")
    texts = [file.contract.description for file in files]
    vectors = embed(texts) if embed and len(texts) > 1 else None
    for a, b in combinations(range(len(files)), 2):
        alike = _shared(texts[a], texts[b]) >= SHARED_WORDS
        if alike or (vectors is not None and float(vectors[a] @ vectors[b]) >= TOO_ALIKE):
            said = f"its description is too much like the one of {files[a].file}: say when each of the two is used"
            # In other words than the other's it may be told apart by its examples all the same.
            yield files[b].problem("too-alike", said, "description", warning=not alike)


def _shared(one: str, other: str) -> float:
    a, b = (set(re.findall(r"\w+", text.lower())) for text in (one, other))
    return len(a & b) / max(len(a | b), 1)
