"""Answer in another language than English what rules can answer."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.json_records import records_within, words_of_name
from core.language.confirmations import answer_to_confirmation
from core.language.corrections import takes_back
from core.language.detection import language_of, spoken_language
from core.language.fixed_sentences import ENGLISH, Catalogue, list_words, phrase
from core.language.glossary import in_english, unknown_words
from core.language.greetings import ends_well
from core.language.requested_changes import asks_about
from core.language.text import normal
from core.language.words import content_stems, content_words
from core.offline.answering.articles import context_of
from core.offline.answering.asked_facts import facts_asked, rule_beside
from core.offline.answering.found_records import asks_list, nothing_of_own, own_records, state_beside
from core.offline.answering.no_answer import chosen_article
from core.offline.answering.quotations import LIKELY, Quote, is_told, without_repeats
from core.offline.answering.spoken_of import goes_on, listed, picks_one
from core.offline.answering.toolbox import Call, CallNeeded, NotPossible, ReplyNow, Toolbox
from core.offline.reading.chat_request import Conversation
from core.offline.reading.clauses import clauses
from core.offline.reading.followups import last_asked, proposed_in
from core.offline.reading.intents import QUESTION
from core.offline.reading.understanding import Request

_GOES_ON = re.compile(r"\W*(?:und|aber|oder|et|mais|ou|y|pero|o)\b")
_FAMILIAR = 0.5
"""How many words that no glossary has there may be for each one that is known where an article surely answers."""
_OWN_LANGUAGE = 0.15
"""What it counts that an article is in the customer's language."""
LANGUAGES = Catalogue(Path(__file__).parent.parent / "languages")
"""What is heard and said in each language but English, by the same keys."""


def language_spoken(conversation: Conversation) -> str:
    """Return the language of the customer's newest telling message, English where none tells."""
    spoken = "en"
    for text in (*(said.text for said in conversation.said if said.by_customer), conversation.message):
        spoken = spoken_language(text, spoken)
    return spoken


