"""Prepare an installation before its processes start: folder, tables, playbook, sample, owner, one login link.

`python -m regard.cli.first_start [--sample]` runs as its own short process, so the supervisor never loads Django.
Words and progress go to stderr; the path of the login link is the one line on stdout.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from regard.cli.frame import progress_bar, run_guarded, say
from regard.cli.start import prepare_database, start_django

OWNER = "owner@localhost"  # an account, not an address: nothing is ever sent to it


def main() -> int:
    """Prepare what is missing and print the path of a login link."""
    parser = argparse.ArgumentParser(prog="python -m regard.cli.first_start")
    parser.add_argument("--sample", action="store_true")
    options = parser.parse_args()
    return run_guarded(lambda: _prepare(with_sample=options.sample))


def _prepare(*, with_sample: bool) -> None:
    start_django()
    prepare_database()  # also after an upgrade: migrations that are new
    _erase_again()
    if with_sample:
        _load_sample()
    sys.stdout.write(f"/login/{_login_token()}\n")


def _erase_again() -> None:
    """Erase again who was erased since this database was copied, where somebody put an older copy back."""
    from regard.privacy.erasing import apply_erasures_after_restore

    again = apply_erasures_after_restore(now=datetime.now(UTC))
    if again:
        say(f"This database is older than the list of erasures: {again} people were erased again.")


def _load_sample() -> None:
    """Load the sample shop into a folder that holds nobody yet."""
    from regard.identify.models import Person
    from regard.sample.load import load_sample

    people = Person.objects.exists()
    if people and not Person.objects.filter(is_sample=True).exists():
        say("This folder holds people of your own: the sample shop stays out. It has its own folder with --data DIR.")
        return
    if not people:
        with progress_bar("Loading the sample shop") as tell:
            load_sample(datetime.now(UTC), tell)


def _login_token() -> str:
    """Return the token of a fresh one-time link for the owner; the first start makes the account."""
    from regard.staff.models import Role, User
    from regard.staff.services import create_login_link, create_user

    now = datetime.now(UTC)
    owner = User.objects.filter(role=Role.OWNER, is_active=True, is_invented=False).order_by("id").first()
    if owner is None:
        owner = create_user(email=OWNER, name="Owner", role=Role.OWNER)
    return create_login_link(user_id=owner.pk, now=now)


if __name__ == "__main__":
    sys.exit(main())
