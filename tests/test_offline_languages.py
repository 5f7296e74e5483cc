"""Without a model, too, a customer who writes German, French or Spanish is understood and answered in it."""

import re
import string

import pytest

from core.embeddings.minilm import MiniLM
from core.language.fixed_sentences import Catalogue, own_phrases
from core.offline.answering.speaker import LANGUAGES
from core.offline.model import OfflineChatModel
from core.safety.untrusted_text import quote_turn
from tests.offline_shop import Talk, articles
from tools.retail.offline.speaking.shop_speaker import ShopSpeaker

ADA = "ada_brook_1001"


@pytest.mark.parametrize("catalogue", [LANGUAGES, ShopSpeaker.catalogue])
def test_every_language_hears_and_says_the_same(catalogue: Catalogue) -> None:
    keys = {language: set(catalogue[language]) for language in catalogue}
    assert keys == dict.fromkeys(("de", "es", "fr"), keys["de"])
    for key in keys["de"]:
        texts = [catalogue[language][key] for language in catalogue]
        if key.startswith("hears_"):
            assert all(re.compile(text) for text in texts)
        else:
            places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts]
            assert places == [places[0]] * 3, key


@pytest.mark.parametrize(
    ("text", "starts", "holds"),
    [
        ("Hallo", "Guten Tag!", "Hilfeartikeln"),
        ("Wo ist meine Bestellung #AF10142?", "Bestellung #AF10142: zugestellt.", "Zugestellt am 9. November 2026."),
        ("Où est ma commande #AF10142 ?", "Commande #AF10142 : livrée.", "Livrée le 9 novembre 2026."),
        ("¿Dónde está mi pedido #AF10142?", "Pedido #AF10142: entregado.", "Entregado el 9 de noviembre de 2026."),
        ("Zeigen Sie mir bitte meine Bestellungen", "Ihre Bestellungen:", "#AF10283: versandt"),
        ("Merci beaucoup", "Avec plaisir", ""),
        ("au revoir", "Merci de nous avoir écrit", ""),
        ("Danke, auf Wiedersehen!", "Gern geschehen!", ""),
        ("grazie mille", "Prego!", ""),
        ("ciao", "Buongiorno!", ""),
        ("dziękuję bardzo", "Proszę bardzo!", ""),
        ("ありがとうございます", "どういたしまして", ""),
        ("Wer hat Ihre Firma gegründet und wann war das?", "Darauf habe ich", "„Mensch“"),
    ],
)
def test_reads_are_told_in_the_customers_language(text: str, starts: str, holds: str) -> None:
    reply = Talk(ADA).say(text)
    assert reply.startswith(starts)
    assert holds in reply


def test_a_business_greets_in_its_own_words_where_no_trade_brings_others() -> None:
    with own_phrases({"hello": {"de": "Willkommen bei Nova! Worum geht es?"}}):
        assert (
            OfflineChatModel().invoke([("user", quote_turn("Hallo", []))]).text == "Willkommen bei Nova! Worum geht es?"
        )


@pytest.mark.parametrize(
    ("lines", "action"),
    [
        (
            ["Bitte stornieren Sie die Bestellung #AF10326, ich brauche sie nicht mehr."],
            ("cancel_order", {"order_id": "#AF10326", "reason": "no longer needed"}),
        ),
        (
            ["Je veux annuler ma commande.", "Je l'ai commandée par erreur."],
            ("cancel_order", {"order_id": "#AF10326", "reason": "ordered by mistake"}),
        ),
        (["Quiero cancelar mi pedido #AF10326, ya no lo necesito."], ("cancel_order", {"order_id": "#AF10326"})),
        (["Ich möchte etwas zurückgeben.", "aus AF10002, alles"], ("return_items", {"order_id": "#AF10002"})),
    ],
)
def test_a_wish_becomes_a_proposal(lines: list[str], action: tuple[str, dict[str, str]]) -> None:
    talk = Talk(ADA)
    for line in lines:
        talk.say(line)
    [(name, args)] = talk.proposed
    assert (name, {key: args[key] for key in action[1]}) == action


@pytest.mark.parametrize(
    "text", ["Wie kann ich eine Bestellung stornieren?", "Puis-je annuler ma commande ?", "¿Puedo cancelar mi pedido?"]
)
def test_a_question_proposes_nothing(text: str) -> None:
    talk = Talk(ADA)
    talk.say(text)
    assert talk.proposed == []


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("Bitte die Lieferadresse von AF10326 ändern: Lindenstraße 5, Portland, OR 97210", "Lindenstraße 5"),
        ("Changez l'adresse de la commande AF10326 : 12 rue de Lyon, Portland, OR 97210", "12 rue de Lyon"),
        ("Por favor cambie la dirección del pedido AF10326: Calle Mayor 7, Portland, OR 97210", "Calle Mayor 7"),
    ],
)
def test_an_address_is_changed_in_the_customers_language(text: str, street: str) -> None:
    talk = Talk(ADA)
    talk.say(text)
    [(name, args)] = talk.proposed
    assert (name, args["address1"], args["city"], args["zip"]) == ("change_order_address", street, "Portland", "97210")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Kann ich AF10283 noch stornieren?", "Stornieren geht nur, solange"),
        ("Kann ich AF10326 noch stornieren?", "noch stornieren. Schreiben Sie"),
        ("Kann ich AF10142 zurückgeben?", "noch etwas zurückgeben"),
        ("Puis-je encore annuler la commande AF10326 ?", "encore annuler cette commande"),
    ],
)
def test_what_can_be_done_is_told_to_who_asks_and_nothing_is_proposed(text: str, holds: str) -> None:
    talk = Talk(ADA)
    assert holds in talk.say(text)
    assert talk.proposed == []


