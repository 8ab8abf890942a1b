"""Faults of the experiments: error recovery (06), a fair comparison (07), validation (12), schedules and clipping (13).

Most operators put one piece of code in place of another wherever it occurs. Both are written as code, in which `_a`, `_b` ...
stand for any expression, and `$lr` for the parameter that the exercise calls `lr`, whatever this learner calls it.
"""

import ast
import copy
import functools
import re
from collections.abc import Callable, Iterator

from grader.mutants import Edit, operator

SIGNATURES = {  # what each exercise's function is given, in order
    "compare": ("make_model", "loss_fn", "X", "y", "epochs", "adam_lr", "sgd_lr"),
    "fit": ("model", "loss_fn", "train_batches", "val_batches", "lr", "epochs"),
    "train": ("model", "loss_fn", "batches", "lr", "step_size", "gamma", "max_norm", "epochs"),
    "match_dtype": ("model", "X"),
    "gradient_of": ("parameter",),
    "checked_step": ("optimizer",),
}
Found = dict[str, ast.expr]
Pair = tuple[str, str]

# Finding and replacing


def function(tree: ast.AST, name: str) -> ast.FunctionDef | None:
    """The function of this name."""
    return next((node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name), None)


def main(tree: ast.Module) -> ast.FunctionDef:
    """The last function at the top level that an exercise asks for."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in SIGNATURES][-1]


def spelt(around: ast.FunctionDef, text: str) -> str:
    """The code, with this learner's names for the exercise's parameters."""
    theirs = dict(zip(SIGNATURES[around.name], [argument.arg for argument in around.args.args], strict=True))
    return re.sub(r"\$(\w+)", lambda found: theirs[found[1]], text)


def code(text: str) -> ast.expr | ast.stmt:
    """An expression where the text is one, else the statement that it is."""
    (node,) = ast.parse(text).body
    return node.value if isinstance(node, ast.Expr) else node


pattern = functools.cache(code)  # what is only compared with can be shared


def same(wanted: object, node: object, found: Found) -> bool:
    """Whether a piece of code is as in a pattern; what its `_a` stand for is added to `found`."""
    if isinstance(wanted, ast.Name) and len(wanted.id) == 2 and wanted.id[0] == "_":
        if not isinstance(node, ast.expr):
            return False
        if wanted.id not in found:
            found[wanted.id] = node
            return True
        return ast.dump(found[wanted.id]) == ast.dump(node)
    if isinstance(wanted, ast.AST):
        if type(wanted) is not type(node):
            return False
        fields = [field for field in wanted._fields if field not in ("kind", "type_comment")]
        return all(same(getattr(wanted, field), getattr(node, field), found) for field in fields)
    if isinstance(wanted, list):
        alike = isinstance(node, list) and len(wanted) == len(node)
        return alike and all(same(w, n, found) for w, n in zip(wanted, node, strict=True))
    return wanted == node


class Filled(ast.NodeTransformer):
    """Puts what was found in place of the `_a` of a pattern."""

    def __init__(self, found: Found) -> None:
        """`found` is what each `_a` stands for."""
        self.found = found

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name of a pattern."""
        return copy.deepcopy(self.found.get(node.id, node))


class Swap(ast.NodeTransformer):
    """Replaces every piece of code that is as in one of the patterns; counts them."""

    def __init__(self, pairs: list[tuple[ast.AST, list[ast.stmt]]]) -> None:
        """`pairs` are patterns, each with the statements that come in their place."""
        self.pairs, self.number = pairs, 0

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        """The new code, in which nothing more is looked for, or the old."""
        statement = isinstance(node, ast.stmt)
        for wanted, new in self.pairs:
            found: Found = {}
            value = node.value if isinstance(node, ast.Expr) and isinstance(wanted, ast.expr) else node
            if not statement and not (isinstance(node, ast.expr) and len(new) == 1 and isinstance(new[0], ast.Expr)):
                continue
            if same(wanted, value, found):
                self.number += 1
                filled = [Filled(found).visit(copy.deepcopy(each)) for each in new]
                return filled if statement else filled[0].value
        return self.generic_visit(node)


def swap(tree: ast.AST, *pairs: Pair) -> int:
    """Replace code in place. How often that was possible, for all pairs together."""
    swapping = Swap([(pattern(old), ast.parse(new).body) for old, new in pairs])
    swapping.generic_visit(tree)
    return swapping.number


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def has(tree: ast.AST, *patterns: str) -> bool:
    """Whether a piece of code as in one of the patterns occurs in it."""
    wanted = [pattern(text) for text in patterns]
    return bool(wanted) and any(same(each, node, {}) for node in ast.walk(tree) for each in wanted)


def places(tree: ast.AST, *patterns: str) -> list[tuple[list[ast.stmt], ast.stmt]]:
    """The innermost statements that hold such code, each with its block."""
    return [
        (block, statement)
        for block in blocks(tree)
        for statement in block
        if has(statement, *patterns) and not any(has(inner, *patterns) for inner in inner_statements(statement))
    ]


def inner_statements(statement: ast.stmt) -> list[ast.stmt]:
    """The statements of the blocks that a statement holds."""
    return [each for block in blocks(statement) for each in block]


def epochs_loop(tree: ast.Module) -> ast.For | ast.While | None:
    """The loop over the epochs: the outermost of the exercise's function that isn't over something else."""
    for node in ast.walk(main(tree)):
        if isinstance(node, ast.For | ast.While) and any(isinstance(each, ast.For) for each in inner_statements(node)):
            return node
    return None


# Ways of writing an operator


def knows(tree: ast.Module, *texts: str) -> bool:
    """Whether the program imports torch by that name, where one of these pieces of new code uses it."""
    imported = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    return "torch" in imported or not any("torch." in text for text in texts)


def register(id: str, exercise: str, name: str, edit: Edit) -> None:
    """Register an edit under a name of its own. Where it finds only a part of what it needs, it changes nothing."""

    def whole(tree: ast.Module) -> bool:
        changed = copy.deepcopy(tree)
        if not edit(changed):
            return False
        tree.body = changed.body
        return True

    whole.__name__ = name
    operator(id, exercise)(whole)


def replacing(id: str, exercise: str, name: str, *pairs: Pair, within: str = "", unless: tuple[str, ...] = ()) -> None:
    """Register an operator that replaces code: in one function, or in all; nowhere if what `unless` shows occurs."""

    def edit(tree: ast.Module) -> bool:
        inside: ast.AST | None = function(tree, within) if within else tree
        around = function(tree, within) if within else main(tree)
        if inside is None or around is None or has(tree, *(spelt(around, each) for each in unless)):
            return False
        if not knows(tree, *(new for _, new in pairs)):
            return False
        return swap(inside, *((spelt(around, old), spelt(around, new)) for old, new in pairs)) > 0

    register(id, exercise, name, edit)


def beginning(id: str, exercise: str, name: str, text: str, within: str = "", *, unless: tuple[str, ...] = ()) -> None:
    """Register an operator that adds statements at the start of a function, by default of the exercise's own."""

    def edit(tree: ast.Module) -> bool:
        around = function(tree, within) if within else main(tree)
        if around is None or has(tree, *(spelt(around, each) for each in unless)) or not knows(tree, text):
            return False
        around.body[:0] = ast.parse(spelt(around, text)).body
        return True

    register(id, exercise, name, edit)


def rewriting(id: str, exercise: str, name: str, within: str, text: str) -> None:
    """Register an operator that writes a whole function otherwise; the rest of the program stays as it is."""

    def edit(tree: ast.Module) -> bool:
        around = function(tree, within)
        if around is None:
            return False
        around.body = ast.parse(spelt(around, text)).body
        around.decorator_list = []
        modules = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
        for module in ("torch", "warnings", "copy"):
            if f"{module}." in text and module not in modules:
                tree.body[:0] = ast.parse(f"import {module}").body
        return True

    register(id, exercise, name, edit)


