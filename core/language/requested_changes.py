"""Tell a question from a wish: how a clause begins decides, in English, German, French and Spanish.

"Can I cancel it?" asks, "can you cancel it, please?" wishes, "when does mine end?" asks what is so of the
customer's own; nothing here knows what it is about.
"""

import re

from core.language.action_words import any_action
from core.language.reference_numbers import CODE
from core.language.text import normalised
from core.language.words import spelled


def _begins(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(patterns)})(?!\w)")


_LEAD = re.compile(
    r"(?:[\s,:;.!¡¿?–-]|(?:hi|hello|hey|there|and|also|but|so|ok|okay|well|then|oh|um+|uh+|hm+|er|now|wait|hold on|"
    r"first|second|finally|i meant?|"
    r"(?:a |one )?(?:quick |more )*question|yes|yeah|yep|no|sorry|thanks|thank you|just|"
    r"hallo|guten tag|und|aber|dann|also|ach|(?:eine |kurze )*frage|ja|nein|danke|bonjour|salut|et|mais|alors|"
    r"donc|(?:une )?(?:petite )?question|oui|non|merci|"
    r"vale|bueno|gut|bon|d'accord|hola|buenos días|y|pero|entonces|(?:una )?(?:pequeña )?pregunta|sí|gracias)\b)+"
)
"""What may stand before the words that matter."""
_QUESTION_ABOUT = re.compile(
    r"\bquestions? (?:about|on|regarding|concerning|sur|concernant)\b|\bfragen? (?:zu[mr]?|über|wegen)\b|"
    r"\bpreguntas? (?:sobre|acerca)\b"
)
_TELL_ME = _begins(
    r"(?:please )?(?:(?:tell|explain|show)(?: to)? (?:me|us)\b(?! a | the | my )|let (?:me|us) know\b)",
    r"(?:(?:can|could|would|will) you (?:please |kindly )*(?:tell|explain|say|show|check|confirm|let me know|"
    r"describe)|do you know|any(?:one|body) know)",
    r"(?:i(?:'d| would)? (?:just |only )*(?:like|want|wanted|need|love) to (?:know|ask|understand|find out)|i "
    r"(?:just )?wonder(?:ed)?|i(?:'m| am| was) (?:just )?(?:wondering|curious|asking)|(?:just|only|merely) "
    r"(?:out of )?(?:curio\w*|wondering|asking))",
    r"(?:(?:können|könnten|würden) sie|kannst du|könntest du) (?:mir )?(?:bitte )?(?:sagen|erklären)|(?:wissen sie|"
    r"weißt du)|ich (?:wüsste gern|möchte (?:gern )?(?:wissen|fragen)|frage mich)|nur aus neugier|"
    r"(?:sag|erzähl|erklär)\w* (?:sie )?(?:mir|uns)",
    r"(?:pouvez[ -]vous|pourriez[ -]vous|peux[ -]tu) (?:me )?(?:dire|expliquer|indiquer)|savez[ -]vous|je "
    r"(?:voudrais|veux|souhaite|aimerais) (?:savoir|demander)|(?:juste )?par curiosité|"
    r"(?:dites|dis|parlez|parle|expliquez|explique)[ -](?:moi|nous)",
    r"(?:me )?(?:puede|podría|puedes|podrías)(?: usted)? (?:decirme|decir|explicarme|explicar|indicar)|sabe(?:s|n)? "
    r"(?:si|cómo)|(?:quisiera|quiero|me gustaría) (?:saber|preguntar)|(?:solo|sólo) por curiosidad|"
    r"(?:d[ií]ga|di|h[aá]ble|h[aá]bla|cu[eé]nte|cu[eé]nta|expl[ií]que|expl[ií]ca)(?:me|nos)",
)
"""What asks for words, whatever follows."""
_QUESTION = _begins(
    # English: interrogatives, auxiliaries before the speaker or a thing, conditions
    r"(?:(?:until|till|by|since|for|in|at|to|from|on) )?(?:how(?: about)?|what|what's|whats|when|where|where's|"
    r"which|who|whose|why)",
    r"(?:can|could|may|might|shall|should|must|will|would) (?:i|we|one|it|that|this|they|there|(?:\w+ "
    r")?(?:people|customers|someone|somebody|anyone)|the|my|a|an|an?y?|some|orders?|items?|returns?|refunds?|"
    r"exchanges?|things?|cancel\w+|return\w+|exchang\w+|chang\w+|swapp\w+|#?[a-z]{0,3}\d{4,})",
    r"(?:am|do|don't|have|haven't) (?:i|we|you|they|the|my|your|all|any|returns|refunds|exchanges)|(?:is|isn't|"
    r"are|aren't|was|were|does|doesn't|did|didn't|has) #?\w+\b(?![,.;!])",  # `did that, still no light` tells
    r"(?:if|whether|when|once|supposing|suppose|assuming|say) (?!you )",
    # German
    r"(?:bis |ab |seit |in |für )?(?:wie|was|wann|wo|wohin|warum|wieso|weshalb|wer|wem|wen|welche[nmrs]?)",
    r"(?:kann|könnte|darf|dürfte|muss|müsste|soll|sollte|werde|bekomme|krieg\w*|brauche|habe) "
    r"(?:ich|man|wir|es|das|mir|"
    r"der|die|mein\w*)|(?:können|dürfen|müssen) wir",
    r"(?:ist|sind|wird|werden|gibt|geht|gilt|kostet|lässt|nehmen|erstatten|bieten|akzeptieren|verzögert|reicht|"
    r"hat|war)",
    r"(?:wenn|falls|ob|angenommen)",
    # French
    r"(?:jusqu'à |à |de |pour )?(?:comment|quand|où|pourquoi|combien|quel(?:le)?s?|qui|que|quoi|qu'est-ce qu\w*|qu')",
    r"(?:est|serait|sont|y a|y aurait|puis|peut|pourrais|pourrait|dois|doit|faut|ai|vais|suis|serai|reprenez|"
    r"remboursez|acceptez|proposez|avez)[ -](?:ce|il|elle|ils|elles|t-il|t-on|je|on|vous|nous|tu)",
    r"(?:je|on) (?:peux|peut|pourrais|pourrait|dois|doit) (?:encore|toujours|aussi)?|(?:c'|ce )est possible|"
    r"les \w+ sont[ -]ils|ma \w+ est[ -]elle",
    r"(?:si|supposons|admettons)",
    # Spanish
    r"(?:hasta |a |de |por |para |desde |en )?(?:c[oó]mo|cu[aá]ndo|d[oó]nde|ad[oó]nde|qu[eé]|qui[eé]n|"
    r"cu[aá]l(?:es)?|cu[aá]nt[oa]s?)",
    r"(?:puedo|podemos|podría yo|se puede|se podría|debo|tengo que|hay|existe|es (?:posible|demasiado|tarde|"
    r"gratis)|me (?:devuelven|reembolsan|cobran)|aceptan|reembolsan|las \w+ son)",
    r"(?:supongamos|suponiendo)",
)
_HOW = re.compile(r"\b(?:how|whether|if|wie|ob|wenn|comment|si|cómo|qué)\b")
_DEED = rf"(?:{any_action('verbs')}|{any_action('orders')}|do|get|go ahead|make|proceed|put|take|use)"
_WISH = _begins(
    # English: an order, a wish in the first person, a request to the one who reads
    rf"(?:(?:please|pls|plz|kindly) (?:just |also |then )*)?{_DEED}(?! (?:i|we|you|it cost|they)\b)",
    r"(?:please|pls|plz|kindly)",
    r"(?:i|we)(?:'d| would) (?:\w+ )?(?:like|love|prefer|want|rather)|(?:i|we) (?:really |just |also |still )*(?:want|"
    r"wanna|need|wish|have to|must|decided|demand)|(?:i(?:'m| am)|we(?:'re| are)) (?:looking|trying|hoping|going)",
    r"(?:want|wanna|need|would like|looking for) (?!(?:i|we|you)\b)",
    rf"(?:can|could|would|will) (?:you|someone|somebody)(?: guys| people)? (?:please |kindly |just |also |"
    rf"perhaps |possibly |maybe )*(?:help me |{_DEED})",
    r"would you mind|(?:can|could|may) (?:i|we) (?:please|just) |(?:can|could|may) (?:i|we) (?:get|"
    r"have)\b(?=.*\binstead\b)",
    rf"help me|let's|let me (?:{_DEED})|go ahead",
    # German
    r"bitte|(?:können|könnten|würden) sie|kannst du|könntest du|ich (?:möchte|will|würde|hätte gern|brauche|"
    r"wünsche)|wir (?:möchten|wollen|würden|hätten gern|brauchen|wünschen)|"
    r"(?:stornier|annullier|änder|tausch|erstatt|schick|send|nehm)\w*",
    # French
    r"s'il (?:vous|te) pla[iî]t|veuillez|il (?:me|nous) fau(?:t|drait)|"
    r"(?:pouvez|pourriez)[ -]vous|vous (?:pouvez|pourriez)(?! (?:me |nous )?(?:dire|expliquer|indiquer))|peux[ -]tu|"
    r"pourrais[ -]tu|je (?:veux|"
    r"voudrais|souhaite|aimerais|dois|désire)|nous (?:voulons|voudrions|souhaitons|aimerions|devons)|on (?:veut|"
    r"voudrait|aimerait)|(?:annul|chang|modifi|rembours|échang|renvoy|envoy)(?:ez|e)",
    # Spanish
    r"(?:pon|da|trae|env[ií]a|manda|a[nñ][aá]de|cambia|c[aá]mbia|reserva|res[eé]rva)(?:me|nos)(?:l[oa]s?)?|"
    r"por favor|(?:me |nos )?(?:l[oa]s? )?(?:puede|podría|puedes|podrías|pueden|podrían)(?: ustedes| usted)? "
    r"\w+[aeiáéí]r(?:me|nos|l[oa]s?)*|(?:quiero|queremos|"
    r"quisiera|quisiéramos|(?:me|nos) gustaría|necesito (?:que|\w+[aei]r)|deseo)|"
    r"(?:cancel|cambi|devuelv|reembols|anul|envi)(?:e|a|en)",
)
_OF_US = _begins(
    r"(?:can|could|would|will) (?:you|someone|somebody)|(?:können|könnten|würden) sie|(?:kannst|könntest) du|"
    r"(?:kann|könnte) (?:jemand|mir jemand)|(?:pouvez|pourriez)[ -]vous|vous (?:pouvez|pourriez)|"
    r"quelqu'un (?:peut|pourrait)|(?:me |nos )?(?:l[oa]s? )?(?:puede|podría|puedes|podrías|"
    r"pueden|podrían)(?: usted(?:es)?| alguien)?"
)
_CHANGE = re.compile(
    rf"\b(?:{any_action('verbs')})(?:l?ed|l?ing|s|d)?\b|\b(?:send|e-?mail|mail|post|forward) (?:me|us|it|them)\b|"
    r"\bdo (?:it|that|this) for (?:me|us)\b"
)
_POLITE = re.compile(r"\b(?:please|pls|plz|bitte|s'il (?:vous|te) pla[iî]t|por favor)\b")
_ANY = re.compile(
    r"\b(?:if|wenn|falls|si|after|within|without|once|when|before|used|opened|unopened|an? (?:order|item|product|thing|"
    r"parcel|return|different)|orders|items|things|something|anything|any)\b|\bthan the\b"
)
"""What makes "would you take back …?" a question about rules instead of a request."""
_OWN = re.compile(
    r"\b(?:i|me|my|mine|we|us|our|ours|i've|we've|i'm|"
    r"(?:have|did|were|had) you|"
    r"ich|mir|mich|mein\w*|wir|uns|unser\w*|je|j'\w+|mon|ma|mes|moi|nous|notre|nos|yo|mi|mis|nuestr\w+|tengo|debo)\b"
)
_ASKS = re.compile(
    r"\?\s*$|\b(?:how (?:much|many|long|fast|old|big|large|heavy|high|late|far)|what|what's|when|when's|where|where's|"
    r"which|who|until when|since when|whether|"
    r"wann|wo|wie ?viele?|welche[nrsm]?|was|wer|combien|quand|où|quel(?:le)?s?|qui|"
    r"cu[aá]ndo|d[oó]nde|cu[aá]nt[oa]s?|cu[aá]l(?:es)?|qui[eé]n|qu[eé])\b|"
    r"^(?:(?:and|but|so|also|hi|hey|hello|ok|okay|well|und|et|y)\W+){0,3}"
    r"(?:is|are|was|were|am|do|does|did|has|have|ist|sind|war|habe|hat|est-ce|ai-je|est[aá]n?|he|tengo)\b"
)
_RULE = re.compile(
    r"\b(?:can|could|may|might|shall|must|would) (?:i|we|you|one|people|somebody|someone|it|they|my|the|an?)\b|"
    r"\bshould (?:i|we|you|one|people|somebody|someone|an?)\b|\b(?:do|would) (?:i|we) (?:\w+ )?get\b|"
    r"\bwill (?:i|we|you)\b|\bcan't (?:i|we|you)\b|\b(?:if|unless|in case|what happens?|allowed|possible)\b|"
    r"\bhow (?:do|can|to|does|should|could|would|is|are) ?(?!i owe)|\bwhat (?:do|should|can) i (?:do|need)\b|"
    r"\bwhere (?:do|can|could|would|will) (?:i|we) (?:find|see|get)\b|\bwo finde|\boù (?:je |est-ce que je )?trouve|"
    r"\bdónde (?:encuentro|veo)\b|"
    r"\b(?:kann|darf|muss(?! ich (?:noch )?(?:be)?zahlen)|soll|könnte|müsste|wenn|falls|puis|peux|"
    r"dois(?!-je (?:\w+ ){0,2}(?:payer|régler))|peut|pourrais|puedo|puede|debería)\b"
)
_NUMBERED = re.compile(rf"(?<![\w-])(?=#?[\w-]*\d[\w-]*\d){CODE}")
"""A code of two digits at least: `3-month` is none."""
_ONLY_ASKS = re.compile(
    r"(?:^|[.,;!?()–-]\s*)(?:(?:for now|at the moment|vorerst|erst einmal|pour (?:le moment|l'instant)|de momento|"
    r"por ahora)[ ,]+)?"
    r"(?:(?:i(?:'m| am) )?(?:just|only) (?:asking|wondering|curious)|"
    r"(?:ich )?frage? (?:vorerst |erst(?:mal| einmal)? )?nur|nur (?:so )?(?:eine frage|gefragt)|"
    r"je (?:demande juste|ne fais que demander)|juste une question|"
    r"(?:solo|sólo) (?:pregunto|preguntaba|(?:es )?una pregunta))"
    r"(?: (?:for now|at the moment|vorerst|pour (?:le moment|l'instant)|de momento|por ahora))?\s*(?:[.!)]|$)"
)
"""What says of a message, in a clause of its own, that it is a question."""
_HAVE_TO = re.compile(r"\b(?:do|does|did) (?:i|we) (?:have|need) to\b|\bmust (?:i|we)\b")


