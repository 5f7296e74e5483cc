"""Make the environment in which the peers run."""

import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.support.peers import ROOT

ENVIRONMENT = ROOT / "var" / "race-env"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
PEERS = {
    "create_agent": "langchain_peer",
    "agno": "agno_peer",
    "pydantic-ai": "pydantic_ai_peer",
    "openai-agents": "openai_agents_peer",
    "haystack-ai": "haystack_peer",
    "agent-framework": "agent_framework_peer",
    "autogen": "autogen_peer",
}
"""Peers by name, with their module in `benchmarks.race.peers`."""


def peers_python(ready: Path | None) -> Path:
    """Return the Python that has the peers: a ready one, or that of an environment made here with pinned versions."""
    if ready:
        return ready.absolute()
    python = ENVIRONMENT / "bin" / "python"
    done = ENVIRONMENT / REQUIREMENTS.name
    if not done.is_file() or done.read_bytes() != REQUIREMENTS.read_bytes():
        print(f"installing the peers into {ENVIRONMENT}", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*install, "--requirement", str(REQUIREMENTS)], check=False).returncode:
            for line in REQUIREMENTS.read_text(encoding="utf-8").split():  # whatever of them there is
                subprocess.run([*install, line], check=False)
        done.write_bytes(REQUIREMENTS.read_bytes())
    return python
