"""Find what a reply claims was done, and compare it with what tools did."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from core.language.action_words import ACTIONS, NAMED_DEED, READS, WRITES, deed_of
from core.language.text import plain
from core.language.words import NEGATION
from core.safety.prefiltered_patterns import PatternSet, PrefilteredPattern
from graph.verification.claims.foreign_claims import find_foreign_claims, find_participles, find_stated_elsewhere
from graph.verification.claims.passive_claims import (
    DONE,
    find_bare,
    find_helpers,
    find_stated,
    find_stopped,
    find_written,
)
from graph.verification.evidence import Evidence, ToolOutcome
from graph.verification.values.value_reading import find_values

_HARMLESS = (
    "looked|checked|found|seen|read|understood|noticed|noted|searched|compared|reviewed|considered|learned|gathered|"
    "listed|summari[sz]ed|explained|mentioned|provided|shown|tried|wanted|liked|loved|hoped|needed|said|told|described|"
    "meant|thought|assumed|calculated|counted|included|been|had|got|answered|helped|offered|used|understood|quoted|"
    "identified|located|verified|attempted|based|interested|concerned|delighted|pleased|related|required|allowed|"
    "entitled|supposed|limited|designed|stated|expected|intended|planned|kept|agreed|appreciated|realised|realized|"
    "misunderstood|translated|double-checked|need|proceed|exceed|succeed|speed|feed|indeed|hundred|recommended|"
    "suggested|wished|missed|noted"
)
_IRREGULAR = (
    "sent|paid|put|set|made|given|taken|written|spoken|begun|brought|bought|built|cut|let|left|held|drawn|frozen"
)
_OTHER = rf"(?P<other>(?!(?:{_HARMLESS})\b)(?:[a-z]{{2,}}-?[a-z]*ed|{_IRREGULAR}))"
_ANY_DEED = rf"{NAMED_DEED}|{_OTHER}"
_ADVERBS = (
    r"(?:(?:now|just|already|also|successfully|hereby|indeed|since|personally|gone ahead and|been able to|managed "
    r"to|finally|immediately|manually|both|directly|then|ihnen|ihre?n?|den|die|das|dir|für sie|soeben|gerade|"
    r"bereits|nun|jetzt|schon)\s)*"
)
_WE = r"(?:i|we|our \w+|the \w+ team|my \w+)"
_CLAIMS = (
    # I have cancelled, we've just refunded, I went ahead and cancelled
    PrefilteredPattern(
        rf"\b{_WE}(?:'ve|\shave|\shas|\sjust|\salready|\swent ahead and|\sdid|\swas able to "
        rf"have)?\s{_ADVERBS}(?:you\s|it\s|this\s|that\s)?(?:{_ANY_DEED})\b"
    ),
    # I am cancelling, I'm processing: doing it in this moment is a claim as well
    PrefilteredPattern(
        r"\b(?:i'm|i am|we're|we are|let me|i'll|i will|we'll|we "
        rf"will)\s{_ADVERBS}(?P<transfer>transferr?(?:ing)?|connect(?:ing)?|escalat(?:e|ing)|hand(?:ing)?|pass(?:ing)?|"
        r"put(?:ting)?)\s(?:you|this|your|it)\b(?=.{0,60}\b(?:agent|person|human|colleague|specialist|"
        r"representative|team|department|supervisor|manager|someone|operator|over|through|line)\b)"
    ),
    PrefilteredPattern(
        rf"\b(?:i'm|i am|we're|we are)\s{_ADVERBS}(?:(?P<cancel>cancell?ing)|(?P<refund>refunding|crediting|"
        rf"reimbursing)|(?P<change>updating|changing)|"
        r"(?P<send>sending|e-?mailing)|(?P<process>processing)|(?P<create>issuing|opening|creating|submitting))\b"
    ),
    # ich habe … storniert, j'ai annulé, he cancelado
    PrefilteredPattern(rf"\b(?:ich habe|wir haben|habe ich|haben wir)\s(?:[^.!?;]{{0,80}}\s)?(?:{NAMED_DEED})\b"),
    PrefilteredPattern(rf"\b(?:j'ai|nous avons|he|hemos)\s(?:\w+\s){{0,2}}(?:{NAMED_DEED})\b"),
    # your order has been cancelled, the refund was issued, it is now cancelled, the label was e-mailed
    PrefilteredPattern(rf"\b(?:has|have)\s{_ADVERBS}been\s{_ADVERBS}(?:{_ANY_DEED})\b"),
    PrefilteredPattern(rf"\b(?:has|have|was|were|had)\s{_ADVERBS}(?:gone\s)?{_ADVERBS}(?:{NAMED_DEED})\b"),
    PrefilteredPattern(rf"\b(?:is|are)\s(?:now|all|already|officially)\s{_ADVERBS}(?:{NAMED_DEED})\b"),
    PrefilteredPattern(rf"\b(?:wurden?|ist|sind)\s(?:[^.!?;]{{0,80}}\s)?(?:{NAMED_DEED})\b(?=\s?(?:worden|[.!,]|$))"),
    # your cake is ordered, your December box is skipped
    PrefilteredPattern(
        rf"\byour\s[^.!?;,]{{1,50}}?\s(?:is|are)\s{_ADVERBS}(?:{NAMED_DEED}|(?P<settled>ordered|skipped|paused|"
        rf"renewed|blocked|frozen|saved|signed up|"
        rf"locked|on hold|in the post))\b(?!\s(?:for \d|or|if)\b)(?=\s?(?:[.!,-]|$|for\b|and\b|as\b|until\b|on\b))"
    ),
    # a bare "Cancelled!", "Done - refunded."
    PrefilteredPattern(
        rf"^\W*(?:(?:done|all set|great|okay|ok|sure|perfect|good news|erledigt)\W+)?(?:{NAMED_DEED})\b\s?[.!,:-]"
    ),
    # the refund is on its way, a replacement is on the way, an e-mail is on its way
    PrefilteredPattern(
        r"\b(?:(?P<refund>refund|money|reimbursement|credit)|(?P<exchange>replacement|exchange)|"
        r"(?P<send>e-?mail|label|confirmation|link|letter|message|code))\b[^.!?;]{0,40}\b"
        r"(?:is|are)\s(?:now\s|already\s)?(?:on (?:its|their|the) way|under way|underway|in progress|heading|"
        r"going out|coming)\b"
    ),
    PrefilteredPattern(
        r"\byou(?:'ll| will| should)\s(?:now |soon |shortly )?(?:get|receive|see|"
        r"have)\s[^.!?;]{0,40}\b(?P<send>confirmation|e-?mail|label)\b[^.!?;]{0,40}\b(?:shortly|soon|in a "
        r"(?:few|moment|minute)|any minute|right away|momentarily)\b"
    ),
)
_ANY_CLAIM = PatternSet(_CLAIMS)
_NOT_A_CLAIM = re.compile(
    r"\b(?:if|nach \d+|when|whenever|once|unless|until|after|before|as soon as|in case|whether|should (?:it|"
    r"your|the|an?)|provided|would|could|can|cannot|can't|may|might|must|needs? to|"
    rf"{NEGATION}|nothing|neither|nor|nobody|without|falls|wenn|sobald|nachdem|bevor|nichts|"
    r"si|quand|lorsque|une fois|cuando|hasta|quando|zodra|als u|als je|när|jeśli|gdy|kiedy|"
    r"any|every|each|all (?:orders|items|refunds)|orders that|items that|anything|that (?:was|were|has|have|is|"
    r"are)|which (?:was|were|has|have|is|are))\b|\b\w{1,20}n't\b"
)
_OPEN = re.compile(
    r"(?<!\w)(?:kann|können|könnten?|muss|soll|sollen|wird|werden|würden?|peut|peuvent|pourr\w+|ser[ao]n?t?|"
    r"seront|puede\w*|podr\w+|podemos|será|serán|può|possono|verr\w+|sarà|saranno|"
    r"pode|podem|poder\w+|wordt|worden|kunnen|zal|zullen|można|może|zostanie|będzie|ska|skall|kommer|kan|"
    r"bliver|solange|sofern|dès que|tant que|en cuanto|appena|assim que|så snart|"
    r"jak tylko|encore|aún|todavía|ancora|ainda|jeszcze|можно|может|будет|если|когда|после|не|will|would be|to "
    r"be|cannot|while|as long as|mientras|pendant que|mentre|enquanto|terwijl|zolang|medan|während|still (?:be|"
    r"needs?)|caso)(?!\w)"
)
"""What makes a rule, a possibility or a plan of a state in other languages."""
_GENERIC = re.compile(
    r"^\W*(?:une?|uma?|eine[rmns]?|een|jede\w*|chaque|cada|ogni|elke|varje|każd\w+|les|los|las|gli|(?:os|as) "
    r"\w+[ao]s|alle|all|most|some|stornierte|cancelled|canceled|refunded|delivered|shipped)\s"
)
"""Begins what is said of all orders, or of any."""
_LEADING = re.compile(
    r"(?:^|[,(]|\b(?:and|but|or)\b)\W{0,12}+(?:once|if|when|whenever|as soon as|after|unless|until|wenn|sobald|"
    r"falls|nachdem|als|sofern|si|s'il|quand|lorsque\w*|dès que|une fois|cuando|en cuanto|una vez|"
    r"se|quando|appena|assim que|wanneer|zodra|om|när|så snart|jeśli|gdy|kiedy|если|когда|как только)(?!\w)"
)
"""A condition before the comma holds for what comes after it."""
_CONDITION = re.compile(r"\b(?:if|unless|when|once|until|after|before)\b")
_TOLD_BY_CUSTOMER = re.compile(
    r"\b(?:you (?:were|are|have|had|say|said|mention\w*|told|report\w*|describe\w*|wrote)|you've|sorry|"
    r"apologi[sz]e|understand)\b"
)
_OF_HERS = re.compile(r"you (?:have|had|are)|you've")
"""Introduces as often what we say of them as what they said."""
_BY_US = re.compile(r"(?:i|we|ich|wir|j'ai|nous|he|hemos|habe|haben|let|i'm|we're|our|my)\b")
_ALSO = re.compile(rf"(?:,|\band|\bund|\bet|\by)\s(?:have\s|has\s|been\s|then\s)?{_ADVERBS}(?:{_ANY_DEED})\b")
FOREIGN = "foreign"
"""What a claim is called whose verb is known by its form only."""
_QUOTED_WORDS = 6
_OF_ONE = re.compile(
    r"(?<!\w)(?:your|ihre?[mnrs]?|deine?[mnrs]?|votre|vos|ton|tes|ta|sus?|tus?|(?:il|la|i|le) (?:su[oae]i?|tu[oae]i?)|"
    r"uw|jouw|je|(?:o|a|os|as) (?:seus?|suas?|teus?|tuas?)|pana|pani|państwa|twoj[ae]|twój)(?!\w)"
)
"""What is said of one customer's things: no rule for everybody, even where an article says it."""
_VERB = 4
"""Letters of the shortest verb by which a tool may be recognised."""
_NOTED = re.compile(
    r"\b(?:recorded|registered|saved|noted|logged|completed|processed|confirmed|accepted|entered|made|in place|"
    r"complete)\b"
)
"""Verbs that say of an action only that it was done."""
_STILL_OPEN = re.compile(r"\b(?:a?waiting|pending|needs?|requires?|requested|wartet|en attente|pendiente)\b[^\",}]*")
"""What a record says is yet to come: `waiting for your approval` approves nothing."""
_NOT_SO = re.compile(
    r"(?:[\"']|(?<![\"'\w]))\w+[\"']?\s?:\s?(?:[\"']?0(?:\.0+)?[\"']?(?![\d.])|null|none|false|[\"']{2}|\[\]|"
    r"\{\})|[\"']?\b(?:can|may)_\w+[\"']?\s?:|"
    r"\b\w{2,70}\b(?:(?<=able)|(?<=ible)|(?<=_until)|(?<=_deadline)|(?<=_policy)|(?<=_window)|(?<=_fee))"
)
"""Fields of a record that are empty, and those that tell what may be done: `"refunded": "0.00"`."""
_RECORD_CHARS = 1_500
_RECORDS_REMEMBERED = 200
_CLAUSE = re.compile(r"[;:]|,\s(?:and|but|so|und|aber|et|mais|y|pero)\s|\s-\s|,\s(?=(?:i|we|your|the)\b)")


