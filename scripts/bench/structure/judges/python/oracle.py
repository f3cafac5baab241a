"""Which files of a repository a Python file depends on: Python's own parser and path finder,
re-exports followed to the definition, and grimp's graph beside it. Prints one JSON object."""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from typing import Literal, TypeAlias

IGNORED = {".git", "node_modules", "__pycache__"}

# A module's file, or the folders of a namespace.
Place: TypeAlias = "str | tuple[str, ...]"
# What a name stands for: a module, or a name that a module's file binds.
Target: TypeAlias = "tuple[Literal['file'], Place] | tuple[Literal['name'], str, str]"
ImportNode: TypeAlias = "ast.Import | ast.ImportFrom"
FunctionNode: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"


class Repository:
    def __init__(self, folder: str, roots: list[str]) -> None:
        self.folder = os.path.realpath(folder)
        self.roots = [os.path.join(self.folder, root) for root in roots]
        self.trees: dict[str, ast.Module] = {}
        self.modules: dict[str, Module] = {}
        for parent, folders, names in os.walk(self.folder):
            folders[:] = [name for name in folders if name not in IGNORED]
            for name in names:
                if name.endswith(".py"):
                    self.parse(os.path.join(parent, name))

    def parse(self, path: str) -> None:
        try:
            with open(path, "rb") as file:
                self.trees[path] = ast.parse(file.read(), path)
        except (SyntaxError, ValueError):
            pass

    def search_path(self, path: str) -> list[str]:
        """What Python sees from a file: its package's parent, then the declared roots."""
        folder = os.path.dirname(path)
        while os.path.exists(os.path.join(folder, "__init__.py")):
            folder = os.path.dirname(folder)
        return [folder, *self.roots]

    def find(self, name: str, path: list[str]) -> Place | None:
        """File of a module, or a tuple of folders for a namespace; None outside of here."""
        found: Place | None = None
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            spec = PathFinder.find_spec(".".join(parts[:length]), path)
            if spec is None:
                return None
            places = spec.submodule_search_locations
            path = [] if places is None else list(getattr(places, "_path", places))
            found = spec.origin if spec.loader is not None else tuple(path)
        if isinstance(found, str):
            return found if found in self.trees else None
        return found if any(place.startswith(self.folder) for place in found or ()) else None

    def below(self, target: Place, name: str) -> Place | None:
        """A submodule of a package or namespace."""
        if isinstance(target, str):
            if os.path.basename(target) != "__init__.py":
                return None
            target = (os.path.dirname(target),)
        return self.find(name, list(target))

    def module(self, path: str) -> Module:
        if path not in self.modules:
            self.modules[path] = Module(self, path)
        return self.modules[path]


def package_above(path: str, level: int) -> Place:
    folder = os.path.dirname(path)
    for _ in range(level - 1):
        folder = os.path.dirname(folder)
    init = os.path.join(folder, "__init__.py")
    return init if os.path.exists(init) else (folder,)


