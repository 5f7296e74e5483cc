"""Know each action by its words: how customers order it, how it is told as done, and what a tool calls it.

This is where a new action is taught: answers to a confirmation, wishes, claims of a reply and the calls that a wish
allows all read this table.
"""

import re
from dataclasses import dataclass

from core.language.text import normalised


@dataclass(frozen=True)
class ActionWords:
    """The words of one action, as patterns of small letters; what is left out is not said of it."""

    done: str = ""
    """Participles and pasts, in several languages: `cancelled`, `storniert`, `annulée`."""
    nouns: str = ""
    """What the action itself is called: `cancellation`, `Stornierung`; empty where a noun claims nothing."""
    evidence: str = ""
    """How the name or the result of a tool says it."""
    verbs: str = ""
    """English verbs that mean this action and no other: `exchange|swap`."""
    orders: str = ""
    """Further English verbs with which it is ordered: `scrap`, `call off`."""
    stems: str = ""
    """How words of it begin: `chang|updat|modif`."""
    called: str = ""
    """English nouns that a yes may name it by: `the cancellation`."""
    wished: str = ""
    """How customers say that they want it, in all languages."""
    named: str = ""
    """How the name of a tool says it."""


ACTIONS: dict[str, ActionWords] = {
    "cancel": ActionWords(
        r"cancell?ed|called off|voided|withdrawn|revoked|halted|stopped|storniert|annulliert|abgesagt|annulé\w*|"
        r"cancelad[oa]s?|anulad[oa]s?|annullat[oaie]|cancellat[oaie]|geannuleerd|anulowan[aey]|anulowano|avbokade?s?|"
        r"avbokats?|avbeställ(?:d|t|ts)|annuller(?:et|at|ats)|kansellert|avlyst|zrušen[aoy]?|peruttu|ακυρώθηκε|"
        r"отмен[её]н[аоы]?|аннулирован[аоы]?|скасован[аоы]",
        r"cancell?ations?|stornierung|storno|annullierung|annulation|cancelaci[óo]n|baja|kündigung|résiliation|"
        r"disdetta|opzegging|uppsägning|anulaci[óo]n|annullamento|cancellazione|cancelamento|annulering|"
        r"anulowanie|avbokning(?:en)?|annullering(?:en)?|отмена",
        r"cancel|void|stop|withdr|revok|storn|annul|anul|отмен|取消",
        verbs=r"cancel",
        orders=r"stop|kill|drop|call off|scrap|void|abort|halt|withdraw|annul",
        stems=r"cancel",
        called=r"cancell?ation",
        wished=(
            r"cancel\w*|call(?:ing)? off|call it off|(?:don't|do not|no longer|won't|will not) (?:want|need)|"
            r"changed my mind|"
            r"abort|stop (?:the|my|this) order|by mistake|"
            r"storn\w*|abbestell\w*|widerruf\w*|(?:brauche|will|möchte)\b[^.?!\n]{0,30}\bnicht mehr|annul\w*|"
            r"résili\w*|n'en (?:veux|voudrais|ai) plus|"
            r"anul\w*|cancela\w*|ya no (?:lo |la )?(?:quiero|necesito)|disdi\w*|cancella\w*|não (?:quero|"
            r"preciso)(?: d[oae]\w*)? mais|afzeg\w*|opzeg\w*|niet meer nodig|"
            r"odwoł\w*|rezygnuj\w*|(?:ال)?(?:إلغاء|الغاء|ألغ\w*|الغ\w*)"
        ),
        named=r"cancel|void|abort",
    ),
    "refund": ActionWords(
        r"refunded|reimbursed|credited|paid back|repaid|reversed|(?:zurück|rück)?erstattet|gutgeschrieben|"
        r"zurückgezahlt|remboursé\w*|reembolsad[oa]s?|rimborsat[oaie]|"
        r"terugbetaald|terug(?:gestort|geboekt|gestuurd)|zwrócon[aey]|zwrócono|återbetal(?:ade?|at|ats|t|da?)|"
        r"refunder(?:et|t)|возвращ[её]н[аоы]?",
        r"refunds?|reimbursements?|(?:rück)?erstattung|rückzahlung|gutschrift|remboursement|reembolso|rimborso|"
        r"terugbetaling|zwrot|återbetalning(?:en)?|"
        r"refusion(?:en)?|возврат",
        r"refund|revers|reimburs|credit(?!_card| card)|repa(?:y|id)|paid back|erstatt|rembours|reembols|rimbors",
        verbs=r"refund",
        orders=r"reimburse|give",
        stems=r"refund",
        called=r"refund",
        wished=(
            r"refund\w*|money|reimburs\w*|paid back|pay me back|credit\w*|compensat\w*|overcharg\w*|price "
            r"(?:adjust\w*|match\w*|drop\w*)|goodwill|"
            r"\w*erstatt\w*|geld|gutschrift|rembours\w*|argent|reembols\w*|dinero|rimbors\w*|soldi|dinheiro|"
            r"pieni\w*|(?:ال)?(?:استرداد|استرجاع)\w*|"
            r"broken|damaged|missing|defective|never (?:arrived|came)|late|kaputt|beschädigt|fehlt|cassé\w*|"
            r"abîmé\w*|rot[oa]|dañad[oa]|danneggiat[oa]|quebrad[oa]|kapot|uszkodzon\w*"
        ),
        named=r"refund|credit|reimburs|compensat",
    ),
    "return": ActionWords(
        r"returned|sent back|zurückgeschickt",
        r"returns? (?:label|request)|rücksendung",
        r"return",
        verbs=r"return",
        stems=r"return",
        called=r"return",
        wished=(
            r"return\w*|(?:send|sending|bring|take|give)\b[^.?!\n]{0,60}\bback|doesn't fit|does not fit|give (?:it|"
            r"them) back|"
            r"zurück\w*|retour\w*|rücksend\w*|renvo\w*|rendre|devol\w*|devuel\w*|restitu\w*|rend(?:ere|o)|terug\w*|"
            r"zwró\w*|zwrot\w*|odesł\w*|odda\w*|"
            r"(?:ال)?(?:إرجاع|ارجاع|إعادة|اعادة)\w*"
        ),
        named=r"return",
    ),
    "exchange": ActionWords(
        r"exchanged|swapped|replaced|umgetauscht|ausgetauscht|ersetzt|échangé\w*|remplacé\w*|cambiad[oa]s?|"
        r"sostituit[oaie]|vervangen|omgeruild|wymienion[aey]",
        r"exchange|replacement|umtausch|échange|sostituzione",
        r"exchang|swap|replac",
        verbs=r"exchange|swap",
        orders=r"switch|replace",
        stems=r"exchange|swap",
        called=r"exchange",
    ),
    "change": ActionWords(
        r"changed|updated|modified|corrected|edited|amended|adjusted|switched|altered|moved|rescheduled|"
        r"redirected|rerouted|"
        r"geändert|aktualisiert|modifié\w*|actualizad[oa]s?|modificad[oa]s?|modificat[oaie]|spostat[oaie]|verplaatst|"
        r"verschoben|umgebucht|déplacé\w*|reprogramad[oa]s?|remarcad[oa]s?|flyttade?s?|flyttats|przeniesion[aey]|"
        r"перенес[её]н[аоы]?|aggiornat[oaie]|alterad[oa]s?|atualizad[oa]s?|gewijzigd|aangepast|"
        r"zmienion[aey]|zmieniono|ändrade?s?|ändrats|изменен[аоы]?|изменён[аоы]?|replaced",
        r"(?:address |date )?(?:changes?|modifications?|amendments?)|\w*änderung|umbuchung|verschiebung|"
        r"wijziging|verplaatsing|modifica|spostamento|modification|changement|cambio|modificación|alteração|"
        r"mudança|zmiana|ändring(?:en)?",
        r"chang|updat|modif|correct|(?<!cr)edit|amend|adjust|switch|move|reschedul|redirect|rerout|exchang|set_",
        verbs=r"change|update",
        orders=r"modify|correct|adjust|move|reschedule|postpone|set|upgrade|redirect|deliver|turn",
        stems=r"chang|updat|modif",
        called=r"change|update|modification",
    ),
    "send": ActionWords(
        r"sent|e-?mailed|mailed|texted|messaged|resent|forwarded|geschickt|gesendet|verschickt|envoyé\w*|"
        r"enviad[oa]s?|posted|inviat[oaie]|spedit[oaie]|verzonden|"
        r"verstuurd|wysłan[aey]|wysłano|skickade?s?|skickats|отправлен[аоы]?",
        "",
        r"send|sent|e-?mail(?!s?[\"']?\s?:)|mail_|notif|message|forward|shipped|dispatch|enviad|expédi|expedi|"
        r"versand|verschickt|spedit|verzond|verstuurd|wysłan|skickad",
        orders=r"send|ship",
    ),
    "contact": ActionWords(
        r"contacted|notified|informed|alerted|reached out|spoken|spoke|talked|called|phoned|rang|checked with|"
        r"had a (?:quick )?(?:word|chat)|asked|consulted|"
        r"got in touch|got hold of|been in touch|kontaktiert|benachrichtigt|informiert|contacté\w*",
        "",
        r"contact|notif|inform|alert|call_|phone|ask_",
    ),
    "transfer": ActionWords(
        r"transferred|transferring|connected you|connecting you|escalated|escalating|handed (?:you |this |it "
        r")?(?:over|off)|handing (?:you|this|it) (?:over|off)|"
        r"passed (?:you|this|it) (?:on|to|over)|passing (?:you|this|it) (?:on|to|over)|put you through|putting "
        r"you through|weitergeleitet|transféré\w*",
        "",
        r"transfer|escalat|handoff|hand_?over|request_human|ticket",
        orders=r"transfer",
    ),
    "book": ActionWords(
        r"booked|scheduled|reserved|arranged|gebucht|vereinbart|reserviert|réservé\w*|reservad[oa]s?|"
        r"prenotat[oaie]|geboekt|gereserveerd|zarezerwowan[aey]|"
        r"bokade?s?|bokats|забронирован[аоы]?",
        "",
        r"book(?!ing(?:_?(?:id|no|number|ref\w*))?[\"']?\s?:)|schedul|reserv|arrang|appoint",
        orders=r"book|arrange",
    ),
    "create": ActionWords(
        r"created|opened|submitted|filed|registered|logged|raised|generated|placed|started|initiated|issued|set up|"
        r"erstellt|eröffnet|angelegt|eingeleitet|veranlasst|créé\w*|ouvert|cread[oa]s?|iniciad[oa]s?",
        "",
        r"creat|ordered|open_|submit|file_|regist|log_|rais|generat|place_|start|initiat|issue|set_up|request|"
        r"return|exchang|refund|ticket",
        orders=r"start",
    ),
    "remove": ActionWords(
        r"deleted|removed|unsubscribed|deactivated|closed|erased|waived|gelöscht|entfernt|supprimé\w*|"
        r"eliminad[oa]s?|eliminat[oaie]|rimoss[oaie]|verwijderd|"
        r"usunięt[aey]|usunięto|borttage[nt]|raderade?s?|raderats|удал[её]н[аоы]?",
        r"(?:account )?deletion|löschung|suppression",
        r"delet|remov|unsubscri|deactivat|clos|eras|waiv|cancel",
        orders=r"remove|delete",
    ),
    "add": ActionWords(
        r"added|applied|activated|enabled|extended|unlocked|reset|upgraded|granted|hinzugefügt|aktiviert|"
        r"freigeschaltet|zurückgesetzt|ajouté\w*|añadid[oa]s?|"
        r"agregad[oa]s?|aggiunt[oaie]|toegevoegd|dodan[aey]|добавлен[аоы]?",
        "",
        r"add_|added|appl(?:y|ied)|activat|enabl|exten[ds]|unlock|reset|upgrad|grant",
        orders=r"add",
    ),
    "pause": ActionWords(
        r"paused|skipped|frozen|suspended|put on hold|pausiert|ausgesetzt|suspendue?s?|gelée?s?|congelad[oa]s?|"
        r"suspendid[oa]s?|pausad[oa]s?|sospes[oaie]|congelat[oaie]|gepauzeerd|"
        r"opgeschort|zawieszon[aey]|pausade?|pausats|приостановлен[аоы]?",
        r"congelación|pausierung|sospensione",
        r"paus|skip|frozen|freez|suspend|hold",
        orders=r"pause|freeze|suspend",
    ),
    "block": ActionWords(
        r"blocked|locked|gesperrt|bloquée?s?|bloquead[oa]s?|bloccat[oaie]|geblokkeerd|zablokowan[aey]|"
        r"spärrade?s?|spärrats|заблокирован[аоы]?",
        r"sperrung|blocage|bloqueo|blocco|blokkering",
        r"block|lock|sperr|freez",
    ),
    "repair": ActionWords(
        r"repaired|mended|ready (?:for (?:collection|pick-?up)|to (?:be )?(?:picked up|collected?|pick up))|repariert|"
        r"abholbereit|réparé\w*|reparad[oa]s?|riparat[oaie]|gerepareerd|naprawion[aey]|reparerade?s?|reparerats",
        "",
        r"repaired|ready|complet|finish|fixed|done|pick_?up|collect",
    ),
    "charge": ActionWords(
        r"charged|billed|invoiced|belastet",
        "",
        r"charg|bill|invoic|pay",
        orders=r"charge|bill|pay",
    ),
    "ship": ActionWords(
        r"shipped|dispatched|despatched|reshipped|handed to the carrier|versandt|versendet|expédié\w*",
        "",
        r"ship|dispatch|despatch|track|transit|deliver|process|fulfil|expedi|expédi|versand|enviad|spedit|"
        r"verzond|verstuurd|wysłan|skickad",
    ),
    "deliver": ActionWords(
        r"delivered|geliefert|zugestellt|livré\w*|entregad[oa]s?|consegnat[oaie]|bezorgd|geleverd|"
        r"dostarczon[aey]|levererade?s?|levererats|доставлен[аоы]?",
        "",
        r"deliver|livr|entreg|zugestellt|geliefert|consegn|bezorgd|dostarcz|lever",
    ),
    "approve": ActionWords(
        r"confirmed|approved|granted|authori[sz]ed|bestätigt|genehmigt|confirmé\w*", "", r"confirm|approv|grant|authori"
    ),
    "process": ActionWords(
        r"processed|completed|finali[sz]ed|taken care of|sorted(?: out)?|fixed|resolved|handled|processing|"
        r"bearbeitet|erledigt|traité\w*|procesad[oa]s?",
        "",
        r"process|complet|finali|resolv|handl|success|done|deliver|refund|cancel|chang|updat|modif|return|exchang",
    ),
    "address": ActionWords(
        wished=(
            r"address\w*|(?:deliver|ship|send)\w*\b[^.?!\n]{0,40}\bto|mov(?:e|ed|ing) (?:house|home|to)|"
            r"(?:to|should|must) (?:go|come)\b[^.?!\n]{0,40}\b(?:to|at)|(?:muss|soll\w*)\b[^.?!\n]{0,40}\b(?:an|nach)|"
            r"(?:doit|doivent) (?:aller|partir|arriver) (?:à|au|chez)|(?:tiene que|debe) (?:ir|llegar) a|(?:zip|"
            r"post) ?code|street|"
            r"adress\w*|umgezogen|umzug|anschrift|(?:lieferung|liefer\w*|schick\w*|send\w*)\b[^.?!\n]{0,40}\b(?:an|"
            r"nach)|plz|straße|"
            r"direcci\w*|domicilio|calle|(?:env[ií]\w*|mand\w*)\b[^.?!\n]{0,40}\ba|indirizz\w*|(?:spedi\w*|"
            r"invi\w*)\b[^.?!\n]{0,40}\b(?:a|in)|"
            r"déménag\w*|(?:livr\w*|envoy\w*|expédi\w*)\b[^.?!\n]{0,40}\b(?:à|au|aux|chez)|endereço|(?:envi\w*|"
            r"entreg\w*)\b[^.?!\n]{0,40}\b(?:para|em|na|no)|"
            r"adres\w*|verhui\w*|(?:stuur|verstuur|lever)\w*\b[^.?!\n]{0,40}\bnaar|przeprowadz\w*|(?:wyśl\w*|"
            r"wysła\w*)\b[^.?!\n]{0,40}\b(?:na|do)|(?:ال)?عنوان\w*"
        ),
        named=r"address|reroute|redirect",
    ),
    "payment": ActionWords(
        wished=(
            r"pay\w*|card|paypal|charged? (?:it )?to|gift ?card|zahl\w*|bezahl\w*|\w*karte|paiement|payer|carte|"
            r"pag(?:o|ar|amento)\w*|tarjeta|"
            r"carta|cartão|betaal\w*|betal\w*|kaart|płatn\w*|zapłac\w*|kart[aąęy]|(?:ال)?(?:دفع|بطاقة)\w*"
        ),
        named=r"payment|pay_|charge|billing",
    ),
    "items": ActionWords(
        wished=(
            r"swap\w*|chang\w*|switch\w*|replac\w*|exchang\w*|instead|different|other|another|(?:bigger|smaller|"
            r"larger) (?:one|size)|colou?r|size|modify|after all|(?:i'd|i would|we'd|we would) rather have|"
            r"\w*tausch\w*|ändern?|wechsel\w*|anstatt|stattdessen|statt|ander\w*|größe|échang\w*|autre|taille|"
            r"couleur|cambi\w*|otr[oa]s?|talla|"
            r"sostitui\w*|altr[oa]|taglia|troc\w*|outr[oa]|tamanho|ruil\w*|omruil\w*|maat|wymi\w*|inn[aąeyą]\w*|"
            r"rozmiar|(?:ال)?(?:استبدال|تبديل|تغيير)\w*"
        ),
        named=r"items|exchange|swap|replace|modify",
    ),
}


