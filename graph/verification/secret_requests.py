"""Find questions for secrets, which no reply may put."""

import re

from core.language.text import any_of, normalised
from core.language.words import CONTRACTED, NEGATION

_SECRET = any_of(
    r"\b(?:pass ?words?|pass ?phrase|pass ?code|log-?in (?:details|data|credentials)|credentials|pin|"
    r"tan|otp|cvv2?|cvc2?|"
    r"(?:security|verification|access|one[- ]time|sms|authentication|log-?in|(?:six|6|four|4|eight|8)[- ]digit) "
    r"(?:codes?|numbers?)|codes? (?:from|in|by) (?:the|your|that|my) (?:e-?mail|sms|text|message|phone|app)|"
    r"(?:code|number)s? (?:that |which )?(?:we|i|you) (?:(?:have|had|were|just) )*"
    r"(?:sent|texted|e-?mailed|received|got)|"
    r"(?:(?:card|account) (?:number|digits)|number (?:on|of) (?:the|your) card)|"
    r"(?:sixteen|16|three|3|four|4) digits (?:on|from|of)|social security|ssn|maiden name)\b",
    r"\b(?:passw[oö]rt\w*|kennwort\w*|zugangsdaten|sicherheitscode|einmalcode|prüfziffer|kartennummer|code aus)\b",
    r"\b(?:mots? de passe|identifiants de connexion|cryptogramme|code (?:reçu|secret|de sécurité|pin|confidentiel)|"
    r"numéro (?:complet )?de (?:la |votre )?carte)\b",
    r"\b(?:contraseña|clave|credenciales|código (?:de seguridad|recibido|secreto)|"
    r"número (?:completo )?de (?:la |su )?tarjeta)\b",
    r"\b(?:credenziali|codice (?:di sicurezza|ricevuto|segreto)|numero (?:completo )?(?:della|di) (?:sua )?carta)\b",
    r"\b(?:senha|palavra-passe|código (?:de segurança|recebido|secreto)|número (?:completo )?do (?:seu )?cartão)\b",
    r"\b(?:wachtwoord\w*|pincode|beveiligingscode|kaartnummer|inloggegevens)\b",
    r"\b(?:hasł[oaeu]|kod (?:z sms\w*|bezpieczeństwa|pin)|numer\w* (?:\w+ )?karty|dane logowania)\b",
    r"парол[ья]|код из смс|номер карты|סיסמה|كلمة (?:المرور|السر)|رقم البطاقة",
    r"密码|密碼|验证码|パスワード|暗証番号|비밀번호|인증번호",
)
_NO_SECRET = re.compile(
    r"[\"“„«‘][^\"”“»’]{1,40}[\"”“»’]|\b(?:forg[eo]t(?:ten)?|reset(?:ting)?|chang(?:e|ing)|choose|set|new) (?:your |"
    r"the |my |an? )*(?:new )?passwords?|\bpasswords? (?:reset|change|link|rules?|managers?)|\blast (?:four|4|three|3) "
    r"digits(?: (?:of|on) (?:your|the) card(?: number)?)?"
)
"""What is called by a secret's name and is none: a label, a reset, the end of a number."""
_ASKS = any_of(
    r"\?",
    r"\b(?:please|kindly|here|me|us|(?:i|we)(?:'ll| will| only| just)? need|send|tell|type|enter|key in|paste|message|"
    r"drop|read|write|reply|answer|share|give|provide|confirm|submit|repeat|what(?:'s| is| are)|which|let me have)\b",
    r"\b(?:bitte|hier|mir|uns|nennen|schicken|schreiben|tippen|geben|senden|eingeben|lautet)\b",
    r"\b(?:merci de|s'il vous pla[iî]t|ici|moi|nous|quel)\b",
    r"\b(?:por favor|aquí|cuál)\b|\b(?:mánde|envíe|díga|escriba|indique|facilite|introduzca|confirme)\w*\b",
    r"\b(?:per favore|qui|qual)\b|\b(?:invi|scriv|indic|conferm|fornisc|inserisc)\w*\b",
    r"\b(?:aqui|qual|passe|digite)\b|\b(?:envi|escrev|inform|confirm)\w*\b",
    r"\b(?:graag|hier|mij|ons|wat is|stuur|geef|typ)\w*\b",
    r"\b(?:proszę|tutaj|tu|mi|nam|jaki\w*|podaj|wyślij|wpisz|napisz|potwierdź)\w*\b",
    r"[^\x00-\u024f]",
)
"""Words that put a question or make a request."""
_GIVES = (
    r"(?:ask|shar|send|sent|tell|told|giv|need|want|requir|reveal|disclos|stor|sav|keep|see|know|frag|bitten|verlang|weiter|"
    r"mitteil|teil|geb|send|demand|communiqu|partag|donn|envoy|pid|ped|compart|envi|dig|chied|comunic|condivid|invi|vrag|"
    r"del|deel|stur|stuur|geef|gev|pyta|podaw|udostępn|pros|peç|partilh)\w*"
)
_NEVER = rf"(?:{NEGATION}|{CONTRACTED}|nobody|no one|niemand)"
_WARNS = re.compile(rf"\b{_NEVER}\b(?:[ ,][\w'-]+){{0,3}} {_GIVES}|\b{_GIVES}(?: [\w'-]+){{0,5}} {_NEVER}\b|不要")
"""`We never ask for your password`."""
_ELSEWHERE = re.compile(
    r"\b(?:on|in|at|under|through|via) (?:the|our|your) (?:\w+[ -]){0,3}(?:page|site|website|app|form|account|settings|"
    r"checkout)\b"
)
"""`Enter it on the sign-in page.`"""
_ALL_THE_SAME = re.compile(
    r"\b(?:here|me|us|but|just|simply|instead|so|only|or (?:simply|just|write|send|tell|reply|type)|chat|"
    r"hier|mir|aber|oder|ici|moi|mais|aquí|pero|qui|ma|aqui|mas|"
    r"maar|tutaj|ale)\b(?! not\b| never\b)"
)
"""What takes a warning back, or turns the way to another page into a way to us."""


def asks_for_secret(sentence: str) -> bool:
    """Say whether a sentence speaks of a secret in any other way than to warn, or to name the page it belongs on."""
    plain = _NO_SECRET.sub(" ", re.sub(r"(?<=\b\w)[-._* ](?=\w\b)", "", normalised(sentence)))
    if not (_SECRET.search(plain) and _ASKS.search(plain)):
        return False
    told = _WARNS.search(plain) or _ELSEWHERE.search(plain)
    return not told or "?" in plain or bool(_ALL_THE_SAME.search(plain))
