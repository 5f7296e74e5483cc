"""Recognise, by rule, what brings in a person whatever the model's mood: a wish, anger, fraud, a disputed charge."""

import re

from core.language.action_words import any_action
from core.language.text import any_of, normalised

# --- a wish for a person -------------------------------------------------------------------------------------------

_STAFF = (
    r"(?:human(?: being)?|humans|person|real people|someone|somebody|anyone|anybody|agent|operator|representative|rep"
    r"|advisor|adviser|supervisor|man[ae]ger|colleagues?|employees?|team|staff|customer (?:service|care|"
    r"support)|support team"
    r"|(?:support|service|staff|team) (?:agent|person|member|representative)|member of (?:your |the )?(?:staff|team))"
)
_ADJECTIVES = (
    r"(?:(?:an?|the|your|one of your|some|any|actual|real|live|human|proper|customer|service|support|sales|other|"
    r"another) )*"
)
_PERSON_NOUN = (
    r"(?:human(?: being)?|humans|person|people|agent|operator|representative|rep|supervisor|man[ae]ger|someone|"
    r"somebody)"
)
_HUMAN = any_of(
    # talk to / be put through to a member of staff
    rf"\b(?:talk|speak|chat|speaking|talking|chatting|write|deal)(?:ing)? (?:directly )?(?:to|with) "
    rf"{_ADJECTIVES}{_STAFF}\b(?! (?:of mine|at my))",
    rf"\b(?:transfer|connect|redirect|forward|hand|pass|put) (?:me|us|this)(?: over| through| on)?(?: to| "
    rf"with)? {_ADJECTIVES}{_STAFF}\b",
    r"\b(?:transfer|connect|redirect) (?:me|us)(?: please| now)?(?:[.!]|$)",
    r"\bput (?:me|us) through\b",
    rf"\b(?:get|give|bring|send|find) me {_ADJECTIVES}{_STAFF}\b",
    r"\b(?:i|we)(?:'d| would)? (?:just )?(?:want|need|like|prefer|demand|require|insist on)(?: to (?:have|get|see))? "
    rf"{_ADJECTIVES}{_PERSON_NOUN}\b(?! (?:tent|tents|size|sized|to (?:sign|pick|collect|receive|come|visit|repair|fix|"
    r"install)|sleeping))",
    rf"\b(?:get|take) (?:a )?hold of {_ADJECTIVES}{_STAFF}\b",
    rf"\b(?:reach|contact|call) {_ADJECTIVES}(?:human|real person|live|operator|representative|supervisor|"
    rf"man[ae]ger|colleague|member of)\b",
    r"\b(?:human|real person|live agent|human agent|real agent|actual person|live person|live chat|operator|"
    r"representative|supervisor)(?:,? (?:please|pls|now|needed|required|asap))+",
    r"\b(?:a|real|live|actual) (?:person|human(?: being)?|agent|operator|representative),? (?:please|pls|now)\b",
    r"^(?:(?:yes|yeah|yep|sure|ok|okay|please)[,.!]* )*[\"'“„]?(?:(?:a|an|the|your|real|live|human) )*"
    r"(?:human|agent|operator|representative|real person|person|colleague|supervisor|man[ae]ger|human being|"
    r"customer service|customer support|live chat)[\"'“”]?(?:,? please)?[.!? ]*$",
    # taking up the offer of one
    r"^(?:(?:yes|yeah|yep|sure|ok|okay|please|do|then|can you|could you)[,.!]* )*bring in (?:a|an|one of your|"
    r"your|some) (?:real )?(?:colleagues?|person|human|people|agent)\b(?! (?:of mine|at my))",
    r"\b(?:is there|are there) (?:anyone|anybody|someone|somebody|an? (?:real |actual |live )?(?:human|person|employee|"
    r"agent|representative|colleague|member of (?:staff|your team))|real people|any humans?)(?: there| here| available|"
    r" around| on the other end)*[^.!?]{0,20}\b(?:talk|speak|chat|help|answer|write|reach|look|assist|there|here)\b",
    r"\b(?:do(?:n't| not) want|no longer want|hate|refuse|sick of|tired of|fed up with)(?: to)?(?: (?:talk|"
    r"speak|chat|talking|speaking|chatting|deal|dealing)"
    r"(?:ing)?(?: (?:to|with))?)? (?:a |an |the |this |you,? |your )*(?:stupid )?(?:chat ?)?(?:bots?|robots?|"
    r"machines?|ai|computers?)\b",
    r"\b(?:no|not) (?:more |another |an? )?(?:bots?|robots?|chatbots?|machines?)(?: please)?(?:[.,!]|$)",
    r"\b(?:escalate|hand over|hand off|handover) (?:this|it|my (?:case|issue|request|problem|conversation|chat))\b",
    rf"\b(?:can|could|may|will|would|have|let) {_ADJECTIVES}(?:human|real person|someone|somebody|person|agent|"
    rf"operator|representative|colleague|supervisor|man[ae]ger|member of (?:your )?(?:staff|team))"
    r"(?: of yours| there| from (?:your|the) (?:team|staff|company))?(?: please)? (?:call|phone|ring|contact|"
    r"help|take over|answer|reply|look|handle|get back|assist|deal)"
    r"(?! (?:me )?(?:choose|pick|collect|carry|assemble)|(?<=look) at (?:my|our) (?!(?:case|issue|problem|matter|"
    rf"question|request|ticket|account|complaint|claim|chat|message|{any_action('called')})s?\b))",  # no visit
    r"\b(?:can|could|may|will|would|have|let|get) (?:any )?one of (?:your|the|you) (?:\w+ )?(?:colleagues?|"
    r"people|staff|team|agents?|guys|lot|employees?|humans?)\b"
    r"[^.?!]{0,20}\b(?:call|phone|ring|contact|help|take over|answer|reply|look|write|handle|get back|assist|"
    r"deal|speak|talk)\b",
    r"\bcall (?:me|us) back\b|\bcallback\b|\b(?:want|need|like|request|get) (?:a )?(?:phone )?call (?:back "
    r")?(?:from|by) (?:you|your|a|an|the|someone|somebody)\b",
    r"\b(?:someone|somebody) who (?:can|could|is able to|will) (?:actually|really) help\b",
    r"^(?:an? )?(?:(?:real|live|actual) )?(?:person|human|agent|representative|operator)(?: then)?,? "
    r"(?:please|pls|plz)\b",
    r"\b(?:i|we)(?:'d)? (?:want|like|wish|need|have) to (?:complain(?! to (?:the|my)\b)|"
    r"(?:file|make|lodge|raise|submit) an? (?:official |formal )?complaint)\b",
)
_PERSON_DE = (
    r"(?:menschen?|mitarbeiter(?:in)?|kolleg(?:en|in)|(?:kunden)?berater(?:in)?|sachbearbeiter(?:in)?|kundendienst|"
    r"kundenservice|support|chef(?:in)?|vorgesetzten|jemand(?:en|em)?(?: (?:echt|richtig)e\w)?)"
)
_PERSON_FR = (
    r"(?:humaine?|personne|conseill(?:er|ère)|agent|opérat(?:eur|rice)|responsable|collègue|supérieure?|être humain)"
)
_PERSON_ES = (
    r"(?:persona|humano|agente|asesora?|operadora?|representante|encargad[oa]|responsable|supervisora?|compañer[oa])"
)
_HUMAN_GERMAN_FRENCH = any_of(
    rf"\b(?:mit|an|zu) (?:[\w']+ ){{0,2}}{_PERSON_DE} ?(?:bitte )?(?:\w+ )?(?:sprechen|reden|verb[iu]nden|weiterleiten|"
    r"weitergeleitet|schreiben|chatten|durchstellen|telefonieren)",
    rf"\b(?:gib|geben sie|hol|holen sie|ich (?:will|möchte|brauche?|hätte gern)) (?:mir |uns )?(?:bitte |jetzt |mal )*"
    rf"(?:(?:ein|eine|einen|'?nen|'?ne|den|die) )?(?:echte[nr]? |richtige[nr]? )?{_PERSON_DE}\b"
    r"(?! (?:der|die|das|zum|zur|mehr|von|aus)\b)",
    r"\b(?:verbinden sie|verbinde|stell(?:en sie)?) mich\b",
    r"\b(?:kann|könnte|soll) mich (?:bitte )?(?:jemand|einer|wer|mal) (?:\w+ )?(?:an|zurück)rufen|"
    r"\bruf(?:en sie|t)? mich (?:bitte )?(?:mal )?(?:an|zurück)\b|\bbitte um (?:einen )?rückruf\b",
    r"\bist (?:da|hier) (?:jemand|ein mensch|wer)\b|"
    r"\bnicht mit (?:'?nem|einem|einer|der|dem) (?:bot|maschine|computer)",
    r"\b(?:mit|an|zu) (?:einem|einer|eine|ihrem|echten|einen|'nem|nem)? ?(?:echten |richtigen |menschlichen |realen |"
    r"anderen )?(?:menschen|jemandem(?: vom| von der| von| aus dem)?|mitarbeiter(?:in)?|kolleg(?:en|in)|berater(?:in)?|"
    r"person|kundenberater(?:in)?|vorgesetzten|agenten|kundendienst|kundenservice|support) ?(?:bitte )?(?:\w+ "
    r")?(?:sprechen|reden|verbinden|verbunden|weiterleiten|weitergeleitet|schreiben|chatten|durchstellen|kontakt)",
    r"\b(?:sprechen|reden|verbinden|spreche|rede) (?:sie )?(?:mich )?(?:bitte )?mit (?:einem|einer) (?:echten "
    r")?(?:menschen|mitarbeiter(?:in)?|kolleg(?:en|in)|berater(?:in)?|person)",
    r"\b(?:echte[nr]?|richtige[nr]?) (?:menschen?|person|mitarbeiter(?:in)?)\b",
    r"\bjemand(?:en|em)? (?:echt|richtig|menschlich)e[sn]\b|\bkein(?:en)? (?:bot|roboter|chatbot|computer)\b",
    # French
    rf"\b(?:veux|voudrais|préfère|souhaite|besoin d'|exige) ?(?:avoir )?une? (?:vraie? )?{_PERSON_FR}\b"
    r"(?! (?:de plus|en plus|supplémentaire|pour (?:venir|réparer)))",
    rf"\bune? vraie? {_PERSON_FR}\b|\bune? {_PERSON_FR},? (?:svp|stp|s'il (?:vous|te) pla[iî]t)",
    r"\b(?:qu'on|que quelqu'un|vous pouvez|pouvez-vous|quelqu'un peut) (?:\w+ )?me (?:rappel|appel)\w+|"
    r"\b(?:r?appelez|r?appelle)-moi\b|\bpas (?:à|avec) un (?:robot|bot)\b",
    r"\bparler (?:à|a|avec|directement à) (?:(?:un|une|votre|des|du|le|la|l') ?(?:vraie?s? |autre "
    r")?(?:humaine?s?|personne|conseill(?:er|ère)|agente?|opérat(?:eur|rice)|responsable|être humain|service "
    r"client|employée?|collègue)|quelqu'un)",
    r"\bune? (?:vraie? )?(?:personne|humain|conseill(?:er|ère)|agent humain|être humain)(?: réel(?:le)?)?,? "
    r"s'il (?:vous|te) pla[iî]t",
    r"\bvraie personne\b|\b(?:passez|passe|mettez)[- ]moi (?:en (?:contact|relation) avec )?(?:un|une|"
    r"quelqu'un|le service)",
)
_HUMAN_ELSEWHERE = any_of(
    # Spanish
    rf"\b(?:quiero|quisiera|necesito|prefiero|dame|deme|pás[ae]me con|póng[ae]me con|comun[ií]\w+me con) "
    rf"(?:con )?(?:un|una|algún|alguna|otra?|el|la) (?:\w+ )?{_PERSON_ES}\b"
    r"(?! (?:más|adicional|para (?:venir|reparar)))",
    rf"^\W{{0,9}}con (?:un|una) {_PERSON_ES}\b|\batención al cliente\b.*\bpor favor\b",
    r"\bme (?:puede|pueden|podría|podrían|podéis|puedes) llamar\b|\bque me llamen?\b|\bll[aá]m[ae]n?me\b",
    r"\b(?:hablar|contactar|chatear|comunicarme|conversar) (?:directamente )?con (?:(?:un|una|el|la|su|algún|"
    r"alguna|otra?) (?:\w+ )?(?:persona|humano|agente|asesora?|operadora?|representante|supervisora?|"
    r"encargad[oa]|ser humano)|alguien)\b",
    r"\b(?:atienda|atender|ayude) (?:un|una) (?:persona|humano|agente|asesora?|operadora?|representante)\b",
    r"\b(?:persona real|agente humano|ser humano|asesor humano)\b",
    # Italian
    r"\bparlare con (?:(?:un|una|un'|il|la|vostro) ?(?:vero |vera |altro )?(?:operat(?:ore|rice)|persona|umano|"
    r"essere umano|agente|responsabile|consulente|addetto)|qualcuno)",
    r"\b(?:operatore umano|persona reale|persona vera)\b",
    # Portuguese
    r"\b(?:falar|conversar) com (?:(?:um|uma|o|a|algum) (?:\w+ )?(?:atendente|pessoa|humano|agente|operadora?|"
    r"representante|supervisora?|ser humano)|alguém)",
    r"\b(?:atendente humano|pessoa real|pessoa de verdade)\b",
    # Dutch
    r"\b(?:een|met een|iemand|echte?) (?:echt(?:e)? )?(?:medewerker|mens|persoon|collega|klantenservice)(?: "
    r"\w+)? (?:spreken|praten|chatten|contact)",
    r"\b(?:spreken|praten) met (?:een )?(?:echt(?:e)? )?(?:medewerker|mens|persoon|collega|iemand)",
    r"\becht(?:e)? (?:mens|persoon|medewerker)\b",
    # Polish
    r"\b(?:rozmawiać|porozmawiać|połączyć|pogadać|rozmowa|rozmowę|skontaktować się) (?:się )?z (?:\w+ "
    r")?(?:człowiekiem|konsultant(?:em|ką)|pracownikiem|kimś|osobą|agentem|doradcą|operatorem|przedstawicielem)",
    r"\b(?:żyw(?:ym|y|ego) człowiek\w*|prawdziw(?:ym|y|a|ą) (?:człowiek\w*|osob\w*))",
    # the word alone, as the agent itself tells people to write it
    r"^\W{0,9}(?:(?:einen?|ein|une?|una?|uma|een|bitte|por favor) )?(?:mensch(?:en)?|mitarbeiter(?:in)?|personne|"
    r"humaine?|conseill(?:er|ère)|persona|humano|agente|operatore|pessoa|atendente|mens|medewerker|człowiek|konsultant|موظف|شخص|"
    r"担当者|人間|insan|temsilci)(?:,? (?:bitte|s'il vous pla[iî]t|por favor|per favore|alstublieft|proszę|"
    r"lütfen))?\W*$",
    # Arabic
    r"(?:التحدث|التكلم|الحديث|التواصل|[أا]تحدث|[أا]تكلم) (?:[إا]لى|مع) (?:شخص|[إا]نسان|موظف|ممثل|[أا]حد|بشر)",
)


