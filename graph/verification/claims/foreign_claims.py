"""Find in a reply in another language than English what is stated as done, by the form of the verb."""

import re
from collections.abc import Iterator
from functools import cache

_CLAUSE_END = r"(?=\s*(?:[.,!;:)]|$|\s(?:und|oder|en|och|og|et|y|e|i)\b))"

_GERMAN_LOOKS = (
    "gefunden|gesehen|geprüft|nachgesehen|verstanden|gelesen|geschaut|nachgeschaut|gesucht|geholfen|erhalten|bekommen|"
    "gehört|gemerkt|notiert|erklärt|beschrieben|genannt|gesagt|gemeint|versucht|entdeckt|überprüft|geöffnet|"
    "geschlossen|beantwortet|gewünscht|gehabt|verglichen|berechnet|zusammengefasst|aufgelistet|gezeigt|verloren|"
    "gewesen|nachgelesen|durchsucht|angegeben|erwähnt|gerechnet"
)
_FRENCH_LOOKS = (
    r"trouvé\w*|vue?s?|vérifié\w*|lue?s?|compris\w*|regardé\w*|cherché\w*|consulté\w*|noté\w*|reçue?s?|"
    r"expliqué\w*|répondu|indiqué\w*|dite?s?|"
    r"pensé|eue?s?|été|pu|voulu|dû|oublié\w*|constaté\w*|examiné\w*|comparé\w*|calculé\w*|besoin|vérifier|"
    r"consulter|regarder|lire|voir|trouver|ici|aussi|plus"
)
_SPANISH_LOOKS = (
    "encontrado|visto|comprobado|leído|entendido|mirado|buscado|consultado|revisado|recibido|dicho|sido|tenido|podido|"
    "querido|verificado|calculado|explicado|comparado|estado|consultar|revisar|comprobar|ver|leer"
)
_ITALIAN_LOOKS = (
    "trovato|visto|controllato|verificato|letto|capito|cercato|guardato|ricevuto|detto|avuto|potuto|voluto|dovuto|"
    "spiegato|calcolato|confrontato|consultato|scritto|chiesto|bisogno|molto|tutto|questo|stato|stata"
)
_DUTCH_LOOKS = (
    "gevonden|gezien|gecontroleerd|gelezen|begrepen|gekeken|gezocht|nagekeken|ontvangen|gekregen|bekeken|gehoord|"
    "geprobeerd|vergeleken|berekend|verteld|geopend|gesloten|gehad|geweest|bericht|geen|gegevens"
)
_NORDIC_LOOKS = (
    "hittat|sett|kontrollerat|läst|förstått|tittat|letat|fått|kollat|fundet|set|læst|forstået|kigget|ledt|fået|tjekket|"
    "funnet|lest|sjekket|öppet|åpent|åbent|lukket|stängt|varit|haft|mycket|annat|något|inget|allt|ett|det|att|rätt"
)
_PORTUGUESE = (
    "cancel|reembols|envi|solicit|alter|atualiz|registr?|agend|marqu|reserv|cri|apliqu|adicion|remov|bloque|ativ|"
    "encaminh|transfer|devolv|ped|abr|troqu|mud|inici|emit|prolongu|renov|process|anul|avis|encomend|estend"
)
_POLISH = (
    "anulowa|zwróci|wysła|zmieni|zamówi|zarezerwowa|zgłosi|utworzy|przekaza|zablokowa|przedłuży|aktywowa|zaktualizowa|"
    "przela|wystawi|doda|usunę|złoży|odda|umówi|zapisa|otworzy|odwoła|przesunę|poprosi"
)
_CLAIMS = (
    re.compile(
        rf"\b(?:ich habe|wir haben|habe ich|haben wir|ich hab|hab ich)\s.{{0,100}}?\b(?P<did>(?!(?:{_GERMAN_LOOKS})\b)"
        rf"(?:\w*ge\w+(?:t|en)|(?:be|ver|er|ent|über|unter|um|wieder)\w+(?:t|en)|\w+iert))\b{_CLAUSE_END}"
    ),
    re.compile(
        rf"\b(?:j'ai|j'avais|je (?:l'|vous |les |leur |lui )ai|nous avons|nous (?:l'|vous )avons)\s(?:(?:bien|"
        rf"déjà|donc|aussi|également|immédiatement|tout de suite)\s){{0,2}}"
        rf"(?P<did>(?!(?:{_FRENCH_LOOKS})\b)\w{{3,}}(?:ée?s?|ie?s?|it|ues?|us?))\b"
    ),
    re.compile(
        rf"\b(?:je viens|nous venons) d(?:e |')(?:vous |le |la |les |lui "
        rf")?(?P<did>(?!(?:{_FRENCH_LOOKS})\b)\w{{3,}}(?:er|ir|re))\b"
    ),
    re.compile(
        rf"\b(?:he|hemos)\s(?:\w+\s)?(?P<did>(?!(?:{_SPANISH_LOOKS})\b)(?:\w{{2,}}[ai]do|hecho|puesto|escrito|"
        rf"abierto|resuelto|devuelto))\b"
    ),
    re.compile(rf"\bacab(?:o|amos) de\s(?P<did>(?!(?:{_SPANISH_LOOKS})\b)\w{{2,}}[aei]r(?:l[aoe]s?|te)?)\b"),
    re.compile(
        rf"\b(?:ho|abbiamo|l'ho|gliel'ho)\s(?:(?:già|appena|subito|anche|quindi)\s){{0,2}}"
        rf"(?P<did>(?!(?:{_ITALIAN_LOOKS})\b)\w{{3,}}(?:[aiu]t[aoei]|ss[aoei]|st[aoei]|tt[aoei]|rt[aoei]|s[aoei]))\b"
    ),
    re.compile(
        rf"\b(?:ik heb|we hebben|wij hebben|heb ik|hebben we|hebben wij)\s.{{0,80}}?\b(?P<did>(?!(?:{_DUTCH_LOOKS})\b)"
        rf"(?:\w*ge\w+|(?:ver|be|her|ont)\w+)(?:d|t|en))\b{_CLAUSE_END}"
    ),
    re.compile(
        rf"\b(?:jag|vi|jeg)\s(?:har|hade|havde)\s(?:nu |precis |redan |lige |allerede |nettopp "
        rf")?(?P<did>(?!(?:{_NORDIC_LOOKS})\b)\w{{3,}}(?:at|it|rt|tt|lt|nt|st|et))\b"
    ),
    re.compile(rf"\b(?P<did>(?:{_PORTUGUESE})(?:ei|i|imos|amos|emos))\b"),
    re.compile(r"\bacab(?:ei|ámos|amos) de\s(?P<did>(?!(?:ver|ler|verificar|consultar)\b)\w{2,}[aei]r)\b"),
    re.compile(rf"\b(?P<did>(?:{_POLISH})(?:łem|łam|liśmy|łyśmy|lem|lam))\b"),
)


