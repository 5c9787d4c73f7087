"""`make bench`, or `python -m benchmarks [subject ...]`: every subject after the other, each in its own process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def subjects() -> list[str]:
    """Every module here that can be run by itself."""
    modules = sorted(path for path in FOLDER.glob("*.py") if path.stem != "__main__")
    return [path.stem for path in modules if '__name__ == "__main__"' in path.read_text()]


def main(asked: list[str]) -> int:
    """Run what is asked for, else everything; go on after a failure and say so at the end."""
    failed = []
    for subject in asked or subjects():
        print(f"\n# {subject}\n", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{subject}"], check=False).returncode:
            failed.append(subject)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