@dataclass(frozen=True)
class Claim:
    """One action a sentence claims."""

    action: str
    text: str
    by_us: bool
    """Said in the first person, so that only something done in this conversation makes it true."""


def find_claims(sentence: str) -> list[Claim]:
    """Return what a sentence says was done; questions, conditions, rules and negations claim nothing."""
    if sentence.rstrip().endswith("?"):
        return []
    claims: dict[str, Claim] = {}
    text = f" {plain(sentence).lower()} "
    for clause in _CLAUSE.split(text):
        for match in _ANY_CLAIM.finditer(clause):
            if _NOT_A_CLAIM.search(clause[: match.end()]):
                continue
            by_us = bool(_BY_US.match(match[0].strip()))
            also = _ALSO.finditer(text, text.find(match[0]) + len(match[0]))
            for said in (match, *also):
                action = next(name for name, found in said.groupdict().items() if found)
                claims.setdefault(action, Claim(action, said[0].strip(), by_us))
        for match in find_foreign_claims(clause):
            if not claims and not _NOT_A_CLAIM.search(clause[: match.end()]):
                claims[FOREIGN] = Claim(FOREIGN, match[0].strip(), by_us=True)
    for claim in _stated(text):
        claims.setdefault(claim.action, claim)
    return list(claims.values())


