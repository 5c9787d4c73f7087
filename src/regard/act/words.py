"""The few words the product itself puts around a letter, in each language it speaks."""

from __future__ import annotations

_WORDS = {
    "en": {
        "goes_with": "Goes with {name}",
        "why_consent": "You get this because you agreed to “{purpose}” on {day}.",
        "why_agreed": "You get this because you agreed to “{purpose}”.",
        "why_contract": "You get this because it belongs to your order with {company}.",
        "why_reply": "You get this because you wrote to {company}.",
        "why_interest": "You get this because you are a customer of {company} ({purpose}).",
        "preferences": "Choose what you get",
        "unsubscribe": "Stop “{purpose}”",
    },
    "de": {
        "goes_with": "Passt zu {name}",
        "why_consent": "Sie erhalten dies, weil Sie am {day} „{purpose}“ zugestimmt haben.",
        "why_agreed": "Sie erhalten dies, weil Sie „{purpose}“ zugestimmt haben.",
        "why_contract": "Sie erhalten dies, weil es zu Ihrer Bestellung bei {company} gehört.",
        "why_reply": "Sie erhalten dies, weil Sie {company} geschrieben haben.",
        "why_interest": "Sie erhalten dies als Kundin oder Kunde von {company} ({purpose}).",
        "preferences": "Auswählen, was Sie erhalten",
        "unsubscribe": "„{purpose}“ abbestellen",
    },
}


def words(language: str) -> dict[str, str]:
    """Return the words in a language, else in its base language, else in English."""
    return _WORDS.get(language) or _WORDS.get(language.split("-")[0]) or _WORDS["en"]
