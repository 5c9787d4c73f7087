"""`python -m regard.worker`: the worker process."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")
django.setup()

from regard.worker.loop import main  # noqa: E402 (Django is set up first)

sys.exit(main())
