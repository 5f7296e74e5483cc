"""Say what the pages show of the business: its name, its colour, its pictures and its first words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from core.safety.safe_links import LinkRule
from tools.business.business_file import Appearance
from tools.business.business_folder import Business
from tools.connectors.declarations import in_language


@dataclass(frozen=True)
class Brand:
    """What the pages show of a business."""

    name: str
    look: Appearance = field(default_factory=Appearance)
    link_hosts: Sequence[str] = ()
    """Hosts that replies may link, and pictures of records may come from."""
    languages: Sequence[str] = ("en",)
    """Languages that the business serves, its own first."""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """Content of each picture by its path below `/web/…/`."""

    @property
    def logo(self) -> str | None:
        """Return the path of the logo below `/web/…/`."""
        return _place("logo", self.look.logo)

    @property
    def avatar(self) -> str | None:
        """Return the path of the picture of the assistant below `/web/…/`."""
        return _place("avatar", self.look.avatar) or self.logo

    def suggestions(self, locale: str) -> list[str]:
        """Return the first questions to choose from in a language, in English, or else none."""
        offered = self.look.suggestions
        if isinstance(offered, list):
            return offered
        return offered.get(locale.split("-")[0].lower()) or offered.get("en") or []

    def greeting(self, locale: str) -> str:
        """Return how the business greets."""
        return in_language(self.look.greeting, locale)

    def reply_time(self, locale: str) -> str:
        """Return when people answer."""
        return in_language(self.look.reply_time, locale)


class CurrentBrand:
    """What the pages show of the business as it is now."""

    def __init__(self, business: Callable[[], Business]) -> None:
        """Take what returns the business."""
        self._business = business
        self._shown: tuple[Business, Brand] | None = None

    def __call__(self) -> Brand:
        """Return the brand, made anew after the business changed."""
        business = self._business()
        if self._shown is None or self._shown[0] is not business:
            self._shown = business, brand_of(business)
        return self._shown[1]


def brand_of(business: Business) -> Brand:
    """Return what the pages show of a business."""
    look = business.file.look
    named = {_place("logo", look.logo): look.logo, _place("avatar", look.avatar): look.avatar}
    pictures = {place: (business.folder / name).read_bytes() for place, name in named.items() if place and name}
    hosts = sorted(LinkRule.of(business.file.link_hosts).hosts)
    return Brand(business.file.name, look, hosts, business.file.languages, pictures)


def _place(use: str, name: str | None) -> str | None:
    return f"brand/{use}{PurePosixPath(name).suffix}" if name else None
