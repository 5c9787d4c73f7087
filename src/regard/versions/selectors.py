"""Read which playbook is active, and every one before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from regard.kernel.issues import Issue, Refused
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.versions.models import PlaybookVersion

SHIPPED = "retail"


@dataclass(frozen=True, slots=True)
class ActivePlaybook:
    """The playbook that decides now: its typed form, the hash of its text, the sequence number of its activation."""

    playbook: Playbook
    hash: str
    seq: int


def active_playbook() -> ActivePlaybook:
    """Return the active playbook, parsed once a hash. Raises Refused where none was ever applied."""
    row = PlaybookVersion.objects.order_by("-seq").values_list("seq", "hash").first()
    if row is None:
        hint = "'regard playbook apply FILE'; 'regard up' applies the shipped one"
        raise Refused(Issue("playbook", "no playbook is active", hint=hint, code="no_playbook"))
    seq, digest = row
    return ActivePlaybook(playbook_of_hash(digest), digest, seq)


@lru_cache(maxsize=16)
def playbook_of_hash(digest: str) -> Playbook:
    """Return an applied playbook by the hash of its text. Raises Refused where it was never applied."""
    text = PlaybookVersion.objects.filter(hash=digest).values_list("text", flat=True).first()
    if text is None:
        raise Refused(Issue("playbook", f"no version {digest[:12]} was ever applied", code="not_found"))
    loaded = load_playbook(text, where=f"playbook {digest[:12]}")
    if loaded.playbook is None:
        raise Refused(*loaded.issues)
    return loaded.playbook


def active_text() -> tuple[str, str] | None:
    """Return (text, hash) of the active playbook, or None before the first."""
    return PlaybookVersion.objects.order_by("-seq").values_list("text", "hash").first()


def version_list(limit: int = 50) -> list[PlaybookVersion]:
    """Return the newest versions, newest first, without their text."""
    return list(PlaybookVersion.objects.order_by("-seq").defer("text")[:limit])


def shipped_text(name: str = SHIPPED) -> str:
    """Return the YAML of a playbook in the wheel."""
    return (files("regard.shipped") / f"{name}.yaml").read_text(encoding="utf-8")
