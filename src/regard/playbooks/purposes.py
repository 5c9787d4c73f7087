"""Purposes: what a person can agree to, in which words, on which channels, using which of their fields."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from regard.playbooks.channels import reaching_people
from regard.playbooks.values.base import Part, Texts

Basis = Literal["consent", "contract", "legitimate_interest", "legal_obligation"]
Reach = Annotated[str, AfterValidator(reaching_people)]


class Wording(Part):
    """One version of the text a person was shown; grants name the version."""

    version: str = Field(min_length=1, max_length=40)
    texts: Texts

    def text(self, language: str) -> str:
        """Return the text in a language, else in its root, else in English, else in whatever is there."""
        for wanted in (language, language.partition("-")[0], "en"):
            if wanted in self.texts:
                return self.texts[wanted]
        return next(iter(self.texts.values()), "")


class PurposeWords(Part):
    """What a purpose is called in another language, and what we do with it."""

    name: str = Field(min_length=1)
    why: str = ""


class Purpose(Part):
    """One purpose. `fields` is the list of profile fields and traits it allows to use ('*' is not a thing)."""

    name: str
    basis: Basis
    marketing: bool = True
    channels: tuple[Reach, ...] = Field(min_length=1)
    fields: tuple[str, ...] = ()
    wordings: tuple[Wording, ...] = ()  # oldest first; the last is shown now
    why: str = ""  # for people: what we do with it
    translations: dict[str, PurposeWords] = {}  # language -> the same for people who read it

    @property
    def wording(self) -> Wording | None:
        """Return the wording shown now, if the purpose has one."""
        return self.wordings[-1] if self.wordings else None

    def words_in(self, language: str) -> PurposeWords:
        """Return name and why in a language, else in its root, else as the company says them."""
        for wanted in (language, language.partition("-")[0]):
            if wanted in self.translations:
                return self.translations[wanted]
        return PurposeWords(name=self.name, why=self.why)

    @property
    def can_be_left(self) -> bool:
        """Say whether a person may leave it: not what a contract or a law asks of us."""
        return self.basis in ("consent", "legitimate_interest")

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if "*" in self.fields:
            raise ValueError("fields are named one by one; '*' would allow everything for ever")
        versions = [wording.version for wording in self.wordings]
        if len(versions) != len(set(versions)):
            raise ValueError("two wordings have the same version; a grant could not say which was shown")
        if self.basis == "consent" and not self.wordings:
            raise ValueError("a purpose that rests on consent needs the wording people agree to")
        if self.marketing and self.basis in ("contract", "legal_obligation"):
            raise ValueError(f"marketing cannot rest on {self.basis.replace('_', ' ')}")
        return self
