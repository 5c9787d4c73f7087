"""`regard staff`: add colleagues, list them, give one a login link."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from regard.cli.auditing import note_act
from regard.cli.frame import AsJson, clock, emit, emit_items, nothing, print_table, say, say_next
from regard.cli.start import start_django
from regard.kernel.issues import Issue, Refused

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
ROLES = ("owner", "lead", "marketer", "agent", "privacy", "viewer")


@app.callback()
def staff() -> None:
    """Colleagues, their one role each, and one-time login links. There is no default account."""


@app.command()
def add(
    email: str,
    name: Annotated[str, typer.Option(help="As colleagues and customers read it.")] = "",
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(ROLES)}.")] = "viewer",
    as_json: AsJson = False,
) -> None:
    """Add a colleague, who logs in with a link until they choose a password."""
    if role not in ROLES:
        raise typer.BadParameter(f"'{role}' is no role; one of: {', '.join(ROLES)}", param_hint="--role")
    start_django()
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from regard.staff.models import User
    from regard.staff.services import create_user

    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused(Issue("staff", f"'{email}' is no e-mail address")) from error
    if User.objects.filter(email__iexact=email).exists():
        raise Refused(Issue("staff", f"{email} is on the staff already", hint="'regard staff list'"))
    user = create_user(email=email, name=name or email.partition("@")[0], role=role)
    note_act("add staff", "staff", user.pk, role=role)
    if as_json:
        emit({"email": user.email, "name": user.name, "role": user.role})
    say(f"{user.name} is {role} now.")
    say_next(f"regard staff login-link {email}")


@app.command("list")
def list_staff(as_json: AsJson = False) -> None:
    """List everybody who may log in."""
    start_django()
    from regard.staff.selectors import all_staff

    people = all_staff()
    if as_json:
        emit_items({"email": u.email, "name": u.name, "role": u.role, "is_active": u.is_active} for u in people)
        return
    print_table(
        ("e-mail", "name", "role", ""),
        [(u.email, u.name, u.role, "" if u.is_active else "disabled") for u in people],
    )


@app.command("login-link")
def login_link(
    email: Annotated[str, typer.Argument(help="Whose link (else the first owner's).")] = "",
    as_json: AsJson = False,
) -> None:
    """Print a link that logs in once, within 30 minutes."""
    start_django()
    from django.conf import settings

    from regard.staff.models import Role, User
    from regard.staff.services import create_login_link

    found = User.objects.filter(is_active=True).order_by("id")
    user = (found.filter(email__iexact=email) if email else found.filter(role=Role.OWNER, is_invented=False)).first()
    if user is None:
        raise nothing(
            f"nobody on the staff has the address {email}" if email else "there is no owner yet",
            hint="'regard staff add'",
        )
    link = f"{settings.PUBLIC_URL}/login/{create_login_link(user_id=user.pk, now=clock())}"
    note_act("make login link", "staff", user.pk)
    if as_json:
        emit({"email": user.email, "link": link})
        return
    sys.stdout.write(link + "\n")
    if not os.environ.get("REGARD_PUBLIC_URL"):
        say(f"Where Regard runs at another address than {settings.PUBLIC_URL}, set REGARD_PUBLIC_URL.")