def find_foreign_claims(clause: str) -> Iterator[re.Match[str]]:
    """Yield what a clause in small letters claims in the first person; the verb is the group `did`."""
    for pattern in _CLAIMS:
        yield from pattern.finditer(clause)


_ACTIONS = {
    # action: Chinese, Japanese, Korean, Arabic, Turkish, Vietnamese, Hindi nouns
    "cancel": ("取消", "キャンセル|取り消し|取消", "취소", "إلغاء", "iptal", "hủy", "रद्द"),
    "refund": ("退款|退回|退还|退還", "返金|払い戻し", "환불", "استرداد|رد|إعادة", "iade", "hoàn tiền", "वापस"),
    "exchange": ("换货|更换", "交換", "교환", "استبدال", "değiş", "đổi", "बदल"),
    "change": ("修改|更改|变更|更新|變更", "変更|更新", "변경|수정", "تغيير|تعديل|تحديث", "güncelle|değiştir",
               "cập nhật|thay đổi", "अपडेट"),
    "send": ("发送|寄出|發送", "送信|送付", "전송|발송", "إرسال", "gönder", "gửi", "भेज"),
    "book": ("预订|预约|安排", "予約|手配", "예약", "حجز", "rezerve", "đặt", "बुक"),
    "add": ("添加|追加", "追加", "추가", "إضافة", "ekle", "thêm", "जोड़"),
}  # fmt: skip
_FORMS = (
    r"(?:已(?:经|經)?(?:成功)?(?:为您|為您)?(?:{0})|(?:{0})(?:了|成功|完成|完毕)|被(?:{0})了|(?:{0})[^，。！？、]{{0,6}}(?:已完成|已发出|"
    r"已處理|已处理|已生效|已寄出))(?!的|后|後|以后)",
    r"(?:{0})(?:を|が|は|の手続きが|手続きが)?\s?(?:いた)?(?:しました|されました|致しました|完了|済み|済んで|できました|となりました|になりました|されています|しております)(?!ら)",
    r"(?:{0})(?:을|를|이|가|은|는)?\s?(?:처리)?(?:해|하여)?\s?(?:했|하였|드렸|되었|됐|됨|완료|처리되)",
    r"(?<!\w)(?:تم(?:ت)?|لقد تم|قمت ب|قمنا ب|جرى)\s?(?:ال)?(?:{0})",
    r"(?<!\w)(?:{0})\w*\s?(?:edildi|ettim|ettik|edilmiştir|edilmiş|dik|dim|ildi|lendi|rildi|oldu)\b",
    r"đã (?:được )?(?:{0})",
    r"(?:{0})\w*\s(?:कर दिया|किया गया|हो गया|दिया गया)",
)


