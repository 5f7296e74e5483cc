"""Find what a reply claims was done, and compare it with what tools did."""

import re
from dataclasses import dataclass

from graph.checks.foreign_deeds import find_foreign_claims
from graph.checks.ground import Deed, Ground
from graph.checks.spelling import plain
from graph.checks.values import find_values

_DEEDS: dict[str, tuple[str, str]] = {
    # what it is called: (how a reply says it was done, how a tool's name or result says it)
    "cancel": (
        r"cancell?ed|called off|voided|storniert|annulliert|annulé\w*|cancelad[oa]s?",
        r"cancel|void|storn|annul",
    ),
    "refund": (
        r"refunded|reimbursed|credited|paid back|repaid|erstattet|gutgeschrieben|remboursé\w*|reembolsad[oa]s?",
        r"refund|reimburs|credit(?!_card| card)|repa(?:y|id)|paid back",
    ),
    "return": (r"returned|sent back|zurückgeschickt", r"return"),
    "exchange": (
        r"exchanged|swapped|replaced|umgetauscht|ausgetauscht|échangé\w*|cambiad[oa]s?",
        r"exchang|swap|replac",
    ),
    "change": (
        r"changed|updated|modified|corrected|edited|amended|adjusted|switched|altered|moved|rescheduled|redirected|rerouted|"
        r"geändert|aktualisiert|modifié\w*|actualizad[oa]s?|replaced",
        r"chang|updat|modif|correct|edit|amend|adjust|switch|move|reschedul|redirect|rerout|exchang|set_",
    ),
    "send": (
        r"sent|e-?mailed|mailed|texted|messaged|resent|forwarded|geschickt|gesendet|verschickt|envoyé\w*|enviad[oa]s?|posted",
        r"send|sent|e-?mail(?!s?[\"']?\s?:)|mail_|notif|message|forward",
    ),
    "contact": (
        r"contacted|notified|informed|alerted|reached out|spoken|talked|called|phoned|checked with|asked|consulted|"
        r"kontaktiert|benachrichtigt|informiert|contacté\w*",
        r"contact|notif|inform|alert|call_|phone|ask_",
    ),
    "transfer": (
        r"transferred|transferring|connected you|connecting you|escalated|escalating|handed (?:you |this |it )?(?:over|off)|handing (?:you|this|it) (?:over|off)|"
        r"passed (?:you|this|it) (?:on|to|over)|passing (?:you|this|it) (?:on|to|over)|put you through|putting you through|weitergeleitet|transféré\w*",
        r"transfer|escalat|handoff|hand_?over|request_human|ticket",
    ),
    "book": (
        r"booked|scheduled|reserved|arranged|gebucht|vereinbart|réservé\w*|reservad[oa]s?",
        r"book|schedul|reserv|arrang|appoint",
    ),
    "create": (
        r"created|opened|submitted|filed|registered|logged|raised|generated|placed|started|initiated|issued|set up|"
        r"erstellt|eröffnet|angelegt|eingeleitet|veranlasst|créé\w*|ouvert|cread[oa]s?|iniciad[oa]s?",
        r"creat|open_|submit|file_|regist|log_|rais|generat|place_|start|initiat|issue|set_up|request|return|exchang|refund|ticket",
    ),
    "remove": (
        r"deleted|removed|unsubscribed|deactivated|closed|erased|waived|gelöscht|entfernt|supprimé\w*|eliminad[oa]s?",
        r"delet|remov|unsubscri|deactivat|clos|eras|waiv",
    ),
    "add": (
        r"added|applied|activated|enabled|extended|unlocked|reset|upgraded|granted|hinzugefügt|aktiviert|freigeschaltet|zurückgesetzt|ajouté\w*|añadid[oa]s?",
        r"add_|added|appl(?:y|ied)|activat|enabl|exten[ds]|unlock|reset|upgrad|grant",
    ),
    "charge": (r"charged|billed|invoiced|belastet", r"charg|bill|invoic|pay"),
    "ship": (
        r"shipped|dispatched|despatched|reshipped|handed to the carrier|versandt|versendet|expédié\w*",
        r"ship|dispatch|despatch|track|transit|deliver|process|fulfil",
    ),
    "deliver": (r"delivered|geliefert|zugestellt|livré\w*|entregad[oa]s?", r"deliver"),
    "approve": (
        r"confirmed|approved|granted|authori[sz]ed|bestätigt|genehmigt|confirmé\w*",
        r"confirm|approv|grant|authori",
    ),
    "process": (
        r"processed|completed|finali[sz]ed|taken care of|sorted(?: out)?|fixed|resolved|handled|processing|bearbeitet|erledigt|traité\w*|procesad[oa]s?",
        r"process|complet|finali|resolv|handl|success|done|deliver|refund|cancel|chang|updat|modif|return|exchang",
    ),
}
_HARMLESS = (
    "looked|checked|found|seen|read|understood|noticed|noted|searched|compared|reviewed|considered|learned|gathered|listed|"
    "summari[sz]ed|explained|mentioned|provided|shown|tried|wanted|liked|loved|hoped|needed|said|told|described|meant|thought|"
    "assumed|calculated|counted|included|been|had|got|answered|helped|offered|used|understood|quoted|identified|located|verified|"
    "attempted|based|interested|concerned|delighted|pleased|related|required|allowed|entitled|supposed|limited|designed|"
    "stated|expected|intended|planned|kept|agreed|appreciated|realised|realized|misunderstood|translated|double-checked|need|proceed|exceed|succeed|speed|feed|indeed|hundred|recommended|suggested|wished|missed|noted"
)
_IRREGULAR = (
    "sent|paid|put|set|made|given|taken|written|spoken|begun|brought|bought|built|cut|let|left|held|drawn|frozen"
)
_OTHER = rf"(?P<other>(?!(?:{_HARMLESS})\b)(?:[a-z]{{2,}}-?[a-z]*ed|{_IRREGULAR}))"
_NAMED_DEED = "|".join(f"(?P<{name}>{said})" for name, (said, _) in _DEEDS.items())
_ANY_DEED = rf"{_NAMED_DEED}|{_OTHER}"
_ADVERBS = r"(?:(?:now|just|already|also|successfully|hereby|indeed|since|personally|gone ahead and|been able to|managed to|finally|immediately|manually|both|directly|then|ihnen|ihre?n?|den|die|das|dir|für sie|soeben|gerade|bereits|nun|jetzt|schon)\s)*"
_WE = r"(?:i|we|our \w+|the \w+ team|my \w+)"
_CLAIMS = (
    # I have cancelled, we've just refunded, I went ahead and cancelled
    re.compile(
        rf"\b{_WE}(?:'ve|\shave|\shas|\sjust|\salready|\swent ahead and|\sdid|\swas able to have)?\s{_ADVERBS}(?:you\s|it\s|this\s|that\s)?(?:{_ANY_DEED})\b"
    ),
    # I am cancelling, I'm processing: doing it in this moment is a claim as well
    re.compile(
        rf"\b(?:i'm|i am|we're|we are|let me|i'll|i will|we'll|we will)\s{_ADVERBS}(?P<transfer>transferr?(?:ing)?|connect(?:ing)?|escalat(?:e|ing)|hand(?:ing)?|pass(?:ing)?|put(?:ting)?)\s"
        r"(?:you|this|your|it)\b(?=.{0,60}\b(?:agent|person|human|colleague|specialist|representative|team|department|supervisor|manager|someone|operator|over|through|line)\b)"
    ),
    re.compile(
        rf"\b(?:i'm|i am|we're|we are)\s{_ADVERBS}(?:(?P<cancel>cancell?ing)|(?P<refund>refunding|crediting|reimbursing)|(?P<change>updating|changing)|"
        r"(?P<send>sending|e-?mailing)|(?P<process>processing)|(?P<create>issuing|opening|creating|submitting))\b"
    ),
    # ich habe … storniert, j'ai annulé, he cancelado
    re.compile(rf"\b(?:ich habe|wir haben|habe ich|haben wir)\s(?:[^.!?;]{{0,80}}\s)?(?:{_NAMED_DEED})\b"),
    re.compile(rf"\b(?:j'ai|nous avons|he|hemos)\s(?:\w+\s){{0,2}}(?:{_NAMED_DEED})\b"),
    # your order has been cancelled, the refund was issued, it is now cancelled, the label was e-mailed
    re.compile(rf"\b(?:has|have)\s{_ADVERBS}been\s{_ADVERBS}(?:{_ANY_DEED})\b"),
    re.compile(rf"\b(?:has|have|was|were|had)\s{_ADVERBS}(?:gone\s)?{_ADVERBS}(?:{_NAMED_DEED})\b"),
    re.compile(rf"\b(?:is|are)\s(?:now|all|already|officially)\s{_ADVERBS}(?:{_NAMED_DEED})\b"),
    re.compile(rf"\b(?:wurden?|ist|sind)\s(?:[^.!?;]{{0,80}}\s)?(?:{_NAMED_DEED})\b(?=\s?(?:worden|[.!,]|$))"),
    # your cake is ordered, your December box is skipped
    re.compile(
        rf"\byour\s[^.!?;,]{{1,50}}?\s(?:is|are)\s{_ADVERBS}(?:{_NAMED_DEED}|(?P<settled>ordered|skipped|paused|renewed|blocked|frozen|saved|signed up|"
        rf"locked|on hold|in the post))\b(?=\s?(?:[.!,-]|$|for\b|and\b|as\b|until\b|on\b))"
    ),
    # a bare "Cancelled!", "Done - refunded."
    re.compile(
        rf"^\W*(?:(?:done|all set|great|okay|ok|sure|perfect|good news|erledigt)\W+)?(?:{_NAMED_DEED})\b\s?[.!,:-]"
    ),
    # the refund is on its way, a replacement is on the way, an e-mail is on its way
    re.compile(
        r"\b(?:(?P<refund>refund|money|reimbursement|credit)|(?P<exchange>replacement|exchange)|(?P<send>e-?mail|label|confirmation|link|letter|message|code))\b[^.!?;]{0,40}\b"
        r"(?:is|are)\s(?:now\s|already\s)?(?:on (?:its|their|the) way|under way|underway|in progress|heading|going out|coming)\b"
    ),
    re.compile(
        r"\byou(?:'ll| will| should)\s(?:now |soon |shortly )?(?:get|receive|see|have)\s[^.!?;]{0,40}\b(?P<send>confirmation|e-?mail|label)\b[^.!?;]{0,40}\b(?:shortly|soon|in a (?:few|moment|minute)|any minute|right away|momentarily)\b"
    ),
)
_NOT_A_CLAIM = re.compile(
    r"\b(?:if|when|whenever|once|unless|until|after|before|as soon as|in case|whether|should (?:it|your|the|an?)|provided|would|could|can|cannot|can't|may|might|must|needs? to|"
    r"never|not|n't|no|nothing|neither|nor|nobody|without|falls|wenn|sobald|nachdem|bevor|nicht|kein\w*|nichts|si|quand|lorsque|une fois|ne|pas|cuando|hasta|"
    r"non|quando|niet|geen|zodra|als u|als je|inte|ikke|när|não|nie|jeśli|gdy|kiedy|"
    r"any|every|each|all (?:orders|items|refunds)|orders that|items that|anything|that (?:was|were|has|have|is|are)|which (?:was|were|has|have|is|are))\b|\w+n't\b"
)
_TOLD_BY_CUSTOMER = re.compile(
    r"\b(?:you (?:were|are|have|had|say|said|mention\w*|told|report\w*|describe\w*|wrote)|you've|sorry|apologi[sz]e|understand)\b"
)
_BY_US = re.compile(r"(?:i|we|ich|wir|j'ai|nous|he|hemos|habe|haben|let|i'm|we're|our|my)\b")
_ALSO = re.compile(rf"(?:,|\band|\bund|\bet|\by)\s(?:have\s|has\s|been\s|then\s)?{_ADVERBS}(?:{_ANY_DEED})\b")
_READS = re.compile(
    r"(?:get|list|find|search|look(?:up)?|check|show|read|fetch|view|retrieve|describe|query|count)(?:_|$)"
)
_WRITES = re.compile("|".join(done for _, done in _DEEDS.values()))
FOREIGN = "foreign"
"""What a claim is called whose verb is known by its form only."""
_QUOTED_WORDS = 6
_STILL_OPEN = re.compile(r"\b(?:a?waiting|pending|needs?|requires?|requested|wartet|en attente|pendiente)\b[^\",}]*")
"""What a record says is yet to come: `waiting for your approval` approves nothing."""
_RECORD_CHARS = 1_500
_CLAUSE = re.compile(r"[;:]|,\s(?:and|but|so|und|aber|et|mais|y|pero)\s|\s-\s|,\s(?=(?:i|we|your|the)\b)")


