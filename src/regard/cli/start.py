"""The one loader of Django for commands: prepares the data folder, sets Django up, migrates a fresh database."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from regard.config import prepare_folder, read_config


def start_django(*, prepare: bool = True) -> None:
    """Set Django up for this installation. A fresh one gets its folder, tables and the shipped playbook first.

    `prepare=False` leaves a fresh database as empty as it is: for `restore`.
    """
    import django

    prepare_folder(read_config())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")
    django.setup()

    from regard.operations.patience import be_patient

    be_patient()
    if prepare and _is_fresh():
        prepare_database()


def prepare_database() -> None:
    """Bring the tables up to this version and, on a first start, apply the shipped playbook. Safe to run twice."""
    from django.core.management import call_command

    from regard.collect.keeping.turns import take_turn
    from regard.versions.services import apply_shipped_playbook

    with take_turn("setup"):
        call_command("migrate", verbosity=0, interactive=False)
        apply_shipped_playbook(now=datetime.now(UTC))


def _is_fresh() -> bool:
    """Say whether the database has no tables of ours yet."""
    from django.db import connection

    with connection.cursor() as cursor:
        names = {info.name for info in connection.introspection.get_table_list(cursor)}
    return "versions_playbookversion" not in names
