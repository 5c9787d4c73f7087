"""`regard up`: from nothing to a page with a login link, in one command that also stops everything it started."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from typing import Annotated, TextIO

import typer

from regard.cli.frame import FAILED, choose_data_folder, say
from regard.cli.one_server import AlreadyServed, hold_folder, tell_address
from regard.config import read_config
from regard.worker.supervisor import Supervisor

app = typer.Typer(add_completion=False, rich_markup_mode=None)
FIRST_PORT, PORTS = 8000, 50
READY_WITHIN = 120.0  # seconds for the first answer of the web process
LOCAL = ("127.0.0.1", "localhost", "::1")


@app.command()
def up(
    data: Annotated[str, typer.Option(help="The data folder (else REGARD_DATA, else the platform's).")] = "",
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The port (else 8000 or the next free one)."),
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="The address to listen on; put a proxy with HTTPS before any but local ones."),
    ] = "127.0.0.1",
    sample: Annotated[
        bool | None,
        typer.Option("--sample/--empty", help="Start with the sample shop, or without."),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Start the product: web pages, API and worker. Ctrl-C stops all of it."""
    if sys.version_info < (3, 11):  # noqa: UP036 (said in a line, not as a SyntaxError)
        _fail("Python 3.11 or newer is needed: install it and run 'make setup PYTHON=/path/to/python3.11'")
    if data:
        choose_data_folder(data)
    began = time.monotonic()
    folder = read_config().folder
    _check_folder(folder)
    held = _hold(folder)
    with_sample = _wants_sample(sample)
    port = _claim(host, port) if port else _next_free(host)
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::', *LOCAL) else host}:{port}"  # noqa: S104 (compared only)
    tell_address(held, address)
    os.environ.setdefault("REGARD_PUBLIC_URL", address)
    link = _prepare(with_sample)
    supervisor = Supervisor(
        {
            "web": (sys.executable, "-m", "regard.web.serving.serve", "--host", host, "--port", str(port)),
            "worker": (sys.executable, "-m", "regard.worker"),
        },
        say,
    )
    supervisor.start()
    _wait_until_ready(supervisor, host, port)
    if not supervisor.is_stopping:
        _tell(address + link, seconds=time.monotonic() - began, browser=browser)
    raise typer.Exit(supervisor.run())


def _fail(words: str) -> None:
    say(f"regard: {words}")
    raise typer.Exit(FAILED)


def _check_folder(folder: Path) -> None:
    """Say in one line when the data folder cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".write-test"
        probe.touch()
        probe.unlink()
    except OSError as error:
        _fail(f"no right to write {folder} ({error.strerror}): give another folder with --data or REGARD_DATA")


def _hold(folder: Path) -> TextIO:
    """Hold the folder for this server alone; say in one line where it is served already."""
    try:
        return hold_folder(folder)
    except AlreadyServed as other:
        at = f" at {other.address}" if other.address else ""
        say(f"regard: {folder} is served already{at}; 'regard staff login-link' prints a new link")
        raise typer.Exit(FAILED) from None


def _wants_sample(sample: bool | None) -> bool:
    """Ask on a first start at a terminal; without one, load the sample only when told to."""
    if sample is not None:
        return sample
    config = read_config()
    is_first = not config.is_postgres and not config.sqlite_file.exists()
    if not (is_first and sys.stdin.isatty()):
        return False
    say("This folder is new. The sample shop is a real order history with invented names; nothing in it can be sent.")
    return typer.confirm("Load the sample shop to look around?", default=True, err=True)


def _claim(host: str, port: int) -> int:
    """Return a port asked for if it is free; say the fix where it is not."""
    if not _is_free(host, port):
        _fail(
            f"port {port} is taken by another program: give another with --port, or leave --port out for the next free one"
        )
    return port


def _next_free(host: str) -> int:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        if _is_free(host, port):
            return port
    _fail(f"ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all taken: give another with --port")
    return 0


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _prepare(with_sample: bool) -> str:
    """Run the first start in its own process and return the path of the login link."""
    command = [
        sys.executable,
        "-m",
        "regard.cli.first_start",
        *(["--sample"] if with_sample else []),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise typer.Exit(done.returncode)
    return done.stdout.strip().splitlines()[-1]


def _wait_until_ready(supervisor: Supervisor, host: str, port: int) -> None:
    """Wait for the first answer of the web process; stop everything where it does not come."""
    until = time.monotonic() + READY_WITHIN
    target = host if host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104 (compared only)
    while not supervisor.is_stopping and not _answers(target, port):
        if supervisor.has_fallen("web") or time.monotonic() > until:
            supervisor.stop()
            _fail("the web process did not start: its own words are above; 'regard doctor' checks the installation")
        supervisor.wait(0.05)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _tell(link: str, *, seconds: float, browser: bool) -> None:
    """Print the one link to stdout and open it where a browser is wanted and likely."""
    say(f"Regard is up after {seconds:.1f} s. Log in with this link, once, within 30 minutes:")
    sys.stdout.write(link + "\n")
    sys.stdout.flush()
    say("Ctrl-C stops it.")
    if browser and sys.stdout.isatty():
        webbrowser.open(link)