def test_a_slip_is_a_mistake() -> None:
    talk = Talk(ADA)
    talk.say("AF10326 bitte stornieren, ich habe mich vertan")
    assert talk.proposed == [("cancel_order", {"order_id": "#AF10326", "reason": "ordered by mistake"})]


@pytest.mark.parametrize(
    ("text", "of_order"),
    [
        ("Wie lange dauert die Rücksendung?", False),
        ("Combien de temps prend le retour ?", False),
        ("¿Cuánto tarda la devolución?", False),
        ("Kann ich die zurückgeben?", True),
        ("Je peux le retourner ?", True),
        ("¿Lo puedo devolver?", True),
    ],
)
def test_the_article_before_a_deed_stands_for_no_order(text: str, of_order: bool) -> None:
    talk = Talk(ADA)
    talk.say("Where is my order AF10283?")
    assert ("#AF10283" in talk.say(text)) is of_order


@pytest.mark.parametrize(
    ("text", "order", "item"),
    [
        ("Ich möchte das Kaffee-Set zurückgeben", "#AF10002", "S200601"),
        ("Ich möchte das Kaffeeset zurückschicken", "#AF10002", "S200601"),
        ("Je voudrais retourner la bouilloire", "#AF10142", "S200104"),
        ("Quiero devolver el hervidor", "#AF10142", "S200104"),
    ],
)
def test_goods_with_english_names_are_known_by_their_names_in_the_customers_language(
    text: str, order: str, item: str
) -> None:
    talk = Talk(ADA)
    talk.say("Wo ist #AF10142?" if order == "#AF10002" else "¿Dónde está mi pedido #AF10002?")
    reply = talk.say(text)
    assert [(args["order_id"], args["item_ids"]) for _, args in talk.proposed] == [(order, [item])], reply


@pytest.mark.parametrize(
    ("lines", "name", "args"),
    [
        (
            ["Ich möchte den Wasserkocher umtauschen", "gegen den in Creme bitte"],
            "exchange_items",
            {"order_id": "#AF10142", "item_ids": ["S200104"]},
        ),
        (["¿Puedo cancelar el reloj?", "vale, hazlo, ya no lo necesito"], "cancel_order", {"order_id": "#AF10326"}),
        (
            ["Kann ich die Bestellung mit der Wanduhr noch stornieren?", "ok mach das", "versehentlich bestellt"],
            "cancel_order",
            {"order_id": "#AF10326", "reason": "ordered by mistake"},
        ),
        (
            ["mon adresse a changé", "12 rue de Lyon, Portland, OR 97210"],
            "change_order_address",
            {"order_id": "#AF10326", "zip": "97210"},
        ),
    ],
)
def test_what_answers_a_question_goes_on_with_the_wish(lines: list[str], name: str, args: dict[str, object]) -> None:
    talk = Talk(ADA)
    replies = [talk.say(line) for line in lines]
    [(proposed, given)] = talk.proposed
    assert (proposed, {key: given[key] for key in args}) == (name, args), replies


@pytest.mark.parametrize(
    "text",
    [
        "Kann ich den Wasserkocher gegen eine andere Farbe tauschen?",
        "Est-ce que je peux changer le moyen de paiement de ma commande ?",
        "¿Se puede cambiar la dirección del pedido AF10326?",
        "Puis-je échanger la bouilloire ?",
        "Je voudrais renvoyer la bouilloire mais je n'ai plus le carton, ça passe quand même ?",
    ],
)
def test_questions_about_exchanges_addresses_and_payments_propose_nothing(text: str) -> None:
    talk = Talk(ADA)
    talk.say(text)
    assert talk.proposed == []


@pytest.mark.parametrize(
    ("text", "proposes"),
    [
        ("Den Wasserkocher würde ich gern zurückschicken, geht das noch?", True),
        ("Je voudrais renvoyer la bouilloire, c'est encore possible ?", True),
        ("Quiero devolver el hervidor, ¿todavía se puede?", True),
        ("Je voudrais renvoyer la bouilloire mais je n'ai plus le carton, c'est encore possible ?", False),
        ("Ich möchte #AF10283 stornieren, geht das noch?", False),
        ("Kann ich den Wasserkocher zurückschicken, geht das noch?", False),
    ],
)
def test_a_wish_is_proposed_to_who_only_asks_behind_it_whether_it_is_still_possible(text: str, proposes: bool) -> None:
    talk = Talk(ADA)
    reply = talk.say(text)
    assert bool(talk.proposed) is proposes, reply


