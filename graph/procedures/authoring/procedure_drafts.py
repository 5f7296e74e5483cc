"""Let a model propose a procedure from conversations that people resolved, or from a description in prose."""

import html
import re
from collections.abc import Sequence
from pathlib import Path

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from core.errors import ModelRejected
from core.safety.untrusted_text import visible
from graph.procedures.authoring.procedure_checks import check_procedures
from graph.procedures.format.catalogue import Catalogue
from graph.procedures.format.procedure_file import Problem, parse_procedure

DRAFTS = "drafts"
"""The folder beside the procedures in which drafts lie; nothing in it is ever followed."""
FORMAT = """\
Write one procedure of a support team as a file: YAML front matter between two lines `---`, then Markdown.
name: lower-case-with-dashes. description: what it does, then "Use when ...". examples: sentences of customers.
tools: reads only, from the list. slots: what to learn, each {ask: "question?", pattern: regex or one_of: [..] or \
type: text|number|yes_no|date}.
facts: results of reads, as TOOL(slot), or conditions over them in CEL. rules: each {must: "CEL condition", else: \
refuse|hand_over, say: "sentence"}.
do: each {tool: a write from the list, args: {argument: slot}, needs: [every rule that must hold]}.
Use only the tools of the list. Write nothing but the file. What the material does not say, leave out."""


async def draft(
    model: BaseChatModel, material: Sequence[str], catalogue: Catalogue, folder: Path
) -> tuple[Path, list[Problem]]:
    """Write a proposal into the drafts' folder and return its path, with what is wrong with it.

    A draft is never followed: a person moves it beside the other procedures once the checks pass.

    Args:
        model: The configured chat model.
        material: Conversations, or a description in prose.
        catalogue: The business's tools.
        folder: The procedures' folder.

    Raises:
        ModelRejected: The answer holds no procedure.
    """
    tools = "\n".join(
        f"- {spec.name} ({spec.effect}): {', '.join(spec.parameters)}. {spec.description}"
        for spec in catalogue.values()
        if spec.effect in ("read", "write")
    )
    parts = "\n\n".join(f"<material>\n{html.escape(visible(text), quote=False)}\n</material>" for text in material)
    answer = await model.ainvoke([SystemMessage(f"{FORMAT}\n\nTools:\n{tools}"), HumanMessage(parts)])
    found = re.search(
        r"^---\s*$.*?^---\s*$.*", re.sub(r"^```\w*\s*$", "", answer.text, flags=re.MULTILINE), re.DOTALL | re.MULTILINE
    )
    if not found:
        raise ModelRejected("the model's answer holds no procedure: try again, or write it by hand")
    text = found.group().strip() + "\n"
    read, problems = parse_procedure(text, "draft.md")
    name = read.contract.name if read else "unnamed"
    path = folder / DRAFTS / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if read:
        problems = check_procedures([read], catalogue)[1]
    return path, problems
