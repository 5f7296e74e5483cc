"""Define what the model gives to change something in the shop: the arguments of each write."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tools.retail.shop_records import Address

OrderId = Annotated[str, Field(description="The order number, for example #AF10042.", max_length=100)]
ItemIds = Annotated[list[str], Field(description="Item ids of the order, one for each piece.", max_length=100)]
NewItemIds = Annotated[list[str], Field(description="The new item ids, in the order of item_ids.", max_length=100)]
MethodId = Annotated[
    str, Field(description="Id of one of the customer's payment methods, from get_profile.", max_length=100)
]
Reason = Annotated[str, Field(description="The customer's reason.", max_length=200)]
Line = Annotated[str, Field(max_length=200)]


class Request(BaseModel):
    """The arguments of a write as the model gave them."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CancelOrder(Request):
    """Cancel a pending order as a whole; everything paid goes back."""

    order_id: OrderId
    reason: Reason


class AddressRequest(Request):
    """A complete address."""

    address1: Annotated[Line, Field(description="Street and number.")]
    address2: Annotated[Line, Field(description="Apartment or suite, or an empty text.")] = ""
    city: Line
    state: Annotated[Line, Field(description="State or province, for example OR.")]
    zip: Annotated[Line, Field(description="ZIP or postal code.")]
    country: Line

    def address(self) -> Address:
        """Return the address asked for."""
        return Address(**{name: getattr(self, name) for name in AddressRequest.model_fields})


class ChangeOrderAddress(AddressRequest):
    """Send a pending order to another address."""

    order_id: OrderId


class ChangeDefaultAddress(AddressRequest):
    """Change the customer's default address for future orders."""


class ChangeOrderPayment(Request):
    """Pay a pending order with another of the customer's payment methods."""

    order_id: OrderId
    payment_method_id: MethodId


class SwapRequest(Request):
    """Items and what they are swapped for."""

    order_id: OrderId
    item_ids: ItemIds
    new_item_ids: NewItemIds
    payment_method_id: MethodId


class ChangeOrderItems(SwapRequest):
    """Swap items of a pending order for other versions of the same products. Possible once: name all items."""


class ExchangeItems(SwapRequest):
    """Exchange delivered items for other versions of the same products. Possible once: name all items."""


class ReturnItems(Request):
    """Return delivered items; the refund goes to the original payment method or a gift card. Name all items."""

    order_id: OrderId
    item_ids: ItemIds
    payment_method_id: MethodId


class RefundOrder(Request):
    """Send back part of what was paid for an order, without a return."""

    order_id: OrderId
    amount: Annotated[float, Field(description="Amount in the shop's currency.")]
    reason: Reason
