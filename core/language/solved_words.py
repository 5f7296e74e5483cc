"""Hear that a customer says the matter is settled: by plain statements alone, never by thanks."""

import re

_ENDS = r"(?=\s*(?:$|[.,!;:)]|(?:now|thanks?|thank|it|my|the|that|this|everything|all|and|bye|cheers)\b))"
"""What may follow: not `fixed price`."""
_SETTLED = re.compile(
    r"\b(?:"
    rf"(?:that|this|it|you|which|your (?:answer|advice|tip|hint)) (?:has |have |really |totally |just "
    rf")*(?:solved|fixed|sorted|resolved|answered|cleared)\b{_ENDS}"
    rf"|(?:that|this|it)(?:'s| is| has) (?:all |now |been |finally )*(?:solved|fixed|sorted|resolved|settled)\b{_ENDS}"
    r"|(?:that|this|it|your (?:answer|advice|tip|hint)) (?:really |totally |definitely )?(?:helped|worked|did "
    r"the trick|answers (?:my|the) question)\b"
    r"|it works now\b|works (?:again|now|perfectly)\b|(?:my |the )?(?:problem|issue|question|matter)(?:'s| is| "
    r"has been| was)? (?:now )?(?:solved|fixed|resolved|answered|settled|sorted)\b"
    r"|that(?:'s| is| was) (?:all|exactly what|everything) i (?:needed|wanted|was looking for)|all (?:sorted|"
    r"solved|set|good now)\b"
    r"|das hat (?:mir )?(?:sehr )?(?:geholfen|geklappt|funktioniert)|(?:problem|frage|sache) (?:ist "
    r")?(?:gelöst|geklärt|beantwortet|erledigt)|(?:es|jetzt) (?:geht|funktioniert|klappt) (?:jetzt|wieder|"
    r"es)\b|hat sich erledigt"
    r"|(?:ça|cela) (?:marche|fonctionne)(?: maintenant)?\b|(?:problème|question) (?:est )?(?:résolue?|réglée?)|"
    r"c'est (?:réglé|résolu)|ça m'a (?:bien |beaucoup )?aidé"
    r"|(?:problema|duda) (?:está )?(?:resuelt[oa]|solucionad[oa]|risolt[oa])|ya funciona\b|me (?:ha )?(?:ayudó|"
    r"ayudado) mucho|está (?:resuelto|solucionado)"
    r")"
    r"|(?:تم حل|حُلّت|انحلت|حلت) (?:المشكلة|مشكلتي)|هذا ما كنت أحتاجه",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\?|\b(?:not|n't|no|never|nothing|nobody|none|hardly|barely|still|but|however|although|until|if|unless|"
    r"only|half|part(?:ly|ially)?|almost|except|hop(?:e|ed|ing|efully)|wish|would|could"
    r"|should|will|again and again|before|yesterday|last time|aber|nicht|nie|kein\w*|noch|wenn|falls|fast|"
    r"leider|obwohl|hoff\w*|pas|mais|jamais|si|encore|presque|pero|nunca|todavía|casi|aún|ojalá|esper[oa]\w*|"
    r"espère)\b"
    r"|n't\b|(?<!\w)(?:لم|لا|ليس|لكن|إذا|لو)(?!\w)",
    re.IGNORECASE,
)
"""One word of doubt and nothing counts: who says less is counted as assumed, which nobody is misled by."""
LONGEST = 300


def says_settled(text: str) -> bool:
    """Say whether a message states, without any doubt, that the matter is settled."""
    plain = " ".join(text[: LONGEST + 1].replace("’", "'").split())
    plain = re.sub(
        r"\bno (?:more|further) questions\b|\bnothing else\b|\bnichts weiter\b", "", plain, flags=re.IGNORECASE
    )
    return len(plain) <= LONGEST and bool(_SETTLED.search(plain)) and not _DOUBT.search(plain)
