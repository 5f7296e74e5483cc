"""Name what the agent may do to the shop: how the model asks for it, how it is planned, in which order it is done.

A write is two steps. `plan` looks at the shop and the rules and returns a `Change`, without any effect; only a change
the customer has said yes to is applied, and not from here (see `tools/actions/execution.py`). The tools bound to the
model plan as well: a model that calls one directly gets the preview.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from langchain_core.tools import StructuredTool
from pydantic import Field, ValidationError, create_model

from core.errors import Refused
from core.language.fixed_sentences import ENGLISH, phrase
from tools.actions.changes import Change, Outcome
from tools.context import Context
from tools.retail.order_reads import Caller, customer_of, refused_in
from tools.retail.policy import Policy
from tools.retail.rules import order_rules as rules
from tools.retail.shop_records import Customer, Order, OrderBackend, Product
from tools.retail.write_requests import (
    CancelOrder,
    ChangeDefaultAddress,
    ChangeOrderAddress,
    ChangeOrderItems,
    ChangeOrderPayment,
    ExchangeItems,
    RefundOrder,
    Request,
    ReturnItems,
    SwapRequest,
)
from tools.tool import Tool, Velocity


@dataclass(frozen=True, kw_only=True)
class RuleInput:
    """What a rule looks at besides the request."""

    policy: Policy
    today: date
    customer: Customer
    order: Order | None
    products: Mapping[str, Product]


@dataclass(frozen=True, kw_only=True)
class WriteAction:
    """One thing the agent may do to the shop."""

    name: str
    rank: int
    """Actions of one message are done from the lowest rank up: an address before the items that lock the order."""
    request: type[Request]
    decide: Callable[[RuleInput, Any], Change]
    """Apply the rule to a checked request."""
    reasons: Callable[[Policy], Iterable[str]] | None = None
    """The reasons the shop's policy accepts, where one has to be given."""
    also_called: tuple[str, ...] = ()

    async def plan(
        self, context: Context | None, args: Mapping[str, Any], *, orders: OrderBackend, policy: Policy, today: date
    ) -> Change:
        """Return what would be done, without doing anything.

        Raises:
            Refused: nobody is signed in, the arguments do not fit, or a rule says no; in words fit for the customer.
            BackendUnavailable: the shop does not answer.
        """
        customer_id = customer_of(context)
        locale = context.locale if context else ENGLISH
        request, policy = self._checked(args, locale), policy.told_in(locale)
        order_id = getattr(request, "order_id", None)
        with refused_in(locale):
            order = None if order_id is None else await orders.get_order(customer_id, order_id)
            customer = await orders.get_customer(customer_id)
        swapped = {i.product_id for i in order.items} if order and isinstance(request, SwapRequest) else set()
        products = {product_id: await orders.get_product(product_id) for product_id in sorted(swapped)}
        given = RuleInput(policy=policy, today=today, customer=customer, order=order, products=products)
        return self.decide(given, request)

    def tool(self, orders: OrderBackend, policy: Policy, today: Callable[[], date]) -> Tool:
        """Make the tool; called directly it plans and has no effect."""
        steps = ShopWrite(self, orders, policy, today)

        async def preview(runtime: Caller, **args: Any) -> str:
            change = await steps.plan(runtime.context, args)
            return f"Not done yet; the customer has to say yes first: {change.summary}"

        description = " ".join((self.request.__doc__ or "").split())
        bound = StructuredTool(
            name=self.name, description=description, args_schema=self._schema(policy), coroutine=preview
        )
        most = policy.velocity.actions.get(self.name)
        return Tool(
            bound=bound,
            effect="write",
            write=steps,
            rank=self.rank,
            velocity=None if most is None else Velocity(most, policy.velocity.days),
            also_called=self.also_called,
        )

    def _schema(self, policy: Policy) -> type[Request]:
        """Return the arguments as the model sees them, with the reasons this shop accepts."""
        if self.reasons is None:
            return self.request
        field = Field(description=f"The customer's reason, one of: {', '.join(self.reasons(policy))}.", max_length=200)
        return create_model(self.request.__name__, __base__=self.request, reason=(str, field))

    def _checked(self, args: Mapping[str, Any], locale: str) -> Any:
        try:
            return self.request.model_validate(dict(args))
        except ValidationError as error:
            fields = sorted({str(problem["loc"][0]) for problem in error.errors() if problem["loc"]})
            raise Refused(phrase("details_wrong", locale, names=", ".join(fields))) from None


