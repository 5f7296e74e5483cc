"""Find what no reply may say whatever its evidence: questions for secrets, the agent's instructions and inner works."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from core.language.requested_changes import without_lead
from core.language.text import any_of, normalised, plain, split_sentences
from core.language.words import CONTRACTED, NEGATION
from graph.context_window.prompts import system_prompt
from graph.verification.evidence import Evidence
from graph.verification.values.value_reading import find_values

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


_INNER = any_of(
    r"\b(?:i|we|i'll|i'm|let me|let's)\b[^.?!]{0,30}\b(?:call|use|using|run|invoke|execute|access)\w*\b[^.?!]{0,30}"
    r"\b(?:tools?|functions?|api)\b",
    r"\b(?:tool|function|api)[ _-]?(?:calls?|results?|responses?|outputs?|names?|arguments?)\b",
    r"\b(?:available|provided|given|appropriate|right) (?:tools?|functions?|api)\b",
    r"\b(?:the|this|these|a) (?:tools?|functions?|api|method) (?:(?:will|would|should|can|has|have|is|was|were|been) )*"
    r"(?:return|call|execut|invok|retriev|fetch)\w*",
    r"`?\b[a-z]+(?:_[a-z]+)+\b`? (?:tool|function)\b|`[a-z]+(?:_[a-z]+)+`|\b[a-z]+(?:_[a-z]+)+\(",
    r"\bpassages? \[?\d|\b(?:according to|based on|from|in|by) (?:the |these |those )?(?:(?:provided|given|above|"
    r"retrieved|relevant) )?(?:passages?|context|search results)\b",
    r"\b(?:provided|given|retrieved) (?:help )?(?:articles?|passages?|context|documents?|information)\b|"
    r"\b(?:relevant|following) (?:passages?|excerpts?|context)\b",
    r"\b(?:laut|gemäß|selon|d'après|según|de acuerdo con|secondo|volgens|według|segundo)\b (?:\w+ ){0,2}"
    r"(?:passagen?|textstellen?|kontext|contextes?|extraits?|pasajes?|fragmentos?|contexto|passaggi[oa]?|contesto)\b",
    r"\b(?:à partir|aus|a partir|basado en|basándome en) (?:(?:de|des|den|der|dem|del|los|las) )?"
    r"(?:passages?|extraits?|passagen?|textstellen?|pasajes?|fragmentos?|contexto?e?)\b",
    r"\b(?:rufe|nutze|verwende|appelle|utilise|llam[oa]ré|utilizaré|usaré)\b[^.?!]{0,30}\b(?:funktion|werkzeug|tool|"
    r"fonction|outil|función|herramienta)\b",
    r"\b(?:as an ai (?:language )?model|my training data|system prompt)\b",
    r"^\W*(?:the|this) (?:customer|user)(?:'s\b| (?:has|is|was|wants?|would|asks?|asked|needs?|requested|wishes)\b)",
)
_PLACE = re.compile(
    r"\[(?!\d|picture\]|voice message)(?=[^\]\[]{0,80}[a-z])[^\]\[]{2,80}\](?![(\[:])"  # not [1] or [text](…)
    r"|\{\{\s*[a-z_ ]{2,40}\s*\}\}|\{[a-z]+(?:_[a-z]+)+\}"
    r"|<(?:insert|your|customer|order|tracking|date|name|amount|number)[a-z_ ]{0,40}>"
    r"|\(insert\b[^)]{0,80}\)|\$\{\w{1,40}\}|_{4,}"
    r"|\bX{4,}\b",
    re.IGNORECASE,
)
_ANNOUNCES = any_of(
    r"\b(?:let me|allow me to|i(?:'ll| will| need to| have to| am going to|'m going to| must| would need to)) "
    r"(?:\w+ ){0,3}(?:look|check|search|fetch|retrieve|pull up|query|call|access|find out)\b",
    r"\bich (?:werde|muss) [^.?!]{0,40}(?:nachsehen|nachschauen|prüfen|überprüfen|suchen)\b",
    r"\bich (?:sehe|schaue) [^.?!]{0,20}nach\b",
    r"\bje (?:vais|dois) [^.?!]{0,20}(?:vérifier|regarder|chercher|consulter)\b",
    r"\b(?:voy a|déjeme|déjame|tengo que) [^.?!]{0,20}(?:comprobar|verificar|revisar|buscar|consultar)\w*",
)
_NO_ACCESS = any_of(
    r"\b(?:do not|don't|cannot|can't|unable to|not able to|have no|without|no longer) (?:currently )?(?:have )?"
    r"(?:any |direct |the )?access\b(?! code| point)",
    r"\b(?:cannot|can't|unable to|not able to) (?:directly )?(?:view|look up|look into|retrieve|pull up) "
    r"(?:your|the|any|individual|specific|personal|customer)\b",
    r"\b(?:kein\w*|nicht)\b[^.?!]{0,20}\bzugriff\b|\bpas\b[^.?!]{0,20}\baccès\b|\bno tengo\b[^.?!]{0,20}\bacceso\b",
)
_ASKS_BACK = any_of(
    r"[?？؟]|\bplease (?:first )?(?:tell|give|send|name|provide|share|specify|confirm|let me know|reply|"
    r"type|enter|sign)\b",
    r"\b(?:let me know|tell me) (?:which|what|the|your|if|whether)\b",
    r"\bbitte\b[^.!]{0,60}\b(?:nennen|geben|teilen|schicken|sagen|bestätigen|nenne|gib|sag|schick|bestätige|melden)\b",
    r"\b(?:nennen|geben|teilen|schicken|sagen|bestätigen) sie\b|\b(?:veuillez|merci de|pouvez-vous)\b",
    r"\b(?:indique|indíqueme|dígame|proporcione|facilite|confirme)\b",
)
_ANYTHING_ELSE = any_of(
    r"\b(?:anything|something) else\b|\b(?:other|further|more) (?:questions?|help|assistance)\b|"
    r"\b(?:can|may) i (?:further )?(?:help|assist) you\b|\bneed (?:any )?(?:help|assistance)\b",
    r"\bsonst noch\b|\bweitere fragen\b|\b(?:autre chose|d'autres questions)\b|"
    r"\b(?:algo más|otra cosa|más preguntas)\b",
)
_ASKS_WHEN = re.compile(
    r"(?:until |since |by |bis |jusqu'à |depuis |hasta |desde )?"
    r"(?:when|how (?:long|soon|quickly)|what (?:day|date|time)|wann|wie lange|quand|combien de temps|cuándo|"
    r"cuánto tiempo)\b"
)
_TIMES = frozenset(("date", "weekday", "time", "duration"))
_OTHER_TIMES = re.compile(
    rf"(?<!\w)(?:{NEGATION}|{CONTRACTED}|nobody|nothing|once|until|after|before|soon|as (?:soon|long) as|when(?:ever)?|"
    r"already|now|today|tomorrow|yesterday|immediately|instantly|at once|depends|"
    r"sobald|bis|nach|bald|heute|morgen|gestern|sofort|jetzt|schon|bereits|wenn|"
    r"dès|après|avant|bientôt|aujourd'hui|demain|hier|déjà|maintenant|quand|"
    r"cuando|después|antes|pronto|hoy|mañana|ayer|ya|ahora|en cuanto)(?!\w)"
)
"""What else tells a time, or that none is known."""
SPEAKS_OF_TOOLS = "customers must read nothing of tools, functions, passages or places to fill in"
NO_TIME = "the customer asks when or how long, and it tells neither; tell it, or say that it is not known"
ONLY_ANNOUNCED = "it announces a look-up and makes none; make the tool call now, or answer from what is there"
DID_NOTHING = "the customer asks for something that a tool is there for, and it calls none; call it now"
NO_ACCESS = "it says that records cannot be looked at, and tools are there for it; call one of them now"


def speaks_of_inner_works(sentence: str, tools: Collection[str] = ()) -> bool:
    """Say whether a sentence speaks of what customers know nothing of, such as a tool, or has an unfilled place."""
    words = re.findall(r"\w+", sentence.casefold())
    return (
        any("_" in word and word in tools for word in words)
        or bool(_INNER.search(normalised(sentence)))
        or bool(_PLACE.search(sentence))
    )


def denies_access(sentence: str) -> bool:
    """Say whether a sentence tells that the agent cannot look at the customer's records."""
    return bool(_NO_ACCESS.search(normalised(sentence)))


