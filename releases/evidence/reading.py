"""The program that reads one report: `python -m releases.evidence.reading junit PATH`. It knows nothing of the rest."""

from pathlib import Path
from typing import Any, Final

from common.bounded import serve
from releases.evidence import junit, sarif, sboms, sniffing

MEMORY: Final = 400 * 1024 * 1024
READERS: Final = {"junit": junit.read, "sarif": sarif.read, "sbom": sboms.read}


def read(kind: str, path: str) -> dict[str, Any]:
    """The counts of a report. Raises Unfit."""
    with Path(path).open("rb") as stream:
        sniffing.refuse_packed(stream.read(sniffing.ENOUGH))
        stream.seek(0)
        return READERS[kind](stream)


if __name__ == "__main__":
    serve(read, memory=MEMORY)