@dataclass(frozen=True)
class ShopWrite:
    """The steps of one write of the shop, as `tools.tool.Write` names them."""

    action: WriteAction
    orders: OrderBackend
    policy: Policy
    today: Callable[[], date]

    async def plan(self, context: Context | None, args: Mapping[str, Any], *, waited_days: int = 0) -> Change:
        """Return what the shop's rules make of a request."""
        today = self.today() - timedelta(days=waited_days)
        return await self.action.plan(context, args, orders=self.orders, policy=self.policy, today=today)

    async def apply(self, change: Change, *, key: str) -> Outcome:
        """Carry out a planned change, at most once for a key."""
        return await self.orders.apply(change, key=key)

    async def find_outcome(self, change: Change, *, key: str) -> Outcome | None:
        """Return what came of a change that was perhaps applied under this key."""
        return await self.orders.find_outcome(change, key=key)


def _order(given: RuleInput) -> Order:
    if given.order is None:
        raise Refused(given.policy.say("which_order"))
    return given.order


def _swap(rule: Callable[..., Change], given: RuleInput, request: SwapRequest, **more: Any) -> Change:
    return rule(
        given.policy,
        given.customer,
        _order(given),
        products=given.products,
        item_ids=request.item_ids,
        new_item_ids=request.new_item_ids,
        payment_method_id=request.payment_method_id,
        **more,
    )


def _refund(given: RuleInput, request: RefundOrder) -> Change:
    amount = Decimal(str(request.amount))
    return rules.refund_order(
        given.policy, given.customer, _order(given), amount=amount, reason=request.reason, today=given.today
    )


WRITE_ACTIONS: dict[str, WriteAction] = {
    action.name: action
    for action in (
        WriteAction(
            name="change_default_address",
            rank=10,
            request=ChangeDefaultAddress,
            decide=lambda g, r: rules.change_default_address(g.policy, g.customer, address=r.address()),
        ),
        WriteAction(
            name="change_order_address",
            rank=20,
            request=ChangeOrderAddress,
            decide=lambda g, r: rules.change_order_address(g.policy, g.customer, _order(g), address=r.address()),
        ),
        WriteAction(
            name="change_order_payment",
            rank=30,
            request=ChangeOrderPayment,
            decide=lambda g, r: rules.change_order_payment(
                g.policy, g.customer, _order(g), payment_method_id=r.payment_method_id
            ),
        ),
        WriteAction(
            name="change_order_items",
            also_called=("exchange", "swap"),
            rank=40,
            request=ChangeOrderItems,
            decide=lambda g, r: _swap(rules.change_order_items, g, r),
        ),
        WriteAction(
            name="exchange_items",
            also_called=("swap", "change"),
            rank=50,
            request=ExchangeItems,
            decide=lambda g, r: _swap(rules.exchange_items, g, r, today=g.today),
        ),
        WriteAction(
            name="return_items",
            also_called=("refund", "send back"),
            rank=60,
            request=ReturnItems,
            decide=lambda g, r: rules.return_items(
                g.policy,
                g.customer,
                _order(g),
                item_ids=r.item_ids,
                payment_method_id=r.payment_method_id,
                today=g.today,
            ),
        ),
        WriteAction(
            name="refund_order",
            rank=70,
            request=RefundOrder,
            decide=_refund,
            reasons=lambda policy: policy.refund.reasons,
        ),
        WriteAction(
            name="cancel_order",
            also_called=("refund", "call off"),
            rank=80,
            request=CancelOrder,
            decide=lambda g, r: rules.cancel_order(g.policy, g.customer, _order(g), reason=r.reason),
            reasons=lambda policy: policy.cancel.reasons,
        ),
    )
}
