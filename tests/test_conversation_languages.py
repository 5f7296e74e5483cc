"""A conversation is held in the customer's language from the first reply to the last: no half of it is English."""

from pathlib import Path

import pytest

from core.language.detection import language_of
from core.language.text import sentences
from graph.agent import open_agent
from tests.server_fakes import settings_in
from tests.terminal import fill_sample_shop

SAID = {
    "de": (
        "Hallo! Wo ist meine Bestellung #AF10283?",
        "Bitte stornieren Sie die Bestellung #AF10326, ich brauche sie nicht mehr.",
        "ja, bitte",
        "Stornieren Sie bitte auch #AF10283",
        "Ich möchte mit einem Menschen sprechen.",
    ),
    "fr": (
        "Bonjour ! Où est ma commande #AF10283 ?",
        "Veuillez annuler la commande #AF10326, je n'en ai plus besoin.",
        "oui, merci",
        "Annulez aussi la commande #AF10283, s'il vous plaît",
        "Je voudrais parler à une personne.",
    ),
}


@pytest.mark.parametrize("language", SAID)
async def test_no_sentence_of_a_conversation_is_english(language: str, tmp_path: Path) -> None:
    fill_sample_shop(tmp_path)
    replies = []
    async with open_agent(settings_in(tmp_path)) as agent:
        for text in SAID[language]:
            reply = await agent.send("t", text, customer_id="ada_brook_1001")
            replies.append(reply)
    assert replies[2].tools == ("cancel_order",)
    assert replies[4].owner == "pending"
    told = [sentence for reply in replies for sentence in sentences(reply.text)]
    assert [sentence for sentence in told if language_of(sentence, language) == "en"] == []
