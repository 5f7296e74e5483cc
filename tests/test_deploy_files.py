"""Everything in deploy/ is true: its settings, paths, metrics and files are there, and it passes the linters of its
kind.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from starlette.routing import BaseRoute

from core.settings import Limits, Settings
from server.application import make_app
from server.metrics import Metrics
from tests.server_fakes import settings_in

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
FILES = sorted(file for file in DEPLOY.rglob("*") if file.is_file() and "secrets" not in file.parts)
GUIDE = ROOT / "docs" / "guides" / "deploy.md"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MANIFESTS = [
    document
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(file.read_text())
]
PODS = [m["spec"]["template"]["spec"] for m in MANIFESTS if m["kind"] in ("Deployment", "Job")]


def texts() -> Iterator[str]:
    for file in [*FILES, GUIDE]:
        yield file.read_text(encoding="utf-8")


def test_every_variable_is_a_setting_or_its_file() -> None:
    settings = {f"SUPPORT_{name.upper()}" for name in Settings.model_fields}
    named = {name for text in texts() for name in re.findall(r"\bSUPPORT_[A-Z_]*[A-Z]\b", text)}
    own = {"SUPPORT_ARTICLES"}  # compose.yaml reads it, and no setting
    assert {
        name for name in named - own if name not in settings and name.removesuffix("_FILE") not in settings
    } == set()
    assert len(named) > 8


def test_every_metric_is_one_that_the_server_shows() -> None:
    shown = set(re.findall(r"^# TYPE (\w+) ", Metrics().text().decode(), re.MULTILINE))
    named = {name for text in texts() for name in re.findall(r"\bsupport_[a-z]+_[a-z_]*[a-z]\b", text)}
    assert {name for name in named if not {name, re.sub(r"_(bucket|sum|count)$", "", name)} & shown} - {
        "support_agent"
    } == set()
    assert len(named) > 10


def routes(app: Any) -> set[str]:
    def paths(route: BaseRoute | Any) -> Iterator[str]:
        if hasattr(route, "path"):
            yield str(route.path)
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        for one in getattr(inner, "routes", ()):
            yield from paths(one)

    return {path for route in app.routes for path in paths(route)} | set(app.openapi()["paths"])


def test_every_path_is_one_that_the_server_has(tmp_path: Path) -> None:
    served = routes(make_app(settings_in(tmp_path)))
    ingress = next(m for m in MANIFESTS if m["kind"] == "Ingress")
    public = {path["path"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]}
    probed = {
        container[probe]["httpGet"]["path"]
        for pod in PODS
        for container in pod["containers"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe")
        if probe in container
    }
    others = {"/metrics", "/readyz"}  # of the annotations, the Caddyfile and the health check
    missing = {
        p for p in public | probed | others if p not in served and not any(s.startswith(f"{p}/") for s in served)
    }
    assert missing == set()
    assert "/metrics" not in public


def test_every_file_that_is_named_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    used = [path for line in copied for path in line.split()]
    used += re.findall(r"/src/(\S+)", (DEPLOY / "Dockerfile").read_text())
    used += re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    mounted = [v.split(":")[0] for s in COMPOSE["services"].values() for v in s.get("volumes", ()) if v.startswith(".")]
    mounted += re.findall(r"\$\{SUPPORT_ARTICLES:-([^}]+)\}", (DEPLOY / "compose.yaml").read_text())
    assert [path for path in used if path not in (".", "examples") and not (ROOT / path).exists()] == []
    assert [path for path in mounted if not (DEPLOY / path).exists()] == []


def test_the_image_gets_what_the_wheel_is_made_of() -> None:
    listed = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    include = re.search(r"include = \[(.*?)\]", (ROOT / "pyproject.toml").read_text())
    assert include is not None
    assert {name.rstrip("*") for name in re.findall(r'"([^"]+)"', include[1])} <= listed


def test_the_dockerfile_passes_its_linter() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint is not installed")
    done = subprocess.run([str(hadolint), str(DEPLOY / "Dockerfile")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda m: f"{m['kind']}-{m['metadata']['name']}")
def test_manifests_fit_their_schemas(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_no_container_has_a_privilege_or_writes_its_image() -> None:
    for pod in PODS:
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            rights = container["securityContext"]
            assert (rights["allowPrivilegeEscalation"], rights["readOnlyRootFilesystem"]) == (False, True)
            assert rights["capabilities"] == {"drop": ["ALL"]}
    for name in ("agent", "setup"):
        service = COMPOSE["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert re.search(r"^USER \d+", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)


def test_secrets_are_mounted_where_they_are_read() -> None:
    for name in ("agent", "setup"):
        service = COMPOSE["services"][name]
        read = {v for k, v in service["environment"].items() if k.endswith("_FILE")}
        assert read == {f"/run/secrets/{secret}" for secret in service["secrets"]}
    assert set(COMPOSE["secrets"]) >= {
        s for service in COMPOSE["services"].values() for s in service.get("secrets", ())
    }
    settings = next(m for m in MANIFESTS if m["kind"] == "ConfigMap")["data"]
    mounts = {m["mountPath"] for pod in PODS for c in pod["containers"] for m in c["volumeMounts"]}
    assert {str(Path(v).parent) for k, v in settings.items() if k.endswith("_FILE")} <= mounts


def test_a_process_is_given_the_time_it_takes_to_stop() -> None:
    longest = Limits().shutdown_seconds
    assert int(COMPOSE["services"]["agent"]["stop_grace_period"].rstrip("s")) > longest
    assert PODS[0]["terminationGracePeriodSeconds"] > longest + 5  # and the pause before
    unit = (DEPLOY / "support-agent.service").read_text()
    assert int(re.search(r"TimeoutStopSec=(\d+)", unit)[1]) > longest  # type: ignore[index]


def test_panels_of_the_dashboard_have_numbers_of_their_own_and_do_not_overlap() -> None:
    panels = json.loads((DEPLOY / "grafana-dashboard.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(places)) == len(places)
    assert max(x for x, _ in places) < 24