def configure(tree: ast.Module, optimizer: str, make: str = "", **options: str) -> bool:
    """Have an optimizer of torch made with other options, or by another class; where it is only mentioned, by a lambda."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == optimizer]
    functions = [call.func for call in calls]
    mentions = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == optimizer and not any(node is each for each in functions)
    ]
    if any(isinstance(node, ast.ClassDef) for node in tree.body):
        return False  # a class of one's own may pass on other things
    for call in calls:
        if make and isinstance(call.func, ast.Attribute):
            call.func.attr = make
            call.keywords = [k for k in call.keywords if k.arg in ("params", "lr", "foreach")]
        replaced = [k for k in call.keywords if k.arg not in options]
        positional = {"momentum": 2} if optimizer == "SGD" else {}
        call.args = [a for i, a in enumerate(call.args) if i not in [positional.get(option) for option in options]]
        call.keywords = replaced + [ast.keyword(name, code(text)) for name, text in options.items() if text]
    for mention in mentions:
        mention.attr = make or mention.attr
        if options:
            passed = ", ".join(f"{name}={text}" for name, text in options.items())
            swap(tree, (ast.unparse(mention), f"lambda params, lr: {ast.unparse(mention)}(params, lr=lr, {passed})"))
    return bool(calls or mentions)


def called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def configuring(id: str, exercise: str, name: str, optimizer: str, make: str = "", **options: str) -> None:
    """Register an operator that makes an optimizer otherwise."""
    register(id, exercise, name, lambda tree: configure(tree, optimizer, make, **options))


def edits(id: str, exercise: str) -> Callable[[Edit], Edit]:
    """A decorator that registers a function as an operator by its own name."""

    def decorate(edit: Edit) -> Edit:
        register(id, exercise, edit.__name__, edit)
        return edit

    return decorate


# Exercise 06, match_dtype

rewriting("converts_to_fixed_dtype", "06", "to_bfloat16", "match_dtype", "return $X.bfloat16()")
rewriting("converts_to_fixed_dtype", "06", "to_float_tensor", "match_dtype", "return $X.type(torch.FloatTensor)")
rewriting("converts_to_fixed_dtype", "06", "through_lists", "match_dtype", "return torch.tensor($X.tolist())")
rewriting(
    "converts_to_fixed_dtype",
    "06",
    "both_to_double",
    "match_dtype",
    "$model.double()\nreturn $X.double()",
)
rewriting(
    "converts_to_fixed_dtype",
    "06",
    "narrow_to_float",
    "match_dtype",
    "return $X.float() if $X.dtype in (torch.float16, torch.bfloat16) else $X",
)
beginning("converts_to_fixed_dtype", "06", "by_way_of_float", "$X = $X.to(torch.float32)", "match_dtype")
beginning("converts_to_fixed_dtype", "06", "by_way_of_half", "$X = $X.half()", "match_dtype")
rewriting("converts_model_instead_of_data", "06", "model_like_the_data", "match_dtype", "$model.to($X)\nreturn $X")
rewriting("converts_model_instead_of_data", "06", "model_typed", "match_dtype", "$model.type($X.dtype)\nreturn $X")
rewriting(
    "converts_model_instead_of_data",
    "06",
    "parameters_converted",
    "match_dtype",
    "for p in $model.parameters():\n    p.data = p.data.to($X.dtype)\nreturn $X",
)
beginning(
    "changes_examined_setup",
    "06",
    "tries_the_model",
    "with torch.no_grad():\n    $model($X.to(next($model.parameters()).dtype))",
    "match_dtype",
)
beginning(
    "changes_examined_setup",
    "06",
    "tries_a_backward_pass",
    "$model($X.to(next($model.parameters()).dtype)).sum().backward()",
    "match_dtype",
)

# Exercise 06, gradient_of

ZEROS = (
    "torch.zeros_like(_a)",
    "torch.zeros_like(_a, requires_grad=False)",
    "torch.full(_a.size(), 0, dtype=_b, device=_c)",
    "_a.new_zeros(_b)",
    "_a.detach() * 0",
)

for zero_name, zero in {
    "one_zero": "$parameter.new_zeros(1)",
    "zero_of_torch": "torch.tensor(0, dtype=$parameter.dtype)",
    "zero_made_new": "$parameter.new_tensor(0.0)",
    "zero_float": "float(0)",
    "false": "False",
}.items():
    replacing("returns_number_for_missing_gradient", "06", zero_name, *((old, zero) for old in ZEROS), within="gradient_of")

for zero_name, zero in {
    "zeros_in_float": "torch.zeros_like($parameter, dtype=torch.float32)",
    "zeros_converted": "torch.zeros_like($parameter).float()",
    "zeros_in_double": "torch.zeros($parameter.shape, dtype=torch.double)",
    "zeros_of_its_size": "torch.zeros($parameter.size())",
}.items():
    replacing("converts_to_fixed_dtype", "06", zero_name, *((old, zero) for old in ZEROS), within="gradient_of")

rewriting(
    "converts_to_fixed_dtype",
    "06",
    "gradient_in_float",
    "gradient_of",
    "if $parameter.grad is None:\n    return torch.zeros_like($parameter)\nreturn $parameter.grad.float()",
)
for grad_name, grad in {
    "adds_nothing": "$parameter.grad + 0",
    "times_one": "1.0 * $parameter.grad",
    "cloned_by_torch": "torch.clone($parameter.grad)",
    "copied_into": "torch.zeros_like($parameter).copy_($parameter.grad)",
    "viewed": "$parameter.grad.view_as($parameter)",
    "read_as_float": "$parameter.grad.to($parameter.dtype)",
}.items():
    rewriting("requires_every_gradient", "06", grad_name, "gradient_of", f"return {grad}")
rewriting(
    "changes_examined_setup",
    "06",
    "takes_the_gradient_away",
    "gradient_of",
    "gradient = $parameter.grad\n$parameter.grad = None\nreturn torch.zeros_like($parameter) if gradient is None else gradient",
)
rewriting(
    "changes_examined_setup",
    "06",
    "keeps_the_zeros",
    "gradient_of",
    "gradient = $parameter.grad\nif gradient is None:\n    gradient = $parameter.grad = torch.zeros_like($parameter)\n"
    "return gradient",
)
beginning(
    "changes_examined_setup",
    "06",
    "asks_for_a_gradient",
    "if $parameter.grad is None:\n    $parameter.grad = $parameter.new_zeros($parameter.shape)",
    "gradient_of",
)

# Exercise 06, checked_step

MESSAGE = "step() called before any gradients were computed"
ALL = "[p for group in $optimizer.param_groups for p in group['params']]"
EACH = "for group in $optimizer.param_groups:\n    for p in group['params']:\n        "

rewriting("relies_on_torch_to_raise", "06", "leaves_it_to_torch", "checked_step", "return $optimizer.step()")
rewriting(
    "relies_on_torch_to_raise",
    "06",
    "catches_attribute_error",
    "checked_step",
    "try:\n    $optimizer.step()\n"
    f"except (AttributeError, TypeError) as error:\n    raise RuntimeError('{MESSAGE}') from error",
)
rewriting(
    "relies_on_torch_to_raise",
    "06",
    "turns_warnings_into_errors",
    "checked_step",
    "with warnings.catch_warnings():\n    warnings.simplefilter('error')\n    try:\n        $optimizer.step()\n"
    f"    except Warning:\n        raise RuntimeError('{MESSAGE}') from None",
)


def guard(id: str, name: str, condition: str) -> None:
    """Register a `checked_step` that raises on another condition than it should."""
    text = f"if {condition}:\n    raise RuntimeError('{MESSAGE}')\n$optimizer.step()"
    rewriting(id, "06", name, "checked_step", text)


guard("requires_every_gradient", "none_in_a_list", f"None in [p.grad if p.grad is None else 1 for p in {ALL}]")
guard("requires_every_gradient", "not_all_there", f"not all(p.grad is not None for p in {ALL})")
guard("requires_every_gradient", "counts_the_missing", f"sum(p.grad is None for p in {ALL}) > 0")
guard("requires_every_gradient", "fewer_than_all", f"len([p for p in {ALL} if p.grad is not None]) < len({ALL})")
guard("requires_every_gradient", "asks_each_for_its_size", f"sum(p.grad.numel() for p in {ALL}) == 0")
guard("requires_every_gradient", "stacks_them", f"not len(torch.stack([p.grad.abs().max().double() for p in {ALL}]))")
replacing(
    "requires_every_gradient",
    "06",
    "any_for_all",
    ("all(_a)", "any(_a)"),
    ("False not in _a", "True in _a"),
    ("number == 0", "number < sum(len(g['params']) for g in optimizer.param_groups)"),
    ("len(_a) == len(_b)", "len(_a) > 0"),
    within="checked_step",
)

guard("checks_only_some_gradients", "last_parameter", "$optimizer.param_groups[-1]['params'][-1].grad is None")
guard(
    "checks_only_some_gradients",
    "first_of_each_group",
    "all(group['params'][0].grad is None for group in $optimizer.param_groups)",
)
guard(
    "checks_only_some_gradients",
    "last_group_alone",
    "not any(p.grad is not None for p in $optimizer.param_groups[-1]['params'])",
)
guard(
    "checks_only_some_gradients",
    "every_group_needs_one",
    "not all(any(p.grad is not None for p in group['params']) for group in $optimizer.param_groups)",
)
guard("checks_only_some_gradients", "all_but_the_last", f"all(p.grad is None for p in {ALL}[:-1])")
guard("checks_only_some_gradients", "all_but_the_first", f"all(p.grad is None for p in {ALL}[1:])")

IN_STEP = ("checked_step", "gradients")  # the functions that may look at the optimizer's parameters


def among_the_optimizers(tree: ast.Module, *pairs: Pair) -> bool:
    """Replace code where the optimizer's parameters are looked at, and nowhere else."""
    return sum(swap(inside, *pairs) for name in IN_STEP if (inside := function(tree, name)) is not None) > 0


def slicing(name: str, which: str, iterated: str) -> None:
    """Register: only some of the groups, or of the parameters of each, are looked at."""

    def edit(tree: ast.Module) -> bool:
        changed = False
        for inside in [function(tree, name) for name in IN_STEP]:
            for node in ast.walk(inside) if inside else ():
                if isinstance(node, ast.For | ast.comprehension) and has(node.iter, iterated):
                    if not same(pattern(iterated), node.iter, {}):
                        return False
                    node.iter = code(f"{ast.unparse(node.iter)}{which}")
                    changed = True
        return changed

    register("checks_only_some_gradients", "06", name, edit)


slicing("groups_from_the_second", "[1:]", "_a.param_groups")
slicing("first_group_only", "[:1]", "_a.param_groups")
slicing("parameters_from_the_second", "[1:]", '_a["params"]')
slicing("first_parameters_only", "[:1]", '_a["params"]')


def zero_as_missing(name: str, is_zero: str, is_not: str) -> None:
    """Register: a gradient of zeros is taken for none."""
    pairs = (("_p.grad is None", f"_p.grad is None or {is_zero}"), ("_p.grad is not None", f"_p.grad is not None and {is_not}"))
    register("treats_zero_gradient_as_missing", "06", name, lambda tree: among_the_optimizers(tree, *pairs))


zero_as_missing("no_entry_but_zero", "not _p.grad.any()", "_p.grad.any()")
zero_as_missing("sum_of_sizes_zero", "_p.grad.abs().sum() == 0", "_p.grad.abs().sum() != 0")
zero_as_missing("tiny_norm", "_p.grad.norm() < 1e-12", "_p.grad.norm() >= 1e-12")
zero_as_missing("nothing_counted", "torch.count_nonzero(_p.grad) == 0", "torch.count_nonzero(_p.grad) > 0")
guard(
    "treats_zero_gradient_as_missing",
    "largest_is_zero",
    f"max((p.grad.abs().max().item() for p in {ALL} if p.grad is not None), default=0.0) == 0.0",
)