def _stated(text: str) -> Iterator[Claim]:
    """Yield what a text states as done without saying who did it."""
    for clause in _CLAUSE.split(text):
        for match in (*find_stated(clause), *find_participles(clause)):
            before = clause[: match.end()]
            led = _LEADING.search(text[: text.find(clause) + match.start()])
            if not (led or _NOT_A_CLAIM.search(before) or _OPEN.search(before) or _GENERIC.match(before)):
                yield Claim(deed_of(match), match[0].strip(), by_us=False)
        for match in find_helpers(clause):
            if not _NOT_A_CLAIM.search(clause[: match.end()]):
                yield Claim("transfer", match[0].strip(), by_us=False)
    for match in find_written(text):
        before = text[: match.end()]
        if not (_NOT_A_CLAIM.search(before) or _OPEN.search(before)):
            yield Claim(deed_of(match), match[0].strip(" |:-"), by_us=False)
    for match in find_bare(text):
        yield Claim(DONE, match[0].strip(), by_us=True)
    for match in find_stopped(text):
        if not _CONDITION.search(text):
            yield Claim("cancel", match[0].strip(), by_us=False)
    for action, words in find_stated_elsewhere(text):
        yield Claim(action, words, by_us=False)


def is_true(claim: Claim, sentence: str, evidence: Evidence) -> bool:
    """Say whether what is claimed was done by a tool, stands in a tool result, or is what the customer told us."""
    if _is_quoted(sentence, evidence):
        return True
    if claim.action in (FOREIGN, DONE):
        return any(_wrote(outcome) for outcome in evidence.outcomes)
    if claim.text.endswith(" received") and _is_recorded(sentence, claim, evidence):
        return True
    if _NOTED.search(claim.text) and _is_named_by_tool(sentence, evidence):
        return True
    named = claim.action in ACTIONS
    by_name = re.compile(ACTIONS[claim.action].evidence if named else re.escape(_stem(claim.text)))
    shown = by_name if named else re.compile(rf"\b{re.escape(claim.text.split()[-1])}\b")
    done = any(
        by_name.search(outcome.tool.lower()) or shown.search(_what_happened(outcome.result))
        for outcome in evidence.outcomes
        if _wrote(outcome)
    )
    if done or (claim.by_us and claim.action in ACTIONS):
        return done
    if any(shown.search(_what_is(record)) for record in records_about(sentence, evidence.data)):
        return True
    told = _TOLD_BY_CUSTOMER.search(plain(sentence).lower())
    if not told:
        return False
    return bool(shown.search(evidence.customer_words if _OF_HERS.fullmatch(told[0]) else evidence.words))


