"""Decide what of a transcript was really said: Whisper writes sentences for silence and noise as well."""

import re

from core.speech.transcription import Segment, Transcript

_NO_SPEECH, _UNSURE, _GUESS, _REPEATING = 0.6, -0.7, -1.1, 2.4
"""Whisper's own measures (openai/whisper, transcribe.py), the probability a little stricter."""
_SURE_NO_SPEECH, _SURE = 0.3, -0.6
"""What a transcript needs that consists of a phrase Whisper likes to invent."""
_FASTEST = 35.0
"""Characters a second; nobody speaks faster, but an invented sentence can be."""

_INVENTED = re.compile(
    r"amara\.org|subtitl\w* by|untertitel\w* (?:von|der|im auftrag|des)|sous-titr\w+ (?:réalisé|par|fait)|"
    r"subtítulos (?:realizados|por)|"
    r"sottotitoli (?:creati|a cura)|legendas? (?:por|pela)|(?:thanks|thank you) (?:so much |very much )?for "
    r"(?:watching|listening|viewing)|"
    r"(?:like and |please )subscribe|see you (?:in the )?next (?:time|video)|danke fürs zuschauen|vielen dank "
    r"fürs zuschauen|"
    r"merci d'avoir regardé|gracias por ver|transcri(?:bed|ption) by|copyright|www\.|♪|♫"
)
_LIKED = {
    "you", "thank you", "thanks", "bye", "bye bye", "goodbye", "the", "so", "oh", "okay", "ok", "yes", "yeah", "no",
    "hmm", "mm", "uh",
    "i", "and", "right", "hello", "hi", "hey", "thank you very much", "thank you so much", "i'm sorry", "ja", "nein",
    "danke", "vielen dank",
    "oui", "non", "merci", "sí", "si", "gracias", "sure", "good", "all right", "alright", "one", "what", "come on",
    "wow", "boom", "shh", "peace",
}  # fmt: skip


def understood(transcript: Transcript) -> str:
    """Return the words that were certainly said, or "" when nothing was heard."""
    kept = [segment for segment in transcript.segments if _spoken(segment)]
    text = " ".join(" ".join(segment.text.split()) for segment in kept).strip()
    words = _plain(text)
    if not words or _INVENTED.search(text.casefold()):
        return ""
    if _says_again(words):
        return ""
    if words in _LIKED and not all(_certain(segment) for segment in kept):
        return ""
    if transcript.seconds is not None and len(text) > _FASTEST * max(transcript.seconds, 0.2):
        return ""
    return text


def _spoken(segment: Segment) -> bool:
    """Say whether a stretch may be speech by what the transcriber itself thinks of it; without figures it may be."""
    if not _plain(segment.text):
        return False
    sure = segment.log_probability
    if segment.no_speech is not None and segment.no_speech > _NO_SPEECH and (sure is None or sure < _UNSURE):
        return False
    if sure is not None and sure < _GUESS:
        return False
    return segment.compression is None or segment.compression <= _REPEATING


def _certain(segment: Segment) -> bool:
    """Say whether a stretch is speech beyond doubt; without figures there is doubt."""
    return (
        segment.no_speech is not None
        and segment.log_probability is not None
        and segment.no_speech < _SURE_NO_SPEECH
        and segment.log_probability > _SURE
    )


def _says_again(words: str) -> bool:
    """Say whether a text is one short phrase over and over."""
    parts = words.split()
    return len(parts) >= 6 and len(set(parts)) <= max(len(parts) // 4, 1)


def _plain(text: str) -> str:
    """Return the words without sounds in brackets and punctuation."""
    without_sounds = re.sub(r"[\[(*][^\])*]*[\])*]", " ", text.casefold())
    return " ".join(re.findall(r"[\w']+", without_sounds))