def any_action(field: str) -> str:
    """Return the alternatives of a field over all actions, as one pattern."""
    return "|".join(words for action in ACTIONS.values() if (words := getattr(action, field)))


DEED_VERB = re.compile(rf"\b(?:{any_action('verbs')})\w*")
"""Matches a verb for a deed, in any form."""
_DEEDS = ("cancel", "refund", "return", "exchange", "change", "book", "remove", "add", "pause")
_ORDERED = {
    kind: re.compile(rf"\b(?:{'|'.join(filter(None, (ACTIONS[kind].verbs, ACTIONS[kind].orders)))})\b")
    for kind in _DEEDS
}
"""How each kind of change is ordered in English, as far as one excludes the others."""
NAMED_DEED = "|".join(f"(?P<{name}>{words.done})" for name, words in ACTIONS.items() if words.done)
"""Matches what says that a deed was done; the group is its name."""
DEED_NOUN = "|".join(f"(?P<{name}_noun>{words.nouns})" for name, words in ACTIONS.items() if words.nouns)
"""Matches what a deed is called; the group is its name and `_noun`."""
READS = re.compile(
    r"(?:get|list|find|search|look(?:up)?|check|show|read|fetch|view|retrieve|describe|query|count)(?:_|$)"
)
WRITES = re.compile(any_action("evidence") + "|renew|resum|stop|redeem|prolong")


def deed_of(match: re.Match[str]) -> str:
    """Return the name of the deed a match of these words is about; a noun tells more than the verb with it."""
    found = [name for name, text in match.groupdict().items() if text]
    return next((name for name in found if name.endswith("_noun")), found[0]).removesuffix("_noun").removesuffix("_too")


def deeds_in(text: str) -> frozenset[str]:
    """Return the kinds of change that English words order, each of which excludes the others: `cancel`, `change`."""
    plain = normalised(text)
    return frozenset(kind for kind, ordered in _ORDERED.items() if ordered.search(plain))


def without_deeds(text: str) -> str:
    """Return a text without the words that order a change."""
    plain = normalised(text)
    for ordered in _ORDERED.values():
        plain = ordered.sub(" ", plain)
    return plain
