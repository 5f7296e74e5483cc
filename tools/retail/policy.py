"""Read the shop's policy: what is allowed in which state, within which window, up to which amount."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from core.errors import SettingsError
from core.language.fixed_sentences import ENGLISH, Catalogue
from core.settings import SAMPLE_BUSINESS
from core.yaml_files import FilesError, read_yaml
from tools.business.business_rules import BusinessRules, Section, VelocityRule
from tools.retail.shop_records import Status

SENTENCES = Catalogue(Path(__file__).with_name("sentences"))
"""What customers of a shop are told, by language."""
PACKAGED = SAMPLE_BUSINESS / "policy.yaml"

Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Days = Annotated[int, Field(ge=0, le=3650)]
Statuses = Annotated[tuple[Status, ...], Field(min_length=1)]


class ChangeRule(Section):
    """Say in which states an order can be changed."""

    statuses: Statuses
    approval_over: Amount | None = None


class CancelRule(ChangeRule):
    """Say when and why an order can be cancelled."""

    reasons: Annotated[tuple[str, ...], Field(min_length=1)]


class WindowRule(ChangeRule):
    """Say how long after delivery something is possible."""

    window_days: Days | None = None


class RefundReason(WindowRule):
    """Say what has to be true before money goes back for one reason."""

    days_since_order: Days | None = None
    late_by_days: Days | None = None
    max_amount: Amount | None = None


class RefundRule(Section):
    """Name the reasons for money back without a return; none means that there is no such refund."""

    reasons: dict[str, RefundReason]


class ActionVelocity(VelocityRule):
    """How often one customer may have each thing done, over all conversations, before staff decides."""

    actions: dict[str, Annotated[int, Field(ge=0, le=1000)]] = Field(
        default={"refund_order": 3, "change_order_payment": 3}
    )
    """By the tool's name; what is not named is not counted."""


class Policy(BusinessRules):
    """Every limit the rules of a shop look at."""

    currency: Annotated[str, Field(max_length=5)]
    refund_time: str
    confirmation_minutes: Annotated[int, Field(ge=1, le=1440)]
    approval_hours: Annotated[int, Field(ge=1, le=720)]
    velocity: ActionVelocity = ActionVelocity()
    cancel: CancelRule
    change: ChangeRule
    return_: Annotated[WindowRule, Field(alias="return")]
    exchange: WindowRule
    refund: RefundRule
    difference_to_any_method: bool = False
    """Whether cheaper items' difference may go to a method that did not pay, which turns gift cards into money."""
    language: str = ENGLISH
    """The language in which its rules are told: one with a file in `sentences/`."""
    countries: dict[str, tuple[str, ...]]
    """The shop's name of each country it ships to, and other names for it; empty means anywhere."""

    @model_validator(mode="after")
    def _country_names_are_clear(self) -> Self:
        names = [name.casefold() for country, others in self.countries.items() for name in (country, *others)]
        if len(set(names)) < len(names):
            raise ValueError("countries: a name stands for two countries")
        return self

    def told_in(self, locale: str) -> "Policy":
        """Return the same rules, told in a locale's language."""
        language = SENTENCES.language(locale)
        return self if language == self.language else self.model_copy(update={"language": language})

    def say(self, key: str, **values: str) -> str:
        """Return a sentence about a rule."""
        return SENTENCES.say(key, self.language, **values)

    def name(self, kind: str, value: str) -> str:
        """Return what customers call a status or a reason: as in the records where the catalogue has no word for it."""
        return SENTENCES[self.language].get(f"{kind}_{value}", value)

    def country(self, name: str) -> str | None:
        """Return the shop's own name of a country, or None where it does not ship."""
        if not self.countries:
            return name
        wanted = name.casefold()
        fits = (c for c, others in self.countries.items() if wanted in {c.casefold(), *(o.casefold() for o in others)})
        return next(fits, None)


def load_policy(file: Path | None = None) -> Policy:
    """Read a policy file, the packaged one by default; raises SettingsError naming the field that does not fit."""
    path = file or PACKAGED
    try:
        return Policy.model_validate(read_yaml(path.parent, path.name).content)
    except FilesError as error:
        raise SettingsError(f"policy file {path.parent}/{error}") from None
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"]) or "(file)"
        raise SettingsError(
            f"policy file {path}, {field}: came {str(problem['input'])[:80]!r}; wanted: {problem['msg']}; correct it"
        ) from None
