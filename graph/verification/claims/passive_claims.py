"""Find actions stated as a fact without anybody doing them: `the cancellation went through`, `Done!`.

A state is a fact where it is said of something definite; `a cancelled order is refunded` and `can be cancelled` are
rules.
"""

import re
from collections.abc import Iterator

from core.language.action_words import ACTIONS, DEED_NOUN, NAMED_DEED
from core.safety.prefiltered_patterns import PatternSet, PrefilteredPattern

DONE = "done"
"""What a claim is called that names no action: `all sorted`."""
_LATER = (
    r"(?!\s(?:by|when|once|as soon as|after|if|only|within|via|unless|until|before|for orders|automatically|in "
    r"\d|for \d|or|between|through|"
    r"per|von|durch|nach|wenn|sobald|innerhalb|sur|sous|dans|par|dès|après|entro|dopo|per|sul\w*|dentro|en \d|"
    r"en su|após|em \d|binnen|op|na|inom|till|w)\b)"
)
"""What makes a present tense the rule for everybody: `is refunded within 5 days`."""
_HOW = (
    r"(?:(?:now|just|already|also|successfully|officially|fully|all|hereby|since|both|then|bien|déjà|désormais|"
    r"maintenant|ya|ahora|già|ora|stato|stata|já|agora|nu|inmiddels|reeds|już|redan|hiermit|jetzt|nun|bereits|"
    r"schon|soeben|gerade|als|damit|уже|correctamente|correttamente|con éxito|con successo|com sucesso|avec succès|"
    r"erfolgreich|met succes|pomyślnie|успешно)\s){0,3}"
)
_STATE = (
    r"complete|successful|final|through|in place|in effect|effective|under ?way|in progress|on (?:its|their|the) way|"
    r"on file|out of the way|all set|in the (?:system|books)|being (?:processed|made|issued|sent|carried out)|"
    r"done|finished|confirmed|approved|completed|finali[sz]ed|sorted(?: out)?|arranged|settled|taken care of|"
    r"dealt with|"
    r"erfolgt|durch|durchgeführt|abgeschlossen|vollzogen|gespeichert|eingetragen|unterwegs|vorgenommen|"
    r"faite?s?|effectuée?s?|terminée?s?|enregistrée?s?|"
    r"en marcha|em andamento|in corso|w toku|in gang|suspensa?|"
    r"en cours|en route|hech[oa]s?|realizad[oa]s?|completad[oa]s?|confirmad[oa]s?|en camino|en curso|"
    r"tramitad[oa]s?|fatt[oaie]|effettuat[oaie]|completat[oaie]|"
    r"confermat[oaie]|in arrivo|feit[oa]s?|concluíd[oa]s?|efetuad[oa]s?|emitid[oa]s?|a caminho|verwerkt|gedaan|"
    r"uitgevoerd|bevestigd|rond|onderweg|doorgevoerd|"
    r"zrobion[aey]|potwierdzon[aey]|zakończon[aey]|zrealizowan[aey]|genomförd|klar|bekräftad|utförd|gjord|"
    r"gennemført|bekræftet|выполнен[аоы]?|оформлен[аоы]?|подтвержд[её]н[аоы]?|"
    r"bestätigt|erledigt|veranlasst|bearbeitet|vermerkt|lancée?s?|partit[oaie]|avviat[oaie]|iniciad[oa]s?|"
    r"gestart|eingeleitet|angewiesen|überwiesen|påbörjad|hinterlegt|gebucht|pris en compte|prise en compte|"
    r"registad[oa]s?|registrad[oa]s?|registrat[oaie]|geregistreerd|opgeslagen|anotad[oa]s?|salvat[oaie]|"
    r"guardad[oa]s?|traitée?s?|procesad[oa]s?|afgerond"
)
_MADE = (
    rf"{_STATE}|processed|recorded|registered|logged|saved|executed|carried out|made|accepted|issued|initiated|"
    rf"submitted|filed|sent|booked|pushed through|put through|granted|entered|triggered|released|performed|set in "
    rf"motion"
)
_NOW = (
    r"is|are|'s|ist|sind|gilt|gelten|est|sont|está|están|queda|quedan|è|sono|risulta|são|fica|zijn|jest|są|är|er|"
    r"figure comme|shows(?: up)? as|is (?:marked|listed) as|counts as"
)
_PAST = (
    r"ficou|ficaram|quedó|"
    r"was|were|has been|have been|had been|has|have|'s been|just got|got|wurden?|a (?:bien )?été|ont (?:bien "
    r")?été|vient d'être|fue|fueron|ha sido|han sido|ha quedado|"
    r"se ha|se han|è stat[oa]|sono stat[ie]|foi|foram|werd|werden zojuist|został[aoy]?|zostały|har|har blivit|"
    r"blev|er blevet|ble|blitt|byl[aoy]?|был[аоы]?|на"
)
_NAMED_FOREIGN = rf"(?!closed|opened|open|fixed)(?:{NAMED_DEED})"
_PERSONAL = (
    r"(?:your|c'est|it|that|everything|es|das|this|the order|the booking|it|votre|vos|ta|ton|la commande|su|sus|tu|"
    r"el pedido|la reserva|(?:il|la) (?:suo|tuo|sua|tua)|l'ordine|o pedido|a encomenda|(?:o|a) s(?:eu|ua)|uw|je|"
    r"jouw|de bestelling|din|ditt|beställningen|ordern|ihre?|deine?|die bestellung|der auftrag|zamówienie|twoje|"
    r"het (?:bedrag|geld)|pengarna|das geld|der betrag|l'argent|le montant|el (?:dinero|importe)|il denaro|"
    r"l'importo|o (?:dinheiro|valor)|pieniądze|\S{0,40}\d{3}\S{0,40})(?!\w)"
)
_FACTS = (
    # the cancellation went through, the refund has gone out, l'annullamento è andato a buon fine
    PrefilteredPattern(
        rf"\b(?:{DEED_NOUN})\b[^.!?;|]{{0,50}}?\b(?:(?:has |have )?(?:just |now |already )?(?:went|gone|go|"
        rf"go(?:es)?) (?:through|out|in)|succeeded|worked|"
        r"(?:è |sono )?andat[oa] a buon fine|(?:ya )?salió|(?:já )?saiu|est partie?|è partit[oa]|wyszł[ao]|wróci\w+|"
        r"ging durch|ist durch|(?:est|a été) pass[ée]e?|went into effect)\b"
    ),
    # your cancellation was successful, die Stornierung wurde durchgeführt
    PrefilteredPattern(
        rf"\b(?:{DEED_NOUN})\b[^.!?;|]{{0,50}}?(?:\b|(?='))(?:{_PAST})\s{_HOW}(?:[^.!?;|"
        rf"]{{0,40}}\s)?(?:{_MADE}|{_NAMED_FOREIGN})\b"
    ),
    PrefilteredPattern(rf"\b(?:{DEED_NOUN})\b[^.!?;|]{{0,50}}?(?:\b|(?='))(?:{_NOW})\s{_HOW}(?:{_STATE})\b{_LATER}"),
    # I took care of the cancellation, we've gone ahead with the refund
    PrefilteredPattern(
        r"\b(?:i|we|our team)(?:'ve| have| has)?\s(?:just |now |already |also )?(?:gone|went) ahead "
        rf"with\s(?:\S+\s){{0,3}}?(?:{DEED_NOUN})\b"
    ),
    PrefilteredPattern(
        r"\b(?:i|we|our team)(?:'ve| have| has)?\s(?:just |now |already |also |went ahead and |gone ahead and )?(?:"
        r"took care of|"
        r"taken care of|"
        r"handled|processed|completed|made|arranged(?: for)?|"
        r"put through|pushed through|carried out|did|done|seen to|saw to|initiated|triggered|confirmed|sorted out|"
        rf"dealt with|finali[sz]ed)\s(?:(?:your|the|that|this|an?)\s)(?:\w+\s)?(?:{DEED_NOUN})\b"
    ),
    # su pedido está cancelado, il suo ordine è stato annullato, de bestelling is geannuleerd
    PrefilteredPattern(
        rf"(?<!\w)(?:{_PAST})\s{_HOW}(?:{_NAMED_FOREIGN})\b(?!\s(?:werden|worden sein|orders?|items?|by (?:the "
        rf")?customers?))"
    ),
    PrefilteredPattern(rf"(?<!\w)c'est\s{_HOW}(?:{_NAMED_FOREIGN})\b{_LATER}"),
    PrefilteredPattern(
        rf"^\W*(?:(?:ya|già|já|so|ok|okay|voilà|listo|fatto)\W+)?(?:está|è|ist|is|jest|"
        rf"är)\s{_HOW}(?:{_NAMED_FOREIGN})\b{_LATER}(?!\s(?:werden|wird))"
    ),
    # it's been cancelled, you've been refunded
    PrefilteredPattern(rf"\b\w+'(?:s|ve)\s{_HOW}(?:all )?been\s{_HOW}(?:{_NAMED_FOREIGN})\b"),
    PrefilteredPattern(
        rf"\b(?:it|that|everything)'s\s{_HOW}(?!{ACTIONS['process'].done})(?:{_NAMED_FOREIGN})\b{_LATER}"
    ),
    PrefilteredPattern(
        rf"(?<!\w){_PERSONAL}[^.!?;|]{{0,50}}?(?<!\w)(?:{_NOW}|"
        rf"is)\s{_HOW}(?:{_NAMED_FOREIGN})\b{_LATER}(?!\s(?:werden|wird))"
    ),
    # I had your address changed
    PrefilteredPattern(
        rf"\b(?:i|we)(?:'ve| have)?\s(?:had|got|gotten)\s(?:your|the|that|this|it|#?\w{{0,6}}\d[\w-]{{0,20}})\b[^.!?;|"
        rf"]{{0,40}}?\s(?:{NAMED_DEED})\b"
    ),
    # se canceló su pedido
    PrefilteredPattern(
        r"(?<!\w)se\s(?:(?P<cancel>canceló|anuló|cancelaron)|(?P<refund>reembolsó|devolvió)|(?P<change>cambió|"
        r"modificó|actualizó)|(?P<send>envió))(?!\w)"
    ),
    # a voucher is in your inbox, your complaint is now with our manager
    PrefilteredPattern(
        r"\b(?:voucher|coupon|gift card|label|code|credit|confirmation)\b[^.!?;|]{0,30}?\s(?P<send>(?:is|it's) "
        r"(?:now |already |waiting )*in your (?:inbox|account|mailbox|basket|e-?mail))"
    ),
    PrefilteredPattern(
        r"\b(?:your|this|the) (?:case|complaint|request|matter|ticket)\s(?P<transfer>is now (?:with|in the hands of))\b"
    ),
    PrefilteredPattern(
        rf"\bconsider (?:it|this|that|your [^.!?;]{{1,30}}?)\s(?:(?:as )?(?P<done>done|sorted)|{NAMED_DEED})\b"
    ),
    # what has no copula: заказ отменён
    PrefilteredPattern(
        r"(?<!\w)(?:заказ|бронь|подписк[аи]|деньги|платёж)\s[^.!?;|]{0,30}?(?:" + NAMED_DEED + r")(?!\w)"
    ),
    # the money is back, $113.45 is heading back
    PrefilteredPattern(
        r"(?:\b(?:money|funds|amount|full price|geld|betrag|argent|dinero|dinheiro|denaro|pieniądze)\b|"
        r"[$€£]\s?\d[\d.,]*)[^.!?;|]{0,30}?\s(?P<refund>(?:is|are|was|were|has been|have been|'s)\s"
        r"(?:now |already |all )?(?:back (?:on|in|to|with)|on (?:its|the|their) way|heading|headed|returned|"
        r"sent back|(?:just |now )?(?:released|transferred|credited|paid out))|(?:has |have )?(?:gone|went) "
        r"(?:back|out)|ist (?:bereits |schon |jetzt )?(?:unterwegs|zurück)|"
        r"est (?:déjà )?en route|está (?:ya )?(?:de vuelta|en camino)|está a caminho|è in arrivo|is onderweg)"
    ),
    PrefilteredPattern(r"\byou(?:'ve| have)?\s(?P<refund>got)\s[$€£]\s?\d[\d.,]*\sback\b"),
    # the order is gone
    PrefilteredPattern(
        r"\b(?:(?:your|the|this)\s(?:[\w-]+\s)?(?:order|booking|appointment|subscription|reservation)|order "
        r"#?\w*\d\w*)\b[^.!?;|]{0,25}?\s(?P<cancel>is (?:now )?(?:gone|off(?! (?:to|by|the|limits)\b)|no more|history|"
        r"off the books|off your account|out of the system)|"
        r"(?:has )?(?:vanished|disappeared) from)"
    ),
    PrefilteredPattern(
        r"\b(?P<cancel>(?:took|taken|pulled|wiped|struck)\s(?:your|the|that|this)\s(?:order|booking|"
        r"item)\b[^.!?;|]{0,20}?\b(?:out of|off|from))\b"
    ),
    PrefilteredPattern(
        r"(?P<cancel>n'existe plus|ist (?:jetzt |nun |hiermit |damit |somit )?(?:vom tisch|hinfällig|weg)(?!\w)|"
        r"ya no existe|non esiste più)"
    ),
)
_LISTED = "|".join(
    f"(?P<{name}>{words.done})"
    for name, words in ACTIONS.items()
    if words.done
    if name not in ("contact", "transfer", "charge", "process", "create")
)
_LISTED += rf"|(?P<create>ordered|{ACTIONS['create'].done})"
_LABEL = r"(?::|[\u2190-\u21ff\u2794-\u27bf\u27f0-\u27ff]|=>|->|=|\||\s-)"
_HEAD = (
    r"^\W*(?:(?:done|all set|great|okay|ok|sure|perfect|good news|status|update|result)\W+)?(?:(?:your|the|our|"
    r"ihre|die|votre|su|la|el|il|de|uw|new|neue)\s)?"
)
_THING = (
    "orders?|booking|reservation|appointment|items?|address|e-?mail|subscription|payment|label|voucher|pedido|reserva|"
    "dirección|commande|adresse|bestellung|buchung|ordine|prenotazione|indirizzo|encomenda|endereço|bestelling|boeking|"
    "adres|zamówienie|rezerwacja|beställning(?:en)?|order(?:n)?|bokning(?:en)?|заказ"
)
"""What stands before a participle in a headline."""
_GOES_ON = (
    r"(?=\W{0,12}$|\s*[|,.;!()/✓✔✅]|\s-|\s(?:and|und|et|y|e|en|och|on|to|for|as|auf|sur|a|op|på|successfully|"
    r"successfully)\b|:)"
)
_WRITTEN = (
    # | #A1 | cancelled |, status: cancelled, breakfast: added
    PrefilteredPattern(
        rf"(?:(?<=\S)|(?<=\S\s)){_LABEL}\s*(?:\W\s*)?(?:now |already |fully |successfully )?(?!closed|opened|"
        rf"fixed|updated|placed)(?:{_LISTED}){_GOES_ON}"
    ),
    # refund: $113.45 (complete), cancellation confirmed, refund of $44.00 approved, rimborso di 36 € effettuato
    PrefilteredPattern(
        rf"{_HEAD}(?:\w+\s)?(?:{DEED_NOUN})\b(?: status)?(?:\s(?:of|for|to|von|für|de|du|di|per|voor|av|för|"
        rf"do)\s[^!?;|]{{1,40}}?)?\s*(?:{_LABEL}\s*)?(?:[^\w|]*[$€£]?\s?\d[\d.,]*\s?[$€£]?\s*)?"
        rf"\W{{0,3}}\s?(?:now |already |successfully )?(?:{_MADE}|on its way)\b{_GOES_ON}(?!\s(?:by|within)\b)"
    ),
    # order cancelled, pedido cancelado, address updated: …, cancelled as requested
    PrefilteredPattern(
        rf"(?:^|:)\W{{0,12}}(?:your |the |ihre |su |votre )?(?:{_THING})\s(?:\S*\d\S*\s)?(?:successfully |now |"
        rf"erfolgreich |correctamente |con éxito |avec succès |con successo |com sucesso |succesvol |pomyślnie "
        rf"|успешно )?(?:{_LISTED})(?=\W{{0,12}}$|\s?[.!,:;✓✔✅])"
    ),
    # just cancelled it, all cancelled!, cancelled + refunded
    PrefilteredPattern(
        rf"^\W*(?:(?:just|all|went ahead and|have|has been|been|already|now|successfully)\s)?(?!closed|opened|"
        rf"fixed|updated|placed|open)(?:{_LISTED})(?=\s(?:it|that|this)\b|\W{{0,12}}$|\s?[+&])"
    ),
    PrefilteredPattern(
        rf"^\W*(?:{_LISTED})\s(?:as (?:requested|you (?:asked|wished|wanted))|for you|successfully|just now)\b"
    ),
    PrefilteredPattern(rf"^[^.!?;]*?\b(?:{DEED_NOUN})\b\s*\|[^|]*?\b(?:{_MADE}|complete|on its way)\b\s*(?:\||$)"),
    PrefilteredPattern(
        r"^\W*(?P<change>(?:new|neue[rs]?|nouve\w+|nuev[oa]|nuov[oa]|nov[oa]|nieuwe?|ny|nytt|nya|now[yae]|"
        r"нов\w+)) [\w-]+\s?(?:[^!?]{0,60}?\W)?(?:"
        r"saved|set|stored|confirmed|entered|booked|noted|eingetragen|gespeichert|enregistrée?s?|guardad[oa]|"
        r"salvat[oa]|opgeslagen|sparad|zapisan[aey])\W*$|"
        r"^\W*(?P<change_too>new [\w-]+ (?:saved|set|stored|confirmed|entered)):"
    ),
    # cancelled #A1, refunded $113.45
    PrefilteredPattern(
        rf"(?:^|:)\W{{0,12}}(?:i |we )?(?:successfully )?(?!closed|opened|updated)(?:{_LISTED})(?:\s?[:|]\s?|"
        rf"\s)(?:#?(?=\w*\d)(?!0)[\w-]+|[$€£]\s?(?!0)\d|your|the order|it\b|ihre|votre|su pedido)"
    ),
)
_ANY_WRITTEN = PatternSet(_WRITTEN)
_BARS_OF_A_HEADER = 4
"""Bars of a row of three cells, a table's head when no cell has a digit: `| Order | Shipped | Delivered |`."""
_BARE = re.compile(
    r"(?:^\W*(?:(?:okay|ok|great|perfect|sure|yes|there you go|hi\b[^.!?,]*|si|sì|oui|ja|да|no problem|of "
    r"course)\W+)?(?:it's |it is |that's |that is |that was |this is |everything is |everything's |we're |you're |you "
    r"are )?(?:all |now |already )*(?P<done>done(?: and dusted)?|all set|sorted(?: out)?|taken care of|dealt with|"
    r"finished|handled|settled|erledigt|geregelt|c'est fait|c'est chose faite|listo|hecho|ya está hecho|fatto|è fatta|"
    r"feito|pronto|prontinho|klaar|geregeld|gedaan|"
    r"gotowe|zrobione|załatwione|klart|färdigt|ordnat|gjort|готово|сделано|tamamdır|完成|已完成|完了しました|완료되었습니다|완료했습니다|تم)"
    r"(?: for you| as you asked| as requested| für sie| pour vous)?\s?(?:[.!,:;]|-|$))"
    r"|\b(?:mission accomplished|job done|your (?:request|wish) (?:was|is|has been) (?:successful|completed?|"
    r"done|carried out|fulfilled)|the deed is|it's all|that's all|i did it|we did it|i've done (?:it|that|so|"
    r"this)|i have done (?:it|that|so|this)|c'est fait|è tutto fatto|ist erledigt|"
    r"(?:that's|that has been|that is|it's|it has been) (?:been )?(?:all )?(?:taken care of|sorted|dealt with|"
    r"seen to))(?P<done_too>\b(?: done)?)"
)
_WONT_COME = re.compile(
    r"\b(?:your|the|this|that)\s(?:[\w#-]+\s){1,3}(?P<cancel>(?:won't|will not|will no longer|is not going to)\s(?:now "
    r")?(?:ship|be (?:sent|shipped|coming|charged)|be on its way|go out))(?=\s*(?:[.!,;]|$|any ?more|and))"
)
_SOMEBODY = re.compile(
    r"\b(?:(?:a|an|my|our|one of (?:my|our)|the)\s(?:\w+\s)?(?:colleagues?|technician|specialist|courier|"
    r"driver|team|supervisor|manager|engineer|expert)|somebody|someone)\s(?:(?:from|in|at) (?:\w+\s){1,3})?"
    r"(?P<transfer>(?:is|are)\s(?:already |now |currently )?(?:\w+ing\b(?! for\b)|on (?:his|her|their|its|the) "
    r"way)|will\s(?:be\s)?(?:call|calling|phone|ring|visit|contact|reach out|come|collect|pick (?:it|them|this|"
    r"that|the \w+) up)\b[^.!?;]{0,30}\b(?:today|tonight|this (?:morning|afternoon|evening)|tomorrow|shortly|"
    r"soon|now|within the hour|right away|in a (?:minute|moment)))"
)
_GOING_ON = PrefilteredPattern(
    r"\b(?:a new|the new|your new|replacement)\s(?:\w+\s)?(?P<exchange>(?:is|are)\s(?:already |now |currently "
    r")?(?:being (?:prepared|packed|made|sent|shipped|arranged)|on (?:its|the) way|in the post|coming|ordered))\b"
)
_ANY_FACT = PatternSet((*_FACTS, _GOING_ON))
_BEFORE = re.compile(r"\b(?:to|all set to|not|n't|almost|nearly|once|if|when|until|se|si|wenn|quand|als)\s\W*$")


def find_stated(clause: str) -> Iterator[re.Match[str]]:
    """Yield what a clause in small letters states as done; the caller sees to conditions and negations before it."""
    yield from _ANY_FACT.finditer(clause)


def find_helpers(clause: str) -> Iterator[re.Match[str]]:
    """Yield what a clause says that somebody else does or is about to do: `a colleague is looking at this`."""
    yield from _SOMEBODY.finditer(clause)


def find_written(sentence: str) -> Iterator[re.Match[str]]:
    """Yield what a heading, a line of a list or a row of a table says was done."""
    if sentence.count("|") >= _BARS_OF_A_HEADER and not re.search(r"\d", sentence):
        return
    yield from _ANY_WRITTEN.finditer(sentence)


def find_bare(sentence: str) -> Iterator[re.Match[str]]:
    """Yield what says that something was done without saying what."""
    for match in _BARE.finditer(sentence):
        if not _BEFORE.search(sentence[: match.start()]):
            yield match


def find_stopped(sentence: str) -> Iterator[re.Match[str]]:
    """Yield what says that an order will not come: it must have been cancelled."""
    yield from _WONT_COME.finditer(sentence)
