"""The one web process: granian inside our own event loop, no second process behind it.

`python -m regard.web.serving.serve --host 127.0.0.1 --port 8000`. SIGTERM lets running requests finish.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from importlib import import_module

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from regard.worker.supervisor import stop_with_parent

BACKLOG = 1024  # connections the kernel holds for us
AT_ONCE = 256  # requests in Python at one time; the rest wait in Rust


async def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError where the port is taken."""
    server = Server(
        import_module("regard.web.serving.asgi").application,  # loads Django: not before the arguments are read
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        backlog=BACKLOG,
        backpressure=AT_ONCE,
        websockets=False,
        log_level=LogLevels.error,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve()


def main() -> int:
    """Read the address from the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m regard.web.serving.serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    logging.getLogger("_granian").setLevel(logging.ERROR)
    stop_with_parent()
    asyncio.run(serve(options.host, options.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
