"""Find what a reply in a language of Europe other than English states as done, by the form of the verb: `ya está
devuelto`, `wurde angemeldet`.

Any participle counts behind a verb of the past or of what is so now, but for those that tell of a place, a limit or a
record: what is not known to be harmless has to be seen in what tools wrote.
"""

import re
from collections.abc import Iterator

_HARMLESS = (
    # ordered, paid, sent, arrived: what records tell, and `order_states` compares with them
    "bestellt|aufgegeben|gekauft|bezahlt|beglichen|geliefert|zugestellt|versandt|versendet|verschickt|eingegangen|"
    "angekommen|abgeholt|abgelaufen|eingetroffen|command\\w+|achet\\w+|pay[ée]\\w*|livr\\w+|expédi\\w+|reçue?s?|"
    "arriv\\w+|pass[ée]e?s?|pedid[oa]s?|comprad\\w+|pagad\\w+|entregad\\w+|recibid\\w+|llegad\\w+|recogid\\w+|"
    "ordinat\\w+|acquistat\\w+|pagat\\w+|consegnat\\w+|ricevut\\w+|arrivat\\w+|ritirat\\w+|pag[oa]s?|entregues?|"
    "recebid\\w+|chegad\\w+|levantad\\w+|besteld|gekocht|betaald|geleverd|bezorgd|verzonden|ontvangen|aangekomen|"
    "opgehaald|zamówi\\w+|kupion\\w+|opłacon\\w+|zapłacon\\w+|dostarczon\\w+|doręczon\\w+|wysłan\\w+|odebran\\w+|"
    # what is part, place, limit or kind of a thing
    "enthalten|inbegriffen|inkludiert|geöffnet|geschlossen|vorgesehen|erlaubt|gestattet|begrenzt|beschränkt|"
    "geeignet|gedacht|berechtigt|verpflichtet|bekannt|betroffen|gemacht|hergestellt|gefertigt|besetzt|erreicht|"
    "ausgeschlossen|angegeben|geregelt|gesichert|verbunden|vergriffen|verfallen|gewesen|geblieben|befristet|"
    "inclu\\w+|compris\\w*|ouvert\\w*|ferm\\w+|prévu\\w*|limit\\w+|autoris\\w+|situ\\w+|fait\\w*|fabriqu\\w+|conçu\\w*|"
    "destin\\w+|indiqu\\w+|expir\\w+|bas\\w+|réservée?s? aux|"
    "abiert\\w+|cerrad\\w+|previst\\w+|permitid\\w+|situad\\w+|hech[oa]s?|fabricad\\w+|pensad\\w+|indicad\\w+|"
    "caducad\\w+|agotad\\w+|cubiert\\w+|basad\\w+|"
    "apert\\w+|chius\\w+|previst\\w+|consentit\\w+|situat\\w+|fatt[oaie]|prodott\\w+|pensat\\w+|indicat\\w+|scadut\\w+|"
    "esaurit\\w+|copert\\w+|compres\\w+|"
    "abert\\w+|fechad\\w+|previst\\w+|permitid\\w+|feit[oa]s?|fabricad\\w+|indicad\\w+|expirad\\w+|esgotad\\w+|cobert\\w+|"
    "geopend|gesloten|voorzien|toegestaan|beperkt|gelegen|gemaakt|bedoeld|geschikt|inbegrepen|vermeld|verlopen|"
    "uitverkocht|gedekt|bekend|bereikbaar|verplicht|"
    "otwart\\w+|zamknięt\\w+|przewidzian\\w+|dozwolon\\w+|ograniczon\\w+|położon\\w+|zrobion\\w+|wliczon\\w+|podan\\w+|"
    "objęt\\w+|wyprzedan\\w+|przeznaczon\\w+"
)
_ROMANCE_ADVERBS = (
    r"(?:(?:ya|ahora|también|bien|déjà|désormais|maintenant|aussi|tout juste|été|già|ora|ormai|appena|stat[oaie]|já|"
    r"agora|também)\s){0,3}"
)
_SPANISH = r"\w{2,}(?:[ai]d[oa]s?|uelt[oa]s?|uest[oa]s?|crit[oa]s?)"
_ITALIAN = r"\w{2,}(?:[aiu]t[oaie]|ess[oaie]|es[oaie]|ost[oaie])"
_FRENCH = r"\w{2,}(?:ée?s?|ise?s?|ite?s?|due?s?|nue?s?|verte?s?)"
_GERMAN = r"(?:\w{0,12}ge\w{2,}(?:t|en)|(?:be|ver|er|ent|zer|über|unter|wieder)\w{2,}(?:t|en)|\w{2,}iert)"
_DUTCH = r"(?:\w{0,12}ge\w{2,}(?:d|t|en)|(?:be|ver|her|ont)\w{2,}(?:d|t|en))"
_POLISH = r"\w{2,}(?:an[aoey]|on[aoey]|ęt[aoey]|yt[aoey])"
_END = r"(?=\s*(?:[.,!;:)]|$)|\s(?:worden|und|oder|en|of)\b)"


def _participle(form: str) -> str:
    return rf"(?P<foreign>(?!(?:{_HARMLESS})(?!\w)){form})(?!\w)"


_STATED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\w)(?:(?:ya|ahora)\s(?:está|están|fue|fueron)|fue|fueron|queda|quedan|quedó|(?:ha|han)\s(?:sido|quedado))"
        rf"\s{_ROMANCE_ADVERBS}{_participle(_SPANISH)}",
        rf"(?<!\w)(?:è|sono)\s(?:già|ora|ormai|appena|stat[oaie])\s{_ROMANCE_ADVERBS}{_participle(_ITALIAN)}",
        rf"(?<!\w)(?:foi|foram|ficou|ficaram|já está|já estão)\s{_ROMANCE_ADVERBS}{_participle(_SPANISH)}",
        rf"(?<!\w)(?:(?:a|ont)\s(?:\w+\s){{0,2}}été|(?:vient|viennent) d'être|"
        rf"(?:est|sont)\s(?:déjà|désormais|maintenant))\s{_ROMANCE_ADVERBS}{_participle(_FRENCH)}",
        rf"(?<!\w)(?:wurden?|ist|sind)\s(?:[^.!?;,]{{1,60}}?\s)?{_participle(_GERMAN)}{_END}",
        rf"(?<!\w)(?:is|zijn|werd|werden)\s(?:[^.!?;,]{{1,60}}?\s)?{_participle(_DUTCH)}{_END}",
        rf"(?<!\w)(?:został[aoy]?|zostały|(?:jest|są)\s(?:już|teraz)|już)\s(?:\w+\s){{0,2}}?{_participle(_POLISH)}",
        r"(?<!\w)(?P<foreign>\w{2,}ámos(?:-\w+)?)(?!\w)",
        r"(?<!\w)(?:ya|(?:se |me )?l[aeo]s?|te)\s(?:l[aeo]s?\s)?(?P<foreign>\w{3,}é)(?!\w)",
    )
)


def find_participles(clause: str) -> Iterator[re.Match[str]]:
    """Yield what a clause in small letters states as done; the verb is the group `foreign`."""
    for pattern in _STATED:
        yield from pattern.finditer(clause)
