"""Read the answer to "shall I do this?": a clear yes to exactly that, a clear no, or something to be read again."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.language.action_words import ACTIONS, any_action
from core.language.text import any_of, normalised, without_accents
from core.language.words import CONTRACTED, NEGATION, corrected

_AGREED = (
    r"yes|yeah|yep|yup|yea|ya|aye|y|ye|sure(?: thing)?|certainly|definitely|absolutely|of course|exactly|"
    r"correct|affirmative|agreed|"
    r"please do|you can|you may|deal|sounds? (?:good|great|fine|right|perfect)|looks? (?:good|right|correct|fine)|"
    r"(?:that is|that's|thats|this is|it is|it's) (?:exactly |quite |all )?(?:right|correct|fine|good|ok|okay|great|"
    r"perfect|what i want)|all (?:correct|fine|good)|"
    r"(?:i )?(?:do )?(?:confirm(?:ed)?|agree|accept|approve)|go ahead|go for it|proceed|carry on|do (?:it|that|"
    r"this|so)|make it so|"
    r"let's (?:do|go)(?: (?:it|that|for it|ahead))?|(?:i|we) (?:do|am sure|'m sure|want (?:that|this|to|it)|"
    r"would like that)|i'm sure|"
    r"ja|jawohl|jap|jo|genau(?: so)?|richtig|gerne?|einverstanden|mach(?:en)? (?:sie )?(?:das|es)|bestätigt?|ich "
    r"bestätige|(?:das )?(?:stimmt|passt)(?: (?:so|genau))?|(?:so|das) ist (?:es )?(?:richtig|korrekt|gut)|so ist es|"
    r"leg(?:en sie)? los|auf jeden fall|(?:dann )?(?:will|möchte) ich das(?: machen| tun)?|"
    r"oui|ouais|allez-y|vas-y|faites(?:-le)?|fais-le|je veux bien|je confirme|"
    r"c'est (?:bien |exactement |tout à fait )?(?:bon|correct|ça|cela|exact)|tout à fait|exactement|"
    r"bien sûr|volontiers|"
    r"s[ií]|claro|eso (?:mismo )?es|así es|(?:así )?está bien(?: así)?|exacto|adelante|"
    r"dale|confirmo|correcto|por supuesto|hazlo|hágalo|"
    r"sì|certo|confermo|procedi|proceda|esatto|corretto|"
    r"sim|pode(?: ser| fazer)?|está certo|faça isso|isso|"
    r"akkoord|graag|klopt|doe maar|bevestigd|ik bevestig|"
    r"tak|zgadzam się|potwierdzam|oczywiście|proszę bardzo|zgoda|"
    r"نعم|أجل|موافق|تابع|"
    r"👍|👌|✅|✔️|✔|🆗"
)
"""What agrees, whatever else is said beside it."""
_AGREES = re.compile(_AGREED)
_ACCEPTED = (
    r"ok|okay|okey|k|alright|all right|fine|passt|d'accord|vale|de acuerdo|está bien|va bene|tudo bem|goed|prima|dobrze"
)
"""What agrees alone. With thanks it ends a conversation as often as it agrees: `ok thanks`."""
_PRAISE = r"great|perfect|wonderful|excellent|super|lovely|cool|parfait|perfecto|perfetto"
_THANKS = (
    r"thanks?(?: you)?(?: (?:so|very) much)?|thank you|thx|ty|cheers|danke(?: schön)?|vielen dank|merci|"
    r"gracias|grazie|obrigad[oa]|"
    r"dank je|bedankt|dziękuję"
)
"""What agrees to nothing by itself: `great, thanks` may be the answer to what was told before the question."""
_COURTESY = (
    r"please|pls|plz|now|then|right away|asap|immediately|for me|sir|bitte(?: schön)?|gern|sehr|s'il vous "
    r"pla[iî]t|por favor|"
    r"dann|alors|entonces|pues|per favore|per piacere|alstublieft|alsjeblieft|proszę|avanti|faccia pure|maar"
)
_WHAT = (
    r"(?:it|that|this|them|these|those|both|all|everything|all of (?:it|them)|(?:the|my|that|this) (?:order|orders|"
    r"items?|address))"
)
_DEED = (
    rf"(?:{any_action('verbs')}) {_WHAT}|"
    rf"(?:(?:with|to|confirm|just) )?the (?:address )?(?:{any_action('called')}|order|request)s?"
)
_MEANT = (
    r"(?:to )?(?:both|all)(?: of (?:it|them|these|those))?|with (?:it|that|this)|that one|this one|that|this|"
    r"it|everything|all of (?:it|them)|as (?:described|listed|shown|proposed)|"
    r"to (?:that|this|it|proceed|confirm)|i am|i'm|i do|and|that's fine|das|es|le|la|lo|dat|machen|tun"
)
_GAP = r"[ ,.!;:–-]+"
_YES = re.compile(
    rf"^(?:(?:{_ACCEPTED}|{_PRAISE}|{_THANKS}|please|bitte|dann|alors|entonces|pues|oh|well|hi)[ ,]+)*(?:{_AGREED})"
    rf"(?:{_GAP}(?:{_AGREED}|{_ACCEPTED}|{_PRAISE}|{_THANKS}|{_COURTESY}|{_DEED}|{_MEANT}))*[ .!)😀😊🙂🙏👍👌✅]*$"
)
_ACCEPTS = re.compile(
    rf"^(?=(?:(?:oh|well)[ ,]+)*(?:{_ACCEPTED})(?!\w))(?:(?:{_ACCEPTED}|{_COURTESY}|{_DEED}|oh|well)(?:{_GAP}|"
    rf"[ .!)🙂👍👌]*$))+$"
)
_KINDS = {name: re.compile(rf"\b(?:{words.stems})") for name, words in ACTIONS.items() if words.stems}
_ONE_OF_SEVERAL = re.compile(r"\b(?:this|that) one\b|\bthe (?:order|request|\w+(?:tion|turn|change|fund|date))\b")
_KEPT = r"(?:it|that|this|them|these|those|everything|all of (?:it|them)|(?:the|my) (?:orders?|items?))"
_KEEPS = (
    r"(?:(?:i|i'll|i will|i'd|i would|we|we'll|let me|let's|want to|like to|prefer to|rather|better|just|please) ){0,6}"
    rf"keep(?:ing)? {_KEPT}(?: as (?:it )?is)?|"
    r"(?:ich (?:möchte|will|würde|werde) )?"
    r"(?:(?:es|das|sie|ihn|alles|die (?:bestellung|sachen)|lieber|doch|bitte) ){0,6}"
    r"behalten?(?: (?:es|das|sie|ihn|alles))?|ich behalte (?:es|das|sie|ihn|alles)|"
    r"(?:je (?:préfère |veux )?)?(?:le |la |les |l')garde[rz]?|tout garder|"
    r"me l[oa]s? quedo|(?:prefiero |quiero )?quedárme(?:l[oa]s?)|l[oa] tengo|(?:preferisco )?tener(?:l[oaie])|"
    r"(?:quero |prefiro )?ficar com (?:ele|ela|isso)|"
    r"(?:ik )?(?:houd?|wil) (?:het|hem|ze|alles)(?: liever)?(?: houden)?"
)
"""What keeps things as they are."""
_REFUSED = (
    r"no+|nope|nah|n|negative|never ?mind|nevermind|nvm|stop(?: it| that)?|don't|do not|dont|please "
    r"don't|forget (?:it|that|about it)|not (?:now|yet|anymore|today|any more)|"
    r"absolutely not|definitely not|certainly not|of course not|(?:i'd |i would |i had )?(?:rather|better) not|"
    r"let's not|i'll (?:pass|leave it)|(?:maybe|perhaps) (?:later|another time|not)|not interested|no way|"
    r"abort|leave (?:it|everything)(?: as (?:it )?is)?|leave the \w{3,12} (?:as (?:it )?is|alone)|"
    r"(?:i|i've|i have)(?:'ve| have)? changed my mind|cancel (?:that|this)(?: request)?|(?:i )?(?:do not|don't|"
    r"no longer) (?:want|need) (?:that|this|it|to)(?: any ?more)?|(?:let's )?not do (?:it|that|this)|"
    r"hold off|wait|that's (?:wrong|not right|not correct|incorrect)|that is (?:wrong|not right|incorrect)|wrong|undo|"
    r"nein|nee|nö|abbrechen|stopp|(?:(?:doch|lieber|besser|jetzt|noch) )+nicht|lass(?:en)?(?: (?:sie|wir))?"
    r"(?: (?:es|das|mal))?(?: (?:lieber|doch))?|vergessen sie (?:es|das)|vergiss es|hat sich erledigt|"
    r"nicht nötig|nicht|"
    r"non|pas maintenant|(?:plutôt|surtout|finalement) pas|annulez|arrêtez|laissez tomber|"
    r"mejor no|déjalo(?: así)?|olvídalo|para|detente|ahora no|"
    r"(?:meglio )?(?:di )?no|non ora|lascia(?: stare| perdere)?|annulla|ferma|"
    r"não|nao|deixa|deixe(?: pra lá)?|melhor não|pare|"
    r"niet|nee|laat maar|toch niet|liever niet|"
    rf"nie|zostaw|lepiej nie|anuluj|لا|كلا|👎|❌|🚫|{_KEEPS}"
)
HESITATION = (
    r"oh|well|ok|okay|hm+|u+h+m*|um+|ah|ach|er+|actually|sorry|please|wait|hold on|now|then|so|"
    r"(?:on|after) (?:second|further) thou?ghts?|come to think of it|you know what|after all|anyway|"
    r"i (?:think|guess)|(?:i(?:'ve| have)? )?thought about it(?: again)?|"
    r"ähm?|na ja|naja|also|ach so|eigentlich|moment|entschuldigung|ich (?:denke|glaube)|bitte|"
    r"finalement|en fait|euh|pardon|bueno|pensándolo bien|perdón|allora|anzi|scusa|bom|pensando bem"
)
"""What people say before they decide."""
_NO = re.compile(rf"^(?:(?:{HESITATION})[ ,.!…]+)*(?:{_REFUSED})(?!\w)(?P<rest>.*)$")
_BESIDE_NO = re.compile(
    rf"(?<!\w)(?=[\w👎❌🚫])(?:{_REFUSED}|{HESITATION}|{_COURTESY}|{_THANKS}|{_DEED}|{_MEANT}|do (?:that|it|this)|"
    r"leave that(?: as (?:it )?is)?|"
    r"it's (?:fine|ok|okay)|that's (?:all|fine)|(?:i )?(?:still |do )?(?:want|need) (?:it|them|that|this|to)|as it is|"
    r"any ?more|about (?:it|that|this)|(?:ich )?(?:habe? )?(?:es )?mir (?:das )?anders überlegt|"
    r"j'ai changé d'avis|(?:he )?cambiado de (?:opinión|idea)|"
    r"(?:just )?forget (?:it|that|about (?:it|that))|dank u|nichts|mehr|lo hagas|rien|o faça|doen|rób tego)(?!\w)"
)
"""What may stand beside a refusal without asking for anything else."""
_CONDITION = any_of(
    r"\?",
    r"\b(?:but|however|except|unless|only|if|instead|though|although|provided|as long as|rather than|also|as "
    r"well|plus|another|other|aber|nur|wenn|falls|außerdem|auch|mais|seulement|si|aussi|pero|sólo|solo|también|"
    r"ma|anche|mas|também|maar|ook|alleen|ale|tylko|jeśli)\b",
    r"\d",
)
_NEGATED = re.compile(
    rf"(?<!\w)(?:{NEGATION}|{CONTRACTED}|none|neither|nor|without|cannot|nein|rien|nada|niente|нет)(?!\w)"
)
_YES_AND = re.compile(rf"^(?:(?:{_ACCEPTED}|oh|well)[ ,.!]+)*(?:{_AGREED}|{_ACCEPTED}|{_COURTESY}){_GAP}(?P<rest>.+)$")
_AND_YES = re.compile(rf"^(?P<rest>.+?)(?<![ ,.!;:–-]){_GAP}(?P<yes>{_AGREED})[ .!]*$")
_WORDS = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+")
_SMALL_WORDS_TEXT = (
    "a an the my to on onto of for in it that this i you please and back with from is as order go goes put "
    "send do use yes sure "
    "der die das mein meine meinen auf zu von bitte sie ihr es ich dann alles ganze ganzen "
    "le la les l mon ma sur de du s il vous te plaît plait tout toute alors "
    "el los lo mi en por favor todo toda usted ustedes entonces"
)
_SMALL_WORDS = frozenset(_SMALL_WORDS_TEXT.split())
_REFUSES_WHOLE = re.compile(r"^(?:stopp?|abort|undo|halt|arrêtez|annulez|detente|para)\b|\w \w")
"""A refusal that means all that was asked, other than a bare no or `wait`."""
_KEEPING = re.compile(r"\b(?:keep(?:ing)?|behalten?|gard(?:e[rz]?|erai)|(?:me )?quedo|quedarme|tengo|tenere|houd?en)\b")
_CLAUSE_END = re.compile(r"[.!,;]+ *")
_BEGINNING = 6
"""Letters by which two forms of a word are known to be one."""
_LIMITED = 160
"""A clear yes or no is short; anything longer says more than that."""


@dataclass(frozen=True)
class Asked:
    """One thing a customer was asked to agree to."""

    tool: str
    also_called: Sequence[str] = ()
    """Verbs for what the tool does, in any language."""
    preview: str = ""
    """What the customer read about it."""

    @property
    def verbs(self) -> tuple[str, ...]:
        """Return the verbs for it: the first word of the tool's name, and what else it is called."""
        return (self.tool.split("_")[0], *self.also_called)