STEPS = ("_o.step()", "_o.step(_c)")


def before_the_step(id: str, name: str, text: str) -> None:
    """Register: something comes just before the step."""

    def edit(tree: ast.Module) -> bool:
        inside = function(tree, "checked_step")
        found = places(inside, *STEPS) if inside else []
        if "return" in text and any(statement is inside.body[0] for _, statement in found):
            return False  # the step comes before the guard: then this would silence the guard as well
        for block, statement in found:
            where = block.index(statement)
            block[where:where] = ast.parse(spelt(inside, text)).body
        return bool(found)

    register(id, "06", name, edit)


before_the_step(
    "clears_gradients_before_step",
    "forgets_each",
    f"{EACH}p.grad = None",
)
before_the_step(
    "clears_gradients_before_step",
    "zeroes_each",
    f"{EACH}if p.grad is not None:\n            p.grad.zero_()",
)
before_the_step(
    "treats_missing_gradient_as_zero",
    "fills_with_new_zeros",
    f"{EACH}if p.grad is None:\n            p.grad = p.new_zeros(p.shape)",
)
before_the_step(
    "treats_missing_gradient_as_zero",
    "fills_those_that_train",
    f"for p in {ALL}:\n    if p.grad is None and p.requires_grad:\n        p.grad = torch.zeros_like(p)",
)
before_the_step("stops_at_first_missing_gradient", "gives_up", f"if any(p.grad is None for p in {ALL}):\n    return")
before_the_step(
    "stops_at_first_missing_gradient",
    "leaves_at_the_first",
    f"{EACH}if p.grad is None:\n            return",
)
replacing("never_steps", "06", "step_left_out", *((step, "pass") for step in STEPS), within="checked_step")
replacing("never_steps", "06", "step_without_parentheses", *((s, "_o.step") for s in STEPS), within="checked_step")
rewriting(
    "never_steps",
    "06",
    "step_after_raise",
    "checked_step",
    f"if all(p.grad is None for p in {ALL}):\n    raise RuntimeError('{MESSAGE}')\n    $optimizer.step()",
)
before_the_step("steps_twice", "one_step_more", "$optimizer.step()")
rewriting(
    "steps_twice",
    "06",
    "tries_first",
    "checked_step",
    "try:\n    $optimizer.step()\nexcept RuntimeError:\n    pass\n"
    f"if all(p.grad is None for p in {ALL}):\n    raise RuntimeError('{MESSAGE}')\n$optimizer.step()",
)
rewriting(
    "steps_twice",
    "06",
    "at_every_gradient",
    "checked_step",
    f"found = False\nfor p in {ALL}:\n    if p.grad is not None:\n        found = True\n        $optimizer.step()\n"
    f"if not found:\n    raise RuntimeError('{MESSAGE}')",
)

# Exercise 07: the two starts

for late, (old, new) in {
    "state_not_copied": ("copy.deepcopy(_m.state_dict())", "_m.state_dict()"),
    "state_copied_shallowly": ("copy.deepcopy(_m.state_dict())", "copy.copy(_m.state_dict())"),
    "state_in_a_new_dict": ("copy.deepcopy(_m.state_dict())", "dict(_m.state_dict())"),
    "state_items_kept": ("copy.deepcopy(_m.state_dict())", "{key: value for key, value in _m.state_dict().items()}"),
}.items():
    replacing("continues_from_trained_weights", "07", late, (old, new), within="compare", unless=("_m[-1].state_dict()",))

for late, how in {"weights_not_cloned": "detach()", "weights_as_data": "data", "weights_viewed": "view_as(_p)"}.items():
    replacing(
        "continues_from_trained_weights",
        "07",
        late,
        ("_p.detach().clone()", f"_p.{how}"),
        ("value.clone()", f"value.{how.replace('_p', 'value')}"),
        within="compare",
        unless=("torch.func", "parameters_to_vector"),  # there, what is kept is a copy anyway
    )


def read_back_once(tree: ast.Module) -> bool:
    """The model is read back before both runs, not before each."""
    for node in ast.walk(main(tree)):
        if isinstance(node, ast.For) and has(node.body[0], "reload(_b)"):
            block = next(block for block in blocks(main(tree)) if node in block)
            where = block.index(node)
            block[where:where] = [node.body.pop(0)]
            return True
    return False


@edits("continues_from_trained_weights", "07")
def model_not_copied(tree: ast.Module) -> bool:
    """Both runs get the very same model."""
    if has(tree, "_m.state_dict()"):
        return False
    return swap(tree, ("copy.deepcopy(_m)", "_m")) > 0 or read_back_once(tree)


@edits("continues_from_trained_weights", "07")
def model_copied_shallowly(tree: ast.Module) -> bool:
    """A shallow copy of a module shares its parameters."""
    return not has(tree, "_m.state_dict()") and swap(tree, ("copy.deepcopy(_m)", "copy.copy(_m)")) > 0


RESETS = ("_m.load_state_dict(_s)", "vector_to_parameters(_v, _p)", "_p.copy_(_s)")


@edits("continues_from_trained_weights", "07")
def never_put_back(tree: ast.Module) -> bool:
    """The weights at the start are kept, and never used again."""
    if has(tree, "_m.load_state_dict(_n.state_dict())"):
        return False
    return swap(tree, *((reset, "pass") for reset in RESETS)) > 0


@edits("continues_from_trained_weights", "07")
def second_model_not_made(tree: ast.Module) -> bool:
    """The generator is put back, but no model is made from it."""
    made = [(block, each) for block, each in places(main(tree), "make_model()") if block is main(tree).body]
    if len(made) != 2 or not has(tree, "torch.set_rng_state(_s)", "torch.manual_seed(_s)"):
        return False
    block, statement = made[1]
    block.remove(statement)
    return True


@edits("starts_from_other_weights", "07")
def new_model_for_the_second(tree: ast.Module) -> bool:
    """A new model in place of the old weights."""
    if swap(main(tree), ("_m.load_state_dict(_n.state_dict())", "pass")):
        return True
    deep = 0 if has(tree, "_m.state_dict()") else swap(main(tree), ("copy.deepcopy(_m)", "make_model()"))
    resets = swap(main(tree), ("_m.load_state_dict(_s)", "_m.load_state_dict(make_model().state_dict())"))
    return deep + resets > 0


@edits("starts_from_other_weights", "07")
def made_again_where_put_back(tree: ast.Module) -> bool:
    """`model = make_model()` where the weights should be put back."""
    found = [(block, each) for block, each in places(main(tree), *RESETS) if block is main(tree).body]
    found += [(main(tree).body, each) for each in main(tree).body if isinstance(each, ast.With) and has(each, "_p.copy_(_s)")]
    if not found or not has(main(tree), "model = make_model()"):
        return False
    block, statement = found[-1]
    block[block.index(statement)] = code("model = make_model()")
    return True


@edits("starts_from_other_weights", "07")
def seed_or_state_not_repeated(tree: ast.Module) -> bool:
    """The generator isn't put back before the second model."""
    if has(tree, "torch.random.fork_rng"):
        return False
    later = [each for each in main(tree).body if has(each, "torch.set_rng_state(_s)", "torch.manual_seed(_s)")]
    if later:
        main(tree).body.remove(later[-1])
    return bool(later)


@edits("starts_from_other_weights", "07")
def other_seed(tree: ast.Module) -> bool:
    """Each model has a seed of its own."""
    if has(tree, "torch.random.fork_rng"):
        return swap(tree, ("torch.manual_seed(7)", "torch.seed()")) > 0
    seeds = [node for node in ast.walk(main(tree)) if isinstance(node, ast.Call) and called(node) == "manual_seed"]
    if seeds:
        seeds[-1].args = [ast.Constant(99)]
    return len(seeds) > 1


@edits("starts_from_other_weights", "07")
def only_some_weights_put_back(tree: ast.Module) -> bool:
    """The biases stay where the first run left them."""
    if has(tree, "_m.load_state_dict(_n.state_dict())"):
        return False
    kept = "_m.load_state_dict({k: v for k, v in _s.items() if 'bias' not in k}, strict=False)"
    return (
        swap(tree, ("_m.load_state_dict(_s)", kept)) + swap(tree, ("_p.copy_(_s)", "_p.copy_(_s if _p.dim() > 1 else _p)")) > 0
    )


@edits("starts_from_other_weights", "07")
def drawn_anew_by_init(tree: ast.Module) -> bool:
    """The weights are drawn anew before the second run, by an initialisation."""
    draws = "for p in model.parameters():\n    torch.nn.init.uniform_(p, -0.5, 0.5)"
    if has(tree, "_m.load_state_dict(_n.state_dict())"):
        return False
    return (
        swap(tree, ("_m.load_state_dict(_s)", draws), ("vector_to_parameters(_v, _p)", draws)) > 0
        if _statement(tree)
        else False
    )


def _statement(tree: ast.Module) -> bool:
    """Whether the weights are put back by a statement of its own, in which the model is called `model`."""
    return any(
        isinstance(each, ast.Expr) for _, each in places(tree, "model.load_state_dict(_s)", "vector_to_parameters(_v, _p)")
    )


# Exercise 07: rates and optimizers

for rate_name, (old, new) in {
    "adam_half": ("$adam_lr", "$adam_lr / 2"),
    "adam_threefold": ("$adam_lr", "3 * $adam_lr"),
    "adam_squared": ("$adam_lr", "$adam_lr**2"),
    "adam_literal": ("$adam_lr", "0.02"),
    "adam_shared_by_epochs": ("$adam_lr", "$adam_lr / $epochs"),
    "sgd_half": ("$sgd_lr", "$sgd_lr / 2"),
    "sgd_literal": ("$sgd_lr", "0.01"),
    "sgd_fifth": ("$sgd_lr", "0.2 * $sgd_lr"),
    "sgd_has_adams": ("$sgd_lr", "$adam_lr"),
    "adam_has_sgds": ("$adam_lr", "$sgd_lr"),
    "shared_by_examples": ("$sgd_lr", "$sgd_lr / len($X)"),
}.items():
    replacing("scales_learning_rate", "07", rate_name, (old, new), within="compare")
