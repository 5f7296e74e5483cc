"""Recognise, by rule, that a customer reports fraud or disputes a charge: matters that a person has to see."""

import re

from core.language.text import normalised

_CARD = r"(?:credit |debit |bank )?(?:card|account|identity|details|paypal|name)"
_SOMEBODY = r"(?:someone|somebody|some one|another person|a stranger|a thief|thieves|hackers?|they)"
_FRAUD = re.compile(
    "|".join(
        (
            rf"\b{_SOMEBODY}(?: else)? (?:has |have |is |was |'s )?(?:been )?(?:us(?:e|ed|es|ing)|stole|stolen|"
            rf"ordering|ordered|bought|buying|shopp\w+|paid|hacked|got into|broke into|"
            rf"logged into|accessed|took over)\b[^.!?]{{0,60}}\bmy {_CARD}\b",
            rf"\b(?:order(?:ed|ing)|bought|buying|purchas\w+|shopping)\b[^.!?]{{0,40}}\b(?:in|under|with|on) "
            rf"my (?:name|{_CARD})\b(?=[^.!?]*\b(?:without|wasn't me|not me|never|stolen)\b)",
            rf"\b{_SOMEBODY}\b[^.!?]{{0,40}}\b(?:in|under) my name\b",
            rf"\bmy {_CARD} (?:has been|have been|was|were|got|is) (?:\w+ )?(?:hacked|stolen|compromised|"
            rf"misused|hijacked|cloned|used without|taken over)",
            r"\bunauthori[sz]ed (?:\w+ )?(?:charges?|transactions?|purchases?|payments?|orders?|access|use)\b",
            r"\bfraudulent\b|\bidentity theft\b|\bvictim of (?:a )?(?:fraud|scam)|\breport(?:ing)? (?:a |an |"
            r"some )?fraud\b",
            r"\b(?:did not|didn't|never) (?:make|place|authori[sz]e|approve|order) (?:this|that|these|those|"
            r"any such|the) (?:purchase|order|charge|payment|transaction)s?\b",
            r"\b(?:don't|do not|can't|cannot) recogni[sz]e (?:this|that|the|these|a|some|an|your)? ?(?:\w+ "
            r"){0,2}(?:charge|order|purchase|payment|transaction|debit)",
            r"\bwithout my (?:permission|consent|knowledge)\b[^.!?]{0,60}\b(?:card|account|charge|paid|money)|"
            r"\b(?:card|account|charged|debited|money)\b[^.!?]{0,60}\bwithout my (?:permission|consent|knowledge)\b",
            r"\b(?:phishing|scam) (?:e-?mail|mail|text|message|sms|call|site|website)\b",
            # German, French, Spanish
            r"\bjemand\b[^.!?]{0,60}\b(?:meiner|meine|meinem|mein) (?:gestohlenen )?(?:karte|kreditkarte|konto|"
            r"namen|daten)\b|\bmein (?:konto|account) (?:wurde|ist) gehackt\b|\bbetrugsfall\b|"
            r"\b(?:karte|kreditkarte) (?:wurde |ist )?gestohlen\b|\bidentitätsdiebstahl\b",
            r"\bquelqu'un (?:a )?utilis\w+ ma carte\b|\bcarte (?:a été |m'a été )?volée\b|\bcompte (?:a été "
            r")?piraté\b|\busurpation d'identité\b|\bfrauduleu(?:x|se)\b",
            r"\balguien (?:ha )?us(?:a|ó|ado|ando) mi (?:tarjeta|cuenta)\b|\bno reconozco (?:este|ese|el|un) "
            r"(?:cargo|pago|pedido)\b|\bcargo que no reconozco\b|\btarjeta (?:fue |me )?robada\b|"
            r"\bcuenta (?:fue |ha sido )?hackeada\b|\bfraudulent[oa]\b",
        )
    )
)
_DISPUTE = re.compile(
    "|".join(
        (
            r"\b(?:i (?:want to|would like to|will|am going to|must|need to|hereby)|i'd like to|i'll|i'm going "
            r"to|i|we) (?:formally )?(?:dispute|contest|challenge) (?:this|that|the|a|an|your|my) "
            r"(?:\w+ ){0,2}(?:charge|payment|bill|invoice|transaction|amount|fee|debit)s?\b",
            r"\b(?:i'm|i am|i'll|i will|i have|i've|we are|we're|going to|want "
            r"to)\b[^.!?]{0,40}\b(?:open(?:ing|ed)?|fil(?:e|ing|ed)|start(?:ing|ed)?|request(?:ing|ed)?|do|"
            r"initiat\w+) a (?:chargeback|payment dispute|dispute)\b",
            r"\b(?:reverse|claw back|pull back) the (?:payment|charge)\b[^.!?]{0,60}\bbank\b|"
            r"\bbank\b[^.!?]{0,60}\b(?:reverse|claw back|pull back) the (?:payment|charge)\b",
            r"\b(?:you|was|were|been|got|have)\b[^.!?]{0,30}\b(?:charged|billed|"
            r"debited)\b[^.!?]{0,30}\b(?:twice|two times|double|three times|thrice)\b",
            r"\b(?:you )?took (?:the |my )?money (?:out )?(?:twice|two times)\b|\bdouble[- ]charged\b",
            r"\bzweimal abgebucht\b|\bdoppelt (?:abgebucht|belastet|berechnet)\b|\bwiderspreche der "
            r"(?:abbuchung|zahlung|rechnung)\b",
            r"\b(?:débité|prélevé|facturé)\w* deux fois\b|\bje conteste (?:ce|cette|le|la) (?:débit|paiement|"
            r"facture|prélèvement)\b",
            r"\b(?:cobrado|cobraron|cargado|cargaron) dos veces\b|\bquiero disputar (?:este|ese|el|un) "
            r"(?:cargo|cobro)\b",
        )
    )
)


def reports_fraud(text: str) -> bool:
    """Say whether the customer reports misuse of their card, account or name (English, German, French, Spanish)."""
    return bool(_FRAUD.search(normalised(text)))


def disputes_charge(text: str) -> bool:
    """Say whether the customer contests a charge or was charged twice; a question about how disputes work is none."""
    return bool(_DISPUTE.search(normalised(text)))
