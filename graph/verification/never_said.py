"""Find what no reply may say whatever its evidence: a question for a secret, and the agent's own instructions."""

import re
from functools import lru_cache

from core.language.signals import any_of, normalised
from graph.context_window.prompts import system_prompt

_THEIRS = (
    r"(?:passwords?|passphrase|passcode|pin(?: code| number)?|cvv|cvc|(?:security|verification|access|one[- "
    r"]time|sms|six[- ]digit|6[- ]digit) codes?|"
    r"code (?:that )?(?:we|you (?:were|have been|got|received))|(?:full |whole |complete )?(?:credit |debit |"
    r"payment )?card numbers?)"
)
_ASKS_FOR_SECRET = any_of(
    rf"\b(?:reply|respond|answer|send|enter|type|tell|provide|share|give|confirm|write|repeat|submit|need|"
    rf"what(?:'s| is))\b[^.?!]{{0,40}}\b(?:your|the|me|us)\b[^.?!]{{0,25}}\b{_THEIRS}\b",
    r"\b(?:nennen|schicken|schreiben|geben|senden|teilen|bestätigen|antworten)\b[^.?!]{0,60}\b(?:passwort|"
    r"kennwort|pin|sicherheitscode|einmalcode|kartennummer|prüfziffer)\b",
    r"\b(?:passwort|kennwort|einmalcode|kartennummer)\b[^.?!]{0,40}\b(?:nennen|schicken|schreiben|mitteilen|"
    r"senden|eingeben)\b",
    r"\b(?:indiquez|envoyez|donnez|saisissez|écrivez|confirmez|communiquez)\b[^.?!]{0,50}\b(?:mot de passe|"
    r"code (?:reçu|secret|de sécurité)|numéro (?:complet )?de (?:la |votre )?carte)\b",
    r"\b(?:envíe|indique|escriba|díganos|confirme|facilite|introduzca)\w*\b[^.?!]{0,50}\b(?:contraseña|clave|"
    r"código (?:de seguridad|recibido)|número (?:completo )?de (?:la |su )?tarjeta)\b",
    r"\b(?:invi|scriv|indic|conferm|fornisc|inserisc)\w*\b[^.?!]{0,50}\b(?:password|codice (?:di sicurezza|"
    r"ricevuto)|numero (?:completo )?(?:della|di) carta)\b",
    r"\b(?:envi|escrev|inform|confirm|digit)\w*\b[^.?!]{0,50}\b(?:senha|código (?:de segurança|recebido)|"
    r"número (?:completo )?do cartão)\b",
    r"\b(?:stuur|geef|typ|schrijf|bevestig|vul)\w*\b[^.?!]{0,50}\b(?:wachtwoord|pincode|beveiligingscode|"
    r"kaartnummer)\b",
    r"\b(?:podaj|wyślij|wpisz|napisz|potwierdź)\w*\b[^.?!]{0,50}\b(?:hasło|kod (?:z sms\w*|bezpieczeństwa|pin)|"
    r"numer karty)\b",
    r"(?:парол[ья]|код из смс|номер карты|סיסמה|كلمة المرور|رقم البطاقة|密码|验证码|パスワード|"
    r"暗証番号|비밀번호|인증번호)",
)
_WARNS = any_of(
    r"\b(?:never|not|don't|won't|nobody|no one|nie(?:mals|mand)?|nicht|jamais|ne|nunca|no|non|mai|não|niet|"
    r"nooit|nigdy|никогда|不要|لا)\b",
    r"\b(?:on|in|at|under|through|via) (?:the|our|your) (?:\w+[ -]){0,3}(?:page|site|website|app|form|account|"
    r"settings|checkout)\b",
)
"""`We never ask for your password`, `enter it on the sign-in page`."""
_RUN = 7
"""So many words of the instructions in a row are no coincidence."""


def never_said(sentence: str) -> list[str]:
    """Return what is wrong with a sentence that nothing could support, as sentences for the model."""
    wrong = []
    plain = normalised(sentence)
    if _ASKS_FOR_SECRET.search(plain) and not _WARNS.search(plain):
        wrong.append(f"the question for a password, a code or a card number is never put: {sentence.strip()!r}")
    words = _words(sentence)
    if any(tuple(words[i : i + _RUN]) in _instructions() for i in range(len(words) - _RUN + 1)):
        wrong.append("the instructions of the agent are not for customers")
    return wrong


@lru_cache(maxsize=1)
def _instructions() -> frozenset[tuple[str, ...]]:
    words = _words(system_prompt("…"))
    return frozenset(tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