replacing("scales_learning_rate", "07", "rates_swapped", ("$adam_lr", "$sgd_lr"), ("$sgd_lr", "$adam_lr"), within="compare")
beginning("scales_learning_rate", "07", "one_rate_for_both", "$adam_lr = $sgd_lr = min($adam_lr, $sgd_lr)")
beginning("scales_learning_rate", "07", "mean_rate_for_both", "$adam_lr = $sgd_lr = ($adam_lr + $sgd_lr) / 2")


@edits("ignores_learning_rate", "07")
def adams_rate_dropped(tree: ast.Module) -> bool:
    """Adam is made without its rate."""
    return drop_rate(tree, "Adam")


@edits("ignores_learning_rate", "07")
def sgds_rate_dropped(tree: ast.Module) -> bool:
    """SGD is made without its rate."""
    return drop_rate(tree, "SGD")


@edits("ignores_learning_rate", "12")
def rate_dropped(tree: ast.Module) -> bool:
    """Adam is made without its rate, groups included."""
    return drop_rate(tree, "Adam", "MyAdam")


def drop_rate(tree: ast.Module, *classes: str) -> bool:
    """Leave the rate out where these optimizers are made."""
    calls = [node for node in ast.walk(main(tree)) if isinstance(node, ast.Call) and called(node) in classes]
    for call in calls:
        swap(call, ("{'params': _a, 'lr': _b}", "{'params': _a}"))
        call.keywords = [keyword for keyword in call.keywords if keyword.arg != "lr"]
        call.args = call.args[:1]
    return bool(calls)


replacing("ignores_learning_rate", "07", "hand_made_without_rate", ("$sgd_lr * _p.grad", "_p.grad"), ("-$sgd_lr", "-1.0"))
replacing("ignores_learning_rate", "12", "hand_made_without_rate", ("$lr * _m", "_m"), ('-group["lr"] / _b', "-1 / _b"))

configuring("adds_momentum", "07", "momentum_of_a_third", "SGD", momentum="0.3")
configuring("adds_momentum", "07", "momentum_08", "SGD", momentum="0.8")
configuring("adds_momentum", "07", "momentum_099", "SGD", momentum="0.99")
configuring("adds_momentum", "07", "nesterov_06", "SGD", momentum="0.6", nesterov="True")
configuring("uses_the_other_optimizer", "07", "adam_for_sgd", "SGD", "Adam")
configuring("uses_the_other_optimizer", "07", "sgd_for_adam", "Adam", "SGD")
configuring("uses_rmsprop", "07", "rmsprop", "Adam", "RMSprop")
configuring("uses_adam_variant", "07", "nadam", "Adam", "NAdam")
configuring("uses_adam_variant", "07", "adamax", "Adam", "Adamax")
configuring("confuses_adam_and_adamw", "07", "adamw", "Adam", "AdamW")
configuring("confuses_adam_and_adamw", "07", "adamw_with_decay", "Adam", "AdamW", weight_decay="0.1")
for exercise in ("07", "12"):
    configuring("changes_betas", exercise, "beta1_08", "Adam", betas="(0.8, 0.999)")
    configuring("changes_betas", exercise, "beta2_09", "Adam", betas="(0.9, 0.9)")
    configuring("changes_betas", exercise, "betas_095_098", "Adam", betas="(0.95, 0.98)")
    configuring("swaps_betas", exercise, "betas_swapped", "Adam", betas="(0.999, 0.9)")
    configuring("maximizes", exercise, "maximized", "Adam", maximize="True")
configuring("maximizes", "07", "sgd_maximized", "SGD", maximize="True")
configuring("changes_eps", "07", "eps_01", "Adam", eps="0.1")
configuring("changes_eps", "07", "eps_001", "Adam", eps="1e-2")
configuring("changes_eps", "12", "eps_3e5", "Adam", eps="3e-5")
configuring("changes_eps", "12", "eps_001", "Adam", eps="0.01")
configuring("uses_amsgrad", "12", "amsgrad", "Adam", amsgrad="True")
configuring("uses_rmsprop", "12", "rmsprop", "Adam", "RMSprop")
configuring("uses_rmsprop", "12", "rmsprop_like_adams", "Adam", "RMSprop", alpha="0.999")
configuring("uses_adam_variant", "12", "nadam", "Adam", "NAdam")
configuring("confuses_adam_and_adamw", "12", "adamw", "Adam", "AdamW")
configuring("confuses_adam_and_adamw", "12", "adamw_with_decay", "Adam", "AdamW", weight_decay="0.05")
configuring("uses_the_other_optimizer", "12", "sgd", "Adam", "SGD")
configuring("uses_the_other_optimizer", "12", "sgd_with_momentum", "Adam", "SGD", momentum="0.8")
for rate_name, factor in {
    "rate_half": "$lr / 2",
    "rate_threefold": "3 * $lr",
    "rate_005": "0.005",
    "rate_rooted": "$lr**0.5",
}.items():
    beginning("scales_learning_rate", "12", rate_name, f"$lr = {factor}")


@edits("uses_the_other_optimizer", "07")
def names_swapped(tree: ast.Module) -> bool:
    """The lists come under each other's names."""
    for node in ast.walk(main(tree)):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
            node.value.keys.reverse()
            return True
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Name):
            name = node.value.id
            node.value = code(f"{{'adam': {name}['sgd'], 'sgd': {name}['adam']}}")
            return True
    return False


# Exercise 07: the loop

CLEARS = ("_o.zero_grad()", "_o.zero_grad(set_to_none=True)", "_o.zero_grad(set_to_none=False)")
for loss_name, new in {
    "absolute_error": "torch.nn.functional.l1_loss(_a, _b)",
    "absolute_error_by_hand": "(_a - _b).abs().mean()",
}.items():
    replacing("uses_absolute_error", "07", loss_name, ("loss_fn(_a, _b)", new), unless=("print(_a, _b)", "torch.func"))
for loss_name, new in {
    "summed": "((_a - _b) ** 2).sum()",
    "summed_by_torch": "torch.nn.functional.mse_loss(_a, _b, reduction='sum')",
}.items():
    replacing("sums_loss", "07", loss_name, ("loss_fn(_a, _b)", new), unless=("print(_a, _b)", "torch.func"))
replacing("halves_loss", "07", "halved", ("loss_fn(_a, _b)", "loss_fn(_a, _b) / 2"), unless=("print(_a, _b)",))
replacing("takes_root_of_loss", "07", "rooted", ("loss_fn(_a, _b)", "loss_fn(_a, _b) ** 0.5"), unless=("print(_a, _b)",))
replacing("climbs_instead_of_descends", "07", "climbs", ("loss.backward()", "(-1 * loss).backward()"))
# Adam hardly minds how long its gradients are: only where SGD calls backward() as well does it show.
ADAM_ALONE = ("torch.autograd.grad",)
replacing(
    "averages_loss_twice", "07", "shared_backward", ("loss.backward()", "(loss / X.shape[0]).backward()"), unless=ADAM_ALONE
)
replacing("halves_loss", "07", "half_backward", ("loss.backward()", "(0.5 * loss).backward()"), unless=ADAM_ALONE)
replacing(
    "backpropagates_twice",
    "07",
    "backward_twice",
    ("loss.backward()", "loss.backward(retain_graph=True)\nloss.backward()"),
    unless=ADAM_ALONE,
)
replacing("never_backpropagates", "07", "backward_left_out", ("loss.backward()", "pass"))
replacing("never_backpropagates", "07", "backward_without_parentheses", ("loss.backward()", "loss.backward"))
replacing(
    "rewraps_loss_as_new_tensor",
    "07",
    "wrapped",
    ("loss.backward()", "torch.tensor(loss.item(), requires_grad=True).backward()"),
)
replacing("backpropagates_detached_loss", "07", "detached", ("loss.backward()", "loss.detach().backward()"))
replacing("backpropagates_a_float", "07", "float_backward", ("loss.backward()", "loss.item().backward()"))
replacing(
    "steps_twice",
    "07",
    "stepped_twice",
    ("optimizer.step()", "optimizer.step()\noptimizer.step()"),
    ("opt.step()", "opt.step()\nopt.step()"),
    ("optimizers[_n].step()", "optimizers[_n].step()\noptimizers[_n].step()"),
)
replacing("never_steps", "07", "step_without_parentheses", ("_o.step()", "_o.step"))
replacing(
    "never_clears_gradients",
    "07",
    "clearing_without_parentheses",
    ("_o.zero_grad()", "_o.zero_grad"),
    ("_o.zero_grad(set_to_none=_a)", "_o.zero_grad"),
    unless=("torch.autograd.grad",),
)
replacing("never_clears_gradients", "07", "never_cleared", *((c, "pass") for c in CLEARS), unless=("torch.autograd.grad",))
replacing("clears_gradients_before_step", "07", "cleared_before_the_step", ("_o.step()", "_o.zero_grad(); _o.step()"))


def replaced_when(id: str, name: str, condition: str) -> None:
    """Register: gradients are cleared only where a condition on the epoch holds."""

    def edit(tree: ast.Module) -> bool:
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.For)
                and has(node.iter, "range(epochs)")
                and has(node, *CLEARS)
                and has(node, "loss.backward()")
            ):
                node.target = ast.Name("epoch", ast.Store())
                return swap(node, *((c, f"if {condition}:\n    {c}") for c in CLEARS)) > 0
        return False

    register(id, "07", name, edit)


replaced_when("clears_gradients_every_other_batch", "cleared_in_odd_epochs", "epoch % 2 == 1")
replaced_when("clears_gradients_every_other_batch", "cleared_in_even_epochs", "epoch % 2 == 0")