def answer_to_confirmation(text: str, asked: Sequence[Asked] = ()) -> Literal["yes", "no", "other"]:
    """Read the answer to "shall I do this?": a clear yes, a clear no, or something else that must be read again.

    A yes with a condition, an addition or a question is "other": what was asked is then no longer exactly what is
    wanted. So is one that names another deed than those that were asked about, or only one of several, and mere thanks
    or praise. A yes that goes on in words of the one preview names only what was proposed, and is one.
    """
    read = _answer(normalised(text), asked)
    if read != "other" or len(text) > _LIMITED or (put_right := corrected(text, _previewed(asked))) == text:
        return read
    return _answer(normalised(put_right), asked)


def _previewed(asked: Sequence[Asked]) -> frozenset[str]:
    return frozenset(word for one in asked for word in re.findall(r"[^\W\d_]{4,}", one.preview.casefold()))


def _answer(normal: str, asked: Sequence[Asked]) -> Literal["yes", "no", "other"]:
    if not normal or len(normal) > _LIMITED:
        return "other"
    plain = _without_deeds(normal, asked)
    yes_first = _AND_YES.sub(r"\g<yes>, \g<rest>", plain)  # `just the cancellation, yes`
    if (_YES.match(plain) or _YES.match(yes_first) or _ACCEPTS.match(plain)) and not _CONDITION.search(
        re.sub(r"^si\b", "", plain)  # Spanish for yes, which would read as `if`
    ):
        return "yes" if _means(normal, asked) else "other"
    repeats = all(_repeats(normal, one.preview) or _repeats(plain, one.preview) for one in asked)
    if asked and repeats and _means(normal, asked):
        return "yes"
    if "?" in normal:
        return "other"
    return "no" if _refuses(normal) or _refuses(plain) or _refuses_with_reason(normal) else "other"


