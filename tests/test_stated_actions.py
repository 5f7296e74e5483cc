"""Stop what a reply states as done, or says of an order, without a word of it in what tools did and know."""

import json
import time

import pytest

from core.language.text import split_sentences
from graph.verification.evidence import Evidence, Text, ToolOutcome
from graph.verification.evidence_reading import read_evidence
from graph.verification.reply import faults_of
from graph.verification.values.value_reading import Value

PENDING = '{"order_id": "#AF10326", "status": "pending", "total": "113.45", "refunded": "0.00", "card": "Visa 2896"}'
SHIPPED = (
    '{"order_id": "#AF10283", "status": "shipped", "shipped_at": "2026-11-18", "expected_delivery": "2026-11-23", '
    '"total": "63.95"}'
)
CANCELLED = '{"order_id": "#AF10326", "status": "cancelled", "refund": "113.45"}'
ARTICLE = (
    "Orders that are cancelled are refunded within 5 days to the card. The warranty is 2 years. Returns within 30 days."
)


def ground_of_tools(*tools: tuple[str, str], article: str = ARTICLE) -> Evidence:
    texts = [Text(article), *(Text(result, "data") for _, result in tools), Text("please see to AF10326", "customer")]
    return read_evidence(texts, passages=1, outcomes=[ToolOutcome(name, result) for name, result in tools])


def faults(reply: str, *tools: tuple[str, str]) -> list[str]:
    shown: list[Value] = []
    evidence = ground_of_tools(*tools)
    return [fault.text for s in split_sentences(reply)[0] for fault in faults_of(s, evidence, shown)]


@pytest.mark.parametrize(
    "claim",
    [
        "The cancellation went through.",
        "We've gone ahead with the cancellation.",
        "Consider it cancelled!",
        "The money is back on your card.",
        "I spoke with the warehouse and they agreed.",
        "A colleague is looking at this already.",
        "I had your order cancelled.",
        "#AF10326 → cancelled",
        "| #AF10326 | cancelled |",
        "Refund: $113.45 (complete)",
        "1. Cancelled #AF10326\n2. Refunded $113.45",
        "New address: saved",
        "Done!",
        "That's all taken care of.",
        "Your order won't be sent.",
        "✅ Order cancelled",
        "Cancelled as requested.",
        "You've been refunded.",
        "A voucher is in your inbox.",
        "C'est annulé.",
        "Bestellung erfolgreich storniert!",
        "Tu pedido se canceló correctamente.",
        "Su pedido está cancelado.",
        "L'annulation est faite.",
        "Die Stornierung wurde durchgeführt.",
        "L'ordine è annullato.",
        "Je bestelling is geannuleerd.",
        "Zamówienie zostało anulowane.",
        "Ordern är avbokad.",
        "Заказ отменён.",
        "Siparişiniz iptal edildi.",
        "تم إلغاء طلبك.",
        "您的订单已取消。",
        "注文をキャンセルしました。",
        "주문이 취소되었습니다.",
    ],
)
def test_what_is_stated_as_done_needs_a_tool_that_did_it(claim: str) -> None:
    assert faults(claim, ("get_order", PENDING))
    assert faults(claim, ("get_order", PENDING), ("search_articles", json.dumps({"passages": [{"text": ARTICLE}]})))


@pytest.mark.parametrize(
    "reply",
    [
        "The cancellation went through.",
        "Done!",
        "#AF10326 → cancelled",
        "Su pedido está cancelado.",
        "您的订单已取消。",
    ],
)
def test_the_same_words_are_true_after_the_tool_did_it(reply: str) -> None:
    assert faults(reply, ("get_order", PENDING), ("cancel_order", CANCELLED)) == []


@pytest.mark.parametrize(
    "rule",
    [
        "Your order is pending, so it can still be cancelled.",
        "Orders that are cancelled are refunded within 5 days.",
        "Once the cancellation is confirmed you get an e-mail.",
        "The refund goes to the card.",
        "| Order | Shipped | Refunded |",
        "| Refunded | $0.00 |",
        "Your item is replaced or refunded if it arrives damaged.",
        "If you like, I'll cancel it; then the cancellation is confirmed by e-mail.",
        "Nothing has been cancelled so far.",
        "Shall I cancel it? Then all is done.",
        "Los pedidos cancelados se reembolsan en 5 días.",
        "Une commande annulée est remboursée sous 5 jours.",
        "Ihre Bestellung kann noch storniert werden.",
        "L'ordine non è ancora annullato.",
        "Als een bestelling is geannuleerd, komt het geld terug.",
        "可以取消您的订单。",
        "注文はキャンセルできます。",
        "Заказ можно отменить.",
    ],
)
def test_rules_possibilities_and_negations_state_no_deed(rule: str) -> None:
    assert faults(rule, ("get_order", PENDING)) == []


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("Your order #AF10283 is pending and has not been packed yet.", False),
        ("Your order was delivered yesterday to your neighbour.", False),
        ("It was shipped on 23 November.", False),
        ("Status: cancelled", False),
        ("It was shipped on 18 November.", True),
        ("#AF10283 is on its way and has not been delivered yet.", True),
        ("When it has been delivered, you have 30 days.", True),
    ],
)
def test_a_state_is_held_against_the_record(said: str, right: bool) -> None:
    assert (faults(said, ("get_order", SHIPPED)) == []) is right