class Module:
    """Names bound at the top of a file, and what they stand for."""

    def __init__(self, repository: Repository, path: str) -> None:
        self.repository, self.path = repository, path
        self.own: set[str] = set()
        self.passed: dict[str, list[Target]] = {}
        self.stars: list[Target] = []
        self.collect(repository.trees[path].body)

    def collect(self, body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.own.add(node.name)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for local, target in bindings(self.repository, self.path, node):
                    if local == "*":
                        self.stars.append(target)
                    else:
                        self.passed.setdefault(local, []).append(target)
            else:
                self.collect_names(node)

    def collect_names(self, node: ast.stmt) -> None:
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                self.collect(inner)
        for handler in getattr(node, "handlers", []):
            self.collect(handler.body)
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        for item in getattr(node, "items", []):
            targets.append(item.optional_vars)
        for target in targets:
            for name in ast.walk(target) if isinstance(target, ast.AST) else []:
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    self.own.add(name.id)
        if isinstance(node, ast.TypeAlias if hasattr(ast, "TypeAlias") else ()):
            self.own.add(node.name.id)

    def definers(self, name: str, seen: set[tuple[str, str]] | None = None) -> list[Target]:
        """Targets that a name of this module stands for: ('file', path) or ('name', path, name)."""
        seen = set() if seen is None else seen
        if (self.path, name) in seen:
            return []
        seen.add((self.path, name))
        found: list[Target] = [("name", self.path, name)] if name in self.own else []
        for target in self.passed.get(name, []):
            found += expand(self.repository, target, seen)
        if not found:
            for target in self.stars:
                if target[0] == "file" and isinstance(target[1], str):
                    found += self.repository.module(target[1]).definers(name, seen)
        if not found:
            inner = self.repository.below(self.path, name)
            if inner is not None:
                found = [("file", inner)]
        return found


def expand(
    repository: Repository, target: Target, seen: set[tuple[str, str]] | None = None
) -> list[Target]:
    if target[0] == "name":
        return repository.module(target[1]).definers(target[2], seen)
    return [target]


def bindings(repository: Repository, path: str, node: ImportNode) -> Iterator[tuple[str, Target]]:
    """(local name, target) for each in-repository name that an import statement binds."""
    search = repository.search_path(path)
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.split(".")[0]
            target = repository.find(name, search)
            if target is not None:
                yield alias.asname or name, ("file", target)
        return
    base = module_of(repository, path, node)
    if base is None:
        return
    for alias in node.names:
        if alias.name == "*":
            yield "*", ("file", base)
            continue
        local = alias.asname or alias.name
        inner = repository.below(base, alias.name)
        bound = isinstance(base, str) and base != path and binds(repository, base, alias.name)
        if inner is not None and not bound:
            yield local, ("file", inner)
        elif isinstance(base, str):
            yield local, ("name", base, alias.name)


def binds(repository: Repository, path: str, name: str) -> bool:
    """Whether a package binds a name itself, other than by importing its submodule of that name."""
    for node in repository.trees[path].body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name == name:
                return True
        elif isinstance(node, ast.ImportFrom):
            named = [alias for alias in node.names if (alias.asname or alias.name) == name]
            if named and module_of(repository, path, node) != path:
                return True
        elif isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == name for each in node.targets
        ):
            return True
    return False


def module_of(repository: Repository, path: str, node: ast.ImportFrom) -> Place | None:
    if not node.level:
        return repository.find(node.module or "", repository.search_path(path))
    base: Place | None = package_above(path, node.level)
    if isinstance(base, str) and base not in repository.trees:
        return None
    for part in (node.module or "").split("."):
        base = repository.below(base, part) if part and base is not None else base
    return base


