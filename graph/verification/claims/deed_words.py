"""Know each deed by its words: the forms that say it was done, the nouns it is called by, and what a tool calls it."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class DeedWords:
    """Hold the words of one deed, as patterns of small letters."""

    done: str
    """Participles and pasts, in several languages: `cancelled`, `storniert`, `annulée`."""
    nouns: str
    """What the deed itself is called: `cancellation`, `Stornierung`; empty where a noun claims nothing."""
    evidence: str
    """How the name or the result of a tool says it."""


NOTHING = r"(?!)"
DEEDS: dict[str, DeedWords] = {
    "cancel": DeedWords(
        r"cancell?ed|called off|voided|withdrawn|revoked|halted|stopped|storniert|annulliert|abgesagt|"
        r"annulé\w*|cancelad[oa]s?|anulad[oa]s?|annullat[oaie]|cancellat[oaie]|geannuleerd|"
        r"anulowan[aey]|anulowano|avbokade?s?|avbokats?|avbeställ(?:d|t|ts)|annuller(?:et|at|ats)|kansellert|"
        r"avlyst|zrušen[aoy]?|peruttu|ακυρώθηκε|"
        r"отмен[её]н[аоы]?|аннулирован[аоы]?|скасован[аоы]",
        r"cancell?ations?|stornierung|storno|annullierung|annulation|cancelaci[óo]n|baja|kündigung|résiliation|"
        r"disdetta|opzegging|uppsägning|anulaci[óo]n|annullamento|cancellazione|cancelamento|annulering|"
        r"anulowanie|avbokning(?:en)?|annullering(?:en)?|отмена",
        r"cancel|void|stop|withdr|revok|storn|annul|anul|отмен|取消",
    ),
    "refund": DeedWords(
        r"refunded|reimbursed|credited|paid back|repaid|reversed|(?:zurück|rück)?erstattet|gutgeschrieben|"
        r"zurückgezahlt|remboursé\w*|reembolsad[oa]s?|rimborsat[oaie]|"
        r"terugbetaald|terug(?:gestort|geboekt|gestuurd)|zwrócon[aey]|zwrócono|återbetal(?:ade?|at|ats|t|da?)|"
        r"refunder(?:et|t)|возвращ[её]н[аоы]?",
        r"refunds?|reimbursements?|(?:rück)?erstattung|rückzahlung|gutschrift|remboursement|reembolso|rimborso|"
        r"terugbetaling|zwrot|återbetalning(?:en)?|"
        r"refusion(?:en)?|возврат",
        r"refund|revers|reimburs|credit(?!_card| card)|repa(?:y|id)|paid back|erstatt|rembours|reembols|rimbors",
    ),
    "return": DeedWords(r"returned|sent back|zurückgeschickt", r"returns? (?:label|request)|rücksendung", r"return"),
    "exchange": DeedWords(
        r"exchanged|swapped|replaced|umgetauscht|ausgetauscht|ersetzt|échangé\w*|remplacé\w*|cambiad[oa]s?|"
        r"sostituit[oaie]|vervangen|omgeruild|wymienion[aey]",
        r"exchange|replacement|umtausch|échange|sostituzione",
        r"exchang|swap|replac",
    ),
    "change": DeedWords(
        r"changed|updated|modified|corrected|edited|amended|adjusted|switched|altered|moved|rescheduled|"
        r"redirected|rerouted|"
        r"geändert|aktualisiert|modifié\w*|actualizad[oa]s?|modificad[oa]s?|modificat[oaie]|spostat[oaie]|"
        r"verplaatst|verschoben|umgebucht|déplacé\w*|reprogramad[oa]s?|remarcad[oa]s?|flyttade?s?|flyttats|"
        r"przeniesion[aey]|перенес[её]н[аоы]?|aggiornat[oaie]|alterad[oa]s?|atualizad[oa]s?|gewijzigd|"
        r"aangepast|"
        r"zmienion[aey]|zmieniono|ändrade?s?|ändrats|изменен[аоы]?|изменён[аоы]?|replaced",
        r"(?:address |date )?(?:changes?|modifications?|amendments?)|\w*änderung|umbuchung|verschiebung|"
        r"wijziging|verplaatsing|modifica|spostamento|modification|changement|cambio|modificación|alteração|"
        r"mudança|zmiana|ändring(?:en)?",
        r"chang|updat|modif|correct|(?<!cr)edit|amend|adjust|switch|move|reschedul|redirect|rerout|exchang|set_",
    ),
    "send": DeedWords(
        r"sent|e-?mailed|mailed|texted|messaged|resent|forwarded|geschickt|gesendet|verschickt|envoyé\w*|"
        r"enviad[oa]s?|posted|inviat[oaie]|spedit[oaie]|verzonden|"
        r"verstuurd|wysłan[aey]|wysłano|skickade?s?|skickats|отправлен[аоы]?",
        "",
        r"send|sent|e-?mail(?!s?[\"']?\s?:)|mail_|notif|message|forward|shipped|dispatch|enviad|expédi|expedi|"
        r"versand|verschickt|spedit|verzond|verstuurd|wysłan|skickad",
    ),
    "contact": DeedWords(
        r"contacted|notified|informed|alerted|reached out|spoken|spoke|talked|called|phoned|rang|checked with|"
        r"had a (?:quick )?(?:word|chat)|asked|consulted|"
        r"got in touch|got hold of|been in touch|kontaktiert|benachrichtigt|informiert|contacté\w*",
        "",
        r"contact|notif|inform|alert|call_|phone|ask_",
    ),
    "transfer": DeedWords(
        r"transferred|transferring|connected you|connecting you|escalated|escalating|handed (?:you |this |it "
        r")?(?:over|off)|handing (?:you|this|it) (?:over|off)|"
        r"passed (?:you|this|it) (?:on|to|over)|passing (?:you|this|it) (?:on|to|over)|put you through|putting "
        r"you through|weitergeleitet|transféré\w*",
        "",
        r"transfer|escalat|handoff|hand_?over|request_human|ticket",
    ),
    "book": DeedWords(
        r"booked|scheduled|reserved|arranged|gebucht|vereinbart|reserviert|réservé\w*|reservad[oa]s?|"
        r"prenotat[oaie]|geboekt|gereserveerd|zarezerwowan[aey]|"
        r"bokade?s?|bokats|забронирован[аоы]?",
        "",
        r"book(?!ing(?:_?(?:id|no|number|ref\w*))?[\"']?\s?:)|schedul|reserv|arrang|appoint",
    ),
    "create": DeedWords(
        r"created|opened|submitted|filed|registered|logged|raised|generated|placed|started|initiated|issued|set up|"
        r"erstellt|eröffnet|angelegt|eingeleitet|veranlasst|créé\w*|ouvert|cread[oa]s?|iniciad[oa]s?",
        "",
        r"creat|ordered|open_|submit|file_|regist|log_|rais|generat|place_|start|initiat|issue|set_up|request|"
        r"return|exchang|refund|ticket",
    ),
    "remove": DeedWords(
        r"deleted|removed|unsubscribed|deactivated|closed|erased|waived|gelöscht|entfernt|supprimé\w*|"
        r"eliminad[oa]s?|eliminat[oaie]|rimoss[oaie]|verwijderd|"
        r"usunięt[aey]|usunięto|borttage[nt]|raderade?s?|raderats|удал[её]н[аоы]?",
        r"(?:account )?deletion|löschung|suppression",
        r"delet|remov|unsubscri|deactivat|clos|eras|waiv|cancel",
    ),
    "add": DeedWords(
        r"added|applied|activated|enabled|extended|unlocked|reset|upgraded|granted|hinzugefügt|aktiviert|"
        r"freigeschaltet|zurückgesetzt|ajouté\w*|añadid[oa]s?|"
        r"agregad[oa]s?|aggiunt[oaie]|toegevoegd|dodan[aey]|добавлен[аоы]?",
        "",
        r"add_|added|appl(?:y|ied)|activat|enabl|exten[ds]|unlock|reset|upgrad|grant",
    ),
    "pause": DeedWords(
        r"paused|skipped|frozen|suspended|put on hold|pausiert|ausgesetzt|suspendue?s?|gelée?s?|congelad[oa]s?|"
        r"suspendid[oa]s?|pausad[oa]s?|sospes[oaie]|congelat[oaie]|gepauzeerd|"
        r"opgeschort|zawieszon[aey]|pausade?|pausats|приостановлен[аоы]?",
        r"congelación|pausierung|sospensione",
        r"paus|skip|frozen|freez|suspend|hold",
    ),
    "block": DeedWords(
        r"blocked|locked|gesperrt|bloquée?s?|bloquead[oa]s?|bloccat[oaie]|geblokkeerd|zablokowan[aey]|"
        r"spärrade?s?|spärrats|заблокирован[аоы]?",
        r"sperrung|blocage|bloqueo|blocco|blokkering",
        r"block|lock|sperr|freez",
    ),
    "repair": DeedWords(
        r"repaired|mended|ready (?:for (?:collection|pick-?up)|to (?:be )?(?:picked up|collected?|pick up))|"
        r"repariert|abholbereit|réparé\w*|reparad[oa]s?|riparat[oaie]|gerepareerd|naprawion[aey]|reparerade?s?|"
        r"reparerats",
        "",
        r"repaired|ready|complet|finish|fixed|done|pick_?up|collect",
    ),
    "charge": DeedWords(r"charged|billed|invoiced|belastet", "", r"charg|bill|invoic|pay"),
    "ship": DeedWords(
        r"shipped|dispatched|despatched|reshipped|handed to the carrier|versandt|versendet|expédié\w*",
        "",
        r"ship|dispatch|despatch|track|transit|deliver|process|fulfil|expedi|expédi|versand|enviad|spedit|"
        r"verzond|verstuurd|wysłan|skickad",
    ),
    "deliver": DeedWords(
        r"delivered|geliefert|zugestellt|livré\w*|entregad[oa]s?|consegnat[oaie]|bezorgd|geleverd|"
        r"dostarczon[aey]|levererade?s?|levererats|доставлен[аоы]?",
        "",
        r"deliver|livr|entreg|zugestellt|geliefert|consegn|bezorgd|dostarcz|lever",
    ),
    "approve": DeedWords(
        r"confirmed|approved|granted|authori[sz]ed|bestätigt|genehmigt|confirmé\w*", "", r"confirm|approv|grant|authori"
    ),
    "process": DeedWords(
        r"processed|completed|finali[sz]ed|taken care of|sorted(?: out)?|fixed|resolved|handled|processing|"
        r"bearbeitet|erledigt|traité\w*|procesad[oa]s?",
        "",
        r"process|complet|finali|resolv|handl|success|done|deliver|refund|cancel|chang|updat|modif|return|exchang",
    ),
}
NAMED_DEED = "|".join(f"(?P<{name}>{words.done})" for name, words in DEEDS.items())
"""Matches what says that a deed was done; the group is its name."""
DEED_NOUN = "|".join(f"(?P<{name}_noun>{words.nouns})" for name, words in DEEDS.items() if words.nouns)
"""Matches what a deed is called; the group is its name and `_noun`."""
READS = re.compile(
    r"(?:get|list|find|search|look(?:up)?|check|show|read|fetch|view|retrieve|describe|query|count)(?:_|$)"
)
WRITES = re.compile("|".join(words.evidence for words in DEEDS.values()) + "|renew|resum|stop|redeem|prolong")


def deed_of(match: re.Match[str]) -> str:
    """Return the name of the deed a match of these words is about; a noun tells more than the verb with it."""
    found = [name for name, text in match.groupdict().items() if text]
    return next((name for name in found if name.endswith("_noun")), found[0]).removesuffix("_noun").removesuffix("_too")
