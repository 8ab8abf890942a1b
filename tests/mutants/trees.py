"""Ways of finding and changing things in a learner's program, by what they mean and not by what they are called."""

import ast
from collections.abc import Callable, Iterator

Place = tuple[list[ast.stmt], int]  # a block of statements, and the number of one in it
Loop = ast.For | ast.While
OPTIMIZERS = ("Adam", "AdamW", "SGD", "RMSprop", "NAdam", "Adamax", "Adagrad", "RAdam")
SHORT = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp, ast.Lambda)


def expression(text: str) -> ast.expr:
    """The tree of an expression."""
    return ast.parse(text, mode="eval").body


def statements(text: str) -> list[ast.stmt]:
    """The trees of some statements."""
    return ast.parse(text).body


def called(node: ast.AST | None) -> str:
    """The last part of what a call calls: "step" for `optimizer.step()`; empty where it is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(tree: ast.AST, *names: str) -> list[ast.Call]:
    """The calls of functions or methods of these names, in the order of the source."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in names]
    return sorted(found, key=lambda call: (call.lineno, call.end_lineno or 0, call.end_col_offset or 0))


def holds(tree: ast.AST, node: ast.AST) -> bool:
    """Whether `node` is `tree` or in it."""
    return any(each is node for each in ast.walk(tree))


def names_in(tree: ast.AST) -> set[str]:
    """All variables that are named in it."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def place(tree: ast.AST, node: ast.AST) -> Place:
    """The innermost statement that a node is, or is in. Raises LookupError where there is none."""
    found = [(block, index) for block in blocks(tree) for index, each in enumerate(block) if holds(each, node)]
    if not found:
        raise LookupError("it isn't in this tree")
    return min(found, key=lambda where: sum(1 for _ in ast.walk(where[0][where[1]])))


def statement(tree: ast.AST, node: ast.AST) -> ast.stmt:
    """The innermost statement around a node."""
    block, index = place(tree, node)
    return block[index]


def replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> bool:
    """Put `new` where `old` is. `new` may hold `old`."""
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if value is old:
                setattr(node, field, new)
                return True
            if isinstance(value, list):
                for index, each in enumerate(value):
                    if each is old:
                        value[index] = new
                        return True
    return False


def wrap(tree: ast.AST, old: ast.expr, text: str) -> bool:
    """Put an expression in place of `old`, in which the name `_` stands for `old`: `wrap(tree, loss, "0.5 * _")`."""
    new = expression(text)
    if isinstance(new, ast.Name):
        return False
    if not replace(tree, old, new):
        return False
    (hole,) = [node for node in ast.walk(new) if isinstance(node, ast.Name) and node.id == "_"]
    return replace(new, hole, old)


def remove(tree: ast.AST, node: ast.stmt) -> bool:
    """Take a statement out, and leave `pass` where it was the only one."""
    block, index = place(tree, node)
    block[index : index + 1] = [] if len(block) > 1 else [ast.Pass()]
    return True


def insert(tree: ast.AST, text: str, *, before: ast.stmt | None = None, after: ast.stmt | None = None) -> bool:
    """Put statements before or after another one, in the same block."""
    block, index = place(tree, before or after or tree)
    index += before is None
    block[index:index] = statements(text)
    return True


def main(tree: ast.Module) -> ast.FunctionDef:
    """The function that the exercise asks for, where it asks for one: the last at the top of the file."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)][-1]


def parameters(tree: ast.Module) -> list[str]:
    """The names of that function's parameters, in their order: model, loss_fn, X ..., whatever this learner calls them."""
    return [argument.arg for argument in main(tree).args.args]


def function_of(tree: ast.AST, node: ast.AST) -> ast.FunctionDef | None:
    """The innermost function around a node."""
    around = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each is not node and holds(each, node)]
    return min(around, key=lambda each: sum(1 for _ in ast.walk(each)), default=None)


def loops(tree: ast.AST, node: ast.AST) -> list[Loop]:
    """The `for` and `while` loops around a node within its own function, the outermost first."""
    inside = function_of(tree, node) or tree
    around = [each for each in ast.walk(inside) if isinstance(each, Loop) and each is not node and holds(each, node)]
    return sorted(around, key=lambda each: -sum(1 for _ in ast.walk(each)))


def in_short(tree: ast.AST, node: ast.AST) -> bool:
    """Whether it stands in a comprehension or a lambda, where no statement can be put beside it."""
    return any(isinstance(each, SHORT) and holds(each, node) for each in ast.walk(tree))


def optimizers(tree: ast.AST) -> list[ast.Call]:
    """Where optimizers of torch.optim are made, not those of a class in this file."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    return [call for call in calls(tree, *OPTIMIZERS) if called(call) not in own]


def argument(call: ast.Call, name: str, position: int = -1) -> ast.expr | None:
    """What a call passes by this name, or at this position."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if 0 <= position < len(call.args) else None


def pass_(call: ast.Call, name: str, value: str, position: int = -1) -> bool:
    """Pass a value by this name: in place of the one there, by name or position, or as one more keyword."""
    old = argument(call, name, position)
    if old is not None:
        return replace(call, old, expression(value))
    call.keywords.append(ast.keyword(name, expression(value)))
    return True


def drop(call: ast.Call, name: str, position: int = -1) -> bool:
    """No longer pass what goes by this name; what comes after it by position goes by its own, given in `name`'s place."""
    for keyword in call.keywords:
        if keyword.arg == name:
            call.keywords.remove(keyword)
            return True
    if 0 <= position == len(call.args) - 1:
        call.args.pop()
        return True
    return False


def forwards(tree: ast.Module) -> list[ast.Call]:
    """The model's predictions, those of passes under no_grad, in comprehensions and prints aside."""
    model = parameters(tree)[0]
    quiet = [node for node in ast.walk(tree) if isinstance(node, ast.With) and "grad" in ast.unparse(node.items[0])]
    quiet += [node for node in ast.walk(tree) if called(node) == "print"]
    found = calls(tree, model)
    return [call for call in found if len(call.args) == 1 and not any(holds(each, call) for each in quiet)]


def differentiated(tree: ast.AST) -> list[ast.expr]:
    """What each `backward()` is called on, or `torch.autograd.grad` with."""
    found: list[ast.expr] = [c.func.value for c in calls(tree, "backward") if isinstance(c.func, ast.Attribute)]
    return found + [call.args[0] for call in calls(tree, "grad") if call.args]


def losses(tree: ast.Module) -> list[ast.expr]:
    """The expressions of the losses that are differentiated; where they have names, what the names were last given."""
    found = []
    for node in differentiated(tree):
        value: ast.expr | None = node
        if isinstance(node, ast.Name):
            value = assigned(tree, node)
        if value is not None:
            found.append(value)
    return found


def assigned(tree: ast.Module, name: ast.Name) -> ast.expr | None:
    """What a variable was given last before this mention of it, in the same function."""
    inside = function_of(tree, name) or tree
    given = [
        node
        for node in ast.walk(inside)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == name.id
        and node.lineno < name.lineno
    ]
    return max(given, key=lambda node: node.lineno).value if given else None


def each(found: list[ast.Call], change: Callable[[ast.Call], bool]) -> bool:
    """Do a change to all of them; False where there is none, or where it can't be done to one."""
    return bool(found) and all(change(call) for call in found)
