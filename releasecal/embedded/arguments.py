"""What run.py can be asked for, and refusals that need nothing installed. Standard library only."""

import argparse
import os
import socket
import sys
from dataclasses import dataclass, field

USAGE = """\
python3 run.py [--no-demo]        start Releasecal on 127.0.0.1 (PORT=8000) with everything it needs
       python3 run.py test [pytest's arguments]
       python3 run.py bench [--scale N]"""


@dataclass(frozen=True)
class Wish:
    """A parsed command line: `command` is start, test or bench; `rest` goes on to pytest or the benchmark."""

    command: str
    demo: bool = True
    port: int = 8000
    rest: list[str] = field(default_factory=list)


def parse(arguments: list[str]) -> Wish:
    """The wish in `arguments` (without the program's name); ends the program with a sentence and 2 when there is none."""
    if arguments and arguments[0] in ("test", "bench"):
        return Wish(arguments[0], rest=arguments[1:])
    parser = argparse.ArgumentParser(prog="run.py", usage=USAGE, allow_abbrev=False)
    parser.add_argument("--no-demo", action="store_true", help="start empty, with one administrator")
    options = parser.parse_args(arguments)
    return Wish("start", demo=not options.no_demo, port=_port())


def refuse_taken_port(port: int) -> None:
    """End the program with a sentence and 2 when something listens on `port` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            refuse(f"Port {port} on 127.0.0.1 cannot be used ({problem.strerror}). Choose another: PORT={port + 1} python3 run.py")


def refuse(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(2)


def _port() -> int:
    value = os.environ.get("PORT") or "8000"
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        refuse(f"PORT is {value!r}; write a number from 1 to 65535.")
    return int(value)