@edits("steps_on_stale_gradients", "07")
def steps_then_clears(tree: ast.Module) -> bool:
    """step(), zero_grad(), backward(): each step has the gradient of the epoch before."""
    return reorder(tree, ("step", "clear", "backward"))


@edits("steps_before_backward", "07")
def clears_then_steps(tree: ast.Module) -> bool:
    """zero_grad(), step(), backward(): there is no gradient yet."""
    return reorder(tree, ("clear", "step", "backward"))


def reorder(tree: ast.Module, order: tuple[str, str, str]) -> bool:
    """Put the three calls of the loop in another order, after the loss, wherever they are in one block."""
    changed = False
    kinds = {"clear": CLEARS, "step": ("_o.step()",), "backward": ("loss.backward()",)}
    for block in list(blocks(tree)):
        found = {
            kind: each
            for kind, patterns in kinds.items()
            for each in block
            if isinstance(each, ast.Expr) and any(same(pattern(p), each.value, {}) for p in patterns)
        }
        if len(found) == 3:
            where = block.index(found["backward"]) - (block.index(found["clear"]) < block.index(found["backward"]))
            for each in found.values():
                block.remove(each)
            block[where:where] = [found[kind] for kind in order]
            changed = True
    return changed


@edits("reports_loss_after_step", "07")
def measured_again(tree: ast.Module) -> bool:
    """The loss that is kept is computed anew after the step."""
    changed = False
    for block in blocks(tree):
        losses = [each.value for each in block if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "loss"]
        steps = [i for i, each in enumerate(block) if isinstance(each, ast.Expr) and called_is(each.value, "step")]
        # Of a prediction that was made before the step, the loss is what it was.
        if losses and steps and sum(isinstance(node, ast.Call) for node in ast.walk(losses[-1])) > 1:
            new = ast.unparse(losses[-1])
            for i, each in enumerate(block):
                if i > steps[-1] and not has(each, "print"):
                    pairs = (
                        ("loss.item()", f"({new}).item()"),
                        ("float(loss)", f"({new}).item()"),
                        ("loss.detach()", f"({new}).detach()"),
                    )
                    changed |= swap(ast.Module([each], []), *pairs) > 0
    return changed


def called_is(node: ast.AST, name: str) -> bool:
    """Whether it is a call of this method."""
    return isinstance(node, ast.Call) and called(node) == name


for kept_name, new in {"kept_with_graph": "loss", "kept_as_product": "1.0 * loss", "kept_as_sum": "loss.sum()"}.items():
    replacing(
        "keeps_graph_alive",
        "07",
        kept_name,
        ("_k.append(loss.item())", f"_k.append({new})"),
        ("_k += [loss.item()]", f"_k += [{new}]"),
        ("yield loss.item()", f"yield {new}"),
        ("return loss.item()", f"return {new}"),
        unless=("torch.func.functional_call",),
    )
for count_name, new in {
    "times_epochs": "loss.item() * epochs",
    "by_its_entries": "loss.item() / y.numel()",
    "by_its_inputs": "loss.item() / X.numel()",
}.items():
    replacing(
        "divides_by_wrong_count",
        "07",
        count_name,
        ("_k.append(loss.item())", f"_k.append({new})"),
        ("_k += [loss.item()]", f"_k += [{new}]"),
        unless=("epochs + 1",) if "epochs" not in new else ("reload",),
    )

replacing(
    "stops_one_epoch_early",
    "07",
    "range_one_less",
    ("range(epochs)", "range(epochs - 1)"),
    ("len(curve) < n", "len(curve) < n - 1"),
    unless=("torch.zeros(epochs, dtype=_a)",),
)
replacing(
    "stops_one_epoch_early",
    "07",
    "range_from_one",
    ("range(epochs)", "range(1, epochs)"),
    unless=("torch.zeros(epochs, dtype=_a)",),
)
beginning("leaves_examples_out", "07", "two_thirds", "n = 2 * len($X) // 3\n$X, $y = $X[:n], $y[:n]")
beginning("leaves_examples_out", "07", "first_left_out", "$X, $y = $X[1:], $y[1:]")
beginning("leaves_examples_out", "07", "every_other", "$X, $y = $X[::2], $y[::2]")
beginning("shuffles_inputs_apart_from_targets", "07", "targets_reversed", "$y = $y.flip(0)")
beginning("shuffles_inputs_apart_from_targets", "07", "inputs_sorted", "$X = $X[$X[:, 0].argsort()]")
beginning("converts_to_fixed_dtype", "07", "data_in_float", "$X, $y = $X.to(torch.float32), $y.to(torch.float32)")

# Exercise 12: modes

ONE_KIND = "for layer in {}.modules():\n    if isinstance(layer, torch.nn.{}):\n        layer.{}"
EVAL = ("model.eval()", "net.eval()")
TRAIN = ("model.train()", "model.train(True)", "net.train()")

replacing("trains_in_eval_mode", "12", "eval_for_train", *((t, t.split(".")[0] + ".eval()") for t in TRAIN))


@edits("trains_in_eval_mode", "12")
def dropout_switched_off(tree: ast.Module) -> bool:
    """Dropout alone is switched off behind train(), unless that stands at an epoch's end: the first would be right then."""
    loop = epochs_loop(tree)
    modes = [each for each in loop.body if has(each, *TRAIN, *EVAL)] if loop is not None else []
    if has(tree, "Mean()") or (len(modes) > 1 and has(modes[-1], *TRAIN)):
        return False
    return swap(tree, *((t, f"{t}\n{ONE_KIND.format(t.split('.')[0], 'Dropout', 'eval()')}") for t in TRAIN)) > 0


@edits("trains_in_eval_mode", "12")
def eval_at_each_epochs_start(tree: ast.Module) -> bool:
    """The model is put to eval mode as each epoch begins, after whatever was said about modes before."""
    return before_the_batches(tree, "model.eval()")


def before_the_batches(tree: ast.Module, text: str) -> bool:
    """Put a statement just before the loop over the training batches."""
    if not knows(tree, text):
        return False
    for block in blocks(tree):
        for statement in block:
            trains = isinstance(statement, ast.For) and "train" in ast.unparse(statement.iter)
            if trains and has(statement, "_l.backward()") and not has(statement, "phase"):
                model = main(tree).args.args[0].arg
                where = block.index(statement)
                block[where:where] = ast.parse(text.replace("model", model)).body
                return True
    return False


@edits("stays_in_eval_mode_after_validation", "12")
def train_mode_left_out(tree: ast.Module) -> bool:
    """train() is never called; the model arrives in train mode, and eval() is for ever."""
    if has(tree, "validation_loss()", "copy.deepcopy(_m)"):
        return False
    return swap(tree, *((t, "pass") for t in TRAIN)) > 0 if has(tree, *EVAL, "net.eval()") and not _restores(tree) else False


def _restores(tree: ast.Module) -> bool:
    """Whether the mode is put back to what it was."""
    return has(tree, "model.train(was_training)")


@edits("stays_in_eval_mode_after_validation", "12")
def train_mode_once(tree: ast.Module) -> bool:
    """train() is called once, before all epochs."""
    loop = epochs_loop(tree)
    if loop is None:
        return False
    for each in loop.body:
        if isinstance(each, ast.Expr) and any(same(pattern(t), each.value, {}) for t in TRAIN) and loop in main(tree).body:
            if not any(has(later, "_l.backward()") for later in loop.body[loop.body.index(each) :]):
                return False
            loop.body.remove(each)
            main(tree).body.insert(main(tree).body.index(loop), each)
            return True
    return False


@edits("stays_in_eval_mode_after_validation", "12")
def mode_noted_too_late(tree: ast.Module) -> bool:
    """The mode to go back to is noted, or train mode switched on, only in the first epoch."""
    if swap(tree, ("model.train(was_training)", "model.train(model.training)")):
        return True
    loop = epochs_loop(tree)
    variable = loop.target.id if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) else ""
    if not loop or not any(isinstance(each, ast.Expr) and has(each, *TRAIN) for each in loop.body[:2]) or not variable:
        return False
    first = "1" if has(loop.iter, "range(1, _n)") else "0"
    loop.target = ast.Name("epoch", ast.Store())
    return swap(loop, *((t, f"if epoch == {first}:\n    {t}") for t in TRAIN)) > 0


replacing(
    "validates_in_train_mode",
    "12",
    "eval_left_out",
    *((e, "pass") for e in EVAL),
    ("copy.deepcopy(_m).eval()", "copy.deepcopy(_m)"),
)
replacing("validates_in_train_mode", "12", "eval_without_parentheses", *((e, e[:-2]) for e in EVAL))
replacing("validates_in_train_mode", "12", "own_flag_only", *((e, f"{e.split('.')[0]}.training = False") for e in EVAL))
replacing(
    "validates_in_train_mode",
    "12",
    "train_for_eval",
    *((e, e.replace("eval", "train")) for e in EVAL),
    ("copy.deepcopy(_m).eval()", "copy.deepcopy(_m).train()"),
)
replacing(
    "validates_in_train_mode",
    "12",
    "normalisation_in_eval_only",
    *((e, ONE_KIND.format(e.split(".")[0], "BatchNorm1d", "eval()")) for e in EVAL),
)
replacing(
    "validates_in_train_mode",
    "12",
    "children_that_are_dropout",
    *((e, ONE_KIND.format(e.split(".")[0], "Dropout", "train(False)")) for e in EVAL),
)

# Exercise 12: what is validated, and when


def halves(tree: ast.Module) -> tuple[list[ast.stmt], int] | None:
    """The block of an epoch, and where its validation begins; None where they can't be told apart."""
    loop = epochs_loop(tree) or next((node for node in ast.walk(main(tree)) if isinstance(node, ast.For)), None)
    if loop is None or has(tree, "phase", "validation_loss()"):
        return None
    validation = main(tree).args.args[3].arg
    words = (validation, "val_loader", "X_val", "evaluate", "validate")
    about = [
        i for i, each in enumerate(loop.body) if has(each, *words, *EVAL, "net.train(False)", "model.train(False)", "frozen")
    ]
    backward = [
        i
        for i, each in enumerate(loop.body)
        if has(each, "_l.backward()", "torch.autograd.grad", "run_epoch(_a, _b, _c, _d)", "train_epoch")
    ]
    about = [i for i in about if backward and i > max(backward)]
    if not about:
        return None
    start = about[0]
    while start and isinstance(loop.body[start - 1], ast.Assign):
        start -= 1
    return loop.body, start