def _is_quoted(sentence: str, evidence: Evidence) -> bool:
    """Say whether a sentence stands in an article as it is: it tells what happens, not what was done to this one."""
    words = " ".join(plain(sentence).lower().split()).strip(" \"'“”„«».!:")
    if _OF_ONE.search(words) or any(value.kind == "identifier" for value in find_values(sentence)):
        return False
    return len(words.split()) >= _QUOTED_WORDS and words in evidence.prose


def _is_recorded(sentence: str, claim: Claim, evidence: Evidence) -> bool:
    """Say whether a record knows what is said to have been received: a payment, a request for a return."""
    subject = plain(sentence).lower().partition(claim.text)[0]
    words = re.findall(rf"[a-z]{{{_VERB + 1},}}", subject)
    return bool(words) and all(word in _what_is(evidence.data) for word in words)


def _is_named_by_tool(sentence: str, evidence: Evidence) -> bool:
    """Say whether a sentence names what a tool did: `your pause has been recorded` after `pause_subscription`."""
    words = re.findall(r"[a-z]{5,}", plain(sentence).lower())
    did = [outcome.tool.lower().split("_")[0] for outcome in evidence.outcomes if _wrote(outcome)]
    return any(word.startswith(verb[:6]) for word in words for verb in did if len(verb) >= _VERB)


