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


def how_it_moves(source: bytes) -> str:
    """How parameters are changed by hand: "in place", by "rebinding" a name to a new tensor, or "" for neither.

    Parameters are what a loop over something called params goes through.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    loops = [n for n in ast.walk(tree) if isinstance(n, (ast.For, ast.comprehension))]
    names = {name for loop in loops for name in _parameters(loop.target, loop.iter)}
    found = ""
    for node in ast.walk(tree):
        match node:
            case ast.AugAssign(target=target) if _root(target) in names and _is_whole(target):
                return "in place"
            case ast.Assign(targets=[ast.Attribute(attr="data") as target]) if _root(target) in names:
                return "in place"
            case ast.Call(func=ast.Attribute(attr=name, value=owner)) if (
                name.endswith("_")
                and not name.endswith("__")
                and name not in LOOKS
                and _root(owner) in names
                and _is_whole(owner)
            ) or (name.startswith("_foreach_") and name.endswith("_")):
                return "in place"
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(left=left)) if name in names and _root(left) == name:
                found = "rebinding"
    return found


def _parameters(target: ast.expr, over: ast.expr) -> Iterator[str]:
    """The names of a loop's variables that stand for parameters."""
    if "param" not in ast.unparse(over):
        return
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple) and isinstance(over, ast.Call) and isinstance(over.func, ast.Name):
        if over.func.id == "zip":
            for one, of in zip(target.elts, over.args, strict=False):
                yield from _parameters(one, of)
        elif over.func.id == "enumerate" and over.args:
            yield from _parameters(target.elts[-1], over.args[0])


LOOKS = ("zero_", "detach_", "requires_grad_", "retain_grad_")  # in-place methods that move nothing


def _root(node: ast.expr) -> str:
    """The name that an attribute or a method belongs to in the end."""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_whole(node: ast.expr) -> bool:
    """Whether it is a parameter itself or its data, and not its gradient."""
    return not any(isinstance(n, ast.Attribute) and n.attr == "grad" for n in ast.walk(node))
