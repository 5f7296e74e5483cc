"""Settings of a process: what is written, what is refused, and what earlier versions wrote."""

from pathlib import Path

import pytest

from core.errors import SettingsError
from core.settings import Settings, retired_settings


def read(**variables: str) -> Settings:
    return Settings.from_env({f"SUPPORT_{name}": value for name, value in variables.items()}, None)


def test_limits_name_only_what_differs() -> None:
    limits = read(LIMITS="turns_at_once=8 burst_seconds=0").limits
    assert (limits.turns_at_once, limits.burst_seconds, limits.lease_seconds) == (8, 0, 6)


@pytest.mark.parametrize("written", ["turns_at_once", "turns=8", "turns_at_once=0", "turns_at_once=many"])
def test_a_limit_that_is_none_or_out_of_bounds_is_refused(written: str) -> None:
    with pytest.raises(SettingsError, match="SUPPORT_LIMITS"):
        read(LIMITS=written)


def test_names_of_earlier_versions_do_not_stop_the_agent_and_are_told() -> None:
    older = {"SUPPORT_LEASE_SECONDS": "2", "SUPPORT_TEMPERATURE": "0.5", "SUPPORT_LIMITS": "burst_seconds=1"}
    settings = Settings.from_env(older, None)
    assert (settings.limits.lease_seconds, settings.limits.burst_seconds) == (2, 1)
    moved, fixed = retired_settings(older, None)
    assert 'SUPPORT_LIMITS="lease_seconds=…"' in moved
    assert fixed.startswith("SUPPORT_TEMPERATURE counts for nothing")


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("SHOP_NAME", "Gearkeep", "`name` in business.yaml"),
        ("LINK_HOSTS", "gearkeep.example", "`link_hosts` in business.yaml"),
        ("DESK_HOURS", "always", "`hours` in business.yaml"),
        ("POLICY_FILE", "policy.yaml", "`policy` below `shop` in connectors/shop.yaml"),
    ],
)
def test_what_a_business_says_itself_is_refused_with_its_new_place(name: str, value: str, place: str) -> None:
    with pytest.raises(SettingsError, match=f"SUPPORT_{name} is {place} now: write it there"):
        read(**{name: value})


def test_a_name_that_never_was_one_is_refused() -> None:
    with pytest.raises(SettingsError, match="SUPPORT_MODLE is not a setting"):
        read(MODLE="offline")


@pytest.mark.parametrize(
    ("name", "value", "new"),
    [
        ("DESK_URL", "postgresql://db/desk", "SUPPORT_DATABASE_URL"),
        ("MEMORY_URL_FILE", "/run/secrets/url", "SUPPORT_DATABASE_URL"),
        ("JWT_REVOKED_FILE", "revoked", "revoked-tokens in SUPPORT_DATA_DIR"),
        ("HOST", "10.0.0.7", "support-agent serve --host"),
    ],
)
def test_a_name_whose_loss_would_do_harm_is_refused_with_the_new_one(name: str, value: str, new: str) -> None:
    with pytest.raises(SettingsError, match="no setting any more") as refused:
        read(**{name: value})
    assert new in str(refused.value)


def test_everything_is_kept_in_one_folder_or_one_database() -> None:
    files = read(DATA_DIR="/data")
    assert (files.shop_url, files.desk_url) == ("sqlite:////data/shop.db", "sqlite:////data/desk.db")
    assert (files.index_dir, files.jwt_secret_file) == (Path("/data/index"), Path("/data/jwt.secret"))
    one = read(DATABASE_URL="postgresql://db/agent", ORDERS_URL="https://shop.example/api")
    assert {one.desk_url, one.memory_url, one.inbox_url} == {"postgresql://db/agent"}
    assert one.shop_url == "https://shop.example/api"
    with pytest.raises(SettingsError, match="no PostgreSQL database"):
        read(DATABASE_URL="mysql://agent:hunter2@db")
