"""Lives of the scorer service: `lives.py PARAMETERS`. For each line of stdin a life is forked.

PyTorch is imported once; a life shares nothing with another, so that fifty of them take minutes.
Tells `life PID`, then the service itself `ready URL`, then `end PID` when it is gone.
"""

import os
import sys

import backstory_scorer.start  # noqa: F401  The slow part, before anything forks.
from backstory_scorer.__main__ import main


def live() -> int:
    process = os.fork()
    if process != 0:
        return process
    code = 1
    try:
        code = main(sys.argv[1:])
    finally:
        os._exit(code)


def tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


for _line in sys.stdin:
    process = live()
    tell(f"life {process}")
    os.waitpid(process, 0)
    tell(f"end {process}")
