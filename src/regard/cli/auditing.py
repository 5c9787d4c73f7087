"""What a command changed leaves a line in the audit log too (promise F15)."""

from __future__ import annotations

import getpass
import os

from regard.cli.frame import clock


def note_act(verb: str, object_type: str, object_id: object, **after: object) -> None:
    """Write down what a command did: by whom on this machine, on what; people by reference only."""
    from regard.audit_log.services import record_entry

    record_entry(
        by="cli",
        verb=verb,
        object_type=object_type,
        object_id=str(object_id),
        after={name: str(value) for name, value in after.items()},
        now=clock(),
        origin=f"cli {_account()}"[:80],
    )


def _account() -> str:
    """Return the account of the machine the command ran under."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return str(os.getuid())