def test_each_number_of_a_list_has_its_own_record() -> None:
    both = ("list_orders", f"[{SHIPPED}, {PENDING}]")
    assert faults("- #AF10283: shipped\n- #AF10326: pending", both) == []
    assert faults("#AF10283 and #AF10326 are on their way.", both)
    assert faults("You have two orders. #AF10283 has shipped. The other one is pending.", both) == []


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("You can return items for a full year.", False),
        ("The warranty lasts a decade.", False),
        ("It costs a fiver.", False),
        ("The warranty is lifelong.", False),
        ("We are open around the clock.", False),
        ("保証期間は五年です。", False),
        ("保証期間は二年です。", True),
        ("The warranty isn't lifelong.", True),
    ],
)
def test_values_in_words_are_values(said: str, right: bool) -> None:
    assert (faults(said) == []) is right


@pytest.mark.parametrize(
    ("article", "said", "right"),
    [
        ("Take it 16 inches longer than the table of 55 x 70 inches.", "That's 71 × 86 inches.", True),
        ("Take it 16 inches longer than the table of 55 x 70 inches.", "That's 73 × 86 inches.", False),
        (
            "Rated for 25,000 hours, 5 hours a day.",
            "At 5 hours a day, 25,000 hours last 5,000 days, about 13.7 years.",
            True,
        ),
        ("Rated for 25,000 hours, 5 hours a day.", "At 5 hours a day, 25,000 hours last 6,000 days.", False),
        ("Mugs, set of 4.", "Darin ist ein 4er-Set Becher.", True),
    ],
)
def test_sides_quotients_and_compounds_are_read(article: str, said: str, right: bool) -> None:
    assert (faults_of(said, ground_of_tools(article=article), []) == []) is right


def test_the_rest_of_a_list_is_counted() -> None:
    orders = json.dumps({"orders": [{"order_id": f"#AF1000{n}", "items": [{"n": "x"}]} for n in range(3)]})
    first = "One is open: #AF10000. "
    assert faults(f"{first}The other two are not.", ("list_orders", orders)) == []
    assert faults(f"{first}The other five are not.", ("list_orders", orders))


def test_a_long_run_of_letters_is_read_in_no_time() -> None:
    evidence = ground_of_tools(("get_order", PENDING))
    started = time.perf_counter()
    for unit in ("キャンセル", "1x", "your order is now ", "refund "):
        faults_of(unit * (8_000 // len(unit)), evidence, [])
    assert time.perf_counter() - started < 15


@pytest.mark.parametrize(
    "claim",
    [
        "El dinero de #AF10326 ya está devuelto.",
        "Your money for this order has already been sent back.",
        "Ihr Geld wurde Ihnen heute schon zurückgezahlt.",
        "L'argent de votre commande vous a déjà été rendu.",
    ],
)
def test_an_article_that_says_what_was_done_for_one_customer_makes_it_no_truer(claim: str) -> None:
    evidence = ground_of_tools(("get_order", PENDING), article=f"{ARTICLE} {claim}")
    assert faults_of(claim, evidence, [])


@pytest.mark.parametrize(
    "claim",
    [
        "Die Rücksendung wurde schon angemeldet.",
        "La somme vient d'être reversée sur la carte.",
        "El importe ya fue abonado a la tarjeta.",
        "Il denaro è già stato restituito.",
        "O dinheiro já foi devolvido.",
        "Het bedrag is vandaag teruggestort.",
        "Kwota została już oddana.",
    ],
)
def test_any_participle_of_the_past_tells_of_a_deed(claim: str) -> None:
    assert faults(claim, ("get_order", PENDING))


@pytest.mark.parametrize(
    "sentence",
    [
        "Das Set ist für Kinder gedacht.",
        "La tienda ahora está abierta.",
        "Le magasin est désormais fermé.",
        "Il prezzo è già compreso.",
        "De winkel is gesloten.",
        "Wysyłka jest już wliczona w cenę.",
        "O pedido já foi pago.",
    ],
)
def test_what_is_so_is_no_deed(sentence: str) -> None:
    assert not faults(sentence, ("get_order", PENDING))


@pytest.mark.parametrize(
    "claim",
    [
        "I went ahead and took care of the refund.",
        "Order AF10326 is off.",
        "We got AF10326 cancelled for you.",
        "Ya cancelé tu pedido AF10326.",
        "Ihre Bestellung AF10326 ist hiermit vom Tisch.",
    ],
)
def test_a_deed_is_stated_in_many_words(claim: str) -> None:
    assert faults(claim, ("get_order", PENDING))
