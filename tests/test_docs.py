"""Keep the documents true: settings, file map and help texts."""

import re
from pathlib import Path

import typer.main

from cli.main import app
from core.settings import Limits, Settings
from tests import reference
from tests.file_map import written

ROOT = Path(__file__).resolve().parent.parent


def test_every_setting_is_in_the_env_example_and_nothing_else() -> None:
    named = set(re.findall(r"^#?\s*(SUPPORT_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == {f"SUPPORT_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_says_what_it_is() -> None:
    fields = Settings.model_fields | Limits.model_fields
    assert [name for name, field in fields.items() if not field.description] == []


def test_settings_and_commands_are_few() -> None:
    assert len(Settings.model_fields) <= 52
    assert len(reference.commands(typer.main.get_command(app))) <= 40


def test_each_room_says_in_at_most_thirty_lines_what_is_in_it() -> None:
    old = [
        str(file.relative_to(ROOT)) for file, text in written().items() if not file.exists() or file.read_text() != text
    ]
    assert old == [], "run `make map`"
    assert [
        f"{file}"
        for file, text in written().items()
        if file.name == "README.md" and len(text.splitlines()) > 30 and file.parent.name != "benchmarks"
    ] == []


def test_the_reference_is_what_the_program_says() -> None:
    old = [file.name for file, text in reference.written().items() if not file.exists() or file.read_text() != text]
    assert old == [], "run `make reference`"


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_links_between_documents_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert dead == []


def test_files_that_documents_name_exist() -> None:
    place = re.compile(
        r"`((?:core|ingest|tools|graph|server|evals|cli|benchmarks|tests|web|examples|deploy)/[\w./-]+\.\w+)`"
    )
    missing = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in pages()
        for name in place.findall(page.read_text())
        if not (ROOT / name).exists()
    ]
    assert missing == []


def test_commands_that_documents_show_exist() -> None:
    known = set(reference.commands(typer.main.get_command(app)))
    groups = {" ".join(name.split()[:n]) for name in known for n in range(1, len(name.split()))}
    unknown = set()
    for page in pages():
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
            for words in re.findall(r"support-agent ([a-z0-9-]+(?: [a-z0-9-]+)?)", block):
                first, _, second = words.partition(" ")
                if first not in known and first not in groups:
                    unknown.add(f"{page.name}: {words}")
                if first in groups and second and f"{first} {second}" not in known:
                    unknown.add(f"{page.name}: {words}")
    assert unknown == set()


def test_what_contributors_add_is_said_in_at_most_ten_lines() -> None:
    sections = re.split(r"^## ", (ROOT / "CONTRIBUTING.md").read_text(), flags=re.MULTILINE)[1:]
    recipes = {text.partition("\n")[0]: text.strip().splitlines()[1:] for text in sections if text.startswith("Add ")}
    assert {title.split()[2] for title in recipes} >= {"tool", "procedure", "intent", "channel"}
    assert [title for title, lines in recipes.items() if len(lines) > 10] == []


def test_every_make_target_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    targets = set(phony.replace("\\\n", " ").split())
    assert targets - set(re.findall(r"^([\w-]+):.*## \w", makefile, re.MULTILINE)) == set()


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= 1_200


def test_every_command_has_help_and_so_has_every_parameter() -> None:
    silent = []
    for name, command in reference.commands(typer.main.get_command(app)).items():
        if not command.help:
            silent.append(name)
        for parameter in command.params:
            if parameter.name != "help" and not getattr(parameter, "help", None):
                silent.append(f"{name} {parameter.name}")
    assert silent == []