def asks_back(text: str) -> bool:
    """Say whether an answer asks the customer for something; whether they want anything else is no such question."""
    asked = (normalised(sentence) for sentence in split_sentences(text)[0])
    return any(_ASKS_BACK.search(said) and not _ANYTHING_ELSE.search(said) for said in asked)


def asks_when(question: str) -> bool:
    """Say whether a question asks for a day, a time or how long something takes."""
    return bool(_ASKS_WHEN.match(without_lead(question)))


def tells_when(text: str) -> bool:
    """Say whether an answer tells a day, a time, how long something takes, or that this is not known."""
    timed = any(value.kind in _TIMES for value in find_values(text))
    return timed or bool(_OTHER_TIMES.search(normalised(text)))


def announces(sentence: str) -> bool:
    """Say whether a sentence only tells that something is going to be looked up."""
    return bool(_ANNOUNCES.search(normalised(sentence)))


OUR_RUN, THEIR_RUN = 7, 12
"""So many words in a row of the agent's own instructions, or of those of the business, are no coincidence. A reply may
rely on what a business tells its agent, and so use some of its words.
"""


def forbidden_statements(
    sentence: str, before: Sequence[str] = (), instructions: str = "", notes: str = ""
) -> list[str]:
    """Return what is wrong with a sentence that nothing could support, as sentences for the model.

    Args:
        sentence: A sentence of a reply.
        before: The words of the reply before it, as `words_of` gives them.
        instructions: What the model is told, the business's part with it.
        notes: What results of calls tell the model alone.
    """
    wrong = []
    if asks_for_secret(sentence):
        wrong.append(f"the question for a password, a code or a card number is never put: {sentence.strip()!r}")
    words = [*before[1 - THEIR_RUN :], *words_of(sentence)]
    if _share_a_run(words, f"{system_prompt('…')}\n{notes}", OUR_RUN) or _share_a_run(words, instructions, THEIR_RUN):
        wrong.append("the instructions of the agent are not for customers")
    return wrong


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without the marks of emphasis."""
    return re.findall(r"[^\W_]+", text.casefold())


def _share_a_run(words: Sequence[str], instructions: str, length: int) -> bool:
    told = _runs(instructions, length)
    return any(tuple(words[i : i + length]) in told for i in range(len(words) - length + 1))


@lru_cache(maxsize=64)
def _runs(instructions: str, length: int) -> frozenset[tuple[str, ...]]:
    words = words_of(instructions)
    return frozenset(tuple(words[i : i + length]) for i in range(len(words) - length + 1))


_BOUNDLESS = (
    # (what a reply says, what an article or a record may say for the same)
    (
        r"lifelong|lifetime (?:warranty|guarantee)|(?:warranty|guarantee) for life|lebenslang\w*|garantie à vie|de por "
        r"vida|garanzia a vita|vitalíci\w*|levenslang\w*|dożywotni\w*|livstids\w*|пожизненн\w*|终身|終身|生涯保証|평생",
        r"life|lebens|à vie|de por vida|a vita|vitalíci|levens|dożywotni|livstid|пожизнен|终身|終身|生涯|평생",
    ),
    (
        r"(?:no|without(?: an?y?)?|ohne|sans|sin|senza|sem|zonder|bez|utan) (?:time limit|deadline|minimum (?:term|"
        r"contract|period)|(?:zeitliche )?frist|mindestlaufzeit|(?:limite de temps|date limite|délai limite)|"
        r"(?:límite de tiempo|plazo)|limiti di tempo|scadenza|prazo|tijdslimiet|termijn|limitu czasu|"
        r"tidsgräns)|unbefristet\w*|never expires?|indefinitely|for ever|forever",
        r"\b(?:no|without(?: an?)?|ohne|kein\w*|sans|sin|senza|sem|zonder|geen|bez|utan|ingen) (?:time limit|"
        r"deadline|minimum|expir|zeitlich|frist|mindest|limite|date|délai|límite|plazo|limiti|"
        r"scadenz|prazo|tijd|termijn|limitu|tidsgr)|unlimited|never|not expire|indefinite|\bever\b|forever|"
        r"unbegrenzt|unbefristet|any ?time|whenever|jederzeit|cuando quiera|quando vuole",
    ),
    (
        r"around the clock|round the clock|24/7|24 hours a day|day and night|rund um die uhr|24h/24|jour et "
        r"nuit|las 24 horas|día y noche|giorno e notte|24 ore su 24|24 horas por dia|"
        r"dag en nacht|całą dobę|dygnet runt|круглосуточно|24小时|24時間|24시간",
        r"clock|24|day and night|uhr|nuit|noche|notte|nacht|dob[ęy]|dygn|круглосуточ",
    ),
)
_CHECKS = [(re.compile(rf"(?<!\w)(?:{said})(?!\w)"), re.compile(known)) for said, known in _BOUNDLESS]
_DENIED = re.compile(rf"(?<!\w)(?:{NEGATION}|{CONTRACTED})(?!\w)[^,;:!]*$")


def boundless_promises(sentence: str, evidence: Evidence) -> list[str]:
    """Return the words of a sentence that promise something without a bound of which no source speaks."""
    if sentence.rstrip().endswith("?"):
        return []
    text = plain(sentence).lower()
    return [
        match[0]
        for said, known in _CHECKS
        for match in said.finditer(text)
        if not _DENIED.search(text[: match.start()]) and not known.search(f"{evidence.prose} {evidence.data}")
    ]
