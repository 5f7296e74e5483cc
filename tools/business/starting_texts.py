"""Hold what the files of a new business say to its customers, in each language there is; RECORD stands for its word."""

TEXTS = {
    "en": {
        "ask": "Cancel RECORD {RECORD_id}: {record.what}.",
        "done": "Your RECORD {RECORD_id} is cancelled.",
        "not_active": "This RECORD is not active, so it cannot be cancelled.",
        "called": "cancel, call off",
        "which": "Which RECORD is it? Its number begins with B.",
        "examples": "I want to cancel my RECORD, please cancel it for me, I do not need the RECORD any more",
        "cancelling": """---
title: Cancelling
---
# Cancelling a RECORD

You can cancel an active RECORD here at any time, free of charge. Money that was paid goes back within 5 business days.
""",
        "contact": """---
title: Contact
---
# How to reach us

People are at the desk HOURS. Outside of these hours the assistant answers, and a person writes back on the next \
working day.
""",
    },
    "fr": {
        "ask": "Annuler « RECORD {RECORD_id} » : {record.what}.",
        "done": "C'est fait : « RECORD {RECORD_id} » est annulé.",
        "not_active": "Ce n'est plus actif et ne peut donc pas être annulé.",
        "called": "annuler, annulez, cancel",
        "which": "De quoi s'agit-il ? Le numéro commence par B.",
        "examples": "je veux annuler, veuillez annuler s'il vous plaît, je n'en ai plus besoin",
        "cancelling": """---
title: Annulation
---
# Annuler

Vous pouvez annuler ici à tout moment ce qui est encore actif, sans frais. L'argent payé est remboursé sous 5 jours \
ouvrables.
""",
        "contact": """---
title: Contact
---
# Comment nous joindre

Des personnes répondent aux heures suivantes : HOURS. En dehors de ces heures, l'assistant répond, et une personne \
vous écrit le jour ouvrable suivant.
""",
    },
    "de": {
        "ask": "„RECORD {RECORD_id}“ stornieren: {record.what}.",
        "done": "„RECORD {RECORD_id}“ ist storniert.",
        "not_active": "Das ist nicht mehr aktiv und kann deshalb nicht storniert werden.",
        "called": "stornieren, storniere, absagen, cancel",
        "which": "Worum geht es? Die Nummer beginnt mit B.",
        "examples": "ich möchte stornieren, bitte storniere das, ich brauche es nicht mehr",
        "cancelling": """---
title: Stornieren
---
# Stornieren

Was noch aktiv ist, können Sie hier jederzeit kostenlos stornieren. Gezahltes Geld geht innerhalb von 5 Werktagen \
zurück.
""",
        "contact": """---
title: Kontakt
---
# So erreichen Sie uns

Menschen sind zu diesen Zeiten da: HOURS. Außerhalb davon antwortet der Assistent, und am nächsten Werktag schreibt \
Ihnen jemand.
""",
    },
}