@cache
def _stated_elsewhere() -> list[tuple[str, re.Pattern[str]]]:
    """Return each action with what states it in one of these languages, compiled when a sentence is in one."""
    return [
        (action, re.compile(form.format(words)))
        for action, all_words in _ACTIONS.items()
        for form, words in zip(_FORMS, all_words, strict=True)
    ]


_PERSONAL_PAST = re.compile(
    r"(?<!\w)(?:(?P<cancel>отменил[аи]?|аннулировал[аи]?|скасува(?:ли|ла|в)|ألغيت|ألغينا|أُلغي)|"
    r"(?P<refund>вернул[аи]?|возместил[аи]?|أعدنا|أعدت)|"
    r"(?P<change>изменил[аи]?|обновил[аи]?|поменял[аи]?)|(?P<send>отправил[аи]?|выслал[аи]?|أرسلت|أرسلنا)|"
    r"(?P<create>оформил[аи]?|создал[аи]?))(?!\w)"
)
_OPEN = re.compile(
    r"如果|若|一旦|可以|尚未|还没|還沒|没有|沒有|未|不|吗|是否|会|將|将|请|もし|場合|まだ|ません|でき|たら|れば|らせ|면|경우|않|못|아직|후에|다음|إذا|عند|بعد|لم|لن|يمكن|قبل|"
    r"если|когда|после|пока|ли |можно|может|будет|не |eğer|sonra|henüz|değil|nếu|khi|chưa|sau khi|अगर|यदि|नहीं"
)
_ELSEWHERE = re.compile(r"[\u0370-\u1dff\u3000-\uffef]|đã |(?:edil|ild|lend|rild|old|ettim|ettik|dik|dim)")
"""What a sentence must hold to be worth a closer look."""
_CLAUSE_OF_IT = re.compile(r"[，。！？；、,.!?;]")


def find_stated_elsewhere(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield the action and the words that state it; conditions, negations and possibilities state nothing."""
    if not _ELSEWHERE.search(sentence):
        return
    for clause in _CLAUSE_OF_IT.split(sentence):
        found = [(action, match) for action, pattern in _stated_elsewhere() for match in pattern.finditer(clause)]
        found += [(str(match.lastgroup), match) for match in _PERSONAL_PAST.finditer(clause)]
        for action, match in found:
            rest = clause[: match.start()] + clause[match.end() :]
            if not _OPEN.search(rest):
                yield action, match[0].strip()


_HARMLESS = (
    # ordered, paid, sent, arrived: what records tell, and `record_states` compares with them
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
