"""A conversation in one language has no half in another: proposals, questions, reports and refusals."""

import pytest

from tests.graph_fakes import call
from tests.test_action_flow import CANCEL, Shop


@pytest.mark.parametrize(
    ("wish", "yes", "asked", "question", "done"),
    [
        (
            "Bitte stornieren Sie meine Bestellung #AF1, ich habe sie versehentlich bestellt.",
            "ja",
            "Bestellung #AF1 stornieren: ",
            "Grund: versehentlich bestellt. $104.00 gehen innerhalb von 5–7 Werktagen auf",
            "Bestellung #AF1 ist storniert. ",
        ),
        (
            "Je voudrais annuler ma commande #AF1, je l'ai commandée par erreur.",
            "oui",
            "Annuler la commande #AF1 : ",
            "Dois-je le faire ?",
            "La commande #AF1 est annulée. ",
        ),
        (
            "Quiero cancelar mi pedido #AF1, lo pedí por error.",
            "sí",
            "Cancelar el pedido #AF1: ",
            "¿Lo hago?",
            "El pedido #AF1 está cancelado. ",
        ),
    ],
)
async def test_an_action_is_asked_and_told_in_one_language(
    wish: str, yes: str, asked: str, question: str, done: str
) -> None:
    shop = Shop(CANCEL)
    proposal = await shop.say(wish)
    assert proposal.startswith(asked)
    assert question in proposal
    report = await shop.say(yes)
    assert report.startswith(done)
    assert shop.effects == 1
    english = ("Cancel order", "Reason", "goes back", "Shall I", "is on its way", "your ")
    assert [words for words in english if words in f"{proposal} {report}"] == []


async def test_a_refusal_is_told_to_the_model_in_the_customers_language() -> None:
    shop = Shop(call("cancel_order", order_id="#AF999", reason="ordered by mistake"), "Das geht leider nicht.")
    await shop.say("Bitte stornieren Sie meine Bestellung #AF999.")
    [*_, told, _] = (await shop.agent.state("t")).messages
    assert told.text.startswith("Ich finde in Ihrem Konto keine Bestellung mit dieser Nummer.")