@edits("validates_at_wrong_time", "12")
def validates_first(tree: ast.Module) -> bool:
    """Each epoch begins with its validation."""
    found = halves(tree)
    if found is None or has(tree, "history['val'] += [total / count]"):
        return False
    block, start = found
    block[:] = [*block[start:], *block[:start]]
    return True


@edits("validates_at_wrong_time", "12")
def validates_first_in_a_pair(tree: ast.Module) -> bool:
    """The two calls, or the two halves, are the other way round."""
    if swap(tree, ("[(train(), validate()) for _ in range(_e)]", "[(validate(), train())[::-1] for _ in range(_e)]")):
        return True
    loop = epochs_loop(tree)
    if loop is None or not has(tree, "validation_loss()"):
        return False
    moved = [each for each in inner_statements(loop) if same(pattern("latest = validation_loss()"), each, {})]
    swap(loop, ("latest = validation_loss()", "pass"))
    loop.body[:0] = moved
    return bool(moved)


@edits("validates_at_wrong_time", "12")
def validates_every_other_epoch(tree: ast.Module) -> bool:
    """It validates in every other epoch, and repeats the number in between."""
    found = halves(tree)
    loop = epochs_loop(tree)
    if found is None or not isinstance(loop, ast.For) or not has(main(tree), 'history["val"].append(_a)'):
        return False
    block, start = found
    if any(isinstance(each, ast.Expr) and has(each, *TRAIN) for each in block[start:]):
        return False
    loop.target = ast.Name("epoch", ast.Store())
    repeat = ast.parse('history["val"].append(history["val"][-1])').body
    block[start:] = [ast.If(code("epoch % 2 == 0"), block[start:], repeat)]
    return True


@edits("validates_at_wrong_time", "12")
def validates_once_for_all(tree: ast.Module) -> bool:
    """One validation, after all epochs, is given for each of them."""
    found = halves(tree)
    loop = epochs_loop(tree)
    if found is None or not isinstance(loop, ast.For) or not has(main(tree), 'history["val"].append(_a)'):
        return False
    block, start = found
    after = main(tree).body.index(loop) + 1
    main(tree).body[after:after] = [*block[start:], *ast.parse(spelt(main(tree), 'history["val"] *= $epochs')).body]
    del block[start:]
    return True


def validated_on(id: str, name: str, data: str) -> None:
    """Register: other batches are measured in validation."""

    def edit(tree: ast.Module) -> bool:
        inside = main(tree)
        validation = inside.args.args[3].arg
        changed = 0
        for node in ast.walk(inside):
            if isinstance(node, ast.Name) and node.id == validation:
                changed += 1
        return changed > 0 and swap(inside, (validation, spelt(inside, data))) > 0

    register(id, "12", name, edit)


validated_on("validates_on_training_data", "validates_on_training_batches", "$train_batches")
validated_on("validates_on_training_data", "validates_on_last_training_batch", "$train_batches[-1:]")
validated_on("validates_on_training_data", "validates_on_first_training_batches", "$train_batches[:2]")
beginning("validates_on_training_data", "12", "same_batches_for_both", "$val_batches = list($train_batches)")

for mix_name, mixed in {
    "validation_batches_first": "[*$val_batches, *$train_batches]",
    "one_validation_batch_more": "[*$train_batches, $val_batches[0]]",
    "all_but_one_as_well": "$train_batches + $val_batches[:-1]",
}.items():
    beginning("trains_on_validation_data", "12", mix_name, f"$train_batches = {mixed}")


@edits("trains_on_validation_data", "12")
def validation_steps_as_well(tree: ast.Module) -> bool:
    """The validation has the training's backward() and step() too."""
    if swap(main(tree), ("run_epoch(_a, _b, val_batches)", "run_epoch(_a, _b, val_batches, optimizer)")):
        return True
    validation = main(tree).args.args[3].arg
    for node in ast.walk(main(tree)):
        if isinstance(node, ast.For) and has(node.iter, validation):
            for each in node.body:
                if same(pattern("loss = _l"), each, {}):
                    where = node.body.index(each) + 1
                    text = "optimizer.zero_grad()\nloss.backward()\noptimizer.step()"
                    node.body[where:where] = ast.parse(text).body
                    return True
    return False


@edits("trains_on_validation_data", "12")
def trains_on_both_in_turn(tree: ast.Module) -> bool:
    """Each epoch ends its training with a pass over the validation data, "to use them as well"."""
    loop = epochs_loop(tree)
    if loop is None or not has(main(tree), "optimizer") or not isinstance(loop, ast.For) or loop not in main(tree).body:
        return False
    text = "for X, y in $val_batches:\n    optimizer.zero_grad()\n    $loss_fn($model(X), y).backward()\n    optimizer.step()"
    last = max((i for i, each in enumerate(loop.body) if has(each, "_l.backward()")), default=None)
    if last is None:
        return False
    where = last + 1
    loop.body[where:where] = ast.parse(spelt(main(tree), text)).body
    return True


# Exercise 12: what is reported

SIZES = ("len(X)", "X.shape[0]", "inputs.size(0)")
COUNTS = (
    ("sum(len(X) for X, _ in _b)", "len(_b)"),
    ("sum(X.shape[0] for X, _ in _b)", "len(_b)"),
    ("sum(inputs.size(0) for inputs, _ in _b)", "len(_b)"),
)


@edits("averages_batch_means", "12")
def every_batch_counts_the_same(tree: ast.Module) -> bool:
    """Neither the total nor the count is by examples."""
    weighed = swap(tree, *((f"_l * {size}", "_l") for size in SIZES))
    counted = swap(tree, *COUNTS, *((f"_c += {size}", "_c += 1") for size in SIZES))
    return weighed > 0 and counted > 0 and not has(tree, "Mean()", "mean", "X_val")


def of_one_half(tree: ast.Module, half: str) -> tuple[list[ast.stmt], slice] | None:
    """The block of an epoch, and which part of it trains or validates."""
    found = halves(tree)
    if found is None or has(tree, "run_epoch"):
        return None
    block, start = found
    return block, slice(0, start) if half == "train" else slice(start, len(block))


def in_half(id: str, name: str, half: str, *rounds: tuple[Pair, ...], unless: tuple[str, ...] = ()) -> None:
    """Register an operator that replaces code in the training or in the validation; each round has to find something."""

    def edit(tree: ast.Module) -> bool:
        found = of_one_half(tree, half)
        if found is None or has(tree, *unless) or "] * len(" in ast.unparse(tree):  # a list with each mean n times
            return False
        block, part = found
        inside = ast.Module(block[part], [])
        changed = min(swap(inside, *pairs) for pairs in rounds) > 0
        block[part] = inside.body
        return changed

    register(id, "12", name, edit)


WEIGHTS = tuple((f"_l * {size}", "_l") for size in SIZES)
TALLIES = (*COUNTS, *((f"_c += {size}", "_c += 1") for size in SIZES))
in_half("averages_batch_means", "training_batches_alike", "train", WEIGHTS, TALLIES)
in_half("averages_batch_means", "validation_batches_alike", "val", WEIGHTS, TALLIES)
in_half("divides_by_wrong_count", "training_counts_batches", "train", TALLIES)
in_half("divides_by_wrong_count", "validation_counts_batches", "val", TALLIES)
in_half("divides_by_wrong_count", "training_not_weighed", "train", WEIGHTS)
in_half("divides_by_wrong_count", "validation_not_weighed", "val", WEIGHTS)
in_half(
    "divides_by_wrong_count",
    "counts_from_one",
    "train",
    (("total, count = (0.0, 0)", "total, count = 0.0, 1"), ("running_loss, seen = (0.0, 0)", "running_loss, seen = 0.0, 1")),
)
in_half("divides_by_wrong_count", "validation_from_one", "val", (("total, count = (0.0, 0)", "total, count = 0.0, 1"),))
in_half("divides_by_wrong_count", "mean_of_mean", "train", (("total / _c", "total / _c / len(train_batches)"),))
in_half("divides_by_wrong_count", "validation_by_epochs", "val", (("total / _c", "total / _c / epochs"),))
in_half(
    "reports_last_batch_loss", "total_set_anew", "train", (("total += _l", "total = _l"),), (("count += _c", "count = _c"),)
)
in_half(
    "reports_last_batch_loss",
    "validation_total_set_anew",
    "val",
    (("total += _l", "total = _l"),),
    (("count += _c", "count = _c"),),
)
in_half(
    "reports_last_batch_loss",
    "last_loss_only",
    "train",
    (("(total / _c).item()", "loss.item()"), ("total / _c", "loss.item()"), ("running_loss / seen", "batch_loss.item()")),
    unless=("optimizer.step(closure)",),
)
in_half(
    "keeps_graph_alive",
    "loss_without_item",
    "train",
    (("loss.item() * _n", "loss * _n"), ("batch_loss.item() * _n", "batch_loss * _n")),
)


@edits("divides_by_wrong_count", "12")
def total_goes_on(tree: ast.Module) -> bool:
    """The total and the count are set to 0 before the first epoch alone."""
    loop = epochs_loop(tree)
    if loop is None or loop not in main(tree).body or not isinstance(loop, ast.For):
        return False
    resets = [each for each in loop.body if any(same(pattern(p), each, {}) for p in ("total = 0.0", "total, count = (0.0, 0)"))]
    if len(resets) != 1:
        return False
    loop.body.remove(resets[0])
    main(tree).body.insert(main(tree).body.index(loop), resets[0])
    return True


