"""What an operator on a hand-written optimizer needs to know of it: which expression is the learning rate, which a beta.

Styles differ in names, so that what a name means is followed from the arguments of `__init__` through the assignments.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from functools import cached_property

from grader.mutants import operator

ARGUMENTS = {"lr", "momentum", "dampening", "weight_decay", "nesterov", "betas", "eps"}
DECAYS = {"decay", "wd"}  # what a decay is called where no assignment leads to it from an argument
ASIDE = {"__init__", "__post_init__", "__repr__", "zero_grad", "lr", "decay_groups", "is_norm", "visit", "reset", "_slots"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Change = Callable[["Program"], bool]


def fault(id: str, *exercises: str, name: str | None = None) -> Callable[[Change], Change]:
    """Register a change of a `Program` as an operator. It works on a copy: one that gives up half-way has changed nothing."""

    def register(change: Change) -> Change:
        def edit(tree: ast.Module) -> bool:
            program = Program(copy.deepcopy(tree))
            if not change(program):
                return False
            tree.body = program.tree.body
            return True

        edit.__name__ = name or change.__name__
        edit.__doc__, edit.__module__ = change.__doc__, change.__module__
        operator(id, *exercises)(edit)
        return change

    return register


def expression(text: str) -> ast.expr:
    """The syntax tree of an expression."""
    return ast.parse(text, mode="eval").body


def statements(text: str) -> list[ast.stmt]:
    """The syntax trees of statements."""
    return ast.parse(text).body


def source(node: ast.AST) -> str:
    """The text of a tree."""
    return ast.unparse(node)


def is_number(node: ast.AST, value: float) -> bool:
    """Whether this is the number, written as one."""
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool) and node.value == value


class Program:
    """A hand-written optimizer: its tree, and what is what in it."""

    def __init__(self, tree: ast.Module) -> None:
        """Take a tree, which may be changed from here on."""
        self.tree = tree
        self.refresh()

    def refresh(self) -> None:
        """Look at the tree again, after it was changed."""
        for name in [name for name, value in vars(Program).items() if isinstance(value, cached_property)]:
            self.__dict__.pop(name, None)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    # What is where

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around this one, the nearest first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that a node is part of."""
        return next(each for each in (node, *self.above(node)) if isinstance(each, ast.stmt))

    def function(self, node: ast.AST) -> ast.FunctionDef | None:
        """The function that a node is in."""
        return next((each for each in self.above(node) if isinstance(each, FUNCTIONS)), None)

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The list of statements that this one stands in."""
        parent = self.parents[statement]
        lists = [value for _, value in ast.iter_fields(parent) if isinstance(value, list)]
        return next(each for each in lists if any(one is statement for one in each))

    def method(self, name: str) -> ast.FunctionDef | None:
        """A method of the optimizer, or else a function of that name."""
        own = [node for node in self.optimizer.body if isinstance(node, FUNCTIONS) and node.name == name]
        functions = [node for node in self.tree.body if isinstance(node, FUNCTIONS) and node.name == name]
        return next(iter([*own, *functions]), None)

    @cached_property
    def optimizer(self) -> ast.ClassDef:
        """The class that has `step`."""
        classes = [node for node in self.tree.body if isinstance(node, ast.ClassDef)]
        return next(each for each in classes if any(isinstance(one, FUNCTIONS) and one.name == "step" for one in each.body))

    @cached_property
    def working(self) -> list[ast.AST]:
        """All nodes of the functions that have a part in the update."""
        nodes: list[ast.AST] = []
        for function in (node for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS)):
            inside = any(isinstance(each, FUNCTIONS) for each in self.above(function))
            if function.name not in ASIDE and not inside:
                nodes += [node for statement in function.body for node in ast.walk(statement)]
        return nodes

    @cached_property
    def helpers(self) -> set[str]:
        """The names of the program's own functions and methods."""
        return {node.name for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS)}

    # How it is changed

    def replace(self, old: ast.AST, new: ast.AST) -> None:
        """Put one node in another's place."""
        parent = self.parents[old]
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                value[:] = [new if each is old else each for each in value]
        self.parents[new] = parent

    def remove(self, statement: ast.stmt) -> None:
        """Take a statement out; where none is left, `pass` stands in its place."""
        block = self.block(statement)
        block[:] = [each for each in block if each is not statement] or [ast.Pass()]

    def insert(self, beside: ast.stmt, text: str, after: bool = False) -> None:
        """Put new statements before or after one."""
        block = self.block(beside)
        place = next(i for i, each in enumerate(block) if each is beside) + after
        block[place:place] = statements(text)

    def begin(self, function: ast.FunctionDef, text: str) -> None:
        """Put statements at a function's beginning, behind its docstring."""
        first = function.body[0]
        place = int(isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant))
        function.body[place:place] = statements(text)

    # What is what

    @cached_property
    def aliases(self) -> tuple[dict[str, str], dict[str, str]]:
        """What names, and what attributes, mean."""
        names, attributes = {each: each for each in ARGUMENTS}, {each: each for each in ARGUMENTS}
        names |= dict.fromkeys(DECAYS, "weight_decay")
        attributes |= dict.fromkeys(DECAYS, "weight_decay")
        for _ in range(2):
            for target, value in self.pairs:
                meaning = _meaning(value, names, attributes)
                parts = target.elts if isinstance(target, ast.Tuple) else []
                if meaning == "betas" and len(parts) == 2:
                    for part, beta in zip(parts, ("beta1", "beta2"), strict=True):
                        _learn(part, beta, names, attributes)
                elif meaning:
                    _learn(target, meaning, names, attributes)
        return names, attributes

    @cached_property
    def pairs(self) -> list[tuple[ast.expr, ast.expr]]:
        """Every target of an assignment with its value; `a, b = c, d` is two."""
        found: list[tuple[ast.expr, ast.expr]] = []

        def pair(target: ast.expr, value: ast.expr) -> None:
            both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            if both and len(target.elts) == len(value.elts):
                for one, other in zip(target.elts, value.elts, strict=True):
                    pair(one, other)
            else:
                found.append((target, value))

        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    pair(target, node.value)
        return found

    def role(self, node: ast.AST) -> str | None:
        """Which argument of the optimizer an expression is."""
        return _meaning(node, *self.aliases)

    def reads(self, role: str) -> list[ast.expr]:
        """Where an argument is used in the update, and not only handed on, renamed or asked for its truth."""
        handed_on = {id(value) for _, value in self.pairs}
        found = []
        for node in self.working:
            if (
                not isinstance(node, ast.expr)
                or self.role(node) != role
                or not isinstance(getattr(node, "ctx", None), ast.Load)
            ):
                continue
            parent = self.parents[node]
            inner = isinstance(parent, ast.Attribute | ast.Subscript) and self.role(parent) == role
            if inner or id(node) in handed_on or self.asks(node) or self.passes_on(node):
                continue
            found.append(node)
        return found

    def passes_on(self, node: ast.AST) -> bool:
        """Whether this is just an argument for one of the program's own functions."""
        parent = self.parents[node]
        if not isinstance(parent, ast.Call) or node is parent.func:
            return False
        name = parent.func.id if isinstance(parent.func, ast.Name) else getattr(parent.func, "attr", "")
        return name in self.helpers

    def asks(self, node: ast.AST) -> bool:
        """Whether this is part of a condition."""
        child = node
        for parent in self.above(node):
            if isinstance(parent, ast.Compare) and any(is_none(each) for each in parent.comparators):
                return True
            if isinstance(parent, ast.If | ast.IfExp | ast.While) and child is parent.test:
                return True
            if isinstance(parent, ast.comprehension) and any(child is each for each in parent.ifs):
                return True
            if isinstance(parent, ast.stmt):
                return False
            child = parent
        return False

    def here(self, node: ast.AST, role: str) -> str | None:
        """How an argument is written in the function that `node` is in."""
        function = self.function(node)
        if function is None:
            return None
        inside = [each for each in ast.walk(function) if isinstance(each, ast.expr) and self.role(each) == role]
        inside = [each for each in inside if isinstance(getattr(each, "ctx", None), ast.Load)]
        given = [each.arg for each in function.args.args if self.aliases[0].get(each.arg) == role]
        if inside:
            return source(inside[0])
        if given:
            return given[0]
        stored = [name for name, meaning in self.aliases[1].items() if meaning == role and self.stores(name)]
        in_class = any(parent is self.optimizer for parent in self.above(function))
        return f"self.{stored[0]}" if stored and in_class else None

    def stores(self, name: str) -> bool:
        """Whether `self.name` is assigned anywhere."""
        return any(isinstance(t, ast.Attribute) and t.attr == name and source(t.value) == "self" for t, _ in self.pairs)

    # The optimizer's mathematics

    def one_minus(self, role: str) -> list[ast.BinOp]:
        """`1 - beta`, as in the running means, or `1 - dampening`."""
        return [node for node in self.subtractions if self.role(node.right) == role]

    def corrections(self, beta: str) -> list[ast.BinOp]:
        """`1 - beta**t`."""
        powers = [
            node for node in self.subtractions if isinstance(node.right, ast.BinOp) and isinstance(node.right.op, ast.Pow)
        ]
        return [node for node in powers if self.role(node.right.left) == beta]

    @cached_property
    def subtractions(self) -> list[ast.BinOp]:
        """Whatever is subtracted from 1."""
        differences = [node for node in self.working if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)]
        return [node for node in differences if is_number(node.left, 1)]

    @cached_property
    def owners(self) -> set[str]:
        """What has a `.grad` in the update: the parameters, as written."""
        owners = {source(node.value) for node in self.working if isinstance(node, ast.Attribute) and node.attr == "grad"}
        renamed = {source(target) for target, value in self.pairs if source(value) in owners}
        return owners | renamed

    def gradients(self) -> list[ast.expr]:
        """Where a gradient is read to be worked with, `.data` and the like included."""
        found: list[ast.expr] = []
        for node in self.working:
            if (
                not isinstance(node, ast.Attribute)
                or node.attr != "grad"
                or not isinstance(node.ctx, ast.Load)
                or self.asks(node)
            ):
                continue
            outer: ast.expr = node
            while isinstance(self.parents[outer], ast.Attribute) and self.parents[outer].attr in {"data", "detach", "clone"}:
                outer = self.parents[outer]
                if isinstance(self.parents[outer], ast.Call):
                    outer = self.parents[outer]
            statement = self.statement(node)
            if isinstance(statement, ast.Assert):
                continue
            if isinstance(statement, ast.Assign) and statement.value is node:
                name = source(statement.targets[0])
                if self.asked_later(name):
                    names = [n for n in self.working if isinstance(n, ast.Name) and n.id == name and self.used(n)]
                    found += [each for each in names if self.function(each) is self.function(node)]
                    continue
            found.append(outer)
        return found

    def asked_later(self, name: str) -> bool:
        """Whether a variable is compared with None."""
        tests = [n for n in self.working if isinstance(n, ast.Compare) and source(n.left) == name]
        return any(is_none(each.comparators[0]) for each in tests)

    def used(self, node: ast.Name) -> bool:
        """Whether a name is read, and not in a condition."""
        return isinstance(node.ctx, ast.Load) and not self.asks(node)

    def owner(self, gradient: ast.AST) -> str | None:
        """The parameter that a gradient belongs to, as written."""
        attributes = [n for n in ast.walk(gradient) if isinstance(n, ast.Attribute) and n.attr == "grad"]
        return source(attributes[0].value) if attributes else None

    def updates(self) -> list[ast.stmt]:
        """The statements that move parameters, their decay left out."""
        return [each for each in self.moves if not self.shrinks(each)]

    def decays(self) -> list[ast.stmt]:
        """The statements that do nothing but shrink parameters."""
        return [each for each in self.moves if self.shrinks(each)]

    @cached_property
    def moves(self) -> list[ast.stmt]:
        """The statements that change parameters in place."""
        return [node for node in self.working if isinstance(node, ast.stmt) and self.changed(node) is not None]

    def changed(self, statement: ast.stmt) -> str | None:
        """The parameter that a statement changes in place, as written; the list of them for torch._foreach functions."""
        if isinstance(statement, ast.AugAssign):
            return self.known(statement.target)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute):
            target = statement.targets[0]
            return self.known(target) if target.attr == "data" else None
        if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
            return None
        call = statement.value
        out = [each.value for each in call.keywords if each.arg == "out"]
        if out:
            return self.known(out[0])
        if (
            not isinstance(call.func, ast.Attribute)
            or not call.func.attr.endswith("_")
            or call.func.attr in {"zero_", "detach_"}
        ):
            return None
        if call.func.attr.startswith("_foreach"):
            return "params" if call.args and source(call.args[0]) == "params" else None
        return self.known(call.func.value)

    def known(self, node: ast.expr) -> str | None:
        """The parameter, if `node` is one or its data."""
        text = source(node).removesuffix(".data").removesuffix(".detach()")
        return text if text in self.owners else None

    def shrinks(self, statement: ast.stmt) -> bool:
        """Whether a statement multiplies a parameter, or takes a share of it away, and looks at no moment."""
        inside = list(ast.walk(statement))
        decays = any(
            self.role(node) == "weight_decay" or source(node) == "shrink" for node in inside if isinstance(node, ast.expr)
        )
        return decays and not any(
            isinstance(node, ast.Name) and node.id in {"m_hat", "m", "alpha", "update"} for node in inside
        )


def is_none(node: ast.AST) -> bool:
    """Whether this is None."""
    return isinstance(node, ast.Constant) and node.value is None


def _learn(target: ast.expr, meaning: str, names: dict[str, str], attributes: dict[str, str]) -> None:
    if isinstance(target, ast.Name):
        names[target.id] = meaning
    elif isinstance(target, ast.Attribute):
        attributes[target.attr] = meaning


def _meaning(node: ast.AST, names: dict[str, str], attributes: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        return attributes.get(node.attr)
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(key, str):
            return key if key in ARGUMENTS else None
        whole = _meaning(node.value, names, attributes)
        if whole == "betas" and key in (0, 1):
            return f"beta{key + 1}"
        return whole if whole == "weight_decay" else None
    return None
