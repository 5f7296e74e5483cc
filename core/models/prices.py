"""Read what models cost, and work out what requests and tokens come to under either way of billing."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from core.errors import SettingsError
from core.yaml_files import FilesError, read_yaml

SHIPPED = Path(__file__).parent / "prices.yaml"
_MILLION = Decimal(1_000_000)


class Price(BaseModel, frozen=True, extra="forbid"):
    """What one model costs; a way of billing that the provider does not offer is left out."""

    per_request: Annotated[Decimal, Field(ge=0)] | None = None
    input: Annotated[Decimal, Field(ge=0)] | None = None
    cached_input: Annotated[Decimal, Field(ge=0)] | None = None
    output: Annotated[Decimal, Field(ge=0)] | None = None

    def by_request(self, requests: int) -> Decimal | None:
        """Return what requests come to, or None where there is no such price."""
        return None if self.per_request is None else self.per_request * requests

    def by_token(self, *, input_tokens: int, cached_tokens: int, output_tokens: int) -> Decimal | None:
        """Return what tokens come to, those in the provider's cache at their own price, or None without a price."""
        if self.input is None or self.output is None:
            return None
        cached = self.input if self.cached_input is None else self.cached_input
        fresh = max(0, input_tokens - cached_tokens)
        return (fresh * self.input + cached_tokens * cached + output_tokens * self.output) / _MILLION


class PriceTable(BaseModel, frozen=True, extra="forbid"):
    """The prices of models by name, in one currency."""

    currency: str = "USD"
    models: dict[str, Price] = Field(default_factory=dict)

    def of(self, model: str) -> Price | None:
        """Return the price of a model: from the table, its `default`, or a library's list if installed; or None."""
        return (
            self.models.get(model) or self.models.get("default") or (_listed(model) if self.currency == "USD" else None)
        )

    def cost(self, model: str, *, requests: int, input_tokens: int, output_tokens: int) -> float | None:
        """Return what requests come to where they have a price, else what tokens come to, or None."""
        price = self.of(model)
        if price is None:
            return None
        tokens = price.by_token(input_tokens=input_tokens, cached_tokens=0, output_tokens=output_tokens)
        billed = price.by_request(requests) if price.per_request is not None else tokens
        return None if billed is None else float(billed)


@cache
def _listed(model: str) -> Price | None:
    """Return a model's price for tokens, in US dollars, as `genai-prices` lists it."""
    # Loaded here: the list is part of an extra.
    try:
        from genai_prices import Usage, calc_price
    except ModuleNotFoundError:
        return None
    try:
        read, cached, written = (
            calc_price(usage, model_ref=model).total_price * 1_000
            for usage in (
                Usage(input_tokens=1_000),
                Usage(input_tokens=1_000, cache_read_tokens=1_000),
                Usage(output_tokens=1_000),
            )
        )
    except (LookupError, ValueError):
        return None
    return Price(input=read, cached_input=cached, output=written)


def load_prices(path: Path | None = None) -> PriceTable:
    """Return the prices of a YAML file, or those that ship with the agent.

    Raises:
        SettingsError: the file cannot be read or does not fit.
    """
    path = path or SHIPPED
    try:
        return PriceTable.model_validate(read_yaml(path.parent, path.name).content)
    except (FilesError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise SettingsError(
            f"the prices {path} cannot be read ({reason}); correct the file or SUPPORT_PRICES_FILE; {SHIPPED} "
            f"shows the form"
        ) from None