def wants_human(text: str) -> bool:
    """Say whether the customer asks for a person instead of the assistant (English first, eight other languages)."""
    normal = normalised(text)
    return any(said.search(normal) for said in (_HUMAN, _HUMAN_GERMAN_FRENCH, _HUMAN_ELSEWHERE))


_STAFF_NAMED = any_of(
    r"\b(?:colleagues?|humans?|(?:real |another )?person|people|someone|somebody|agent|representative|"
    r"supervisor|team member|member of (?:the|our) (?:team|staff)|support team|specialist)\b",
    r"\b(?:kolleg\w*|mitarbeiter\w*|mensch\w*|berater\w*|jemand\w*|collègues?|conseill\w+|quelqu'un|une "
    r"personne|humaine?|compañer\w+|alguien|una persona|agente|humano|"
    r"collega|operatore|operatrice|qualcuno|persona|atendente|alguém|pessoa|medewerker|iemand|mens|"
    r"konsultant\w*|pracownik\w*|człowiek\w*|kogoś)\b|(?:شخص|موظف|زميل)",
)


def names_staff(text: str) -> bool:
    """Say whether a sentence speaks of a person of the team, as an offer to bring one in does."""
    return bool(_STAFF_NAMED.search(normalised(text)))


# --- anger ---------------------------------------------------------------------------------------------------------

