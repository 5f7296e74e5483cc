"""Hold replies to the languages in which their claims can be read, and tell customers of another one so."""

from pathlib import Path

import pytest
from langchain_core.messages import AIMessage
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from core.language.fixed_sentences import phrase
from core.models.json_mode import JsonModel
from core.offline.model import OFFLINE
from graph.business_check import check_business
from graph.verification.judge import ReplyJudge
from graph.verification.reply_language import CHECKED, ReplyLanguages, identifier
from tests.graph_fakes import parts, scripted
from tests.test_verified_replies import agent_of, streamed

CANCELLED = {
    "sv": "Din beställning har avbokats.",
    "fi": "Tilauksesi on peruttu ja rahat palautettu.",
    "hu": "A rendelését töröltük.",
    "cs": "Vaše objednávka byla zrušena.",
    "ro": "Comanda dumneavoastră a fost anulată.",
    "tr": "Siparişiniz iptal edildi.",
    "id": "Pesanan Anda sudah kami batalkan.",
    "vi": "Đơn hàng của bạn đã bị hủy.",
    "ca": "La seva comanda s'ha cancel·lat.",
    "el": "Η παραγγελία σας ακυρώθηκε.",
    "he": "ההזמנה שלך בוטלה.",
    "hi": "आपका ऑर्डर रद्द कर दिया गया है।",
    "th": "ยกเลิกคำสั่งซื้อแล้ว",
    "ar": "تم إلغاء طلبك.",
    "ja": "ご注文はキャンセルされました。",
    "sw": "Agizo lako limefutwa tayari.",
}
SUPPORTED = "You have 30 days. [1]"


@pytest.mark.parametrize("claim", CANCELLED.values(), ids=CANCELLED.keys())
async def test_what_no_rule_can_read_is_not_said_and_is_asked_for_again(claim: str) -> None:
    model = scripted(f"{SUPPORTED} {claim}", SUPPORTED)
    _, reply = await streamed(parts(model))
    assert reply.text == SUPPORTED
    assert "must be written in English, German" in str(model.requests[1][0].content)


@pytest.mark.parametrize("claim", CANCELLED.values(), ids=CANCELLED.keys())
def test_a_clause_in_another_language_is_found_among_english_words(claim: str) -> None:
    assert ReplyLanguages().foreign(f"Your order is on its way to you, and {claim}")


@pytest.mark.parametrize(
    "sentence",
    [
        "Yes.",
        "All set!",
        "- Status: shipped\n",
        "It ships via UPS Ground, tracking 1Z999AA10123456784 (https://www.alderfinch.example/track).",
        "Sie können die Artikel 30 Tage lang zurückgeben.",
        "Votre commande est en attente : elle peut être annulée.",
        "Puede cambiar de plan cuando quiera.",
        "La biglietteria è aperta dal martedì al sabato.",
        "U betaalt 9 cent per dag, hoogstens 5 euro per boek.",
        "Wniosek można złożyć w ciągu 3 miesięcy.",
        "A sua encomenda está pendente e pode ser cancelada.",
        "Take 10 µg a day.",
    ],
)
def test_what_the_rules_can_read_may_be_said(sentence: str) -> None:
    assert ReplyLanguages().foreign(sentence) is None


def test_names_of_records_and_words_of_the_customer_are_of_no_language() -> None:
    languages, sentence = ReplyLanguages(), "You ordered the Fjällräven Kånken Ryggsäck Svart."
    assert languages.foreign(sentence)
    assert languages.foreign(sentence, data='{"name": "fjällräven kånken ryggsäck svart"}') is None
    assert languages.foreign("Hello Γιώργος!", told="my name is γιώργος") is None


def test_a_business_is_answered_for_in_the_languages_it_names() -> None:
    assert ReplyLanguages(["en", "fr"]).foreign("Sie können die Artikel 30 Tage lang zurückgeben.") == "de"
    assert ReplyLanguages(["sv"]).listed() == "English"


async def test_a_customer_of_another_language_reads_once_which_one_is_spoken() -> None:
    answer = "Please keep the box and the papers."
    made = parts(scripted(answer, answer))
    agent = agent_of(made)
    first = await agent.send("t", "Hej! Hur länge har jag på mig att lämna tillbaka en vara?", customer_id="ada")
    second = await agent.send("t", "Tack så mycket, och kan jag skicka tillbaka muggen?", customer_id="ada")
    assert (first.text, second.text) == (f"{phrase('only_this_language', 'en')} {answer}", answer)
    assert "write in English" in str(made.model.requests[0][0].content)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("message", "served", "answered"),
    [
        ("Onde está a minha encomenda, por favor?", ("en", "es"), "en"),
        ("On és la meva comanda? Encara no l'he rebuda.", ("en", "es"), "es"),
        ("Wo bleibt mein Paket?", CHECKED, None),
        ("wheres my pakage its been 3 weks", CHECKED, None),
        ("#AF10293", CHECKED, None),
        ("ok", CHECKED, None),
    ],
)
def test_the_nearest_language_is_answered_in(message: str, served: tuple[str, ...], answered: str | None) -> None:
    assert ReplyLanguages(served).instead_of(message) == answered


@pytest.mark.parametrize(
    ("verdict", "said"), [('{"unsupported": []}', True), ('{"unsupported": [1]}', False), ("no JSON at all", False)]
)
async def test_where_the_model_judges_any_language_may_be_spoken(verdict: str, said: bool) -> None:
    claim = CANCELLED["hu"]
    judge = ReplyJudge(JsonModel(scripted(verdict, verdict)))
    made = parts(scripted(f"{claim}", f"{claim} {SUPPORTED}"), judge=judge)
    _, reply = await streamed(made, "Kérem, törölje a rendelésemet!")
    assert (claim in reply.text) == said
    assert phrase("only_this_language", "en") not in reply.text


async def test_the_offline_models_own_sentences_may_be_in_any_language() -> None:
    text = "こんにちは。ご注文番号を教えてください。"
    own = AIMessage(text, response_metadata={"model_name": OFFLINE, "finish_reason": "stop"})
    _, reply = await streamed(parts(scripted(own)))
    assert reply.text == text


def test_a_language_without_checks_is_told_to_who_checks_a_business(tmp_path: Path) -> None:
    (tmp_path / "business.yaml").write_text("name: Kvarn\nlanguages: [sv, en]\n")
    assert any("claims in sv" in str(problem) for problem in check_business(tmp_path).problems)


async def test_a_reply_in_another_language_than_the_customers_is_asked_for_again() -> None:
    model = scripted("You have thirty days to send everything back to us. [1]", "Sie haben 30 Tage. [1]")
    agent = agent_of(parts(model))
    reply = await agent.send("t", "Wie lange habe ich bei Ihnen Zeit für die returns nach dem Kauf?")
    assert reply.text == "Sie haben 30 Tage. [1]"
    assert "The customer writes German" in model.requests[0][0].text


@pytest.fixture(scope="module")
def in_memory() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)


@pytest.mark.parametrize("text", ["", "ok", "Your order was cancelled.", "Agizo lako limefutwa.", "ご注文はキャンセル"])
def test_the_languages_of_a_text_are_ranked_as_with_the_model_in_memory(
    text: str, in_memory: LanguageIdentifier
) -> None:
    assert identifier().rank(text) == in_memory.rank(text)
