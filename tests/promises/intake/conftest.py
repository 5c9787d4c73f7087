"""Client libraries of other languages, fetched once and kept in the machine's temporary folder."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

NODE_CLIENTS = (
    "@segment/analytics-node@3.1.0",
    "@segment/analytics-next@1.84.3",
    "@rudderstack/rudder-sdk-node@3.0.13",
)


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """A folder whose node_modules holds the clients; skips, with the reason, where they cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node is not on this machine: its clients are not tried")
    folder = Path(tempfile.gettempdir()) / ("regard-clients-" + "-".join(c[-6:] for c in NODE_CLIENTS))
    if not (folder / "node_modules").is_dir():
        _install(npm, folder)
    return folder


def _install(npm: str, folder: Path) -> None:
    making = Path(tempfile.mkdtemp(prefix="regard-npm-"))
    (making / "package.json").write_text('{"private": true}')
    words = (npm, "install", "--no-audit", "--no-fund", "--loglevel=error", *NODE_CLIENTS)
    done = subprocess.run(words, cwd=making, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot be reached: {done.stderr.strip().splitlines()[:1]}")
    try:
        making.rename(folder)  # whole or not at all: another worker may be doing the same
    except OSError:
        shutil.rmtree(making)
