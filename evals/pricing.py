"""Say what model requests cost: from a price list that ships with a library, or as the user gives it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Hold prices in US dollars; all None means that the price list is asked, and unknown models cost None."""

    per_request: Decimal | None = None
    """For endpoints that bill by the request."""
    per_million_input: Decimal | None = None
    per_million_output: Decimal | None = None


def cost(model: str, prices: Prices, *, requests: int, input_tokens: int, output_tokens: int) -> float | None:
    """Return US dollars, or None when the price of the model is not known."""
    if model == "offline":
        return 0.0
    given = (prices.per_request, prices.per_million_input, prices.per_million_output)
    if any(price is not None for price in given):
        each, read, written = (price or Decimal() for price in given)
        return float(each * requests + (read * input_tokens + written * output_tokens) / 1_000_000)
    return _listed(model, input_tokens, output_tokens)


def _listed(model: str, input_tokens: int, output_tokens: int) -> float | None:
    # Loaded here: the price list is part of the extra that only evaluations need.
    try:
        from genai_prices import Usage, calc_price
    except ModuleNotFoundError:
        return None
    try:
        price = calc_price(Usage(input_tokens=input_tokens, output_tokens=output_tokens), model_ref=model)
    except LookupError:
        return None
    return float(price.total_price)