def only_asks(text: str) -> bool:
    """Say whether a message says of itself that it only asks: nothing is wished yet."""
    return bool(_ONLY_ASKS.search(normalised(text)))


def asks_about(text: str) -> bool:
    """Say whether a clause asks whether, how or with what consequence something can be done, without asking for it."""
    plain = without_lead(text)
    if _TELL_ME.match(plain):
        return True
    if _WISH.match(plain):
        return plain.endswith("?") and not _POLITE.search(plain) and bool(_ANY.search(plain))
    if _POLITE.search(plain):
        return bool(_HOW.match(plain))
    return bool(_QUESTION.match(plain)) or plain.endswith("?")


def announces_question(text: str) -> bool:
    """Say whether a text names what a question is about: `I have a question about cancelling`."""
    return bool(_QUESTION_ABOUT.search(normalised(text)))


def wishes(text: str) -> bool:
    """Say whether a clause orders something, or says in the first person that it is wanted."""
    return not asks_about(text) and bool(_WISH.match(without_lead(text)) or _POLITE.search(normalised(text)))


def asks_of_us(text: str) -> bool:
    """Say whether a clause asks whether the one who reads does something: `can you pause it?` may wish or ask."""
    plain = without_lead(text)
    return bool(_OF_US.match(plain)) and not _TELL_ME.match(plain)


