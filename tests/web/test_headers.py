"""The headers of every route (promise F6), and Django's own deployment check without a warning."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client

from tests.web.routes import all_routes, example, form

pytestmark = pytest.mark.django_db


def test_every_route_carries_a_strict_policy(house, owner):
    for route in all_routes():
        address = example(route, house)
        reply = owner.get(address) if "GET" in route.methods else owner.post(address, form(house))
        policy = reply.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy, route.pattern
        assert "unsafe-eval" not in policy, route.pattern
        assert "default-src 'none'" in policy, route.pattern
        assert "frame-ancestors" in policy, route.pattern
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "same-origin"
        assert reply.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert reply.headers["X-Frame-Options"] in ("DENY", "SAMEORIGIN")
        if address == "/logout":
            break


def test_strangers_see_the_same_headers(house):
    for address in ("/", "/login", "/today", "/nothing", f"/login/{house.link}"):
        assert "default-src 'none'" in Client().get(address).headers["Content-Security-Policy"]


def test_no_page_has_an_inline_style_or_script(house, owner):
    for route in all_routes():
        if "GET" not in route.methods or "letter" in route.pattern or route.pattern.startswith("static"):
            continue
        reply = owner.get(example(route, house))
        if reply.streaming or "html" not in reply.headers["Content-Type"]:
            continue
        page = reply.content.decode()
        assert " style=" not in page, route.pattern
        assert "<style" not in page, route.pattern
        assert " onclick=" not in page, route.pattern
        assert "<script>" not in page, route.pattern


def test_a_letter_is_shown_in_a_sandbox_with_its_styles_by_hash(house, owner):
    page = owner.get(f"/outbox/{house.message.public_id.hex}").content.decode()
    assert "<iframe sandbox " in page
    reply = owner.get(f"/outbox/{house.message.public_id.hex}/letter")
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;")
    assert "'sha256-" in policy
    assert "script-src" not in policy
    assert "unsafe-inline" not in policy


def test_cookies_are_http_only_and_same_site(house):
    client = Client()
    client.post("/login", {"email": "owner@example.org", "password": "a long enough word"})
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key


def test_djangos_deployment_check_has_no_warning(tmp_path):
    told = {
        "DJANGO_SETTINGS_MODULE": "regard.settings",
        "REGARD_DATA": str(tmp_path),
        "REGARD_SECRET_KEY": "Zq8-deploy-check-" + "aB3$kLm9" * 6,
        "REGARD_PUBLIC_URL": "https://shop.example",
        "REGARD_HOSTS": "shop.example",
        "DATABASE_URL": "",
    }
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
