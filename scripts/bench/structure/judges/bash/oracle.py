"""Which shell scripts source which, by Bash itself.

It prints each script in its own normal form, from which the statements are read, and expands their
paths with the variables that the script sets, where only commands about paths run. Functions of
what is sourced lead to the files that define them. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

SHEBANG = re.compile(rb"#!\s*\S*?(?:/|env (?:-\S+ )?)(?:ba|da|k|a)?sh\b|#!.*\bbats\b")
SUFFIXES = (".sh", ".bash", ".ksh", ".bats")
# Where Bash expects a command, in its normal form.
KEYWORD = r"\b(?:then|do|else|if|elif|while|until|time|command|builtin)\s"
START = rf"(?:^|[;&|({{!`]|\$\(|{KEYWORD})\s*"
SOURCE = re.compile(START + r"(source|\.|load)[ \t]+(?=\S)", re.M)
ASSIGNMENT = re.compile(
    r"(?:^|&&|\|\|)[ \t]*(?:(?:local|readonly|export|declare|typeset)(?:\s+-\w+)*\s+)?"
    r"([A-Za-z_]\w*)=(?!\()",
    re.M,
)
DIRECTIVE = re.compile(r"^\s*#\s*shellcheck\s(?:.*\s)?source=(\S+)", re.M)
FUNCTION = re.compile(r"^\s*function ([^\s()]+) \(\)", re.M)
PATH_COMMANDS = ("dirname", "basename", "readlink", "realpath")
PRINT = 'eval "oracle_body() {\n$(cat "$1")\n}" && declare -f oracle_body'


def normal_form(text: str) -> str:
    """The script as Bash prints it; empty where Bash finds an error in it."""
    text = re.sub(r"^([ \t]*)@test[ \t].*\{[ \t]*$", r"\1bats_test() {", text, flags=re.M)
    with tempfile.NamedTemporaryFile("w", suffix=".bash") as file:
        file.write(text)
        file.flush()
        checked = subprocess.run([BASH, "-n", file.name], capture_output=True)
        if checked.returncode != 0:
            return ""
        return run_bash(PRINT, file.name, [file.name])


def run_bash(script: str, name: str, arguments: list[str], folder: str = "/") -> str:
    environment = {"PATH": COMMANDS, "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    done = subprocess.run(
        [BASH, "--norc", "--noprofile", "-c", script, name, *arguments],
        capture_output=True,
        cwd=folder,
        env=environment,
        timeout=20,
    )
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def word_at(text: str, start: int) -> int:
    """End of the shell word that begins at a position."""
    depth, quote, index = 0, "", start
    while index < len(text):
        character = text[index]
        if character == "\\":
            index += 1
        elif quote == "'":
            quote = "" if character == "'" else quote
        elif character == "`":
            depth += -1 if quote == "`" else 0
            quote = "" if quote == "`" else "`"
            depth = max(depth, 0)
        elif text.startswith("$(", index) or text.startswith("${", index):
            depth, index = depth + 1, index + 1
        elif depth and character in ")}":
            depth -= 1
        elif character == '"' and not depth:
            quote = "" if quote == '"' else '"'
        elif character == "'" and not quote and not depth:
            quote = "'"
        elif not quote and not depth and (character.isspace() or character in ";&|<>)"):
            break
        index += 1
    return index


class Script:
    def __init__(self, root: str, path: str) -> None:
        self.path, self.full = path, os.path.join(root, path)
        with open(self.full, encoding="utf-8", errors="replace") as file:
            self.raw = file.read()
        self.text = normal_form(self.raw)
        self.is_bats = path.endswith((".bats", ".bash")) or "bats" in self.raw.split("\n", 1)[0]
        self.functions = set(FUNCTION.findall(self.text)) - {"bats_test"}

    def sources(self) -> Iterator[tuple[str, str]]:
        """(path that is sourced, whether the script says it) of every statement."""
        for match in SOURCE.finditer(self.text):
            if match[1] == "load" and not self.is_bats:
                continue
            word = self.text[match.end() : word_at(self.text, match.end())]
            for value in self.expand(word):
                yield match[1], value
        for stated in DIRECTIVE.findall(self.raw):
            yield "source", stated.strip("\"'")

    def expand(self, word: str) -> Iterator[str]:
        """What Bash makes of a word. A variable that is set in several ways says nothing."""
        values: dict[str, set[str]] = {}
        for match in ASSIGNMENT.finditer(self.text):
            values.setdefault(match[1], set()).add(
                self.text[match.end() : word_at(self.text, match.end())]
            )
        lines: list[str] = []
        needed: list[str] = []
        pending = [word]
        while pending:
            for name, default in re.findall(r"\$\{?([A-Za-z_]\w*)(:?[-=])?", pending.pop()):
                if name in needed or name == "BASH_SOURCE" or (default and name not in values):
                    continue
                if len(values.get(name, ())) != 1:
                    return
                needed.append(name)
                pending += values[name]
        for name in reversed(needed):
            lines.append(f"{name}={next(iter(values[name]))}")
        script = "\n".join([*lines, *lines, f"printf '%s' {word}"])
        script = re.sub(r"BASH_SOURCE(?:\[0\])?", "oracle_self", script)
        script = re.sub(r"\bbuiltin (?=cd|pwd)", "", script)
        if set(commands_of(script)) - {*PATH_COMMANDS, "cd", "pwd", "echo", "exit", *values}:
            return
        for folder in dict.fromkeys((os.path.dirname(self.full), ROOT)):
            value = run_bash(f"oracle_self=$0\n{script}", self.full, [], folder)
            if value:
                yield os.path.normpath(os.path.join(folder, value))


def commands_of(script: str) -> list[str]:
    """Names of the commands that expanding a word would run."""
    values = re.sub(r"^\w+=|^printf '%s' ", "", script, flags=re.M).replace("${", "$")
    return re.findall(r"(?:[;&|(`]|\$\()\s*([A-Za-z_.][\w.-]*)", values)


def scripts_of(root: str) -> Iterator[str]:
    for parent, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in {".git", "node_modules"}]
        for name in names:
            full = os.path.join(parent, name)
            if os.path.islink(full) or not os.path.isfile(full):
                continue
            with open(full, "rb") as file:
                head = file.read(200)
            if name.endswith(SUFFIXES) or ("." not in name and SHEBANG.match(head)):
                yield os.path.relpath(full, root)


def main() -> None:
    scripts = {path: Script(ROOT, path) for path in sorted(scripts_of(ROOT))}
    scripts = {path: script for path, script in scripts.items() if script.text}
    reached = {path: direct(script, scripts) for path, script in scripts.items()}
    edges = {(path, to): ("source", True) for path in scripts for to in reached[path]}
    for path, script in scripts.items():
        uses = sorted(used_functions(script, scripts, reached), key=lambda use: not use[1])
        for to, is_only in uses:
            edges.setdefault((path, to), ("function", is_only))
    print(
        json.dumps(
            {
                "edges": [[*edge, *how] for edge, how in edges.items()],
                "judged": list(scripts),
            }
        )
    )


def direct(script: Script, scripts: dict[str, Script]) -> list[str]:
    """The scripts that a script sources; of two places that a path may mean, the first."""
    found = []
    for how, value in script.sources():
        places = [os.path.join(os.path.dirname(script.full), value), os.path.join(ROOT, value)]
        if how == "load":
            places = [f"{places[0]}.bash", places[0]]
        for place in places:
            path = os.path.relpath(os.path.normpath(place), ROOT)
            if path in scripts and path != script.path:
                found.append(path)
                break
    return list(dict.fromkeys(found))


def used_functions(
    script: Script, scripts: dict[str, Script], reached: dict[str, list[str]]
) -> Iterator[tuple[str, bool]]:
    """(script, whether it alone is meant) for every function that comes from what is sourced."""
    queue = list(reached[script.path])
    definers: dict[str, list[str]] = {}
    for path in queue:
        for name in scripts[path].functions - script.functions:
            if re.search(START + re.escape(name) + r"(?=[\s;)&|`]|$)", script.text, re.M):
                definers.setdefault(name, []).append(path)
        queue += [each for each in reached[path] if each not in (*queue, script.path)]
    for paths in definers.values():
        yield from ((path, len(paths) == 1) for path in paths)


def program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        sys.exit(f"{name} is not installed")
    return path


BASH = program("bash")
ROOT = os.path.realpath(sys.argv[1])
with tempfile.TemporaryDirectory() as COMMANDS:
    for command in (*PATH_COMMANDS, "cat"):
        os.symlink(program(command), os.path.join(COMMANDS, command))
    main()
