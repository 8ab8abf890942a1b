"""A notebook's cell as a program that can be run elsewhere: with what it uses of earlier cells, and nothing else of them."""

import ast
import builtins
import symtable
from collections.abc import Collection, Iterator, Sequence

from grader.notebook import cell_source
from grader.submission import MAIN

EARLIER = "earlier_cells"  # the module that what is used of them goes into


def program_of(cell: str, earlier: Sequence[str] = (), defined: Collection[str] = ()) -> dict[str, str]:
    """The files to grade for a cell below its line with %%grade: train.py, and earlier_cells.py where it uses such.

    The first line of train.py takes that line's place, so that lines are numbered as in the notebook.

    Args:
        earlier: the cells that were run before, as they were typed, the latest last.
        defined: the names that there are in the notebook now: what a cell that failed would have defined isn't there.
    """
    source = cell_source(cell)
    taken: dict[tuple[int, int], ast.stmt] = {}
    cells = [tree for tree in map(_parsed, map(cell_source, earlier)) if tree is not None]
    wanted = sorted(_used(source))
    names = [name for name in wanted if name in defined and _take(name, cells, defined, taken)]
    if not names or _has_future(source):
        return {MAIN: f"\n{source}"}
    texts = [ast.unparse(statement) for _, statement in sorted(taken.items())]
    return {MAIN: f"from {EARLIER} import {', '.join(names)}\n{source}", f"{EARLIER}.py": "\n\n".join(texts) + "\n"}


def _take(name: str, cells: list[ast.Module], defined: Collection[str], taken: dict[tuple[int, int], ast.stmt]) -> bool:
    """Take the statement that defined this name last, and what that one uses in turn; whether there is one."""
    found = next(
        (
            ((c, s), statement)
            for c in reversed(range(len(cells)))
            for s, statement in reversed(list(enumerate(cells[c].body)))
            if name in _bound(statement)
        ),
        None,
    )
    if found is None:
        return False
    place, statement = found
    if place not in taken:
        taken[place] = statement
        for used in sorted(_used(ast.unparse(statement))):
            if used in defined:
                _take(used, cells, defined, taken)
    return True


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement defines: an import, a function, a class, an assignment."""
    match statement:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).partition(".")[0] for alias in names}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return {name}
        case _:
            return set()


def _used(source: str) -> set[str]:
    """The names that a program takes from outside itself."""
    try:
        top = symtable.symtable(source, MAIN, "exec")
    except (SyntaxError, ValueError, RecursionError):  # it is graded as it is, and told so
        return set()
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    outer = {
        symbol.get_name()
        for table in _tables(top)
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (symbol.is_global() or table is top)
    }
    return {name for name in outer - own if not hasattr(builtins, name)}


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for inner in table.get_children():
        yield from _tables(inner)


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _has_future(source: str) -> bool:
    tree = _parsed(source)
    return any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in (tree.body if tree else ()))