def before_each_epoch(name: str, text: str) -> None:
    """Register: random numbers are drawn in every epoch."""
    register("draws_other_random_numbers", "12", name, lambda tree: before_the_batches(tree, text))


before_each_epoch("draws_one_number", "torch.rand(1)")
before_each_epoch("draws_an_order", "order = torch.randperm(10)")
before_each_epoch("seeds_every_epoch", "torch.manual_seed(0)")
beginning("draws_other_random_numbers", "12", "seeded_like_the_tutorial", "torch.manual_seed(1234)")
beginning("draws_other_random_numbers", "12", "draws_at_the_start", "torch.randn(3)")

# Exercise 13: the schedule

for step_name, text in {
    "one_epoch_later": "$step_size + 1",
    "twice_as_seldom": "2 * $step_size",
    "every_two": "2",
    "every_epoch": "1",
}.items():
    beginning("follows_another_schedule", "13", step_name, f"$step_size = {text}")
for gamma_name, text in {
    "gamma_07": "0.7",
    "gamma_095": "0.95",
    "gamma_squared": "$gamma**2",
    "gamma_inverse": "1 / $gamma",
    "gamma_rooted": "$gamma**0.5",
    "gamma_lost": "1 - $gamma",
}.items():
    beginning("ignores_gamma", "13", gamma_name, f"$gamma = {text}")
replacing(
    "ignores_gamma",
    "13",
    "gamma_left_out",
    ("_m.StepLR(_o, step_size, gamma)", "_m.StepLR(_o, step_size)"),
    ("_m.StepLR(_o, step_size=_s, gamma=gamma)", "_m.StepLR(_o, step_size=_s)"),
    ("gamma ** _e", "0.1 ** _e"),
)

STEP_LR = (
    "torch.optim.lr_scheduler.StepLR(_o, step_size, gamma)",
    "torch.optim.lr_scheduler.StepLR(_o, step_size=step_size, gamma=gamma)",
)
for schedule_name, text in {
    "exponential": "torch.optim.lr_scheduler.ExponentialLR(_o, gamma=gamma)",
    "cosine": "torch.optim.lr_scheduler.CosineAnnealingLR(_o, T_max=epochs)",
    "linear": "torch.optim.lr_scheduler.LinearLR(_o, 1.0, gamma, step_size)",
    "milestone": "torch.optim.lr_scheduler.MultiStepLR(_o, [step_size], gamma)",
    "milestones_doubling": "torch.optim.lr_scheduler.MultiStepLR(_o, [step_size, 2 * step_size], gamma)",
    "constant_at_first": "torch.optim.lr_scheduler.ConstantLR(_o, factor=gamma, total_iters=step_size)",
}.items():
    replacing("follows_another_schedule", "13", schedule_name, *((old, text) for old in STEP_LR))
for hand_name, (old, text) in {
    "hand_rounded": ("_e // step_size", "round(_e / step_size)"),
    "hand_every_epoch": ("_e // step_size", "_e"),
    "hand_not_whole": ("_e // step_size", "_e / step_size"),
    "hand_remainder": ("_e // step_size", "_e % step_size"),
    "hand_once": ("_e // step_size", "min(1, _e // step_size)"),
}.items():
    # Where the rate is set at multiples of step_size alone, these set the one asked for, or always the first.
    multiples = ("_a % step_size == 0",) if hand_name in ("hand_not_whole", "hand_rounded", "hand_remainder") else ()
    replacing("follows_another_schedule", "13", hand_name, (old, text), unless=multiples)
replacing(
    "steps_schedule_first",
    "13",
    "hand_from_one",
    ("epoch // step_size", "(epoch + 1) // step_size"),
    ("e // step_size", "(e + 1) // step_size"),
    unless=("range(1, _n)", "lambda epoch: _a", "_a % step_size == 0"),
)

SCHEDULE = ("scheduler.step()", "lr_scheduler.step()")


def schedule_step(tree: ast.Module) -> tuple[list[ast.stmt], ast.stmt, ast.stmt] | None:
    """The scheduler's step in a loop over epochs: its block, itself, and the statement that goes through the batches."""
    for block, statement in places(tree, *SCHEDULE):
        batches = [each for each in block if each is not statement and (isinstance(each, ast.For) or has(each, "run_epoch"))]
        if batches and isinstance(statement, ast.Expr):
            return block, statement, batches[0]
    return None


@edits("steps_schedule_first", "13")
def schedule_before_the_batches(tree: ast.Module) -> bool:
    """scheduler.step() comes before the epoch's batches, and after its rate was noted where that comes first."""
    return move_schedule(tree, lambda block, batches: block.index(batches))


@edits("steps_schedule_first", "13")
def schedule_as_the_epoch_begins(tree: ast.Module) -> bool:
    """scheduler.step() is the first that an epoch does."""
    return move_schedule(tree, lambda _block, _batches: 0)


def move_schedule(tree: ast.Module, where: Callable[[list[ast.stmt], ast.stmt], int]) -> bool:
    """Put the scheduler's step elsewhere in its block."""
    found = schedule_step(tree)
    if found is None:
        return False
    block, statement, batches = found
    block.remove(statement)
    block.insert(where(block, batches), statement)
    return True


@edits("steps_schedule_every_batch", "13")
def schedule_after_each_step(tree: ast.Module) -> bool:
    """scheduler.step() follows optimizer.step()."""
    found = schedule_step(tree)
    if found is None or not isinstance(found[2], ast.For) or not has(found[2], "_o.step()", "_o.step(_c)"):
        return False
    block, statement, batches = found
    block.remove(statement)
    batches.body.append(statement)
    return True


@edits("steps_schedule_every_batch", "13")
def schedule_in_both_loops(tree: ast.Module) -> bool:
    """scheduler.step() stands in the inner loop, before the step, and in the outer one as well."""
    found = schedule_step(tree)
    if found is None or not isinstance(found[2], ast.For):
        return False
    found[2].body.append(copy.deepcopy(found[1]))
    return True


@edits("steps_schedule_every_batch", "13")
def counts_batches(tree: ast.Module) -> bool:
    """The rate by hand is set in the inner loop, by a count of batches that begins at 0."""
    loop = next((node for node in ast.walk(main(tree)) if isinstance(node, ast.For) and has(node.iter, "range(epochs)")), None)
    if loop is None or not has(loop, "_e // step_size") or not has(loop, "rate = _r"):
        return False
    inner = next(each for each in loop.body if isinstance(each, ast.For))
    setting = next(each for each in loop.body if has(each, "rate = _r"))
    again = copy.deepcopy(setting)
    swap(ast.Module([again], []), ("_e // step_size", "seen // step_size"))
    inner.body[:0] = [again, *ast.parse("seen += 1").body]
    main(tree).body.insert(main(tree).body.index(loop), code("seen = 0"))
    return True


NOTES = ("_r.append(_a)", "_r.extend(_a)", "used += _a")


@edits("reports_next_learning_rate", "13")
def rate_noted_last(tree: ast.Module) -> bool:
    """The rate is noted after the schedule's step."""
    found = schedule_step(tree)
    if found is None:
        return False
    block, statement, _ = found
    notes = [each for each in block if not isinstance(each, ast.For) and has(each, *NOTES) and not has(each, "print")]
    if not notes or has(tree, "current"):
        return False
    block.remove(notes[0])
    block.insert(block.index(statement) + 1, notes[0])
    return True


@edits("reports_next_learning_rate", "13")
def hand_rate_noted_ahead(tree: ast.Module) -> bool:
    """The rate that is noted is that of the epoch to come."""
    return (
        swap(
            main(tree),
            ("rates.append(rate)", "rates.append(lr * gamma ** ((epoch + 1) // step_size))"),
            ("out.append(rate)", "out.append(lr * gamma ** ((e + 1) // step_size))"),
            ("rates.append(lr)", "rates.append(lr * gamma if epoch % step_size == 0 else lr)"),
        )
        > 0
        if has(main(tree), "range(epochs)", "range(1, epochs + 1)") and not has(tree, "learning_rates")
        else False
    )


@edits("recreates_schedule", "13")
def schedule_made_in_the_loop(tree: ast.Module) -> bool:
    """The scheduler is made as each epoch begins, for the optimizer that stays."""
    found = schedule_step(tree)
    made = [each for each in main(tree).body if isinstance(each, ast.Assign) and has(each, *STEP_LR)]
    if found is None or not made:
        return False
    main(tree).body.remove(made[0])
    found[0].insert(0, made[0])
    return True


replacing(
    "schedules_without_effect", "13", "schedule_step_left_out", *((s, "pass") for s in SCHEDULE), unless=("learning_rates",)
)
replacing(
    "schedules_without_effect",
    "13",
    "schedule_step_without_parentheses",
    *((s, s[:-2]) for s in SCHEDULE),
    unless=("learning_rates",),
)
replacing(
    "schedules_without_effect",
    "13",
    "rate_set_beside_the_groups",
    ('optimizer.param_groups[0]["lr"] = rate', "optimizer.learning_rate = rate"),
    ('group["lr"] = lr', 'group["learning_rate"] = lr'),
    ("optimizer.change_rate(_r)", "optimizer.rate = _r"),
)


@edits("schedules_without_effect", "13")
def schedule_for_a_copy(tree: ast.Module) -> bool:
    """The scheduler is given an optimizer of the same parameters, and not the one that steps."""
    if "get_last_lr" not in ast.unparse(tree):
        return False
    text = "torch.optim.lr_scheduler.StepLR(torch.optim.SGD(model.parameters(), lr=lr), step_size, gamma)"
    return swap(tree, *((old, text) for old in STEP_LR)) > 0


