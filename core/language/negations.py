"""Know the words that negate a verb, by language."""

BY_LANGUAGE = {
    "en": r"not|never|no|don't|dont|didn't|didnt",
    "de": r"nicht|nie|niemals|kein\w*",
    "fr": r"ne|pas|jamais|aucune?",
    "es": r"no|nunca|ning[uú]n\w*",
    "it": r"non|mai|nessun\w*",
    "pt": r"não|nao|nenhum\w*",
    "nl": r"niet|nooit|geen",
    "pl": r"nie|nigdy|żad\w*",
    "sv": r"inte|aldrig",
    "da": r"ikke|aldrig",
    "ru": r"не|никогда",
    "ar": r"لا|لم|ليس",
}
NEGATION = "|".join(BY_LANGUAGE.values())
"""A pattern over small letters that matches any of them; that they stand alone is for whoever uses it to ask."""
CONTRACTED = r"\w{1,20}n't"
"""A pattern for English verbs with their negation: `isn't`, `can't`."""