_ANGER = any_of(
    # insults and swearing aimed at us
    r"\b(?:you|u|you're|you are|ur)(?: all| guys| people)?(?: are| r)?(?: (?:a |an )?(?:such|so|just|bunch of|"
    r"total|complete|absolute|absolutely|totally|completely|fucking|bloody|damn))*"
    r" (?:useless|incompetent|idiots?|morons?|stupid|pathetic|liars?|thieves|crooks|scammers?|a joke|scam|"
    r"clowns?|jerks?|assholes?|worthless|dumb)\b",
    r"\b(?:bunch of|bloody|fucking|damn(?:ed)?|stupid|useless) (?:idiots?|morons?|liars?|thieves|crooks|"
    r"scammers?|clowns|amateurs|company|shop|bot|robot|service|support|help desk|chat|people)\b",
    r"\bf+u+c+k+(?:ing|ed|er|ers)?\b|\bwtf\b|\bbullshit\b|\b(?:piece of|total|utter|such|absolute) (?:shit|"
    r"crap|garbage)\b|\bgo to hell\b|\bscrew you\b|\bshit(?:ty|show)?\b",
    r"\b(?:what|where|why|who|how) the (?:hell|heck|fuck|f)\b",
    r"\b(?:assholes?|bastards?|scumbags?)\b",
    r"\b(?:idiots|morons|crooks|scammers|thieves|liars)\b",
    # feelings said aloud about us
    r"\b(?:i am|i'm|im|we are|we're|getting|makes me|making me|i feel|am) (?:(?:so|very|really|extremely|absolutely|"
    r"totally|beyond|quite|just|completely|getting|utterly|pretty|damn|fucking) )*(?:angry|furious|livid|outraged|"
    r"enraged|fuming|pissed(?: off)?|disgusted|appalled|infuriated|sick of (?:this|you|your|waiting)|fed up|raging)\b",
    r"\b(?:i am|i'm|im) (?:(?:so|very|really|extremely|absolutely) )*mad (?:at|with) (?:you|your|this)\b",
    r"\b(?:i've|i have|we've|we have) had (?:it|enough)\b|\bhad it with (?:you|this)\b|\benough is enough\b",
    r"\bfed up with\b|\bsick and tired\b|\b(?:lost|losing|running out of) (?:all |my )*patience\b",
    # judgements that are an outcry
    r"\b(?:this|that|it|it's|its|this's|service|shop|company|your \w+)(?: is|'s| are| was)?(?: (?:just|so|absolutely|"
    r"completely|totally|utterly|beyond|really|simply|a|an|the|total|complete|absolute|truly|downright|frankly))* "
    r"(?:ridiculous|outrageous|unacceptable|disgraceful|disgrace|scandalous|scandal|pathetic|disgusting|infuriating|"
    r"appalling|a? ?joke|rip-?off|shameful|bullshit|atrocious|horrendous)\b",
    r"\b(?:ridiculous|outrageous|unacceptable|disgraceful|shameful|pathetic|disgusting)(?:!|\.$|$)",
    r"\bworst (?:\w+ ){0,3}(?:ever|service|company|shop|store|experience|support|customer service|i(?:'ve| have))\b",
    r"\b(?:terrible|horrible|awful|lousy|pathetic|abysmal|dreadful) (?:customer )?(?:service|company|support|"
    r"shop|treatment)\b",
    r"\b(?:shame on you|how dare you|you ruined|never (?:buy|order|shop|shopping|buying|ordering)(?:ing)? "
    r"(?:from |with |at |here )+(?:you |your )?(?:\w+ )?(?:again|ever)|never again will i)\b",
    r"\b(?:you|you've|you have|they) (?:stole|robbed|stolen|scammed|cheated|ripped (?:me|us) off|lied to|"
    r"conned|defrauded|are stealing|are lying)\b",
    r"\b(?:robbed|scammed|ripped off|cheated) by (?:you|your|this)\b",
    # threats
    r"\b(?:i'll|i will|i'm going to|i am going to|i shall|we'll|we will|going to|gonna|about to|i'd|ready to|"
    r"i'm) (?:be )?(?:sue|suing|report you|reporting you|take (?:you|this|legal)|"
    r"(?:call|calling|contact|contacting|get|getting|involve|speak to|talk to|talking to) (?:my|a|the) "
    r"(?:lawyer|attorney|solicitor|police|press|consumer)|file a (?:complaint|lawsuit|police report)|go to "
    r"(?:the )?(?:court|police|press|media|bbb|my lawyer)|dispute (?:this|the charge) with my bank)",
    r"\bhear(?:ing)? from my (?:lawyer|attorney|solicitor)\b|\bmy (?:lawyer|attorney|solicitor) will\b|\bsee "
    r"you in court\b|\blegal action\b|\bsue (?:you|your|this)\b|\bclass action\b",
    r"\breport(?:ing)? (?:you|this|your \w+) to\b",
    # other languages
    r"\b(?:frechheit|unverschämt\w*|sauerei|verarsch\w*|betrüger|abzocke(?:r)?|scheiß\w*|scheiss\w*|inkompetent\w*|"
    r"idioten|stinksauer|wütend|mein(?:en)? anwalt|anzeige erstatten|unfassbar schlecht\w*|saftladen)\b",
    r"\b(?:inadmissible|scandaleu(?:x|se)|honteu(?:x|se)|porter plainte|arnaqu\w*|voleurs|escrocs?|mon avocat|"
    r"furieu(?:x|se)|putain|merde|incompétents?|ras le bol|marre de)\b",
    r"\b(?:vergüenza|inaceptable|estafa(?:dores)?|ladrones|denunciar(?:los|les)?|mi abogado|furios[oa]|"
    r"indignante|mierda|inútiles|hart[oa] de)\b",
    r"\b(?:vergogna|vergognoso|inaccettabile|truffa(?:tori)?|ladri|denuncio|il mio avvocato|furios[oa]|schifo|"
    r"incompetenti)\b",
    r"\b(?:vergonha|inaceitável|ladrões|golpistas|processar vocês|meu advogado|incompetentes)\b",
    r"\b(?:schandalig|belachelijk|oplichters?|oplichting|mijn advocaat|woedend|waardeloos)\b",
    r"\b(?:skandal|oszuści|oszustwo|złodzieje|mój prawnik|wściekł[yaeą]|żenada|kpina)\b",
)
_NOT_ANGER = any_of(
    r"\b(?:dispute|complaint) (?:with|against|about) (?:the )?(?:carrier|courier|ups|fedex|usps)\b",
    r"\b(?:no|never|not|isn't|wasn't|aren't|don't think you are) (?:\w+ )?(?:angry|furious|mad|fed up|upset)\b",
    r"\b(?:shit|damn|fucking|insanely|ridiculously) (?:good|great|amazing|awesome|nice|love|beautiful)\b",
    r"\b(?:holy|oh) shit\b",
)


