"""Find actions stated as done in languages whose words do not part with spaces or carry the whole sentence in
the verb.
"""

import re
from collections.abc import Iterator

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
_STATED = [
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
_CLAUSE = re.compile(r"[，。！？；、,.!?;]")


def find_stated_elsewhere(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield the action and the words that state it; conditions, negations and possibilities state nothing."""
    if not _ELSEWHERE.search(sentence):
        return
    for clause in _CLAUSE.split(sentence):
        found = [(action, match) for action, pattern in _STATED for match in pattern.finditer(clause)]
        found += [(str(match.lastgroup), match) for match in _PERSONAL_PAST.finditer(clause)]
        for action, match in found:
            rest = clause[: match.start()] + clause[match.end() :]
            if not _OPEN.search(rest):
                yield action, match[0].strip()
