"""Rules on how: what a learner's source says, read as a syntax tree and never run. It forbids, and proves nothing."""

import ast
from collections.abc import Collection, Iterator

from grader.submission import Submission

OPTIM = "torch.optim"
IMPORTS = ("import_module", "__import__", "getattr")
FUSED = ("_fused_sgd_", "_fused_adam_", "_fused_adamw_", "_fused_adagrad_")  # what torch's optimizers call themselves


def uses_of_optim(submission: Submission, allowed: Collection[str] = ()) -> Iterator[tuple[str, int]]:
    """Where the source uses torch.optim, under whatever name: (file, line). A mention in a comment or a string is none.

    Call it only on source that has been compiled in the confined process before: what Python's parser can't take ends there.

    Args:
        allowed: what of it may be used: "Optimizer", to build upon.
    """
    for name, content in submission.files.items():
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # a file that can't be imported does nothing
        known = dict(_names(tree))
        for node in ast.walk(tree):
            if isinstance(node, (ast.Attribute, ast.ImportFrom, ast.Import, ast.Call)) and any(
                _is_use(path, allowed) for path in _paths(node, known)
            ):
                yield name, node.lineno


def _is_use(path: str, allowed: Collection[str]) -> bool:
    """Whether a dotted path is torch.optim or in it, and nothing allowed: neither a module on the way there alone."""
    if path.rpartition(".")[2] in FUSED:
        return True
    if not f"{path}.".startswith(f"{OPTIM}."):
        return False
    if not allowed:
        return True
    last = path.rpartition(".")[2]
    return last not in {*allowed, "optim", "optimizer"} and not any(f".{name}." in f"{path}." for name in allowed)


def _names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What names stand for, by imports and plain assignments, anywhere in the file: (name, dotted path)."""
    yield "torch", "torch"
    found = {"torch": "torch"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            pairs = [
                (a.asname or a.name.partition(".")[0], a.name if a.asname else a.name.partition(".")[0]) for a in node.names
            ]
        elif isinstance(node, ast.ImportFrom):
            pairs = [(a.asname or a.name, f"{node.module}.{a.name}") for a in node.names]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            path = _path(node.value, found)
            pairs = [(node.targets[0].id, path)] if path else []
        else:
            continue
        for name, path in pairs:
            if path.partition(".")[0] == "torch":
                found[name] = path
                yield name, path


def _paths(node: ast.AST, known: dict[str, str]) -> Iterator[str]:
    """The dotted paths that a node names, as far as the source says."""
    match node:
        case ast.Attribute():
            path = _path(node, known)
            if path:
                yield path
        case ast.ImportFrom(module=str(module), names=names):
            yield from (f"{module}.{a.name}" for a in names)
        case ast.Import(names=names):
            yield from (a.name for a in names)
        case ast.Call(func=function, args=[ast.Constant(value=str(text)), *_]) if _called(function) in IMPORTS:
            yield text
        case ast.Call(func=function, args=[ast.expr() as owner, ast.Constant(value=str(text)), *_]) if (
            _called(function) in IMPORTS
        ):
            yield f"{_path(owner, known)}.{text}"


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _path(node: ast.expr, known: dict[str, str]) -> str | None:
    """The dotted path of a name or an attribute of one; None where it isn't torch's."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _path(node.value, known)
        return f"{owner}.{node.attr}" if owner else None
    return None