def names_change(text: str) -> bool:
    """Say whether a text names something that could be done, whether it asks for it or only about it."""
    return bool(_CHANGE.search(normalised(text)))


def asks_own_facts(text: str, beside: str = "") -> bool:
    """Say whether a text asks what is so of the customer's own: not what they may do, nor what would be.

    Whose it is about may stand in what is said beside it, or in the number of a record.
    """
    said = _TELL_ME.sub(" ", normalised(text))
    own = _OWN.search(said) or _OWN.search(normalised(beside)) or _NUMBERED.search(said)
    return bool(own and len(said.split()) > 1 and asks_facts(text))


def asks_facts(text: str) -> bool:
    """Say whether a text asks what is so, and not what may be done or would be."""
    said = _TELL_ME.sub(" ", spelled(normalised(text)))
    return bool(_ASKS.search(said) and not _RULE.search(said))


def asks_own_duty(text: str) -> bool:
    """Say whether a text asks when, where or how much the customer has to do something."""
    return bool(_HAVE_TO.search(normalised(text)))


def without_lead(text: str) -> str:
    """Return a clause in its normal form without greetings and little words before those that matter."""
    plain = normalised(text)
    lead = _LEAD.match(plain)
    return plain[lead.end() :].lstrip() if lead and lead.end() < len(plain) else plain
