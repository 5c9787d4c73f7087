"""Signing in and out: by one-time link, or by password with limits (promises F3 and F4)."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from regard.staff.contracts import SignedIn
from regard.staff.permissions import Capability
from regard.staff.selectors import user_of_link
from regard.staff.services import TooManyTries, check_password, use_login_link
from regard.web.access import StaffRequest, act, open_to_all

BACKEND = "django.contrib.auth.backends.ModelBackend"
DEVICE_COOKIE = "regard_device"
DEVICE_LIVES = 180 * 24 * 3600
NO_MATCH = "That e-mail and password do not belong together."
TOO_MANY = "Too many tries. Wait a quarter of an hour, or sign in with a one-time link from the server."
LINK_DEAD = "This link was used already or is too old. On the server, 'regard staff login-link' prints a new one."


@open_to_all("GET", "HEAD", "POST")
def login(request: HttpRequest) -> HttpResponse:
    """Show the form; check a password."""
    goal = _safe_goal(request)
    if request.method != "POST":
        return _form(request, goal=goal)
    email = request.POST.get("email", "")
    try:
        user = check_password(
            email=email,
            password=request.POST.get("password", ""),
            address=request.META.get("REMOTE_ADDR", ""),
            is_known_device=_is_known_device(request, email),
            secret=settings.SECRET_KEY.encode(),
            now=request.now,  # type: ignore[attr-defined]
        )
    except TooManyTries:
        return _form(request, goal=goal, email=email, problem=TOO_MANY, status=429)
    if user is None:
        return _form(request, goal=goal, email=email, problem=NO_MATCH, status=401)
    return _begin(request, user, goal)


@open_to_all("GET", "HEAD", "POST")
def login_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose link this is; a POST uses it up. A preview of the address changes nothing."""
    now = request.now  # type: ignore[attr-defined]
    if request.method == "POST":
        user = use_login_link(token=token, now=now)
        if user is not None:
            return _begin(request, user, "/today")
    user = user_of_link(token, now=now)
    if user is None:
        return _form(request, goal="/today", problem=LINK_DEAD, status=401)
    return render(request, "web/login.html", {"is_link": True, "name": user.name})


@act(Capability.OWN_ACCOUNT)
def logout(request: StaffRequest) -> HttpResponse:
    """End this session."""
    end_session(request)
    return HttpResponseRedirect("/login")


def _form(request: HttpRequest, *, goal: str, email: str = "", problem: str = "", status: int = 200) -> HttpResponse:
    context = {"next": goal, "email": email, "problem": problem}
    return render(request, "web/login.html", context, status=status)


def _begin(request: HttpRequest, user: SignedIn, goal: str) -> HttpResponse:
    """Start a session under a new id and remember the device, so strangers cannot lock its owner out."""
    begin_session(request, cast(Any, user), backend=BACKEND)
    response = HttpResponseRedirect(goal)
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps(user.email, salt=DEVICE_COOKIE),
        max_age=DEVICE_LIVES,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _is_known_device(request: HttpRequest, email: str) -> bool:
    """Say whether this browser has signed in as this e-mail before."""
    try:
        known = signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_COOKIE, max_age=DEVICE_LIVES)
    except signing.BadSignature:
        return False
    return bool(known == email.strip().lower())


def _safe_goal(request: HttpRequest) -> str:
    """Return where to go after signing in: a path of ours, never another site (promise F9)."""
    goal = request.POST.get("next") or request.GET.get("next") or "/today"
    is_ours = url_has_allowed_host_and_scheme(goal, allowed_hosts=None)
    return goal if is_ours and goal.startswith("/") else "/today"