def _refuses(normal: str) -> bool:
    no = _NO.match(normal)
    return no is not None and not _BESIDE_NO.sub(" ", no["rest"]).strip(" ,.!;:–-…")


def _refuses_with_reason(normal: str) -> bool:
    """Say whether a message begins and ends with a refusal and only gives a reason between, or refuses the whole and
    says what is kept: `stop, I'll keep the white one`. A bare no may be followed by what is kept of several.
    """
    first, *rest = clauses = _CLAUSE_END.split(normal.strip(" .!"))
    asks_more = _CONDITION.search(normal) or any(kind.search(normal) for kind in _KINDS.values())
    if not rest or asks_more or not _refuses(first):
        return False
    left = [clause for clause in clauses if not _refuses(clause)]
    whole = any(_REFUSES_WHOLE.search(clause) for clause in clauses if clause not in left)
    return _refuses(rest[-1]) or (whole and all(_KEEPING.search(clause) for clause in left))


def _repeats(normal: str, preview: str) -> bool:
    """Say whether a yes names, in what follows it, nothing but what the preview says.

    A word of negation repeats nothing: the preview's "no longer needed" does not make "yes… no" a yes.
    """
    yes = _YES_AND.match(normal) or _AND_YES.match(normal)
    if not yes or _NEGATED.search(yes["rest"]) or _CONDITION.search(_NUMBER.sub("", yes["rest"])) or "?" in normal:
        return False
    said, shown = _WORDS.findall(yes["rest"]), set(_WORDS.findall(normalised(preview)))
    telling = [word for word in said if word not in _SMALL_WORDS]
    begun = {_beginning(word) for word in shown if word.isalpha()}
    return bool(telling) and all(
        word in shown or f"{word}s" in shown or word.removesuffix("s") in shown or _beginning(word) in begun
        for word in telling
    )