class Speaker:
    """Answers to one message in one language: this one quotes articles; that of a trade tells and does more."""

    catalogue = LANGUAGES
    """What it hears and says."""
    tells_records = True
    """Whether records are told field by field, as there are no sentences of its own for them."""

    def __init__(self, language: str, desk: Toolbox) -> None:
        self.language, self.desk = language, desk
        self.newest = normal(desk.conversation.message)
        self._beside = False

    def answer(self) -> tuple[str, list[Call]]:
        """Return what is said, and the calls that are needed first or that the customer wants."""
        if (short := self._short()) is not None:
            return short
        if chosen := self._chosen():
            return chosen
        if self.tells_records and (none := nothing_of_own(self._read(self.newest), locale=self.language)):
            return none, []
        said: list[str] = []
        calls: list[Call] = []
        remarks: list[str] = []
        for clause in clauses(self.desk.conversation.message):
            self._beside = bool(said or calls) and not asks_about(clause)
            try:
                said.append(self.clause(normal(clause), clause))
                if not asks_about(clause):
                    remarks.append(said[-1])
            except NotPossible:
                said.append(self._without_answer())
            except ReplyNow as told:
                said.append(told.text)
            except CallNeeded as needed:
                calls += needed.calls
        state = ""
        if self.tells_records and not any(self.say("found") in part for part in said):
            read, rule = self._read(self.newest), "\n".join(one for one in said if not one.endswith(self.say("offer")))
            state = state_beside(read, rule=rule, found=self.say("found"), locale=self.language)
        sure = [part for part in said if not part.endswith(self.say("offer"))]
        if state or calls:  # what is only near, or not known, is nothing beside it
            said = sure
        elif any(sure):
            said = [part for part in said if part in sure or part not in remarks]
        text = "\n\n".join(without_repeats([state, *said]))
        return text or ("" if calls else self._without_answer()), calls

    def clause(self, text: str, clause: str) -> str:
        """Return the answer to one clause, given in normal form and as it was written.

        Raises:
            CallNeeded: something must be looked up, or is to be done.
            ReplyNow: a question or a refusal settles it.
        """
        picks = self.on_records() if picks_one(self.desk.conversation.message) else ""
        if not picks and (told := self.told_of_records(clause)):
            return "\n\n".join(filter(None, (told, self.rule_beside(clause))))
        return picks or self.on_records() or self.quoted(clause)

    def rule_beside(self, question: str, *, kinds: bool = False) -> str:
        """Return what articles surely say to those words of a question that the records answering it do not have."""
        asked = in_english(question, self.language, own_words=self._field_words())
        return rule_beside(asked, self.desk.conversation, lambda: self.quoted_rule(f"{asked}?"), kinds=kinds)

    def told_of_records(self, question: str) -> str:
        """Return what the customer's own records say to a question about them, or an empty text."""
        read = in_english(question, self.language, own_words=self._field_words())
        found = self.say("found")
        return facts_asked(question, self.desk.conversation, found=found, locale=self.language, english=read) or (
            own_records(self._read(question), found=found, locale=self.language) if asks_list(question) else ""
        )

    def _read(self, message: str) -> Conversation:
        """Return the conversation with a message and what its words mean in English behind it."""
        english = in_english(message, self.language, own_words=self._field_words())
        return replace(self.desk.conversation, message=f"{message}\n{english}")

    def on_records(self) -> str:
        """Return what is said to a message about records just told or on offer, or an empty text; raises CallNeeded."""
        conversation = self.desk.conversation
        read = partial(in_english, language=self.language, own_words=self._field_words())
        told = {"found": self.say("found"), "locale": self.language, "english": read(conversation.message)}
        on = goes_on(self.desk, before=read(last_asked(conversation)), **told) or listed(self.desk, **told)
        return "" if on in conversation.last_reply else on

    def _field_words(self) -> frozenset[str]:
        """Return the words of the fields of what was read, which the glossary need not know."""
        records = [record for result in self.desk.conversation.results for record in records_within(result.data)]
        return frozenset(word for record in records for name in record for word in words_of_name(name).split())

    def say(self, key: str, **values: str) -> str:
        """Return a sentence of the catalogue with its places filled."""
        return self.as_it_is(key).format(**values)

    def hears(self, what: str, text: str) -> bool:
        """Say whether a text in small letters says something."""
        return re.search(self.as_it_is(f"hears_{what}"), text) is not None

    def as_it_is(self, key: str) -> str:
        """Return a sentence or pattern of the catalogue."""
        own = self.catalogue[self.language]
        return own[key] if key in own else LANGUAGES[self.language][key]

    def quoted(self, question: str) -> str:
        """Quote the articles in the language, or English ones by what the words mean; raises CallNeeded to search."""
        if self._beside:  # what is told beside an answer asks for nothing
            return ""
        english = self.desk.written_in(ENGLISH)
        read = partial(in_english, language=self.language, own_words=english.words)
        own = self.desk.written_in(self.language, read)
        asked, before = read(question), read(self._before(question))
        if len(clauses(self.desk.conversation.message)) > 1 and not content_stems(asked):
            return ""  # `und jetzt?` beside what it is about
        context = read(context_of(Request(QUESTION, asked), self.desk.conversation))
        if asks_about(question):
            asked = f"{'and ' if before else ''}{asked}?"
        strange = unknown_words(question, self.language, english.words)
        known = len(strange) <= _FAMILIAR * len(content_words(asked))
        for earlier in dict.fromkeys((before, context)) if known else ():
            if said := self.quoted_rule(asked, earlier):
                return said
        if self.tells_records and (
            records := own_records(self._read(question), found=self.say("found"), locale=self.language)
        ):
            return records
        if not self.desk.has_searched:
            self.desk.search(f"{before or context} {asked}".strip() or question)
        everything = read(self.desk.conversation.message)
        for words in (asked, everything):
            mine, theirs = (desk.nearest(words, before, enough=LIKELY) for desk in (own, english))
            if mine and self._shares(f"{before} {words}", own, mine, theirs):
                return self._unsure("not_sure", mine, before)
            if nearest := theirs or mine:
                return self._unsure("not_sure_in_english" if theirs else "not_sure", nearest, before)
        near = own.near(everything) or english.near(everything)
        return self._without_answer([self.say("title", title=title) for title in near])

    def quoted_rule(self, asked: str, before: str = "", *, about: str = "") -> str:
        """Return what articles surely say to a question in English, or that they say no more; else an empty text.

        What was just told is not told again to a question that is read without the one before it. With words that it
        is `about` only articles whose titles or headings have one of them are taken.
        """
        english = self.desk.written_in(ENGLISH)
        own = self.desk.written_in(self.language, partial(in_english, language=self.language, own_words=english.words))
        topic = content_stems(about)
        mine, theirs = own.quote(asked, before, about=topic), english.quote(asked, before, about=topic)
        if mine and not self._shares(asked, own, mine, theirs):  # no unknown word of its own makes it less sure
            mine = None
        is_own = mine is not None and (theirs is None or mine.score + _OWN_LANGUAGE >= theirs.score)
        quote = mine if is_own else theirs
        if quote is None or (not before and is_told(quote.text, self.desk.conversation.last_reply)):
            return ""
        if quote.again:
            return self._no_more()
        return quote.text if is_own else self.say("in_english", quote=quote.text)

    def _shares(self, asked: str, own: Toolbox, mine: Quote, theirs: Quote | None) -> bool:
        """Say whether an article in the customer's language has as many words of a question as an English one."""
        words = set(content_stems(asked))
        has = len(words.intersection(content_stems(own.read(f"{mine.title} {mine.text}"))))
        other = len(words.intersection(content_stems(f"{theirs.title} {theirs.text}"))) if theirs else 1
        return has >= other or not words

    def _no_more(self) -> str:
        return f"{self.say('no_more')} {self.say('offer')}"

    def _unsure(self, key: str, quote: Quote, before: str) -> str:
        if quote.again or (not before and is_told(quote.text, self.desk.conversation.last_reply)):
            return self._no_more()
        return f"{self.say(key, title=quote.title, quote=quote.text)} {self.say('offer')}"

    def _before(self, question: str) -> str:
        """Return the customer's message before this one, where a question goes on with it; else an empty string."""
        said = [said.text for said in self.desk.conversation.said if said.by_customer]
        proposed = proposed_in(self.desk.conversation.last_reply, self.language)
        return proposed or (said[-1] if said and _GOES_ON.match(normal(question)) else "")

    def _short(self) -> tuple[str, list[Call]] | None:
        """Answer a greeting, thanks, and a bare yes or no."""
        answer = answer_to_confirmation(self.desk.conversation.message)
        offered = self.say("offer") in self.desk.conversation.last_reply
        if answer == "yes" and offered and self.desk.can("request_human"):
            return "", [Call("request_human", {"reason": "the customer accepted the offer of a person"})]
        if self.hears("greeting", self.newest):
            return self.hello(), []
        if ends_well(self.newest):
            return phrase("welcome", self.language), []
        if answer == "yes":
            return self.say("nothing_open"), []
        drops = answer == "no" or (takes_back(self.newest) and not asks_about(self.newest))
        return (phrase("withdrawn", self.language), []) if drops else None

    def hello(self) -> str:
        """Return what is said to a greeting."""
        return phrase("hello", self.language)

    def _chosen(self) -> tuple[str, list[Call]] | None:
        """Return the article that a message chooses among those offered before it."""
        try:
            text = chosen_article(self.desk, self.as_it_is("nearest").partition("{")[0])
        except CallNeeded as needed:
            return "", list(needed.calls)
        if text and language_of(text) != self.language:
            text = self.say("in_english", quote=text)
        return (text, []) if text else None

    def _without_answer(self, near: Sequence[str] = ()) -> str:
        last = self.desk.conversation.last_reply
        if (
            last
            and not asks_about(self.newest)
            and not any(mark in last for mark in "?[")
            and self.say("offer") not in last
        ):
            return f"{self.say('no_more_to_do')} {self.say('offer')}"
        titles = self.say("nearest", titles=list_words(near, self.language)) if near else ""
        return " ".join(filter(None, (self.say("no_answer"), titles, self.say("offer"))))
