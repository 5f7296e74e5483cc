"""Write the README's map of files from the first sentence of each file: `make map`."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAPPED = ("core", "ingest", "tools", "graph", "server", "web", "evals", "cli", "benchmarks")
BEGIN, END = "<!-- map: written by `make map` -->\n", "<!-- /map -->\n"


def first_sentence(file: Path) -> str:
    """Return the first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].strip() if text else ""


def file_map() -> str:
    """Return the map: a folding section a folder, a line a file."""
    lines = []
    for package in MAPPED:
        folder = ROOT / package
        if not folder.is_dir():
            continue
        lines.append(
            f"\n<details><summary><code>{package}/</code> {first_sentence(folder / '__init__.py')}</summary>\n"
        )
        files = sorted(f for f in folder.rglob("*.py") if f.name != "__init__.py")
        lines += [f"* `{f.relative_to(ROOT)}` {first_sentence(f)}" for f in files]
        lines.append("\n</details>")
    return "\n".join(lines).strip() + "\n"


def split_readme() -> tuple[str, str, str]:
    """Return the README before, in and after its map."""
    before, rest = (ROOT / "README.md").read_text(encoding="utf-8").split(BEGIN)
    inside, after = rest.split(END)
    return before, inside, after


if __name__ == "__main__":
    before, _, after = split_readme()
    (ROOT / "README.md").write_text(f"{before}{BEGIN}{file_map()}{END}{after}", encoding="utf-8")