def test_goods_named_after_others_were_told_are_told_as_well() -> None:
    talk = Talk(ADA)
    talk.say("Wo ist #AF10142?")
    assert "#AF10326" in talk.say("Und die Wanduhr?")


@pytest.mark.parametrize(
    "lines",
    [
        ["Bitte stornieren Sie #AF10326", "nein, lass mal", "ok"],
        ["Kann ich AF10326 noch stornieren?", "nein danke", "ok"],
        ["Annulez la commande #AF10326", "non finalement", "d'accord"],
        ["¿Puedo cancelar AF10326?", "mejor no", "vale"],
    ],
)
def test_what_was_declined_is_not_asked_again(lines: list[str]) -> None:
    talk = Talk(ADA)
    *_, last = [talk.say(line) for line in lines]
    assert "AF10326" not in last
    assert talk.proposed == []


PAYING = [p for p in articles() if p.article_id in ("payment-methods", "changing-the-payment-method")]


@pytest.mark.parametrize(
    ("question", "chooses", "title"),
    [
        ("Kann ich bei euch auf Raten zahlen?", "den ersten bitte", "„Payment methods“"),
        ("Je peux payer en plusieurs fois ?", "le premier", "« Payment methods »"),
        ("¿Puedo pagar a plazos?", "1", "«Payment methods»"),
    ],
)
def test_where_nothing_answers_near_titles_are_offered_to_choose_from(question: str, chooses: str, title: str) -> None:
    model, asked = OfflineChatModel(embeddings=MiniLM()), ("user", quote_turn(question, PAYING))
    offer = model.invoke([asked]).text
    assert title in offer
    assert "[" not in offer
    read = model.invoke([asked, ("ai", offer), ("user", quote_turn(chooses, PAYING))]).text
    assert "A pending order can be moved to another way of paying [1]." in read


@pytest.mark.parametrize("question", ["Does my gift card ever expire?", "Verfällt meine Geschenkkarte irgendwann?"])
def test_what_no_record_says_of_ones_own_is_told_from_the_articles(question: str) -> None:
    assert "Gift cards do not expire" in Talk(ADA, embeddings=MiniLM()).say(question)


@pytest.mark.parametrize(
    "question",
    ["Wie lange habe ich Garantie auf die Sachen, die ich bei Ihnen gekauft habe?", "how long do I have a warranty?"],
)
def test_who_asks_how_long_they_have_something_asks_for_no_list_of_their_own(question: str) -> None:
    reply = Talk(ADA, embeddings=MiniLM()).say(question)
    assert "2" in reply
    assert "warranty" in reply
    assert "Brook" not in reply


def test_questions_beside_each_other_are_each_answered() -> None:
    reply = Talk(ADA, embeddings=MiniLM()).say("Wie lange ist ein Gutscheincode gültig und wann öffnen Ihre Läden?")
    assert "60 days" in reply
    assert "10:00" in reply


def test_what_the_record_says_is_told_from_it_alone() -> None:
    reply = Talk(ADA, embeddings=MiniLM()).say("What payment methods do I have stored?")
    assert reply.startswith("Stored payment methods: Visa")
    assert "[" not in reply


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("Wann bekomme ich mein Geld zurück?", "A refund goes to the original payment method"),
        ("¿Cuándo llegará mi tarjeta regalo?", "within 15 minutes of payment"),
        ("Quand est-ce que la facture est là ?", "24 hours after the order has left the warehouse"),
    ],
)
def test_when_something_else_than_an_order_comes_is_told_from_the_articles(question: str, holds: str) -> None:
    reply = Talk(ADA, embeddings=MiniLM()).say(question)
    assert "#AF" not in reply
    assert holds in reply


@pytest.mark.parametrize("question", ["Wann kommt das an?", "Wann kommt mein Zelt?", "Où est mon colis ?"])
def test_when_goods_come_is_told_from_the_orders(question: str) -> None:
    assert "#AF10326" in Talk(ADA, embeddings=MiniLM()).say(question)


def test_beside_a_proposal_nothing_is_quoted_that_is_only_near() -> None:
    talk = Talk("jonas_weidner_1006")
    reply = talk.say(
        "Ich möchte die Stirnlampe aus Bestellung #AF10122 zurückgeben. Das Geld bitte auf mein PayPal. Geht das noch?"
    )
    assert talk.proposed
    assert "Artikel" not in reply.partition("Rückgabe aus")[0]


def test_a_wish_in_the_form_of_a_question_to_us_is_proposed_in_spanish() -> None:
    talk = Talk("mateo_rojas_1035")
    talk.say("Buenas, hice el pedido #AF10268 por error. ¿Me lo pueden cancelar?")
    assert [name for name, _ in talk.proposed] == ["cancel_order"]
