"""Know what is no request: a greeting, thanks, a goodbye, that the matter is settled; and the offer of a person."""

import re

from core.language.text import normal
from core.language.word_tables import WEEKDAYS

GREETING = re.compile(
    r"^(?:hi|hello|hey|hiya|howdy|yo|(?:is )?(?:anyone|anybody|someone) (?:there|here)|are you there|good (?:morning|"
    r"afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen|abend)|bonjour|salut|hola|buenos d[ií]as|ciao|"
    r"buongiorno|buonasera|olá|cześć|dzień dobry|goedendag|merhaba|"
    r"مرحبا|السلام عليكم|こんにちは)"
    r"(?: there| all| everyone| team| again| support| guys)*(?:[,!. ]+(?:good (?:morning|afternoon|evening|day)|"
    r"how are you(?: doing)?(?: today)?|i hope you are (?:well|fine)|nice to meet you|my name is [\w'-]+(?: [\w'-]+)?|"
    r"i have a (?:quick )?question|i need (?:some )?help|can you help(?: me)?|i need (?:your )?assistance))*[!.,? :)]*$"
)

_THANKFUL = re.compile(
    r"\b(?:thanks?|thankyou|thx|tnx|ty|cheers|appreciated?|great|perfect|awesome|excellent|wonderful|brilliant|amazing|"
    r"fantastic|helpful|helped|danke|dankeschön|dank|perfekt|prima|toll|merci|parfait|perfecto|genial|gracias|grazie|obrigad[oa]|bedankt|dziękuję|"
    r"teşekkür(?:ler| ederim)?|شكرا|ありがとう(?:ございます)?)\b"
)
"""Words of which one is enough."""
_FAREWELL = (
    r"tschüss|auf wiedersehen|bis (?:bald|dann)|au revoir|à bientôt|adiós|hasta (?:luego|pronto)|arrivederci|a presto|"
    r"tot ziens|doei|do widzenia|tchau|até logo"
)
_NICE_DAY = (
    r"(?:have an?\s(?:nice|good|lovely)?|schön(?:e[ns]?)?|bon(?:ne)?|buen[ao]?|buon[ao]?|bom|boa|fijne?)\s+"
    rf"(?:rest of )?(?:the |your )?(?:{'|'.join(WEEKDAYS)}|week-?end|week|holidays?|wochenende|woche|feiertage|"
    r"semaine|vacances|fin de semana|semana|finde|fine settimana|settimana|fim de semana)"
)
_HOPE = (
    r"(?:i |we |let's |ich |wir |j')?(?:hop(?:e|ing|efully)|fingers crossed|looking forward|hoff(?:e|en|entlich)|"
    r"espère|espérons|espero|esperemos|ojalá)\b"
    r"(?![^.!]*\b(?:you|sie|ihr|vous|usted|ustedes)\b)[^.!?\d]{0,60}"
)
"""What is hoped of anybody but us."""
_BESIDE_THANKS = re.compile(
    rf"\b(?:{_HOPE}|{_FAREWELL}|{_NICE_DAY})\b|"
    r"\W|\b(?:a|again|ah|alright|all|and|answer|anyway|are|assistance|best|bunch|bye|clear|cool|day|evening|everything|"
    r"fine|for|good|got|guys|have|help|helps|hey|i|info|information|is|it|just|kind|lot|lovely|many|mate|million|much|"
    r"needed|nice|now|oh|ok|okay|one|quick|re|really|reply|s|so|star|super|sure|thats?|the|then|this|ton|too|understood|"
    r"very|was|wanted|well|what|wow|you|your|alles|das|dir|die|für|gut|hilfe|ihnen|ihre|klar|schön|sehr|vielen|"
    r"herzlichen|wars?|besten|schönen|einen|tag|abend|noch|jetzt|bonne|bonnes|journée|soirée|buen|buenas|día|tardes|aide|alors|beaucoup|bien|c|d|accord|est|l|pour|tout|votre|vous|à|ayuda|entonces|es|eso|la|muchas|muy|tante|molte|muito|muita|veel|hartelijk|bardzo|serdecznie|çok|"
    r"por|su|todo|vale|mille|ciao|et|goodbye|later|see|und|y|schade|trotzdem|dommage|quand|même|lástima|igualmente|pity)\b"
)
"""What may stand beside them, and says nothing else."""

GOODBYE = re.compile(
    r"^(?:(?:ok(?:ay)?|no|great|thanks?(?: you)?|alright)[,!. ]*){0,3}"
    r"(?:(?:no,? )?(?:that(?:'?s| is| was| will be)? (?:all|"
    r"everything|it)(?: for (?:now|today))?|nothing (?:else|more)|i'm (?:good|done|all set)|we're done)[,!. "
    r"]*(?:thanks?(?: you)?|bye|goodbye|for now)*|"
    r"(?:good ?bye|bye(?: bye)?|see (?:you|ya)(?: later)?|have a (?:nice|good|great|lovely) (?:day|one|evening|"
    r"weekend)|take care|ciao(?!\W+(?!have\b|thanks?\b)\w+ \w+ \w)|"
    rf"{_FAREWELL}))[,!. a-z]{{0,25}}$"
)

