"""`python scan.py FOLDER`: what detect-secrets finds in the files of a folder with all its
plugins and its default filters, a JSON line each. Its verification over the network is a filter
that only its command adds, so nothing is verified here."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings


def main() -> None:
    with default_settings():
        for path in sorted(Path(sys.argv[1]).rglob("*")):
            if not path.is_file():
                continue
            for found in scan_file(str(path)):
                line = {
                    "path": str(path),
                    "line": found.line_number,
                    "value": found.secret_value,
                    "rule": found.type,
                }
                print(json.dumps(line))


if __name__ == "__main__":
    main()
