"""A1: unmodified client libraries against a running server; what they say they sent is in the log, once."""

from __future__ import annotations

import functools
import http.server
import json
import logging
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
import rudderstack.analytics as rudder
import segment.analytics.client as segment

from tests.servers import Server

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CALLS = [
    "Aliased",
    "Identified",
    "Joined Account",
    "Order Completed",
    "Page Viewed",
    "Screen Viewed",
]
NODE = """
const { Analytics } = require('@segment/analytics-node')
const errors = []
const client = new Analytics({ writeKey: process.argv[1], host: process.argv[2], flushAt: 4, maxRetries: 2 })
client.on('error', e => errors.push(String(e.reason || e)))
const userId = process.argv[3]
client.identify({ userId, traits: { email: userId + '@example.com' } })
client.track({ userId, event: 'Order Completed', properties: { total: '27.50' } })
client.page({ userId, name: 'Start' })
client.screen({ userId, name: 'Start' })
client.group({ userId, groupId: 'acme', traits: { employees: 12 } })
client.alias({ userId, previousId: 'anon-' + userId })
client.closeAndFlush().then(() => { console.log(JSON.stringify(errors)) })
"""
RUDDER_NODE = """
const Analytics = require('@rudderstack/rudder-sdk-node')
const client = new Analytics(process.argv[1], { dataPlaneUrl: process.argv[2], flushAt: 4, logLevel: 'error' })
const errors = []
let answered = 0
const told = e => {
  if (e) errors.push(String(e))
  if (++answered === 6) { console.log(JSON.stringify(errors)); process.exit(0) }
}
const userId = process.argv[3]
client.identify({ userId, traits: { email: userId + '@example.com' } }, told)
client.track({ userId, event: 'Order Completed', properties: { total: '27.50' } }, told)
client.page({ userId, name: 'Start' }, told)
client.screen({ userId, name: 'Start' }, told)
client.group({ userId, groupId: 'acme', traits: { employees: 12 } }, told)
client.alias({ userId, previousId: 'anon-' + userId }, told)
client.flush()
"""
PAGE = """
<!doctype html><title>shop</title><script src="/node_modules/@segment/analytics-next/dist/umd/index.js"></script>
<script>
const wanted = new URLSearchParams(location.search)
const strategy = wanted.get('strategy')
const integrations = strategy === 'batching'
  ? { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 3, timeout: 200 } } } } : {}
window.errors = []
window.finished = (async () => {
  const [analytics] = await AnalyticsNext.AnalyticsBrowser.load(
    { writeKey: wanted.get('key'), cdnURL: wanted.get('host') }, { integrations })
  const who = wanted.get('who')
  await Promise.all([
    analytics.identify(who, { email: who + '@example.com' }),
    analytics.track('Order Completed', { total: '27.50' }),
    analytics.page('Start'), analytics.screen('Start'),
    analytics.group('acme', { employees: 12 }), analytics.alias(who, 'anon-' + who),
  ])
})().catch(e => window.errors.push(String(e)))
</script>
"""


@pytest.fixture
def who() -> str:
    return f"rosa-{uuid4().hex[:8]}"


def test_segment_for_python(running_server: Server, who: str):
    errors: list[Exception] = []
    client = segment.Client(
        running_server.key, host=address(running_server), on_error=lambda e, _: errors.append(e), max_retries=2
    )
    say_everything(client, who)
    client.shutdown()
    assert errors == []
    assert_logged(running_server, who, channel="server")


def test_segment_for_python_packed(running_server: Server, who: str):
    client = segment.Client(running_server.key, host=address(running_server), gzip=True, sync_mode=True)
    say_everything(client, who)
    assert_logged(running_server, who, channel="server")


def test_rudderstack_for_python(running_server: Server, who: str):
    errors: list[Exception] = []
    client = rudder.Client(
        running_server.key, host=address(running_server), on_error=lambda e, _: errors.append(e), max_retries=2
    )
    say_everything(client, who)
    client.shutdown()
    assert errors == []
    assert_logged(running_server, who, channel="server")


def test_segment_for_node(running_server: Server, node_folder: Path, who: str):
    assert run_node(NODE, running_server, node_folder, who) == []
    assert_logged(running_server, who, channel="server")


def test_rudderstack_for_node(running_server: Server, node_folder: Path, who: str):
    assert run_node(RUDDER_NODE, running_server, node_folder, who) == []
    assert_logged(running_server, who, channel="server")


@pytest.mark.browser
@pytest.mark.parametrize("strategy", ["standard", "batching"])
def test_segment_in_the_browser(running_server: Server, node_folder: Path, who: str, strategy: str):
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not on this machine")
    with shop(node_folder) as origin, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        posts: list[tuple[int, str]] = []
        expected = 2 if strategy == "batching" else 6

        def are_all_answered(response: sync_api.Response) -> bool:
            if response.request.method == "POST":
                posts.append((response.status, response.url))
            return len(posts) == expected

        with page.expect_response(are_all_answered, timeout=10_000):
            page.goto(
                f"{origin}/?key={running_server.key}&host={address(running_server)}&who={who}&strategy={strategy}"
            )
        page.wait_for_function("window.finished.then(() => true)")
        assert page.evaluate("window.errors") == []
        browser.close()
    assert {status for status, _ in posts} == {200}
    path = "/v1/b" if strategy == "batching" else "/v1/t"
    assert any(url.endswith(path) for _, url in posts)
    assert_logged(running_server, who, channel="web")


def say_everything(client: object, who: str) -> None:
    client.identify(who, {"email": f"{who}@example.com", "since": datetime(2024, 1, 2)})  # noqa: DTZ001 - as people write it
    client.track(who, "Order Completed", {"total": "27.50"})
    client.page(who, "Docs", "Start", {})
    client.screen(who, "Docs", "Start", {})
    client.group(who, "acme", {"employees": 12})
    client.alias(f"anon-{who}", who)


def assert_logged(running: Server, who: str, *, channel: str) -> None:
    """All six calls are in the log once, of one person; value, e-mail, account and alias arrived."""
    running.absorb()
    rows = running.rows(
        "SELECT t.name, t.channel, t.origin, t.value_minor FROM collect_touchpoint t JOIN identify_identifier i "
        f"ON i.person_id = t.origin WHERE i.kind = 'user_id' AND i.value = '{who}' ORDER BY t.name"
    )
    assert [row[0] for row in rows] == CALLS
    assert {row[1] for row in rows} <= {channel, "web", "app"}
    assert next(row[1] for row in rows if row[0] == "Order Completed") == channel
    assert len({row[2] for row in rows}) == 1
    assert [row[3] for row in rows if row[0] == "Order Completed"] == [2750]
    ids = running.rows(f"SELECT kind, value FROM identify_identifier WHERE person_id = {rows[0][2]}")
    assert ("email", f"{who}@example.com") in ids


def address(running: Server) -> str:
    return f"http://127.0.0.1:{running.port}"


def run_node(script: str, running: Server, folder: Path, who: str) -> list[str]:
    done = subprocess.run(
        ["node", "-e", script, running.key, address(running), who],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


@contextmanager
def shop(folder: Path) -> Iterator[str]:
    """A page of another origin that loads the client."""

    class Shop(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith("/?"):
                return super().do_GET()
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.encode())
            return None

        def log_message(self, *_: object) -> None:
            logging.getLogger("shop").debug("served")

    handler = functools.partial(Shop, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        thread = threading.Thread(target=served.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()
        thread.join()