@edits("recreates_optimizer_for_new_learning_rate", "13")
def made_for_each_new_rate(tree: ast.Module) -> bool:
    """A new rate, a new optimizer."""
    new = "optimizer = torch.optim.SGD(model.parameters(), lr=$RATE, momentum=0.9)"
    changed = swap(
        tree,
        (
            'optimizer.param_groups[0]["lr"] = rate',
            f'if rate != optimizer.param_groups[0]["lr"]:\n    {new.replace("$RATE", "rate")}',
        ),
        ('for group in optimizer.param_groups:\n    group["lr"] = lr', new.replace("$RATE", "lr")),
        ("if before is not None:\n    optimizer.state = before.state", "pass"),
    )
    return changed > 0


# Exercise 13: clipping

CLIPS = (
    "torch.nn.utils.clip_grad_norm_(_p, max_norm)",
    "torch.nn.utils.clip_grad_norm_(_p, max_norm, foreach=True)",
    "torch.nn.utils.clip_grad_norm_(_p, max_norm=max_norm)",
    "torch.nn.utils.clip_grad_norm_(_p, max_norm, norm_type=2.0, error_if_nonfinite=True)",
    "clip_grad_norm_(_p, max_norm)",
    "nn.utils.clip_grad_norm_(_p, clip)",
    'torch.nn.utils.clip_grad_norm_(_p, group["max_norm"])',
)


def limit(old: str) -> str:
    """What a call of `clip_grad_norm_` is given as its limit."""
    return "clip" if "clip)" in old else 'group["max_norm"]' if "group" in old else "max_norm"


def clipping(id: str, name: str, new: str, *more: Pair, unless: tuple[str, ...] = ()) -> None:
    """Register: another call in place of `clip_grad_norm_`; in `new`, LIMIT stands for the limit and U for torch.nn.utils."""

    def edit(tree: ast.Module) -> bool:
        if has(tree, *unless):
            return False
        utils = "nn.utils" if has(tree, "nn.utils.clip_grad_norm_") else "torch.nn.utils"
        pairs = [(old, new.replace("LIMIT", limit(old)).replace("U.", f"{utils}.")) for old in CLIPS]
        if new == "float('nan')":  # nothing at all, where what comes back isn't used
            pairs = [(old, "pass") for old in CLIPS] + pairs
        return swap(tree, *pairs, *more) > 0

    register(id, "13", name, edit)


clipping("clips_by_value", "by_value", "U.clip_grad_value_(_p, LIMIT)", unless=("grad_norm.item()", "grad_norm", "print"))
clipping(
    "clips_by_value",
    "clamped_by_hand",
    "[p.grad.clamp_(-LIMIT, LIMIT) for p in _p if p.grad is not None]",
    unless=("grad_norm", "print"),
)
clipping("clips_by_largest", "largest_entry", 'U.clip_grad_norm_(_p, LIMIT, norm_type="inf")')
clipping("clips_by_largest", "largest_by_float", "U.clip_grad_norm_(_p, LIMIT, float('inf'))")
clipping(
    "clips_by_sum",
    "sum_of_sizes",
    "U.clip_grad_norm_(_p, LIMIT, norm_type=1)",
)
clipping("clips_by_sum", "sum_given_by_place", "U.clip_grad_norm_(_p, LIMIT, 1.0)")
clipping("clips_each_tensor", "each_alone", "[U.clip_grad_norm_([p], LIMIT) for p in _p]", unless=("grad_norm", "print"))
clipping(
    "clips_each_tensor", "each_in_a_loop", "list(map(lambda p: U.clip_grad_norm_(p, LIMIT), _p))", unless=("grad_norm", "print")
)
clipping("never_clips", "norm_only_measured", "U.get_total_norm([p.grad for p in _p if p.grad is not None])")
clipping("never_clips", "clips_copies", "U.clip_grad_norm_([p.detach().clone() for p in _p], LIMIT)")
clipping("never_clips", "clips_the_data", "U.clip_grad_norm_([p.data for p in _p], LIMIT)")
clipping(
    "never_clips",
    "clipping_left_out",
    "float('nan')",
    ("clip(_p, max_norm)", "pass"),
    ("clip_grads_with_norm_(_p, max_norm, norm)", "pass"),
    ("torch._foreach_mul_(grads, (_a).clamp(max=1.0))", "pass"),
    ("g = g * c", "pass"),
    unless=("from torch import nn, optim",),
)

for limit_name, text in {
    "limit_doubled": "2 * LIMIT",
    "limit_halved": "LIMIT / 2",
    "limit_one": "1",
    "limit_five": "5.0",
    "limit_rooted": "LIMIT**0.5",
    "limit_tenth": "0.1 * LIMIT",
}.items():
    clipping(
        "ignores_max_norm",
        limit_name,
        f"U.clip_grad_norm_(_p, {text})",
        ("clip(_p, max_norm)", f"clip(_p, {text.replace('LIMIT', 'max_norm')})"),
        ("clip_grads_with_norm_(_p, max_norm, norm)", f"clip_grads_with_norm_(_p, {text.replace('LIMIT', 'max_norm')}, norm)"),
    )

replacing(
    "rescales_always",
    "13",
    "no_minimum",
    ("min(1.0, _f)", "_f"),
    ("torch.clamp(_f, max=1.0)", "_f"),
    ("torch.clamp(_f, max=1)", "_f"),
    ("(_f).clamp(max=1.0)", "_f"),
    ("_f if norm > max_norm else 1.0", "_f"),
    ("norm > max_norm", "norm > 0"),
)


@edits("rescales_always", "13")
def scaled_to_the_limit(tree: ast.Module) -> bool:
    """The gradients are made as long as the limit, by hand."""

    def longer(old: str) -> str:
        return (
            "total = sum((p.grad**2).sum() for p in _p if p.grad is not None) ** 0.5\n"
            f"for p in _p:\n    if p.grad is not None:\n        p.grad *= {limit(old)} / total"
        )

    if has(tree, "print", "optimizer.params"):
        return False
    return swap(tree, *((old, longer(old)) for old in CLIPS)) > 0


@edits("clips_before_backward", "13")
def clips_then_backward(tree: ast.Module) -> bool:
    """Clipping comes before backward(), when the gradients have just been cleared."""
    return move_clipping(tree, "_l.backward()", 0)


@edits("clips_after_step", "13")
def steps_then_clips(tree: ast.Module) -> bool:
    """Clipping comes after the step."""
    return move_clipping(tree, "optimizer.step()", 1) or move_clipping(tree, "optimiser.step()", 1)


def move_clipping(tree: ast.Module, beside: str, after: int) -> bool:
    """Put the clipping before or after another call of its block."""
    for block in blocks(tree):
        clips = [
            each
            for each in block
            if isinstance(each, ast.Expr | ast.Assign)
            and has(each, *CLIPS, "clip(_p, max_norm)", "clip_grads_with_norm_(_a, _b, _c)")
        ]
        other = [each for each in block if isinstance(each, ast.Expr) and has(each, beside)]
        if clips and other and "norm:.4f" not in ast.unparse(tree) and not has(tree, "get_total_norm"):
            block.remove(clips[0])
            block.insert(block.index(other[0]) + after, clips[0])
            return True
    return False


# Exercise 13: momentum and the step

for momentum_name, momentum in {
    "momentum_08": "0.8",
    "momentum_095": "0.95",
    "momentum_third": "0.3",
    "momentum_none": "0.0",
    "momentum_nearly_one": "0.999",
}.items():
    replacing("ignores_momentum", "13", momentum_name, ("0.9", momentum))
configuring("toggles_nesterov", "13", "with_nesterov", "SGD", momentum="0.9", nesterov="True")
configuring("dampens_momentum", "13", "dampened_a_fifth", "SGD", momentum="0.9", dampening="0.2")
configuring("dampens_momentum", "13", "dampened_mostly", "SGD", momentum="0.9", dampening="0.7")
configuring("dampens_momentum", "13", "dampened_wholly", "SGD", momentum="0.9", dampening="0.9")
configuring("maximizes", "13", "maximized", "SGD", momentum="0.9", maximize="True")
configuring("uses_the_other_optimizer", "13", "adam", "SGD", "Adam")
for rate_name, factor in {
    "rate_half": "$lr / 2",
    "rate_threefold": "3 * $lr",
    "rate_002": "0.02",
    "rate_squared": "$lr**2",
}.items():
    beginning("scales_learning_rate", "13", rate_name, f"$lr = {factor}")
replacing(
    "puts_learning_rate_in_velocity",
    "13",
    "rate_inside",
    ("velocity[i] = factor * p.grad.data + 0.9 * velocity[i]", "velocity[i] = rate * factor * p.grad.data + 0.9 * velocity[i]"),
    ("p.data = p.data - rate * velocity[i]", "p.data = p.data - velocity[i]"),
    ("self.velocity[p] *= lr / self.lr", "pass"),
    ("g = g * c", "g = g * c * rate"),
    ("p -= rate * bufs[i]", "p -= bufs[i]"),
    ("torch._foreach_mul_(velocity, 0.9)", "torch._foreach_mul_(velocity, 0.9)\ntorch._foreach_mul_(grads, rates[-1])"),
    ("torch._foreach_add_(params, velocity, alpha=-rates[-1])", "torch._foreach_sub_(params, velocity)"),
    ('state["velocity"].mul_(0.9).add_(p.grad)', 'state["velocity"].mul_(0.9).add_(p.grad, alpha=group["lr"])'),
    ('state["velocity"] = p.grad.clone()', 'state["velocity"] = p.grad * group["lr"]'),
    ('p.add_(state["velocity"], alpha=-group["lr"])', 'p.sub_(state["velocity"])'),
)
replacing(
    "averages_velocity",
    "13",
    "mean_of_gradients",
    ("velocity[i] = factor * p.grad.data + 0.9 * velocity[i]", "velocity[i] = 0.1 * factor * p.grad.data + 0.9 * velocity[i]"),
    ("torch._foreach_add_(velocity, grads)", "torch._foreach_add_(velocity, grads, alpha=0.1)"),
    ("0.9 * self.velocity.get(p, 0.0) - self.lr * p.grad", "0.9 * self.velocity.get(p, 0.0) - 0.1 * self.lr * p.grad"),
)