def is_angry(text: str) -> bool:
    """Say whether the customer is really angry at us: insults, an outcry, a threat; not hot about something else."""
    normal = _NOT_ANGER.sub(" ", normalised(text))
    return bool(_ANGER.search(normal))


# --- fraud and charges ----------------------------------------------------------------------------------------------

_CARD = r"(?:credit |debit |bank )?(?:card|account|identity|details|paypal|name)"
_SOMEBODY = r"(?:someone|somebody|some one|another person|a stranger|a thief|thieves|hackers?|they)"
_FRAUD = any_of(
    rf"\b{_SOMEBODY}(?: else)? (?:has |have |is |was |'s )?(?:been )?(?:us(?:e|ed|es|ing)|stole|stolen|"
    rf"ordering|ordered|bought|buying|shopp\w+|paid|hacked|got into|broke into|"
    rf"logged into|accessed|took over)\b[^.!?]{{0,60}}\bmy {_CARD}\b",
    rf"\b(?:order(?:ed|ing)|bought|buying|purchas\w+|shopping)\b[^.!?]{{0,40}}\b(?:in|under|with|on) "
    rf"my (?:name|{_CARD})\b(?=[^.!?]*\b(?:without|wasn't me|not me|never|stolen)\b)",
    rf"\b{_SOMEBODY}\b[^.!?]{{0,40}}\b(?:in|under) my name\b",
    rf"\bmy {_CARD} (?:has been|have been|was|were|got|is) (?:\w+ )?(?:hacked|stolen|compromised|"
    rf"misused|hijacked|cloned|used without|taken over)",
    r"\bunauthori[sz]ed (?:\w+ )?(?:charges?|transactions?|purchases?|payments?|orders?|access|use)\b",
    r"\bfraudulent\b|\bidentity theft\b|\bvictim of (?:a )?(?:fraud|scam)|\breport(?:ing)? (?:a |an |some )?fraud\b",
    r"\b(?:did not|didn't|never) (?:make|place|authori[sz]e|approve|order) (?:this|that|these|those|"
    r"any such|the) (?:purchase|order|charge|payment|transaction)s?\b",
    r"\b(?:don't|do not|can't|cannot) recogni[sz]e (?:this|that|the|these|a|some|an|your)? ?(?:\w+ "
    r"){0,2}(?:charge|order|purchase|payment|transaction|debit)",
    r"\bwithout my (?:permission|consent|knowledge)\b[^.!?]{0,60}\b(?:card|account|charge|paid|money)|"
    r"\b(?:card|account|charged|debited|money)\b[^.!?]{0,60}\bwithout my (?:permission|consent|knowledge)\b",
    r"\b(?:phishing|scam) (?:e-?mail|mail|text|message|sms|call|site|website)\b",
    # German, French, Spanish
    r"\bjemand\b[^.!?]{0,60}\b(?:meiner|meine|meinem|mein) (?:gestohlenen )?(?:karte|kreditkarte|konto|"
    r"namen|daten)\b|\bmein (?:konto|account) (?:wurde|ist) gehackt\b|\bbetrugsfall\b|"
    r"\b(?:karte|kreditkarte) (?:wurde |ist )?gestohlen\b|\bidentitätsdiebstahl\b",
    r"\bquelqu'un (?:a )?utilis\w+ ma carte\b|\bcarte (?:a été |m'a été )?volée\b|\bcompte (?:a été "
    r")?piraté\b|\busurpation d'identité\b|\bfrauduleu(?:x|se)\b",
    r"\balguien (?:ha )?us(?:a|ó|ado|ando) mi (?:tarjeta|cuenta)\b|\bno reconozco (?:este|ese|el|un) "
    r"(?:cargo|pago|pedido)\b|\bcargo que no reconozco\b|\btarjeta (?:fue |me )?robada\b|"
    r"\bcuenta (?:fue |ha sido )?hackeada\b|\bfraudulent[oa]\b",
)
_DISPUTE = any_of(
    r"\b(?:i (?:want to|would like to|will|am going to|must|need to|hereby)|i'd like to|i'll|i'm going "
    r"to|i|we) (?:formally )?(?:dispute|contest|challenge) (?:this|that|the|a|an|your|my) "
    r"(?:\w+ ){0,2}(?:charge|payment|bill|invoice|transaction|amount|fee|debit)s?\b",
    r"\b(?:i'm|i am|i'll|i will|i have|i've|we are|we're|going to|want "
    r"to)\b[^.!?]{0,40}\b(?:open(?:ing|ed)?|fil(?:e|ing|ed)|start(?:ing|ed)?|request(?:ing|ed)?|do|"
    r"initiat\w+) a (?:chargeback|payment dispute|dispute)\b",
    r"\b(?:reverse|claw back|pull back) the (?:payment|charge)\b[^.!?]{0,60}\bbank\b|"
    r"\bbank\b[^.!?]{0,60}\b(?:reverse|claw back|pull back) the (?:payment|charge)\b",
    r"\b(?:you|was|were|been|got|have)\b[^.!?]{0,30}\b(?:charged|billed|"
    r"debited)\b[^.!?]{0,30}\b(?:twice|two times|double|three times|thrice)\b",
    r"\b(?:you )?took (?:the |my )?money (?:out )?(?:twice|two times)\b|\bdouble[- ]charged\b",
    r"\bzweimal abgebucht\b|\bdoppelt (?:abgebucht|belastet|berechnet)\b|\bwiderspreche der "
    r"(?:abbuchung|zahlung|rechnung)\b",
    r"\b(?:débité|prélevé|facturé)\w* deux fois\b|\bje conteste (?:ce|cette|le|la) (?:débit|paiement|"
    r"facture|prélèvement)\b",
    r"\b(?:cobrado|cobraron|cargado|cargaron) dos veces\b|\bquiero disputar (?:este|ese|el|un) (?:cargo|cobro)\b",
)