def _beginning(word: str) -> str:
    """Return how a word begins, whatever its ending: `cancélelo` and `cancelar`; a short one is whole."""
    return without_accents(word)[:_BEGINNING]


_WITHDRAWS = re.compile(
    r"cancel|stop|abort|undo|withdraw|drop|void|kill|scrap|halt|call|end\b|storn|annul|anul|arrêt|abbrech|kündig|résili"
)
"""Verbs that may as well take the request back: alone, `cancel it` agrees to nothing."""


def _without_deeds(normal: str, asked: Sequence[Asked]) -> str:
    """Put "do it" in place of words that say the one thing that was asked, `book it` or `réservez le rendez-vous`."""
    if len(asked) != 1:
        return normal
    shown = set(re.findall(r"\w+", asked[0].preview.casefold()))

    def said(match: re.Match[str]) -> str:
        what = (match["what"] or "").split()
        known = list(itertools.takewhile(shown.__contains__, what))
        if what and not known:
            return match[0]
        return " ".join(["cancel it" if _WITHDRAWS.search(match[0]) else "do it", *what[len(known) :]])

    for verb, rest in _stems(asked[0]):
        # `call off the visit` and `call it off`
        parted = rf"{verb}(?: (?:{_PRONOUN}))? {rest}" if rest else verb
        normal = re.sub(rf"(?<!the )\b{parted}(?:[ -](?:{_OBJECT}))?(?!\w)", said, normal)
    return normal


