"""An answer to a question that states at length what stands in no article is asked for again, then elsewhere."""

from dataclasses import replace

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver

from core.models.fallback import Candidate, ChainedChatModel
from core.passages import Passage
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.replies import Token
from tests.graph_fakes import RETURNS, call, parts, scripted

EXCHANGES = Passage(
    id="exchanges#0",
    article_id="exchanges",
    title="Exchanging items in stores",
    text="Exchanges of online orders are done by post, not in the store. We e-mail you a prepaid label for the old "
    "item, and the new item leaves our warehouse as soon as the carrier has scanned the old one.",
)
UMTAUSCH = replace(
    EXCHANGES, id="umtausch#0", text="Der Umtausch von Bestellungen geht per Post und nicht in the store."
)
ASKED = "Can I exchange something from an online order in one of your stores?"
INVENTED = (
    "Sure, just walk into any branch with your receipt. Our staff inspect its condition at the counter. "
    "Pick a replacement from the shelves, sign the form, and pay the difference at the register."
)
SOURCED = "Exchanges of online orders are done by post. [1]"
PARAPHRASED = (
    "Swapping works through the mail: you get a prepaid label from us by e-mail and send the old piece back with it. "
    "Once the carrier has scanned that one, the new one is on its way from the warehouse."
)


async def said(
    *models: BaseChatModel, asked: str = ASKED, passages: tuple[Passage, ...] = (EXCHANGES, RETURNS)
) -> tuple[str, str]:
    """Return the reply that one of these models gives, each behind the one before, and what was streamed of it."""
    chain = ChainedChatModel(links=[Candidate(f"model {n}", model) for n, model in enumerate(models)])
    agent = SupportAgent(
        build_graph(parts(chain, passages=passages), checkpointer=InMemorySaver()), max_message_chars=1000
    )
    *events, reply = [event async for event in agent.stream("t", asked, customer_id="ada")]
    return reply.text, "".join(event.text for event in events if isinstance(event, Token))


async def test_it_is_asked_for_once_more_and_never_shown() -> None:
    model = scripted(INVENTED, SOURCED)
    assert await said(model) == (SOURCED, SOURCED)
    assert "stands in an article" in str(model.requests[1][0].content)


async def test_after_the_second_the_next_model_answers() -> None:
    weak, behind = scripted(INVENTED, INVENTED), scripted(SOURCED)
    assert (await said(weak, behind))[0] == SOURCED
    assert (len(weak.requests), len(behind.requests)) == (2, 1)


async def test_it_is_no_answer_though_a_sentence_of_it_was_left_out() -> None:
    weak, behind = scripted(*[f"{INVENTED} It takes 417 days."] * 2), scripted(SOURCED)
    assert (await said(weak, behind))[0] == SOURCED


async def test_without_another_model_the_second_is_told() -> None:
    assert (await said(scripted(INVENTED, INVENTED)))[0] == INVENTED


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        pytest.param(ASKED, PARAPHRASED, id="an article in other words"),
        pytest.param(ASKED, f"{INVENTED} Returns work within 30 days.", id="a value that stands"),
        pytest.param(ASKED, f"{INVENTED} [2]", id="a source"),
        pytest.param(ASKED, f"{INVENTED} Which order is it about?", id="a question back"),
        pytest.param(ASKED, "Just walk into any branch with your receipt.", id="few words"),
        pytest.param(
            ASKED,
            "I am afraid that swapping merchandise at a counter isn't something my guidance describes, "
            "so a colleague wouldn't be able to promise any particular outcome before seeing your receipt.",
            id="not known",
        ),
        pytest.param(
            ASKED,
            "Gehen Sie einfach mit dem Kassenbon in eine Filiale. Unsere Mitarbeiter prüfen die Ware am Schalter und "
            "suchen mit Ihnen einen Ersatz aus dem Regal aus, dann unterschreiben Sie das Formular.",
            id="another language",
        ),
        pytest.param("I exchanged something in one of your stores last week", INVENTED, id="no question"),
        pytest.param("What can you do in stores?", INVENTED, id="a question about the agent"),
    ],
)
async def test_other_answers_are_left_alone(asked: str, answer: str) -> None:
    model = scripted(answer)
    told, _ = await said(model, asked=asked)
    assert told.replace(" [1]", "") == answer.replace(" [2]", "")
    assert len(model.requests) == 1


async def test_what_is_said_of_a_record_needs_no_article() -> None:
    model = scripted(call("get_order", order_id="A1"), INVENTED)
    assert (await said(model, asked=f"{ASKED} It is order A1."))[0] == INVENTED
    assert len(model.requests) == 2


async def test_articles_in_another_language_are_not_compared() -> None:
    model = scripted(AIMessage(INVENTED))
    assert (await said(model, passages=(UMTAUSCH,)))[0] == INVENTED