@dataclass(frozen=True)
class Claim:
    """Hold one deed a sentence claims."""

    deed: str
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
        for pattern in _CLAIMS:
            for match in pattern.finditer(clause):
                if _NOT_A_CLAIM.search(clause[: match.end()]):
                    continue
                by_us = bool(_BY_US.match(match[0].strip()))
                also = _ALSO.finditer(text, text.find(match[0]) + len(match[0]))
                for said in (match, *also):
                    deed = next(name for name, found in said.groupdict().items() if found)
                    claims.setdefault(deed, Claim(deed, said[0].strip(), by_us))
        for match in find_foreign_claims(clause):
            if not claims and not _NOT_A_CLAIM.search(clause[: match.end()]):
                claims[FOREIGN] = Claim(FOREIGN, match[0].strip(), by_us=True)
    return list(claims.values())


def is_true(claim: Claim, sentence: str, ground: Ground) -> bool:
    """Say whether what is claimed was done by a tool, stands in a tool result, or is what the customer told us."""
    if _is_quoted(sentence, ground):
        return True
    if claim.deed == FOREIGN:
        return any(_wrote(deed) for deed in ground.deeds)
    named = claim.deed in _DEEDS
    by_name = re.compile(_DEEDS[claim.deed][1] if named else re.escape(_stem(claim.text)))
    evidence = by_name if named else re.compile(rf"\b{re.escape(claim.text.split()[-1])}\b")
    done = any(
        by_name.search(deed.tool.lower()) or evidence.search(_what_happened(deed.result))
        for deed in ground.deeds
        if _wrote(deed)
    )
    if done or (claim.by_us and claim.deed in _DEEDS):
        return done
    if any(evidence.search(_STILL_OPEN.sub("", record)) for record in _records(sentence, ground.data)):
        return True
    told = _TOLD_BY_CUSTOMER.search(plain(sentence).lower())
    return bool(told and evidence.search(ground.words))


