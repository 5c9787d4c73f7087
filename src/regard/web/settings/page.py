"""Settings: keys, staff, refusals, channels, imports, playbook versions; and one's own page."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from regard.collect.intake.keys import create_key, revoke_key
from regard.collect.selectors import KEY_SCOPES, key_list, newest_refusals, refusal_counts
from regard.imports.batches import list_batches
from regard.imports.undo import undo_import
from regard.kernel.issues import Refused
from regard.staff.permissions import OWNER, ROLES, Capability, may
from regard.staff.selectors import all_staff, is_last_owner, member, member_of_address
from regard.staff.services import (
    change_role,
    create_login_link,
    create_user,
    set_active,
    set_password,
    set_single_keys,
)
from regard.understand.selectors import last_run
from regard.versions.selectors import version_list
from regard.web.access import StaffRequest, act, page

PASSWORD_LEAST = 12


@page(Capability.SEE_SETTINGS)
def settings_page(request: StaffRequest) -> HttpResponse:
    """Show what this person's role may see of the plumbing."""
    return render(request, "web/settings.html", _context(request))


def _context(request: StaffRequest, **more: object) -> dict[str, object]:
    since = request.now - timedelta(days=7)
    role = request.user.role
    return {
        "keys": key_list() if may(role, Capability.MANAGE_KEYS) else [],
        "scopes": KEY_SCOPES,
        "staff": all_staff() if may(role, Capability.MANAGE_STAFF) else [],
        "roles": ROLES,
        "refusals": newest_refusals(limit=20),
        "refusal_counts": refusal_counts(since=since),
        "batches": list_batches(limit=20),
        "playbook": request.playbook,
        "versions": version_list(limit=8),
        "run": last_run(),
        "smtp": os.environ.get("REGARD_SMTP_URL", "").rpartition("@")[2],
        "public_url": settings.PUBLIC_URL,
        **more,
    }


@act(Capability.MANAGE_KEYS)
def key_create(request: StaffRequest) -> HttpResponse:
    """Make a key and show it once: the page is not cached and the key is kept as a hash only."""
    scope, name = request.POST.get("scope", ""), request.POST.get("name", "").strip()[:80]
    if scope not in {each.value for each in KEY_SCOPES} or not name:
        raise Http404
    made = create_key(scope=scope, name=name, now=request.now)
    return render(request, "web/settings.html", _context(request, made=made))


@act(Capability.MANAGE_KEYS)
def key_revoke(request: StaffRequest, key_id: int) -> HttpResponse:
    """Revoke a key; the next request with it is refused."""
    if not revoke_key(key_id=key_id, now=request.now):
        raise Http404
    return HttpResponseRedirect("/settings#keys")


@act(Capability.MANAGE_STAFF)
def staff_add(request: StaffRequest) -> HttpResponse:
    """Add a colleague and show their one-time link once."""
    email = request.POST.get("email", "").strip().lower()
    name, role = request.POST.get("name", "").strip()[:120], request.POST.get("role", "")
    try:
        validate_email(email)
    except ValidationError:
        return render(
            request,
            "web/settings.html",
            _context(request, staff_problem="That is no e-mail address."),
        )
    if role not in ROLES or not name:
        raise Http404
    if member_of_address(email) is not None:
        return render(
            request,
            "web/settings.html",
            _context(request, staff_problem="They are on the staff already."),
        )
    made = create_user(email=email, name=name, role=role)
    return _with_link(request, made.pk, name)


@act(Capability.MANAGE_STAFF)
def staff_link(request: StaffRequest, user_id: int) -> HttpResponse:
    """Make a one-time link for a colleague and show it once."""
    found = member(user_id)
    if found is None or not found.is_active:
        raise Http404
    return _with_link(request, user_id, found.name)


def _with_link(request: StaffRequest, user: int, name: str) -> HttpResponse:
    token = create_login_link(user_id=user, now=request.now)
    link = f"{settings.PUBLIC_URL}/login/{token}"
    return render(request, "web/settings.html", _context(request, link=link, link_for=name))


@act(Capability.MANAGE_STAFF)
def staff_change(request: StaffRequest, user_id: int) -> HttpResponse:
    """Change a colleague's role or switch them off; their sessions end. The last owner stays one."""
    found = member(user_id)
    role, active = request.POST.get("role", ""), request.POST.get("active")
    if found is None or (role and role not in ROLES):
        raise Http404
    loses_owner = found.role == OWNER and ((role and role != OWNER) or active == "no")
    if loses_owner and is_last_owner(user_id):
        words = "Somebody must stay owner: make another one first."
        return render(request, "web/settings.html", _context(request, staff_problem=words))
    if role:
        change_role(user_id=user_id, role=role)
    if active in ("yes", "no"):
        set_active(user_id=user_id, is_active=active == "yes")
    return HttpResponseRedirect("/settings#staff")


@act(Capability.MANAGE_IMPORTS)
def import_undo(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Undo an import: exactly the rows that carry its id."""
    try:
        undone = undo_import(batch_id, now=request.now)
    except Refused as refused:
        return render(request, "web/settings.html", _context(request, import_problem=refused.issues))
    if undone is None:
        raise Http404
    return render(request, "web/settings.html", _context(request, undone=undone))


@page(Capability.OWN_ACCOUNT)
def me(request: StaffRequest) -> HttpResponse:
    """Show one's own page."""
    return render(request, "web/me.html", {})


@act(Capability.OWN_ACCOUNT)
def me_keys(request: StaffRequest) -> HttpResponse:
    """Switch single-key shortcuts on or off."""
    set_single_keys(user_id=request.user.pk, is_on=request.POST.get("single_keys") == "on")
    return HttpResponseRedirect("/me")


@act(Capability.OWN_ACCOUNT)
def me_password(request: StaffRequest) -> HttpResponse:
    """Choose a password; every other session of this person ends."""
    password = request.POST.get("password", "")[:1024]
    try:
        validate_password(password, cast(Any, request.user))
    except ValidationError as error:
        return render(request, "web/me.html", {"problems": error.messages})
    if len(password) < PASSWORD_LEAST:
        return render(request, "web/me.html", {"problems": [f"At least {PASSWORD_LEAST} characters."]})
    update_session_auth_hash(request, set_password(user_id=request.user.pk, password=password))
    return render(request, "web/me.html", {"saved": True})
