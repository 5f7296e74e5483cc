"""Ask the server for what it shows of the business: name, colour, pictures and first words."""

from pathlib import Path

import pytest

from core.errors import InputError
from tests.server_fakes import serving
from tools.business.business_folder import read_business

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
LOOK = """name: Harbour & Sons
look:
  color: "#770033"
  logo: logo.svg
  greeting: {en: "Ahoy! What can we do for you?", de: "Moin! Was können wir tun?"}
  reply_time: We usually reply within an hour.
  suggestions: {en: ["When do you open?", "Where is my boat?"]}
  sign_in: https://harbour.example/sign-in
"""


@pytest.fixture
def business(tmp_path: Path) -> Path:
    """Return the folder of a business with a look of its own."""
    folder = tmp_path / "harbour"
    folder.mkdir()
    (folder / "business.yaml").write_text(LOOK, encoding="utf-8")
    (folder / "logo.svg").write_text(SVG, encoding="utf-8")
    return folder


async def test_pages_bear_the_name_the_icon_and_the_colour_of_the_business(tmp_path: Path, business: Path) -> None:
    async with serving(tmp_path, business=business) as server:
        for path in ("/", "/chat"):
            page = (await server.client.get(path)).text
            assert "<title>Harbour &amp; Sons</title>" in page
            icon = page.split('rel="icon" href="')[1].split('"')[0]
            assert (await server.client.get(icon)).text == SVG
        theme = (await server.client.get("/web/now/theme.css")).text
        assert "--sa-accent: #770033;" in theme
        assert "#1b5e4b" not in theme
        told = (await server.client.get("/v1/chat?locale=de-AT")).json()
        assert told["greeting"] == "Moin! Was können wir tun?"
        assert told["reply_time"] == "We usually reply within an hour."
        assert told["suggestions"] == ["When do you open?", "Where is my boat?"]
        assert told["sign_in"] == "https://harbour.example/sign-in"
        logo = await server.client.get(told["logo"])
        assert (logo.text, logo.headers["content-type"]) == (SVG, "image/svg+xml")
        assert "sandbox" in logo.headers["content-security-policy"]  # a drawing that is opened by itself runs nothing


def test_a_picture_that_is_not_there_is_named_with_its_line(business: Path) -> None:
    (business / "logo.svg").unlink()
    with pytest.raises(InputError, match=r"business.yaml:4.*there is no file logo.svg"):
        read_business(business)