def _is_quoted(sentence: str, ground: Ground) -> bool:
    """Say whether a sentence stands in an article as it is: it tells what happens to orders, not what was done to this one."""
    words = " ".join(plain(sentence).lower().split()).strip(" \"'“”„«».!:")
    return len(words.split()) >= _QUOTED_WORDS and words in ground.prose


def _wrote(deed: Deed) -> bool:
    return bool(_WRITES.search(deed.tool.lower())) and not _READS.match(deed.tool.lower())


def _stem(claim: str) -> str:
    """Return what the forms of the claimed verb have in common: `paused` and `pausing` begin alike."""
    verb = claim.split()[-1]
    return re.sub(r"(?<=..)(?:([a-z])\1)?(?:ed|en|t)$", r"\1", verb) if len(verb) > 4 else verb


def _records(sentence: str, data: str) -> list[str]:
    """Return the parts of the tool results about what the sentence names, or all of them where it names nothing."""
    names = {v.text.lower() for v in find_values(sentence) if v.kind == "identifier" and v.text.lower() in data}
    records = []
    for name in names:
        like_it = re.compile("".join(r"\d" if c.isdigit() else re.escape(c) for c in name))
        for start in (m.start() for m in re.finditer(re.escape(name), data)):
            others = (m.start() for m in like_it.finditer(data, start + 1) if m[0] != name)
            records.append(data[start : min(next(others, len(data)), start + _RECORD_CHARS)])
    return records if names else [data]


def _what_happened(result: str) -> str:
    """Drop what tells of no deed: names of e-mail fields, and what is expected, due or possible."""
    return re.sub(
        r"[\"']?e-?mail(?:_address)?[\"']?\s?:|\w*(?:expected|eligible|possible|allowed|available|due|pending|estimate)\w*",
        "",
        result.lower(),
    )