CAPABILITIES = re.compile(
    "|".join(
        (
            r"\bwhat (?:else )?(?:can|could|do) you (?:do|help|assist|offer|answer)\b",
            r"\bwhat (?:kinds?|sorts?|types?) of (?:things?|stuff|questions?|requests?) (?:can|could|do) you\b",
            r"\b(?:how|in what way) can you (?:help|assist)\b",
            r"\bwhat are you (?:able|capable|for|good)\b|\bwhat(?:'s| is) your (?:purpose|job|name)\b|\bwho are you\b",
            r"\bare you (?:a |an )?(?:real )?(?:bot|robot|human|person|ai|machine|computer|chatbot|assistant|"
            r"program)\b|\bam i (?:talking|speaking|chatting) (?:to|with)\b",
            r"^help(?: me)?(?: please)?[!.? ]*$|^(?:can|could) you help(?: me)?(?: please)?[?!. ]*$|^i need (?:some "
            r")?help[!. ]*$",
        )
    )
)

OFFER_OF_A_PERSON = re.compile(r"bring in a colleague")


def is_thanks(text: str) -> bool:
    """Say whether a message thanks or praises and says nothing else, in any order of words."""
    plain = normal(text)
    return "?" not in plain and bool(_THANKFUL.search(plain)) and not _BESIDE_THANKS.sub("", _THANKFUL.sub("", plain))


def is_courtesy(text: str) -> bool:
    """Say whether a message only greets, thanks or takes leave."""
    return is_thanks(text) or any(kind.search(normal(text)) for kind in (GREETING, GOODBYE))


def is_small_talk(text: str) -> bool:
    """Say whether a customer's message only greets, thanks, takes leave or asks what the agent is."""
    return is_courtesy(text) or bool(CAPABILITIES.search(normal(text)))


_ENDS = r"(?=\s*(?:$|[.,!;:)]|(?:now|thanks?|thank|it|my|the|that|this|everything|all|and|bye|cheers)\b))"
"""What may follow: not `fixed price`."""
_SETTLED = re.compile(
    r"\b(?:(?:that|this|it|you|which|your (?:answer|advice|tip|hint)) (?:has |have |really |totally |just )*(?:solved|"
    rf"fixed|sorted|resolved|answered|cleared)\b{_ENDS}"
    rf"|(?:that|this|it)(?:'s| is| has) (?:all |now |been |finally )*(?:solved|fixed|sorted|resolved|settled)\b{_ENDS}"
    r"|(?:that|this|it|your (?:answer|advice|tip|hint)) (?:really |totally |definitely )?(?:helped|worked|did "
    r"the trick|answers (?:my|the) question)\b"
    rf"|(?:it|everything)(?:'?s| is) (?:back|working|up and running)(?: up| online| on| again| now)*{_ENDS}"
    r"|(?:all|everything|it)(?:'s| is| are)? (?:green|good|fine|ok|okay|well) (?:again|now)\b"
    r"|it works now\b|works (?:again|now|perfectly)\b|(?:my |the )?(?:problem|issue|question|matter)(?:'s| is| "
    r"has been| was)? (?:now )?(?:solved|fixed|resolved|answered|settled|sorted)\b"
    r"|that(?:'s| is| was) (?:all|exactly what|everything) i (?:needed|wanted|was looking for)|all (?:sorted|"
    r"solved|set|good now)\b"
    r"|das hat (?:mir )?(?:sehr )?(?:geholfen|geklappt|funktioniert)|(?:problem|frage|sache) (?:ist )?(?:gelöst|"
    r"geklärt|beantwortet|erledigt)|(?:es|jetzt) (?:geht|funktioniert|klappt) (?:jetzt|wieder|es)\b|hat sich erledigt"
    r"|(?:ça|cela) (?:marche|fonctionne)(?: maintenant)?\b|(?:problème|question) (?:est )?(?:résolue?|réglée?)|"
    r"c'est (?:réglé|résolu)|ça m'a (?:bien |beaucoup )?aidé"
    r"|(?:problema|duda) (?:está )?(?:resuelt[oa]|solucionad[oa]|risolt[oa])|ya funciona\b|me (?:ha )?(?:ayudó|"
    r"ayudado) mucho|está (?:resuelto|solucionado)"
    r")"
    r"|(?:تم حل|حُلّت|انحلت|حلت) (?:المشكلة|مشكلتي)|هذا ما كنت أحتاجه",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\?|\b(?:not|n't|no|never|nothing|nobody|none|hardly|barely|still|but|however|although|until|if|unless|"
    r"only|half|part(?:ly|ially)?|almost|except|hop(?:e|ed|ing|efully)|wish|would|could"
    r"|should|will|again and again|before|yesterday|last time|aber|nicht|nie|kein\w*|noch|wenn|falls|fast|leider|"
    r"obwohl|hoff\w*|pas|mais|jamais|si|encore|presque|pero|nunca|todavía|casi|aún|ojalá|esper[oa]\w*|espère)\b"
    r"|n't\b|(?<!\w)(?:لم|لا|ليس|لكن|إذا|لو)(?!\w)",
    re.IGNORECASE,
)
"""One word of doubt and nothing counts: who says less is counted as assumed, which nobody is misled by."""
LONGEST_SETTLED = 300
_SHORT = 12


def says_settled(text: str) -> bool:
    """Say whether a message states, without any doubt, that the matter is settled."""
    plain = normal(text[: LONGEST_SETTLED + 1])
    plain = re.sub(r"\bno (?:more|further) questions\b|\bnothing else\b|\bnichts weiter\b", "", plain)
    return len(plain) <= LONGEST_SETTLED and bool(_SETTLED.search(plain)) and not _DOUBT.search(plain)


def ends_well(text: str) -> bool:
    """Say whether a short message thanks, or tells that the matter is settled, and asks for nothing more."""
    return is_thanks(text) or ("?" not in text and len(text.split()) <= _SHORT and says_settled(text))