_PRONOUN = r"it|that|this|them|these|those|me|us|es|das|le|la|les|lo|los|las|moi|nous"
_OBJECT = (
    r"(?:the|my|a|an|this|that|das|den|die|dem|meinen?|mein|einen?|ein|le|la|les|un|une|mon|ma|mes|el|los|las|"
    r"una|mi|il|lo) (?P<what>\w+(?: \w+)?)|" + _PRONOUN
)


def _stems(asked: Asked) -> Iterator[tuple[str, str]]:
    """Yield a pattern for the forms of each verb, with the words after it: `book` finds `booking`."""
    for verb in (*asked.verbs, *_orders_of(asked)):
        first, _, rest = verb.casefold().partition(" ")
        if len(first) > 2:
            # An infinitive's ending changes with the person; what stays is its beginning.
            stem = re.sub(r"(?:er|en|ir|re|ar)$", "", first) if len(first) > 4 else first
            yield rf"{re.escape(stem)}\w{{0,4}}", re.escape(rest)


def _orders_of(asked: Asked) -> list[str]:
    """Return the verbs with which what a tool does is ordered; who changes something may say that they switch it."""
    kinds = _names_of(asked)
    orders = [ACTIONS[kind].orders for kind in (*kinds, *(("exchange",) if "change" in kinds else ()))]
    return [verb for words in orders for verb in words.split("|") if verb and not _AGREES.fullmatch(verb)]


def _means(normal: str, asked: Sequence[Asked]) -> bool:
    """Say whether a yes fits everything that was asked."""
    if len(asked) > 1 and _ONE_OF_SEVERAL.search(normal):
        return False
    said = {kind for kind, pattern in _KINDS.items() if pattern.search(normal)}
    return all(said <= _names_of(one) for one in asked)


def _names_of(asked: Asked) -> set[str]:
    """Return what customers call what a tool does."""
    words = " ".join((asked.tool.replace("_", " "), *asked.also_called))
    return {kind for kind, pattern in _KINDS.items() if pattern.search(words)}