def reports_fraud(text: str) -> bool:
    """Say whether the customer reports misuse of their card, account or name (English, German, French, Spanish)."""
    return bool(_FRAUD.search(normalised(text)))


def disputes_charge(text: str) -> bool:
    """Say whether the customer contests a charge or was charged twice; a question about how disputes work is none."""
    return bool(_DISPUTE.search(normalised(text)))


# --- a wish for the assistant again --------------------------------------------------------------------------------

_AGENT_BACK = any_of(
    r"\b(?:back to|(?:continue|go on|carry on|talk|chat|proceed) (?:again )?with) (?:the |you, |your )*(?:chat "
    r"?)?(?:bot|assistant|robot|ai|machine)\b",
    r"\b(?:do not|don't|no longer|not) need (?:(?:a|an|the|any|to (?:talk|speak) to an?y?) )?(?:\w+ "
    r")?(?:person|people|human|someone|somebody|anyone|anybody|colleague|agent|operator|help)\b",
    r"\b(?:cancel|close|withdraw|drop) (?:the|my|this|that) (?:ticket|handover|call-?back)\b",
    r"\b(?:it|this|that|everything|the (?:problem|issue|matter))(?: is|'s| has been| was) (?:already |now "
    r")?(?:solved|resolved|sorted|settled)(?: out)?\b(?!\?)",
    r"\b(?:zurück zum|weiter mit dem) (?:bot|assistenten|chatbot)\b|\bhat sich (?:schon |bereits )?erledigt\b",
    r"\bbrauche? (?:jetzt |doch )?kein\w* (?:mensch\w*|person|mitarbeiter\w*|kolleg\w*) mehr\b|"
    r"\bplus besoin d'(?:une personne|un humain|un conseiller|aide)\b|لم أعد بحاجة إلى شخص",
    r"\b(?:revenir|retour) (?:au|à l')\s?(?:bot|assistant|robot)\b|\bvolver (?:al|con el) (?:bot|asistente)\b",
)
_DROPPED = re.compile(
    r"^(?:(?:oh|ok|okay|ah|sorry|actually|no)[,.! ]+)*(?:never ?mind|nevermind|nvm|forget (?:it|that|about it)|laissez "
    r"tomber|olvídelo|vergessen sie es)(?:[,.! ]+(?:thanks?|thank you|please|then|sorry|merci|gracias|danke))*[.! ]*$"
)


def wants_agent_back(text: str) -> bool:
    """Say whether a customer who waits for a person would rather go on with the assistant, or needs nobody any more."""
    normal = normalised(text)
    return bool(_AGENT_BACK.search(normal) or _DROPPED.match(normal)) and not wants_human(text)