def _wrote(outcome: ToolOutcome) -> bool:
    if outcome.wrote is not None:
        return outcome.wrote
    return bool(WRITES.search(outcome.tool.lower())) and not READS.match(outcome.tool.lower())


def _stem(claim: str) -> str:
    """Return what the forms of the claimed verb have in common: `paused` and `pausing` begin alike."""
    verb = claim.split()[-1]
    return re.sub(r"(?<=..)(?:([a-z])\1)?(?:ed|en|t)$", r"\1", verb) if len(verb) > 4 else verb


def records_about(sentence: str, data: str) -> list[str]:
    """Return the parts of the tool results about what the sentence names, or all of them where it names nothing."""
    names = {v.text.lower() for v in find_values(sentence) if v.kind == "identifier" and v.text.lower() in data}
    records = []
    for name in names:
        like_it = re.compile("".join(r"\d" if c.isdigit() else re.escape(c) for c in name))
        for start in (m.start() for m in re.finditer(re.escape(name), data)):
            others = (m.start() for m in like_it.finditer(data, start + 1) if m[0] != name)
            records.append(data[start : min(next(others, len(data)), start + _RECORD_CHARS)])
    return records if names else [data]


@lru_cache(maxsize=_RECORDS_REMEMBERED)
def _what_is(record: str) -> str:
    """Drop from a record what is yet to come, what is not and what merely may be."""
    return _NOT_SO.sub("", _what_happened(_STILL_OPEN.sub("", record)))


def _what_happened(result: str) -> str:
    """Drop what tells of no action: names of e-mail fields, and what is expected, due or possible."""
    return re.sub(
        r"[\"']?e-?mail(?:_address)?[\"']?\s?:|\b\w*(?:expected|eligible|possible|allowed|available|due|"
        r"pending|estimate)\w*",
        "",
        result.lower(),
    )
