"""Know which question stands behind what customers tell of goods and orders, or is asked at least."""

import re

from tools.retail.offline.reading.request_phrases import CHEAPER, REFUND, RETURN, SWAP_WORD

TROUBLES = (
    (re.compile((
        r"\b(?:arrive[ds]?|arriving|came|comes?|gets? here|was|is|are|were) (?:\w+ )?(?:broken|damaged|cracked|"
        r"torn|shattered|in pieces|smashed|scratched|dented|faulty|defective)\b|\barrived in pieces\b|"
        r"\b(?:came|arrived|has|have|got|there is|there's) (?:with )?(?:an? )?(?:\w+ )?"
        r"(?:crack|dent|scratch|hole|tear|chip)s?\b"
    )),
     "What should I do when an item arrives damaged or broken?"),
    (re.compile(r"\bmissing\b|\bincomplete\b|\bnot in the (?:box|parcel|package)\b"),
    "What should I do when an item is missing from the parcel?"),
    (re.compile(r"\bwrong (?:item|one|colou?r|size|product|thing|model)\b"),
    "What should I do when I received the wrong item?"),
    (re.compile(
        r"(?<!\bi )(?<!\bi've )(?<!\bi have )(?<!\bwe )\blost\b|\b(?:never arrived|not arrived|"
        r"stolen|disappeared|(?:never|doesn't|does not|doesnt|not) (?:show|turn)s? up|"
        r"if it (?:never|doesn't|does not|doesnt) (?:come|arrive))\b"
    ), "What happens when a parcel is lost?"),
    (re.compile(r"\b(?:(?<!too )late|overdue|was due|supposed to (?:be|come|arrive|get)|"
                r"(?:hasn't|not) (?:come|arrived|here))\b"),
     "What happens when a parcel is late?"),
    (re.compile(r"\bcontact\b|\b(?:get in touch|reach) (?:with )?you\b"), "How to reach us and talk to a person?"),
)  # fmt: skip
"""What customers tell in many words, and the question behind it."""
AT_DELIVERY = TROUBLES[:3]
"""Those that are to be told within some days of the delivery."""
TOPICS = (
    (CHEAPER, "Do I get the difference back when the price falls after I have bought?"),
    (SWAP_WORD, "How can I exchange an item?"),
    (RETURN, "How do I return an item?"),
    (REFUND, "How and when do I get a refund?"),
)
"""What a question is about at least, when its own words find no passage: `how long do I have to return a kettle?`."""