class Reader(ast.NodeVisitor):
    """Edges of one file."""

    def __init__(self, repository: Repository, path: str) -> None:
        self.repository, self.path = repository, path
        self.edges: dict[str, tuple[str, bool]] = {}
        self.scopes: list[dict[str, list[Target]]] = [{}]
        self.stars: list[Target] = []
        self.names: set[str] = set()
        self.visit(repository.trees[path])
        self.read_stars()

    def add(self, target: Place | None, via: str, visible: bool = True) -> None:
        if isinstance(target, str) and target != self.path:
            known = self.edges.get(target)
            if known is None or (visible and not known[1]):
                self.edges[target] = (via, visible)

    def visit_Import(self, node: ast.Import) -> None:
        search = self.repository.search_path(self.path)
        for alias in node.names:
            parts = alias.name.split(".")
            for length in range(1, len(parts)):
                package = self.repository.find(".".join(parts[:length]), search)
                self.add(package, "package of a submodule", False)
            self.add(self.repository.find(alias.name, search), "import")
        self.bind(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = module_of(self.repository, self.path, node)
        for local, target in bindings(self.repository, self.path, node):
            if local == "*":
                self.add(base, "star import")
                self.stars.append(target)
            elif target[0] == "file":
                self.add(target[1], "submodule")
                self.add(base, "package of a submodule", False)
            else:
                self.add(base, "import")
                self.add_definers(expand(self.repository, target), "re-exported name")
        self.bind(node)

    def bind(self, node: ImportNode) -> None:
        for local, target in bindings(self.repository, self.path, node):
            if local != "*":
                self.scopes[-1].setdefault(local, []).append(target)

    def add_definers(self, found: list[Target], via: str) -> None:
        paths = {target[1] for target in found}
        for path in paths:
            # Several definitions, one per platform or installation: each is right.
            self.add(path, via, len(paths) == 1)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.names.add(node.id)

    def read_stars(self) -> None:
        own = self.repository.module(self.path)
        for target in self.stars:
            if not isinstance(target[1], str):
                continue
            for name in self.names - own.own:
                if not name.startswith("_"):
                    found = self.repository.module(target[1]).definers(name)
                    self.add_definers([each for each in found if each[0] == "name"], "name by star")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            chain.append(base.attr)
            base = base.value
        if not isinstance(base, ast.Name):
            self.generic_visit(node)
            return
        self.names.add(base.id)
        targets = self.lookup(base.id)
        for attribute in reversed(chain):
            targets = [found for target in targets for found in self.member(target, attribute)]
            for target in targets:
                self.add(target[1], "name through a module", len(targets) == 1)
        return

    def member(self, target: Target, attribute: str) -> Iterator[Target]:
        for each in expand(self.repository, target):
            if each[0] != "file":
                continue
            if isinstance(each[1], str):
                yield from self.repository.module(each[1]).definers(attribute)
            else:
                inner = self.repository.below(each[1], attribute)
                if inner is not None:
                    yield ("file", inner)

    def lookup(self, name: str) -> list[Target]:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return []

    def visit_FunctionDef(self, node: FunctionNode) -> None:
        for each in [*node.decorator_list, node.returns, *signature(node.args)]:
            if each is not None:
                self.visit(each)
        self.scopes.append({name: [] for name in local_names(node)})
        for statement in node.body:
            self.visit(statement)
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef


def signature(arguments: ast.arguments) -> Sequence[ast.expr | None]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return [each.annotation for each in every] + arguments.defaults + arguments.kw_defaults


def local_names(node: FunctionNode) -> set[str]:
    """Parameters and names assigned in a function, which hide those of the file."""
    every = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    names = {each.arg for each in every}
    names |= {each.arg for each in (node.args.vararg, node.args.kwarg) if each is not None}
    shared: set[str] = set()
    pending: list[ast.AST] = [*node.body]
    while pending:
        each = pending.pop()
        if isinstance(each, (ast.Global, ast.Nonlocal)):
            shared.update(each.names)
        elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            names.add(each.id)
        if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(each))
    return names - shared


def grimp_edges(repository: Repository) -> Iterator[tuple[str, str]]:
    """What grimp, which knows nothing of this file, finds between the modules of each package."""
    import grimp

    sys.path[:0] = repository.roots
    packages = [
        name
        for root in repository.roots
        for name in sorted(os.listdir(root))
        if os.path.exists(os.path.join(root, name, "__init__.py"))
    ]
    for package in packages:
        try:
            graph = grimp.build_graph(package, cache_dir=None)
        except Exception as error:  # grimp refuses some packages; the rest still counts
            print(f"grimp leaves out {package}: {error}", file=sys.stderr)
            continue
        for importer in graph.modules:
            source = repository.find(importer, repository.roots)
            for imported in graph.find_modules_directly_imported_by(importer):
                target = repository.find(imported, repository.roots)
                if isinstance(source, str) and isinstance(target, str):
                    yield source, target


def main(folder: str, roots: list[str]) -> None:
    repository = Repository(folder, roots)
    edges: list[tuple[str, str, str, bool]] = []

    def relative(path: str) -> str:
        return os.path.relpath(path, repository.folder)

    for path in sorted(repository.trees):
        for target, (via, visible) in Reader(repository, path).edges.items():
            edges.append((relative(path), relative(target), via, visible))
    for source, target in grimp_edges(repository):
        edges.append((relative(source), relative(target), "import, by grimp", True))
    judged = sorted(relative(path) for path in repository.trees)
    print(json.dumps({"edges": edges, "judged": judged}))


main(sys.argv[1], sys.argv[2:])
