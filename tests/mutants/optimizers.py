"""Operators on the hand-written optimizers: the SGD of exercise 08, the Adam of 09, the AdamW and the groups of 10.

Each makes one mistake of the catalogue, by preference in another way or with another number than the wrong programs on file.
"""

import ast
import re
from collections.abc import Callable

from algebra import FUNCTIONS, Program, expression, fault, is_none, is_number, source, statements

BOTH = ("09", "10")
ALL = ("08", "09", "10")
PENDING = "previous"
GRADIENT = re.compile(r"\.grad(?:\.data|\.(?:clone|detach|double)\(\))*$")


def rewrite(program: Program, nodes: list[ast.expr], text: str) -> bool:
    """Put `text`, in which {} is the old expression, in place of each."""
    for node in nodes:
        program.replace(node, expression(text.format(f"({source(node)})")))
    return bool(nodes)


def many(id: str, exercises: tuple[str, ...], names: dict[str, str], change: Callable[[Program, str], bool]) -> None:
    """Register one change with several texts, each an operator of its own name."""
    for name, text in names.items():

        def one(program: Program, text: str = text) -> bool:
            return change(program, text)

        fault(id, *exercises, name=name)(one)


def put_bare(program: Program, old: ast.expr, new: ast.expr) -> None:
    """Put a tensor of the state where a fresh one was; what was done to that in place mustn't be done to it."""
    program.replace(old, new)
    parent = program.parents[new]
    if isinstance(parent, ast.Attribute) and parent.attr in {"sqrt_", "add_", "div_"}:
        parent.attr = parent.attr.removesuffix("_")


# The learning rate


def _rate(program: Program, text: str) -> bool:
    return rewrite(program, program.reads("lr"), text)


many(
    "scales_learning_rate",
    ALL,
    {
        "rate_tripled": "3 * {}",
        "rate_times_a_third": "{} / 3",
        "rate_times_1_5": "1.5 * {}",
        "rate_times_0_7": "0.7 * {}",
        "rate_times_0_03": "0.03 * {}",
        "rate_times_30": "30 * {}",
        "rate_halved": "{} / 2",
        "rate_doubled": "2 * {}",
    },
    _rate,
)


def _rate_of_update(program: Program, text: str) -> bool:
    """Change the rate where it isn't a factor of the decay."""
    return rewrite(program, [node for node in program.reads("lr") if not _beside_decay(program, node)], text)


def _beside_decay(program: Program, node: ast.AST) -> bool:
    """Whether a decay is multiplied with it."""
    products = [each for each in program.above(node) if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mult)]
    return any(program.role(each) == "weight_decay" for product in products for each in ast.walk(product))


many("ignores_learning_rate", ("08", "09"), {"rate_left_out": "1.0", "rate_fixed_at_torchs_default": "0.001"}, _rate)
many("ignores_learning_rate", ("10",), {"rate_of_update_left_out": "1.0"}, _rate_of_update)
many("scales_learning_rate", ("10",), {"rate_of_update_quartered": "{} / 4"}, _rate_of_update)


@fault("schedules_without_effect", "08", "09")
def rate_copied_at_construction(program: Program) -> bool:
    """What `step` reads is a copy made in `__init__`; a setter puts the new rate where nobody reads it."""
    init = program.method("__init__")
    setters = [n for n in ast.walk(program.tree) if isinstance(n, ast.FunctionDef) and n.name == "lr" and len(n.args.args) == 2]
    for setter in setters:
        setter.body = statements(f"self.new_rate = {setter.args.args[1].arg}")
    if setters or init is None or not program.stores("lr"):
        return bool(setters)
    reads = [n for n in program.working if isinstance(n, ast.Attribute) and n.attr == "lr" and isinstance(n.ctx, ast.Load)]
    init.body += statements("self.first_rate = lr")
    for node in reads:
        node.attr = "first_rate"
    return bool(reads)


@fault("schedules_without_effect", "08", "09")
def rate_read_once(program: Program) -> bool:
    """`step` keeps the rate that it finds when it is first called."""
    step = program.method("step")
    if step is None or program.method("lr") is not None or not program.stores("lr"):
        return False
    reads = [n for n in program.working if isinstance(n, ast.Attribute) and n.attr == "lr" and isinstance(n.ctx, ast.Load)]
    for node in reads:
        node.attr = "rate_in_use"
    program.begin(step, "if not hasattr(self, 'rate_in_use'):\n    self.rate_in_use = self.lr")
    return bool(reads)


@fault("schedules_without_effect", "08", "09")
def rate_through_a_default(program: Program) -> bool:
    """The rate is read from a dict of settings that is filled once."""
    init = program.method("__init__")
    if init is None or program.method("lr") is not None or not program.stores("lr"):
        return False
    reads = [n for n in program.working if isinstance(n, ast.Attribute) and n.attr == "lr" and isinstance(n.ctx, ast.Load)]
    init.body += statements("self.hyperparameters = {'lr': lr}")
    for node in reads:
        program.replace(node, expression(f"{source(node.value)}.hyperparameters['lr']"))
    return bool(reads)


# The update


def _negate(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        return ast.BinOp(_negate(node.left), node.op, node.right)
    return ast.UnaryOp(ast.USub(), node)


def _reverse(statement: ast.stmt) -> bool:
    """Turn an update round: a plus for the minus, or the other way."""
    opposite = {ast.Add: ast.Sub, ast.Sub: ast.Add}
    if isinstance(statement, ast.AugAssign) and type(statement.op) in opposite:
        statement.op = opposite[type(statement.op)]()
        return True
    value = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        for keyword in value.keywords:
            if keyword.arg in {"alpha", "value"}:
                keyword.value = _negate(keyword.value)
                return True
        if value.func.attr in {"add_", "sub_"}:
            value.func.attr = {"add_": "sub_", "sub_": "add_"}[value.func.attr]
            return True
        if value.func.attr.startswith("_foreach_addcdiv"):
            value.args[-1] = _negate(value.args[-1])
            return True
        if value.func.attr == "copy_":
            value = value.args[0]
    if isinstance(value, ast.BinOp) and type(value.op) in opposite:
        value.op = opposite[type(value.op)]()
        return True
    return False


@fault("climbs_instead_of_descends", "08", "09")
def sign_of_update(program: Program) -> bool:
    """Plus for minus in the update."""
    return len(program.updates()) == 1 and _reverse(program.updates()[0])


@fault("climbs_instead_of_descends", *ALL)
def gradient_negated(program: Program) -> bool:
    """The gradient is negated as it is read."""
    return rewrite(program, program.gradients(), "-{}")


@fault("climbs_instead_of_descends", "10")
def sign_of_adams_update(program: Program) -> bool:
    """Plus for minus in the update, where the decay stands elsewhere."""
    updates = program.updates()
    decays = any(program.role(n) == "weight_decay" or source(n) == "shrink" for each in updates for n in ast.walk(each))
    return len(updates) == 1 and not decays and _reverse(updates[0])


@fault("rebinds_parameter_locally", *ALL)
def update_makes_a_new_tensor(program: Program) -> bool:
    """`p = p - ...`, or `p.sub(...)` without the underscore; a decay of its own goes on in place."""
    updates = program.updates()
    for statement in updates:
        new = _out_of_place(program, statement)
        if new is None:
            return False
        program.replace(statement, new)
    return bool(updates)


def _out_of_place(program: Program, statement: ast.stmt) -> ast.stmt | None:
    if isinstance(statement, ast.AugAssign):
        value = ast.BinOp(expression(source(statement.target)), statement.op, statement.value)
        return ast.Assign([statement.target], value)
    if isinstance(statement, ast.Assign):
        name = program.changed(statement)
        return statements(f"{name} = {source(statement.value)}")[0] if name and name.isidentifier() else None
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or "_foreach" in call.func.attr:
        return None
    if call.func.attr == "copy_":
        return (
            statements(f"{program.changed(statement)} = {source(call.args[0])}")[0]
            if "." not in source(call.func.value)
            else None
        )
    name = call.func.attr.removesuffix("_")
    keywords = [each for each in call.keywords if each.arg != "out"]
    value = ast.Call(ast.Attribute(call.func.value, name, ast.Load()), call.args, keywords)
    return statements(f"moved = {source(value)}")[0]


@fault("never_steps", "08")
def update_computed_only(program: Program) -> bool:
    """What should be subtracted is computed, and that is all."""
    for statement in program.moves:
        if isinstance(statement, ast.AugAssign):
            program.replace(statement, ast.Expr(statement.value))
        else:
            program.remove(statement)
    return bool(program.moves)


@fault("updates_in_place_with_grad_on", *ALL)
def no_grad_forgotten(program: Program) -> bool:
    """Neither a decorator nor a block switches gradients off."""
    if any(source(each).count(".data") or ".detach()." in source(each) or "out=" in source(each) for each in program.moves):
        return False
    found = False
    for node in list(ast.walk(program.tree)):
        if isinstance(node, FUNCTIONS):
            kept = [each for each in node.decorator_list if "no_grad" not in source(each)]
            found = found or len(kept) < len(node.decorator_list)
            node.decorator_list[:] = kept
        elif isinstance(node, ast.With) and "no_grad" in source(node.items[0]):
            block = program.block(node)
            place = next(i for i, each in enumerate(block) if each is node)
            block[place : place + 1] = node.body
            for each in node.body:
                program.parents[each] = program.parents[node]
            found = True
    return found


# Missing gradients


def _guards(program: Program) -> list[ast.If]:
    """`if p.grad is None: continue`, and `if p.grad is not None:` around what is to be done."""
    ifs = [n for n in program.working if isinstance(n, ast.If) and isinstance(n.test, ast.Compare)]
    asked = [n for n in ifs if is_none(n.test.comparators[0])]
    gradients = {source(target) for target, value in program.pairs if source(value).endswith(".grad")}
    return [n for n in asked if source(n.test.left).endswith(".grad") or source(n.test.left) in gradients]


def _skips(guard: ast.If) -> bool:
    return isinstance(guard.test.ops[0], ast.Is) and isinstance(guard.body[-1], ast.Continue)


def _leave(program: Program, text: str) -> bool:
    guards = _guards(program)
    if any(isinstance(node, ast.Yield) for node in program.working):
        return False
    for guard in guards:
        if _skips(guard):
            guard.body[-1:] = statements(f"for _ in []:\n    {text}")[0].body
        elif isinstance(guard.test.ops[0], ast.IsNot) and not guard.orelse:
            guard.orelse = statements(f"for _ in []:\n    {text}")[0].body
        else:
            return False
    return bool(guards)


many("stops_at_first_missing_gradient", ALL, {"break_for_continue": "break", "return_for_continue": "return"}, _leave)


@fault("stops_at_first_missing_gradient", *ALL)
def none_at_all_if_one_is_missing(program: Program) -> bool:
    """`step` returns at once where any gradient is missing."""
    step, over = program.method("step"), _all_parameters(program)
    if step is None or over is None or program.method("walk") or program.method("walker"):
        return False
    program.begin(step, f"if not all({over[0]}.grad is not None for {over[1]}):\n    return")
    return True


def _all_parameters(program: Program) -> tuple[str, str] | None:
    """How to walk through all parameters: what each is called, and the loops, as in a comprehension."""
    zero = program.method("zero_grad")
    if zero is None:
        bases = [source(base) for base in program.optimizer.bases]
        return ("p", "group in self.param_groups for p in group['params']") if any("Optimizer" in b for b in bases) else None
    loops = [node for node in ast.walk(zero) if isinstance(node, ast.For)]
    cleared = [n for n in ast.walk(zero) if isinstance(n, ast.Attribute) and n.attr == "grad"]
    if not loops or not cleared:
        return None
    text = " for ".join(f"{source(loop.target)} in {source(loop.iter)}" for loop in loops)
    return source(cleared[0].value), text


def _fill(program: Program, text: str) -> bool:
    """At the step's beginning, give every missing gradient zeros."""
    step, over = program.method("step"), _all_parameters(program)
    if step is None or over is None:
        return False
    name, loops = over
    lines = [("    " * i) + f"for {loop}:" for i, loop in enumerate(loops.split(" for "))]
    depth = "    " * len(lines)
    lines += [f"{depth}if {name}.grad is None:", f"{depth}    {name}.grad = {text.format(name)}"]
    program.begin(step, "\n".join(lines))
    return True


many(
    "treats_missing_gradient_as_zero",
    ALL,
    {"missing_filled_with_zeros": "torch.zeros_like({})", "missing_filled_with_nothing_times": "{}.detach() * 0"},
    lambda program, text: "import torch" in source(program.tree) and _fill(program, text),
)


@fault("requires_every_gradient", *ALL)
def missing_not_asked_for(program: Program) -> bool:
    """The question for None is left out."""
    guards = _guards(program)
    if any(isinstance(node, ast.Yield) for node in program.working):
        return False
    for guard in guards:
        block = program.block(guard)
        place = next(i for i, each in enumerate(block) if each is guard)
        block[place : place + 1] = [] if _skips(guard) else guard.body
    return bool(guards)


@fault("requires_every_gradient", *ALL)
def missing_raises(program: Program) -> bool:
    """A missing gradient is an error of its own."""
    guards = [each for each in _guards(program) if _skips(each)]
    for guard in guards:
        guard.body[-1:] = statements("raise RuntimeError('a parameter has no gradient')")
    return bool(guards)


@fault("requires_every_gradient", "08", "09")
def missing_filtered_wrongly(program: Program) -> bool:
    """The filter for gradients that exist lets all through."""
    found = False
    for node in program.working:
        if isinstance(node, ast.comprehension):
            kept = [each for each in node.ifs if ".grad is not None" not in source(each)]
            found = found or len(kept) < len(node.ifs)
            node.ifs[:] = kept
        elif isinstance(node, ast.Lambda) and ".grad is not None" in source(node):
            node.body, found = expression("True"), True
        elif isinstance(node, ast.If) and source(node.test).endswith(".grad is not None"):
            node.test, found = expression("True"), True
    return found


# Clearing


def _clearing(program: Program) -> ast.FunctionDef | None:
    """The program's `zero_grad`; a subclass that has none gets the usual one."""
    found = program.method("zero_grad")
    if found is None and any("Optimizer" in source(base) for base in program.optimizer.bases):
        loops = "for group in self.param_groups:\n        for p in group['params']:"
        found = statements(f"def zero_grad(self):\n    {loops}\n            p.grad = None")[0]
        program.optimizer.body.append(found)
    return found


@fault("never_clears_gradients", *ALL)
def clearing_is_empty(program: Program) -> bool:
    """`zero_grad` does nothing."""
    function = _clearing(program)
    if function is None:
        return False
    function.body = [ast.Pass()]
    return True


@fault("never_clears_gradients", *ALL)
def clearing_of_a_name(program: Program) -> bool:
    """`zero_grad` gives a local name another value."""
    function = _clearing(program)
    names = [n for n in ast.walk(function) if isinstance(n, ast.Attribute) and n.attr == "grad"] if function else []
    found = False
    for node in ast.walk(function) if names else []:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == "grad":
            node.targets = [ast.Name("grad", ast.Store())]
            found = True
        elif isinstance(node, ast.Attribute) and node.attr == "zero_":
            node.value = expression(f"{source(node.value)}.clone()")
            found = True
    return found


@fault("never_clears_gradients", *ALL)
def clearing_by_comparison(program: Program) -> bool:
    """`==` for `=`, or `zero_` without its brackets."""
    function = _clearing(program)
    program.refresh()
    found = False
    for node in list(ast.walk(function)) if function else []:
        if isinstance(node, ast.Assign) and source(node.targets[0]).endswith(".grad"):
            program.replace(node, statements(f"{source(node.targets[0])} == None")[0])
            found = True
        elif isinstance(node, ast.Expr) and source(node).endswith(".grad.zero_()"):
            node.value, found = node.value.func, True
    return found


def _partly(program: Program, text: str) -> bool:
    function = _clearing(program)
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For)] if function else []
    inner = [each for each in loops if not any(isinstance(n, ast.For) for one in each.body for n in ast.walk(one))]
    if not inner or "_foreach" in source(function):
        return False
    for loop in inner:
        loop.iter = expression(text.format(source(loop.iter)))
    return True


many(
    "clears_only_some_gradients",
    ALL,
    {
        "clears_every_other": "list({})[::2]",
        "clears_the_first_half": "list({0})[:len(list({0})) // 2]",
        "clears_all_but_the_second": "[each for i, each in enumerate({}) if i != 1]",
        "clears_but_the_last": "list({})[:-1]",
    },
    _partly,
)


# The state


def _fresh_state(program: Program) -> list[ast.stmt]:
    """The statements of `__init__` that make empty velocities or moments."""
    init = program.method("__init__")
    made = []
    for each in init.body if init else []:
        text = source(each)
        value = text.split(" = ")[-1] if isinstance(each, ast.Assign) else ""
        empty = "zeros" in value or "{}" in value or "None for" in value or "_foreach_mul" in value
        if (empty and "params" in value.replace("self.params", "")) or "settings" in value:
            continue
        own = {node.id for node in ast.walk(each) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        used = {node.id for node in ast.walk(each) if isinstance(node, ast.Name)} - own - {"self", "torch", "len"}
        if empty and not used and isinstance(each.targets[0], ast.Attribute):
            made.append(each)
    return made


def _reset(program: Program, name: str, last: bool) -> bool:
    function = _clearing(program) if last else program.method(name)
    if function is None:
        return False
    made = [source(each) for each in _fresh_state(program)]
    if (
        not made
        and any("Optimizer" in source(base) for base in program.optimizer.bases)
        and "self.state[" in source(program.tree)
    ):
        init = program.method("__init__")
        made = [] if init and "self.state[" in source(init) else ["self.state.clear()"]
    if "self.t, " in "".join(made) or "self.t = " in "".join(made):
        return False
    if last:
        function.body += statements("\n".join(made))
    elif made:
        program.begin(function, "\n".join(made))
    return bool(made)


@fault("resets_state_every_step", *ALL)
def state_made_in_step(program: Program) -> bool:
    """The state is made where each step begins."""
    return _reset(program, "step", last=False)


@fault("resets_state_every_step", *ALL)
def state_emptied_on_clearing(program: Program) -> bool:
    """`zero_grad` empties the state along with the gradients."""
    return _reset(program, "zero_grad", last=True)


def _share(program: Program, text: str) -> bool:
    """Keep the state under a key that several parameters have."""
    found = False
    init = program.method("__init__")
    if init is not None and "self.state[" in source(init):
        return False  # what is there is under its own key already
    owners = {each for each in program.owners if each.isidentifier()}
    keys = owners | {f"id({each})" for each in owners}
    for node in program.working:
        if isinstance(node, ast.Subscript) and source(node.slice) in keys and "grad" not in source(node.value):
            node.slice, found = expression(text.format(_key(node.slice))), True
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn) and source(node.left) in keys:
            node.left, found = expression(text.format(_key(node.left))), True
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"setdefault", "get"} and node.args:
            if source(node.args[0]) not in keys:
                continue
            node.args[0], found = expression(text.format(_key(node.args[0]))), True
    return found and "_foreach" not in source(program.tree) and "'moments'" not in source(program.tree)


def _key(node: ast.expr) -> str:
    return source(node.args[0]) if isinstance(node, ast.Call) else source(node)


KEYS = {"state_by_shape": "{}.shape", "state_by_dimensions": "{}.dim()", "state_by_number_of_entries": "{}.numel()"}
many("shares_velocity_between_parameters", ("08",), KEYS | {"state_by_dtype": "{}.dtype"}, _share)
many("shares_moments_between_parameters", BOTH, {f"moments_{name[6:]}": text for name, text in KEYS.items()}, _share)


def _index(program: Program, text: str) -> bool:
    """Keep one entry of a list of velocities or moments for all parameters."""
    found = False
    for node in program.working:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name) and node.slice.id in {"i", "number"}:
            name = node.value.attr if isinstance(node.value, ast.Attribute) else ""
            if name in {"v", "m", "velocity", "buffers", "downhill"}:
                node.slice, found = expression(text), True
    for node in program.working:
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == "number":
            node.left = expression(text)
    return found


def _one_for_all(program: Program, text: str) -> bool:
    return _index(program, text) or _share(program, text)


many("shares_velocity_between_parameters", ("08",), {"velocity_of_the_first": "0", "velocity_of_the_last": "-1"}, _one_for_all)
many("shares_moments_between_parameters", BOTH, {"moments_of_the_first": "0"}, _one_for_all)


@fault("shares_moments_between_parameters", "09")
def one_pair_of_moments(program: Program) -> bool:
    """Every parameter is handed the first one's moments: the list holds one pair many times."""
    found = False
    for each in _fresh_state(program):
        value = each.value
        if (
            isinstance(value, ast.ListComp)
            and "zeros_like(p)" in source(value)
            and source(value.generators[0].iter) == "self.params"
        ):
            each.value = expression(f"[{source(value.elt).replace('(p)', '(self.params[0])')}] * len(self.params)")
            found = True
    return found


@fault("exhausts_parameter_generator", "08", "09")
def parameters_not_listed(program: Program) -> bool:
    """The generator itself is kept."""
    init = program.method("__init__")
    if init is None or "params[0]" in source(init).replace("self.params[0]", ""):
        return False
    if "zip(self.params" in source(program.tree) or "_foreach_mul(" in source(init):
        return False
    walked = any(each in source(node) for node in program.working for each in ("self.params", "self.weights"))
    calls = [n for n in ast.walk(init) if isinstance(n, ast.Call) and source(n) in {"list(params)", "tuple(params)"}]
    for call in calls:
        program.replace(call, expression("params"))
    counted = any(each in source(program.tree) for each in ("len(self.params)", "len(self.weights)"))
    return bool(calls) and walked and not counted


@fault("exhausts_parameter_generator", "08", "09")
def parameters_counted_first(program: Program) -> bool:
    """The parameters are counted before they are kept, which uses the generator up."""
    init = program.method("__init__")
    if init is None or "params[0]" in source(init) or not any(program.stores(name) for name in ("params", "weights")):
        return False
    program.begin(init, "self.size = sum(each.numel() for each in params)")
    return True


def _cast(program: Program, text: str) -> bool:
    return rewrite(program, program.gradients(), text) and ".double()" not in source(program.tree)


CASTS = {"gradient_to_float": "{}.float()", "gradient_to_bfloat": "{}.bfloat16()"}
many("converts_to_fixed_dtype", ("08",), CASTS, _cast)


@fault("converts_to_fixed_dtype", *BOTH)
def state_of_torchs_default_dtype(program: Program) -> bool:
    """`torch.zeros(p.shape)`, which is float32, for zeros like the parameter's."""
    calls = [n for n in ast.walk(program.tree) if isinstance(n, ast.Call) and source(n.func) == "torch.zeros_like"]
    made = [n for n in calls if not any(isinstance(each, FUNCTIONS) and each.name == "zero_grad" for each in program.above(n))]
    for call in made:
        program.replace(call, expression(f"torch.zeros({source(call.args[0])}.shape)"))
    # Moments that are made anew at each step would take the gradient's dtype all the same.
    text = source(program.tree)
    return bool(made) and any(in_place in text for in_place in (".mul_(b", "lerp_(", ".copy_(m", "['m'] +="))


# SGD: momentum, dampening, Nesterov


def _looks(program: Program) -> list[ast.IfExp]:
    return [n for n in program.working if isinstance(n, ast.IfExp) and program.role(n.test) == "nesterov"]


def _in_look(program: Program, node: ast.AST) -> bool:
    bodies = {id(each.body) for each in _looks(program)}
    return id(node) in bodies or any(id(each) in bodies for each in program.above(node))


def _velocity_factors(program: Program) -> list[ast.expr]:
    return [node for node in program.reads("momentum") if not _in_look(program, node)]


def _listed(program: Program) -> bool:
    return "_foreach" in source(program.tree)


def _momentum(program: Program, text: str) -> bool:
    return rewrite(program, program.reads("momentum"), text)


many(
    "ignores_momentum",
    ("08",),
    {
        "momentum_fixed_at_0_9": "0.9",
        "momentum_fixed_at_0_95": "0.95",
        "momentum_fixed_at_0_3": "0.3",
        "momentum_squared": "{} ** 2",
        "momentum_as_its_rest": "(1 - {})",
    },
    _momentum,
)
many(
    "ignores_momentum",
    ("08",),
    {"velocity_never_fades": "1.0", "velocity_fades_at_0_99": "0.99", "velocity_fades_at_0_5": "0.5"},
    lambda program, text: rewrite(program, _velocity_factors(program), text),
)


@fault("ignores_momentum", "08")
def momentum_overwritten(program: Program) -> bool:
    """`__init__` sets the momentum to 0."""
    init = program.method("__init__")
    if init is None or "momentum <= 0" in source(init):
        return False
    program.begin(init, "momentum = 0.0")
    return True


@fault("ignores_momentum", "08")
def velocity_kept_unused(program: Program) -> bool:
    """The velocity is kept, but without look-ahead the step is along the gradient."""
    for look in _looks(program):
        name = _gradient_name(look)
        if name is None or _listed(program):
            return False
        look.orelse = expression(name)
    return bool(_looks(program))


def _gradient_name(look: ast.IfExp) -> str | None:
    """What the gradient, decay included, is called where the look-ahead is made."""
    body = look.body
    if isinstance(body, ast.BinOp) and isinstance(body.left, ast.Name):
        return body.left.id
    if isinstance(body, ast.Call) and isinstance(body.func, ast.Attribute):
        first = body.args[0] if source(body.func.value) == "torch" else body.func.value
        return first.id if isinstance(first, ast.Name) else None
    return None


def _dampening(program: Program, text: str) -> bool:
    factors = program.one_minus("dampening")
    for node in factors:
        momentum = program.here(node, "momentum")
        if momentum is None:
            return False
        program.replace(node, expression(text.format(factor=f"({source(node)})", d=source(node.right), mu=momentum)))
    return bool(factors)


many(
    "ignores_dampening",
    ("08",),
    {
        "dampening_left_out": "1.0",
        "dampening_itself": "{d}",
        "dampening_added": "(1 + {d})",
        "dampening_halved": "(1 - {d} / 2)",
        "dampening_fixed": "(1 - (0.3 if {d} else 0.0))",
    },
    _dampening,
)
many(
    "dampens_momentum",
    ("08",),
    {
        "dampened_by_momentum": "(1 - {mu})",
        "dampened_by_both": "({factor} * (1 - {mu}))",
        "dampened_always_by_0_1": "({factor} - 0.1)",
        "dampened_by_half_the_momentum": "(1 - {mu} / 2)",
    },
    _dampening,
)


def _first_velocities(program: Program) -> list[ast.expr]:
    """What a velocity is at its first gradient, or the share of the gradient in it."""
    found: list[ast.expr] = []
    factors = {id(node) for node in program.one_minus("dampening")}
    for node in program.working:
        if isinstance(node, ast.IfExp):
            inside = [any(id(n) in factors for n in ast.walk(branch)) for branch in (node.body, node.orelse)]
            if any(inside) and not all(inside) and program.role(node.test) != "nesterov":
                found.append(node.orelse if inside[0] else node.body)
        elif isinstance(node, ast.If) and node.orelse:
            inside = [any(id(n) in factors for each in branch for n in ast.walk(each)) for branch in (node.body, node.orelse)]
            if sum(inside) != 1 or ("momentum" in source(node.test) and "buffer" not in source(node.test)):
                continue
            values = [each.value for each in (node.orelse if inside[0] else node.body) if isinstance(each, ast.Assign)]
            found += values[-1:]
    return found


def _first(program: Program, text: str, share: str) -> bool:
    firsts, factors = _first_velocities(program), program.one_minus("dampening")
    if len(firsts) != 1 or len(factors) != 1 or _listed(program):
        return False
    first, factor = firsts[0], factors[0]
    momentum = program.here(factor, "momentum")
    if momentum is None:
        return False
    parts = {"mu": momentum, "d": source(factor.right), "factor": f"({source(factor)})", "first": f"({source(first)})"}
    program.replace(first, expression(text.format(**parts)))
    program.replace(factor, expression(share.format(**parts)))
    return True


FIRSTS = {
    ("dampens_first_gradient", "first_gradient_dampened"): ("{factor} * {first}", "{factor}"),
    ("dampens_first_gradient", "first_gradient_dampened_twice"): ("{first} * (1 - {d}) ** 2", "{factor}"),
    ("averages_velocity", "velocity_is_a_mean"): ("(1 - {mu}) * {first}", "(1 - {mu})"),
    ("averages_velocity", "velocity_is_a_dampened_mean"): ("(1 - {mu}) * {first}", "(1 - {mu}) * {factor}"),
    ("averages_velocity", "velocity_is_a_mean_dampened_throughout"): (
        "(1 - {mu}) * {factor} * {first}",
        "(1 - {mu}) * {factor}",
    ),
}
for (mistake, title), (one, other) in FIRSTS.items():

    def _both(program: Program, first: str = one, share: str = other) -> bool:
        return _first(program, first, share)

    fault(mistake, "08", name=title)(_both)


def _nesterov(program: Program, text: str) -> bool:
    looks = _looks(program)
    for look in looks:
        look.test = expression(text.format(source(look.test)))
    return bool(looks)


many(
    "toggles_nesterov",
    ("08",),
    {"nesterov_inverted": "not {}", "nesterov_always": "True", "nesterov_never": "False"},
    _nesterov,
)


def _remember(program: Program, part: str, kept: str, default: str) -> bool:
    """Put what was kept at the last step in place of a part of the direction."""
    looks = _looks(program)
    init = program.method("__init__")
    owners = [each for each in program.owners if each.isidentifier()]
    if len(looks) != 1 or init is None or len(owners) != 1 or _listed(program) or "import torch" not in source(program.tree):
        return False
    look = looks[0]
    function, name = program.function(look), _gradient_name(look)
    if name is None or function is None or function not in program.optimizer.body:
        return False
    owner, velocity = owners[0], source(look.orelse)
    statement = program.statement(look)
    value = {"g": name, "b": velocity}[kept]
    before = f"old = self.{PENDING}.get({owner}, {default.format(p=owner, value=value)})\n"
    before += f"self.{PENDING}[{owner}] = {value}.clone()"
    if part == "orelse":
        look.orelse = expression("old")
    else:
        momentum = program.here(look, "momentum")
        look.body = expression(f"old + {momentum} * {velocity}")
    program.insert(statement, before)
    init.body += statements(f"self.{PENDING} = {{}}")
    return True


@fault("steps_along_previous_velocity", "08")
def velocity_of_the_step_before(program: Program) -> bool:
    """Without look-ahead the step is along the velocity of the step before."""
    return _remember(program, "orelse", "b", "torch.zeros_like({p})")


@fault("looks_ahead_with_old_gradient", "08")
def look_ahead_from_zero(program: Program) -> bool:
    """The look-ahead adds the gradient of the step before, at first zeros."""
    return _remember(program, "body", "g", "torch.zeros_like({p})")


@fault("looks_ahead_with_old_gradient", "08")
def look_ahead_from_the_first(program: Program) -> bool:
    """The look-ahead adds the gradient of the step before, at first its own."""
    return _remember(program, "body", "g", "{value}")


def _momentum_block(program: Program) -> ast.If | None:
    """The `if momentum:` in which the velocity is updated."""
    ifs = [n for n in program.working if isinstance(n, ast.If)]
    return next((n for n in ifs if any(program.role(each) == "momentum" for each in ast.walk(n.test))), None)


def _into_velocity(program: Program, rate: str) -> bool:
    looks, block, updates = _looks(program), _momentum_block(program), program.updates()
    if len(looks) != 1 or block is None or _listed(program) or len(updates) != 1 or len(program.reads("lr")) != 1:
        return False
    name, lr = _gradient_name(looks[0]), program.reads("lr")[0]
    if name is None or program.function(looks[0]) is not program.function(lr):
        return False
    program.insert(block, rate.format(g=name, lr=source(lr)))
    program.replace(lr, ast.Constant(1.0))
    return True


RATES = {"rate_times_gradient_first": "{g} = {lr} * {g}", "gradient_scaled_before_velocity": "{g} = {g}.mul({lr})"}
many("puts_learning_rate_in_velocity", ("08",), RATES, _into_velocity)


@fault("aliases_gradient_as_velocity", "08")
def velocity_not_copied(program: Program) -> bool:
    """The first velocity is the very tensor in `.grad` where nothing decays."""
    if _listed(program) or _first_velocities(program) == []:
        return False
    found = False
    for node in list(program.working):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clone":
            program.replace(node, node.args[0] if node.args else node.func.value)
            found = True
    sums = [n for n in program.working if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add)]
    for total in sums:
        decays = [n for n in ast.walk(total.right) if program.role(n) == "weight_decay"]
        if decays and source(total.left).endswith(".grad") and isinstance(program.parents[total], ast.Assign | ast.Return):
            test = source(decays[0])
            program.replace(total, expression(f"{source(total)} if {test} else {source(total.left)}"))
            found = True
    return found


# SGD: weight decay


def _decay(program: Program, text: str) -> bool:
    for node in program.reads("weight_decay"):
        parts = {"wd": f"({source(node)})", "lr": program.here(node, "lr"), "mu": program.here(node, "momentum")}
        if any("{" + key + "}" in text and value is None for key, value in parts.items()):
            return False
        program.replace(node, expression(text.format(**parts)))
    return bool(program.reads("weight_decay"))


many("ignores_weight_decay", ("08",), {"decay_times_nothing": "0 * {wd}", "decay_of_zero": "0.0"}, _decay)
many("ignores_weight_decay", ("10",), {"decay_times_zero": "0 * {wd}"}, _decay)
many("doubles_weight_decay", ("08", "10"), {"decay_doubled": "2 * {wd}", "decay_added_to_itself": "({wd} + {wd})"}, _decay)
many(
    "misplaces_weight_decay",
    ("08",),
    {
        "decay_times_rate": "{lr} * {wd}",
        "decay_with_momentum_only": "({wd} if {mu} else 0)",
        "decay_without_momentum_only": "(0 if {mu} else {wd})",
    },
    _decay,
)
many("decays_biases", ("08",), {"vectors_spared": "{wd} * ({p}.dim() > 1)"}, lambda program, text: _spare(program, text))


def _spare(program: Program, text: str) -> bool:
    """Let the decay depend on the parameter's shape."""
    owners = [each for each in program.owners if each.isidentifier()]
    if len(owners) != 1 or _listed(program):
        return False
    return rewrite(program, program.reads("weight_decay"), text.format(wd="{}", p=owners[0]))


@fault("ignores_weight_decay", "08")
def decay_overwritten(program: Program) -> bool:
    """`__init__` sets the decay to 0."""
    init = program.method("__init__")
    if init is None:
        return False
    program.begin(init, "weight_decay = 0.0")
    return True


def _decay_afterwards(program: Program, text: str, after: bool) -> bool:
    """Take the decay out of the gradient, and put it beside the update."""
    updates, reads = program.updates(), program.reads("weight_decay")
    if len(updates) != 1 or len(reads) != 1 or _listed(program):
        return False
    update, owner = updates[0], program.changed(updates[0])
    decay, rate = program.here(update, "weight_decay"), program.here(update, "lr")
    if decay is None or rate is None or owner is None or not owner.isidentifier():
        return False
    program.replace(reads[0], ast.Constant(0.0))
    tensor = f"{owner}.data" if ".data" in source(update) else owner
    program.insert(update, text.format(p=tensor, lr=rate, wd=decay), after)
    return True


BESIDE = {
    "decay_subtracted_afterwards": ("{p}.sub_({p}, alpha={lr} * {wd})", True),
    "decay_subtracted_before": ("{p}.sub_({lr} * {wd} * {p})", False),
    "decay_of_all_afterwards": ("{p}.mul_(1 - {wd})", True),
}
for title, (one, later) in BESIDE.items():

    def _beside(program: Program, text: str = one, after: bool = later) -> bool:
        return _decay_afterwards(program, text, after)

    fault("misplaces_weight_decay", "08", name=title)(_beside)


# Adam: bias correction and the step count


def _corrections(program: Program, betas: tuple[str, ...], text: str) -> bool:
    """Write the corrections of these betas otherwise; all of them have to be there."""
    groups = [program.corrections(beta) for beta in betas]
    for node in [each for group in groups for each in group]:
        parts = {"beta": source(node.right.left), "t": source(node.right.right)}
        parent = program.parents[node]
        if text == "" and isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and parent.right is node:
            put_bare(program, parent, parent.left)
        else:
            program.replace(node, expression((text or "1.0").format(**parts)))
    return all(groups)


CORRECTIONS: dict[str, list[tuple[str, tuple[str, ...], str]]] = {
    "omits_bias_correction": [("corrections_left_out", ("beta1", "beta2"), "")],
    "omits_bias_correction_of_m": [("correction_of_m_left_out", ("beta1",), "")],
    "omits_bias_correction_of_v": [("correction_of_v_left_out", ("beta2",), "")],
    "never_advances_step_count": [
        ("corrections_without_power", ("beta1", "beta2"), "(1 - {beta})"),
        ("correction_of_m_without_power", ("beta1",), "(1 - {beta})"),
        ("correction_of_v_without_power", ("beta2",), "(1 - {beta})"),
        ("corrections_by_a_product", ("beta1", "beta2"), "(1 - {beta} * {t})"),
        ("corrections_to_the_power_of_one", ("beta1", "beta2"), "(1 - {beta} ** 1)"),
    ],
    "counts_steps_from_zero": [("counted_one_too_few", ("beta1", "beta2"), "(1 - {beta} ** ({t} - 1))")],
    "counts_steps_from_two": [
        ("counted_one_too_many", ("beta1", "beta2"), "(1 - {beta} ** (1 + {t}))"),
        ("corrected_by_the_next_power", ("beta1", "beta2"), "(1 - {beta} * {beta} ** {t})"),
    ],
}
for mistake, ways in CORRECTIONS.items():
    for title, which, written in ways:

        def _correct(program: Program, betas: tuple[str, ...] = which, text: str = written) -> bool:
            negative = "{beta} * {t}" in text and "math.sqrt" in source(program.tree)  # it has no root
            return not negative and _corrections(program, betas, text)

        fault(mistake, *BOTH, name=title)(_correct)


def _counts(program: Program) -> list[ast.stmt]:
    """The statements that raise the step count."""
    powers = [each.right for beta in ("beta1", "beta2") for each in program.corrections(beta)]
    names = {source(each.right) for each in powers}
    raised = [n for n in program.working if isinstance(n, ast.AugAssign) and source(n.target) in names]
    renamed = [n for n in program.working if isinstance(n, ast.Assign) and source(n.targets[0]) in names and "+ 1" in source(n)]
    return raised + [each for each in renamed if len(each.targets) == 1 and isinstance(each.value, ast.BinOp)]


@fault("counts_steps_from_zero", *BOTH)
def counted_at_the_end(program: Program) -> bool:
    """The count goes up when the step is done."""
    counts = _counts(program)
    if len(counts) != 1:
        return False
    block = program.block(counts[0])
    block[:] = [each for each in block if each is not counts[0]]
    place = len(block) - isinstance(block[-1], ast.Return)
    block.insert(place, counts[0])
    return len(block) > 1


def _starts(program: Program) -> list[tuple[ast.AST, str, int]]:
    """Where the count's first value, 0, is written: the field of a node, and a place in a list."""
    found: list[tuple[ast.AST, str, int]] = []
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
            found += [(node, "values", i) for i, key in enumerate(keys) if key == "t" and is_number(node.values[i], 0)]
        elif isinstance(node, ast.keyword) and node.arg == "t" and is_number(node.value, 0):
            found.append((node, "value", -1))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and is_number(node.value, 0):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
            found += [(node, "value", -1)] if name in {"t", "steps"} else []
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Tuple):
            pairs = zip(node.targets[0].elts, node.value.elts, strict=False)
            found += [(node.value, "elts", i) for i, (t, v) in enumerate(pairs) if source(t) == "self.t" and is_number(v, 0)]
    return found


def _start(program: Program, value: int) -> bool:
    starts = _starts(program)
    for node, field, place in starts:
        if place < 0:
            setattr(node, field, ast.Constant(value))
        else:
            getattr(node, field)[place] = ast.Constant(value)
    return len(starts) == 1


@fault("counts_steps_from_two", *BOTH)
def count_starts_at_one(program: Program) -> bool:
    """The count is 1 before the first step raises it."""
    return _start(program, 1)


@fault("never_advances_step_count", *BOTH)
def count_stays_one(program: Program) -> bool:
    """The count is 1 and stays so."""
    counts = _counts(program)
    for each in counts:
        program.remove(each)
    return bool(counts) and _start(program, 1)


def _count_each(program: Program, last: bool) -> bool:
    """Raise a count for the whole optimizer at each parameter."""
    counts, guards = _counts(program), [each for each in _guards(program) if _skips(each)]
    if len(counts) != 1 or len(guards) != 1 or "self." not in source(counts[0]):
        return False
    if any(isinstance(each, ast.For) for each in program.above(counts[0])):
        return False
    program.remove(counts[0])
    program.insert(guards[0], source(counts[0]), after=True)
    if last:
        block = program.block(guards[0])
        place = next(i for i, each in enumerate(block) if each is guards[0])
        block.append(block.pop(place + 1))
        return _start(program, 1)
    return True


@fault("counts_every_parameter_as_a_step", *BOTH)
def counted_at_each_parameter(program: Program) -> bool:
    """The count goes up inside the loop over the parameters."""
    return _count_each(program, last=False)


@fault("counts_every_parameter_as_a_step", *BOTH)
def counted_after_each_parameter(program: Program) -> bool:
    """The count starts at 1 and goes up after each parameter."""
    return _count_each(program, last=True)


@fault("counts_every_parameter_as_a_step", *BOTH)
def counted_before_asking(program: Program) -> bool:
    """The count goes up at each parameter, those without a gradient included."""
    counts, guards = _counts(program), [each for each in _guards(program) if _skips(each)]
    if len(counts) != 1 or len(guards) != 1 or any(isinstance(each, ast.For) for each in program.above(counts[0])):
        return False
    if "self." not in source(counts[0]):
        return False
    program.remove(counts[0])
    program.insert(guards[0], source(counts[0]))
    return True


# Adam: the moments


def _unweighted(program: Program, beta: str) -> bool:
    """Take 1 - beta away from what goes into a moment."""
    weights = program.one_minus(beta)
    return bool(weights) and all(_unweigh(program, each) for each in weights)


def _unweigh(program: Program, weight: ast.BinOp) -> bool:
    parent, beta = program.parents[weight], source(weight.right)
    if isinstance(parent, ast.keyword):
        call = program.parents[parent]
        call.keywords.remove(parent)
        return True
    if isinstance(parent, ast.Call) and source(parent.func) == "torch._foreach_addcmul_":
        program.replace(weight, ast.Constant(1.0))
        return True
    if isinstance(parent, ast.Call) and source(parent.func) == "torch._foreach_lerp_":
        moments, gradients = source(parent.args[0]), source(parent.args[1])
        statement = program.statement(parent)
        program.insert(statement, f"torch._foreach_mul_({moments}, {beta})")
        program.replace(parent, expression(f"torch._foreach_add_({moments}, {gradients})"))
        return True
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr == "lerp_":
        program.replace(parent, expression(f"{source(parent.func.value)}.mul_({beta}).add_({source(parent.args[0])})"))
        return True
    if not isinstance(parent, ast.BinOp) or not isinstance(parent.op, ast.Mult):
        return False
    other = parent.right if parent.left is weight else parent.left
    if not isinstance(other, ast.BinOp) or not isinstance(other.op, ast.Sub):
        program.replace(parent, other)
        return True
    whole = program.parents[parent]
    if isinstance(whole, ast.AugAssign):
        target = source(whole.target)
        program.replace(whole, statements(f"{target} = {beta} * {target} + {source(other.left)}")[0])
        return True
    if isinstance(whole, ast.BinOp):
        program.replace(whole, expression(f"{beta} * {source(whole.left)} + {source(other.left)}"))
        return True
    return False


@fault("drops_one_minus_beta1", *BOTH)
def weight_of_m_left_out(program: Program) -> bool:
    """m takes in the whole gradient."""
    return _unweighted(program, "beta1")


@fault("drops_one_minus_beta2", *BOTH)
def weight_of_v_left_out(program: Program) -> bool:
    """v takes in the whole square."""
    return _unweighted(program, "beta2")


@fault("drops_one_minus_beta", *BOTH)
def weights_left_out(program: Program) -> bool:
    """Both take in the whole."""
    return _unweighted(program, "beta1") and _unweighted(program, "beta2")


def _betas(program: Program, text: str) -> bool:
    init = program.method("__init__")
    if init is None:
        return False
    program.begin(init, f"betas = {text}")
    return True


many(
    "changes_betas",
    BOTH,
    {
        "betas_fixed": "(0.85, 0.98)",
        "beta1_fixed_at_0_5": "(0.5, betas[1])",
        "beta1_fixed_at_0_95": "(0.95, betas[1])",
        "beta2_fixed_at_0_98": "(betas[0], 0.98)",
        "beta2_fixed_at_0_8": "(betas[0], 0.8)",
        "beta1_for_both": "(betas[0], betas[0])",
        "beta2_for_both": "(betas[1], betas[1])",
        "betas_rooted": "(betas[0] ** 0.5, betas[1])",
        "beta2_squared": "(betas[0], betas[1] ** 2)",
    },
    _betas,
)


def _betas_used(program: Program, text: str) -> bool:
    """Use another beta than the one given for one of the moments, wherever it stands."""
    if _betas_elsewhere(program):
        return False
    return rewrite(program, program.reads(text.split(" ")[0]), text.split(" ", 1)[1])


many("changes_betas", BOTH, {"beta1_less": "beta1 ({} - 0.2)", "beta2_less": "beta2 ({} - 0.1)"}, _betas_used)


def _betas_elsewhere(program: Program) -> bool:
    """Whether the update handles the pair as a whole, or counts through it."""
    unpacked = {id(value) for _, value in program.pairs}
    for node in program.working:
        if not isinstance(node, ast.expr) or program.role(node) != "betas" or id(node) in unpacked:
            continue
        parent = program.parents[node]
        if not (isinstance(parent, ast.Subscript) and isinstance(parent.slice, ast.Constant)) or program.passes_on(parent):
            return True
    return False


@fault("swaps_betas", *BOTH)
def betas_reversed(program: Program) -> bool:
    """The pair is turned round in `__init__`."""
    return _betas(program, "(betas[1], betas[0])")


@fault("swaps_betas", *BOTH)
def betas_unpacked_in_reverse(program: Program) -> bool:
    """The pair is unpacked in reverse, or its places are taken for each other."""
    found = False
    if _betas_elsewhere(program):
        return False
    for target, value in program.pairs:
        if isinstance(target, ast.Tuple) and len(target.elts) == 2 and program.role(value) == "betas":
            target.elts.reverse()
            found = True
    places = [n for n in program.working if isinstance(n, ast.Subscript) and program.role(n) in {"beta1", "beta2"}]
    for node in places:
        if isinstance(node.slice, ast.Constant):
            node.slice, found = ast.Constant(1 - node.slice.value), True
    return found


def _moment(program: Program, beta: str) -> str | None:
    """How the moment of a beta is written where it is corrected."""
    for node in program.corrections(beta):
        parent = program.parents[node]
        if (
            isinstance(parent, ast.BinOp)
            and isinstance(parent.op, ast.Div)
            and parent.right is node
            and "lr" not in source(parent.left)
        ):
            return source(parent.left) if "rate" not in source(parent.left) else None
    calls = [n for n in program.working if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    divided = [n for n in calls if n.func.attr == "addcdiv_"]
    if beta == "beta1" and divided:
        return source(divided[0].args[0])
    roots = [n for n in calls if n.func.attr == "sqrt" and source(n.func.value) != "math"]
    return source(roots[0].func.value) if beta == "beta2" and divided and roots else None


def _moment_statements(program: Program, beta: str) -> list[ast.stmt]:
    """The statements that take a new gradient into a moment."""
    found = [program.statement(each) for each in program.one_minus(beta)]
    for node in program.reads(beta):
        statement = program.statement(node)
        if "_foreach_mul_" in source(statement) and statement not in found:
            found.insert(0, statement)
    return found


def _gradient_in(program: Program, statement: ast.stmt) -> list[ast.expr]:
    """The gradients in a statement, also by the names they were given."""
    names = {source(t) for t, v in program.pairs if isinstance(t, ast.Name) and GRADIENT.search(source(v))} | {
        "g",
        "grad",
        "gradient",
    }
    direct = [n for n in ast.walk(statement) if isinstance(n, ast.Attribute) and n.attr == "grad"]
    named = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id in names and isinstance(n.ctx, ast.Load)]
    return direct + named


def _squares(program: Program, to: Callable[[str], str | None]) -> bool:
    """Put something else in place of the squares that v takes in. `to` makes the text of it from the gradient's."""
    found = False
    for statement in program.working:
        if not isinstance(statement, ast.stmt) or hasattr(statement, "body"):
            continue
        gradients = {source(each) for each in _gradient_in(program, statement)}
        for node in list(ast.walk(statement)):
            base, new = _square(node, gradients)
            text = to(base) if base else None
            if text is not None:
                program.replace(node, expression(new.format(f"({text})" if not text.isidentifier() else text)))
                found = True
    return found


def _square(node: ast.AST, gradients: set[str]) -> tuple[str, str]:
    """The base of a square, and the text around what takes its place."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and is_number(node.right, 2):
        return (source(node.left), "{}") if source(node.left) in gradients else ("", "")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and source(node.right) in gradients:
        base = source(node.right)
        if source(node.left) == base:
            return base, "{}"
        if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Mult) and source(node.left.right) == base:
            return base, f"({source(node.left.left)}) * {{}}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        base = source(node.func.value)
        if base in gradients and (node.func.attr == "square" or (node.func.attr == "pow" and is_number(node.args[0], 2))):
            return base, "{}"
        same = len(node.args) == 2 and source(node.args[0]) == source(node.args[1])
        if node.func.attr == "addcmul_" and same and source(node.args[0]) in gradients:
            alpha = [source(each.value) for each in node.keywords if each.arg == "value"]
            return source(node.args[0]), f"{base}.add_({{}}{f', alpha={alpha[0]}' if alpha else ''})"
    return "", ""


@fault("averages_absolute_gradients", *BOTH)
def sizes_for_squares(program: Program) -> bool:
    """v takes in |g|, and its root is taken."""
    return _squares(program, lambda gradient: f"{gradient}.abs()")


@fault("averages_absolute_gradients", *BOTH)
def roots_of_squares(program: Program) -> bool:
    """v takes in the root of each square, and no root is taken later."""
    changed = _squares(program, lambda gradient: f"({gradient} ** 2).sqrt()")
    program.refresh()
    return changed and _unrooted(program, spare="** 2")


@fault("squares_first_moment", *BOTH)
def square_of_m(program: Program) -> bool:
    """v takes in the square of m."""
    moment = _moment(program, "beta1")
    return moment is not None and _squares(program, lambda _: f"({moment}) ** 2")


@fault("squares_first_moment", *BOTH)
def product_with_m(program: Program) -> bool:
    """v takes in m times m."""
    moment = _moment(program, "beta1")
    return moment is not None and _squares(program, lambda _: f"{moment} * {moment}")


@fault("centres_second_moment", *BOTH)
def square_around_m(program: Program) -> bool:
    """v takes in the square of the distance from m."""
    moment = _moment(program, "beta1")
    return moment is not None and _squares(program, lambda gradient: f"({gradient} - {moment}) ** 2")


@fault("centres_second_moment", *BOTH)
def square_around_corrected_m(program: Program) -> bool:
    """v takes in the square of the distance from the corrected m."""
    moment, corrections = _moment(program, "beta1"), program.corrections("beta1")
    if moment is None or not corrections:
        return False
    correction = source(corrections[0])
    return _squares(program, lambda gradient: f"({gradient} - {moment} / ({correction})) ** 2")


@fault("uses_previous_momentum", *BOTH)
def moments_after_the_update(program: Program) -> bool:
    """The moments take in the gradient when the parameter has moved."""
    later = [*_moment_statements(program, "beta1"), *_moment_statements(program, "beta2")]
    updates = program.updates()
    if not updates or len(later) < 2:
        return False
    block = program.block(updates[-1])
    if not all(any(each is one for one in block) for each in later):
        return False
    rest = [each for each in block if not any(each is one for one in later)]
    stored = [each for each in rest if source(each).startswith("self.moments[p] =")]
    block[:] = [each for each in rest if each not in stored] + later + stored
    return True


@fault("uses_previous_momentum", *BOTH)
def moments_copied_early(program: Program) -> bool:
    """The direction is copied from m before m takes in the gradient."""
    moment, later = _moment(program, "beta1"), _moment_statements(program, "beta1")
    updates = program.updates()
    if moment is None or len(later) != 1 or not updates or _listed(program) or source(later[0]).startswith("m ="):
        return False
    block = program.block(later[0])
    users = [
        n
        for n in program.working
        if isinstance(n, ast.expr) and source(n) == moment and isinstance(getattr(n, "ctx", None), ast.Load)
    ]
    numerators = [n for n in users if _is_numerator(program, n)]
    if not numerators or not any(program.statement(numerators[0]) is each for each in block):
        return False
    for node in numerators:
        program.replace(node, ast.Name("old_m", ast.Load()))
    program.insert(later[0], f"old_m = {moment}.clone()")
    return True


def _is_numerator(program: Program, node: ast.AST) -> bool:
    """Whether m stands over its correction here, or is what addcdiv_ divides."""
    parent = program.parents[node]
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and parent.left is node:
        return any(parent.right is each for each in program.corrections("beta1"))
    return isinstance(parent, ast.Call) and getattr(parent.func, "attr", "") == "addcdiv_" and parent.args[0] is node


def _numerators(program: Program) -> list[ast.expr]:
    """m over its correction; m alone where the correction is part of the step size."""
    found = []
    for node in program.working:
        if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", None), ast.Load) and _is_numerator(program, node):
            parent = program.parents[node]
            found.append(parent if isinstance(parent, ast.BinOp) else node)
    return [each for each in found if "lr" not in source(each) and "rate" not in source(each)]


def _gradient_near(program: Program, node: ast.AST) -> str | None:
    """How the gradient is written in the function that `node` is in."""
    function = program.function(node)
    statements_of = [n for n in ast.walk(function) if isinstance(n, ast.stmt) and n is not function] if function else []
    inside = [each for statement in statements_of for each in _gradient_in(program, statement) if not program.asks(each)]
    names = [each for each in inside if isinstance(each, ast.Name)]
    return source((names or inside)[0]) if inside else None


def _raw(program: Program) -> bool:
    numerators = _numerators(program)
    if not numerators or _listed(program):
        return False
    for node in numerators:
        gradient = _gradient_near(program, node)
        if gradient is None:
            return False
        if not isinstance(node, ast.BinOp):
            for correction in program.corrections("beta1"):
                program.replace(correction, ast.Constant(1.0))
        program.replace(node, expression(gradient))
    return True


@fault("steps_along_raw_gradient", *BOTH)
def gradient_for_m(program: Program) -> bool:
    """The numerator is the gradient."""
    return _raw(program)


@fault("uses_rmsprop", *BOTH)
def neither_m_nor_correction(program: Program) -> bool:
    """The numerator is the gradient, and v isn't corrected."""
    return _raw(program) and _corrections(program, ("beta2",), "")


@fault("uses_adam_variant", *BOTH)
def nesterov_in_the_numerator(program: Program) -> bool:
    """NAdam: the numerator looks ahead along m."""
    numerators = [each for each in _numerators(program) if isinstance(each, ast.BinOp)]
    if len(numerators) != 1 or _listed(program):
        return False
    node = numerators[0]
    gradient, power = _gradient_near(program, node), node.right.right
    beta, count = source(power.left), source(power.right)
    if gradient is None:
        return False
    text = (
        f"{beta} * ({source(node.left)}) / (1 - {beta} ** ({count} + 1)) + (1 - {beta}) * {gradient} / (1 - {beta} ** {count})"
    )
    program.replace(node, expression(text))
    return True


@fault("uses_adam_variant", *BOTH)
def largest_for_the_mean(program: Program) -> bool:
    """Adamax: v is the largest |g|, fading, without correction and root."""
    found = False
    for node in list(program.working):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call) or not program.one_minus("beta2"):
            continue
        text, gradients = source(node), _gradient_in(program, node)
        if ".mul_(" not in text or program.role(_argument(node, "mul_")) != "beta2" or not gradients:
            continue
        moment = text[: text.index(".mul_(")]
        size = f"{source(gradients[0])}.abs()"
        program.replace(
            node.value, expression(f"torch.maximum({moment}.mul_({source(_argument(node, 'mul_'))}), {size}, out={moment})")
        )
        found = True
    return found and "import torch" in source(program.tree) and _unrooted(program) and _corrections(program, ("beta2",), "")


def _argument(node: ast.AST, method: str) -> ast.AST:
    """The first argument of a method that is called somewhere in there."""
    calls = [
        n for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == method
    ]
    return calls[0].args[0] if calls and calls[0].args else ast.Constant(0)


@fault("uses_amsgrad", *BOTH)
def largest_second_moment(program: Program) -> bool:
    """The largest corrected v so far is what is divided by."""
    owners = [each for each in program.owners if each.isidentifier()]
    for node in program.corrections("beta2"):
        whole, function = program.parents[node], program.function(node)
        if not isinstance(whole, ast.BinOp) or not isinstance(whole.op, ast.Div) or _listed(program) or len(owners) != 1:
            return False
        if function is None or function not in program.optimizer.body or isinstance(function.body[0], ast.Yield):
            return False
        init = program.method("__init__")
        init.body += statements("self.peaks = {}")
        peak = "def peak(self, p, v):\n    self.peaks[p] = torch.maximum(self.peaks[p], v) if p in self.peaks else v.clone()\n"
        program.optimizer.body += statements(f"{peak}    return self.peaks[p]")
        put_bare(program, whole, expression(f"self.peak({owners[0]}, {source(whole)})"))
        return True
    return False


@fault("uses_the_other_optimizer", *BOTH)
def nothing_to_divide_by(program: Program) -> bool:
    """SGD with momentum: m alone, not divided by the root of v."""
    updates = program.updates()
    if len(updates) != 1 or _listed(program) or "alpha_t" in source(program.tree) or "alpha *" in source(program.tree):
        return False
    update, found = updates[0], False
    for node in list(ast.walk(update)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and "eps" in source(node.right):
            program.replace(node, node.left)
            found = True
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "addcdiv_":
            value = next(each.value for each in node.keywords if each.arg == "value")
            tensor = source(node.func.value)
            program.replace(node, expression(f"{tensor}.add_({source(node.args[0])}, alpha={source(value)})"))
            found = True
    return found


@fault("uses_the_other_optimizer", "09")
def plain_gradient_descent(program: Program) -> bool:
    """SGD without anything: the gradient times the rate."""
    updates = program.updates()
    if len(updates) != 1 or _listed(program) or isinstance(program.parents[updates[0]], ast.Module):
        return False
    gradient, rate, tensor = (
        _gradient_near(program, updates[0]),
        program.here(updates[0], "lr"),
        program.changed(updates[0]),
    )
    if gradient is None or rate is None or tensor is None or not any(each in source(updates[0]) for each in ("lr", "step")):
        return False
    tensor = f"{tensor}.data" if ".data" in source(updates[0]) else tensor
    program.replace(updates[0], statements(f"{tensor}.sub_({gradient}, alpha={rate})")[0])
    return True


@fault("stores_corrected_moments", *BOTH)
def moments_divided_in_place(program: Program) -> bool:
    """m and v themselves are divided by their corrections."""
    return _store(program, ("beta1", "beta2"))


@fault("stores_corrected_moments", *BOTH)
def m_divided_in_place(program: Program) -> bool:
    """m itself is divided by its correction."""
    return _store(program, ("beta1",))


@fault("stores_corrected_moments", *BOTH)
def v_divided_in_place(program: Program) -> bool:
    """v itself is divided by its correction."""
    return _store(program, ("beta2",))


def _store(program: Program, betas: tuple[str, ...]) -> bool:
    for beta in betas:
        found = False
        for node in program.corrections(beta):
            whole = program.parents[node]
            if not isinstance(whole, ast.BinOp) or not isinstance(whole.op, ast.Div) or whole.right is not node:
                continue
            if isinstance(whole.left, ast.Name | ast.Attribute | ast.Subscript) and program.role(whole.left) != "lr":
                put_bare(program, whole, expression(f"{source(whole.left)}.div_({source(node)})"))
                found = True
        if not found:
            return False
    return True


@fault("shares_state_between_moments", *BOTH)
def m_for_v(program: Program) -> bool:
    """v is another name for m."""
    moments = [_moment(program, beta) for beta in ("beta1", "beta2")]
    if None in moments or moments[0] == moments[1] or _listed(program):
        return False
    if any(source(t) in moments and isinstance(t, ast.Name) for t, v in program.pairs if isinstance(v, ast.BinOp)):
        return False
    function = program.function(program.corrections("beta1")[0])
    inside = list(ast.walk(function)) if function else []
    found = [n for n in inside if isinstance(n, ast.expr) and source(n) == moments[1] and not isinstance(n, ast.Constant)]
    for node in found:
        new = expression(str(moments[0]))
        new.ctx = node.ctx
        program.replace(node, new)
    return len(found) > 1


@fault("shares_state_between_moments", "09")
def moments_made_as_one(program: Program) -> bool:
    """One set of zeros, or one dict, is given to both."""
    made = [each for each in _fresh_state(program) if isinstance(each.targets[0], ast.Attribute)]
    if len(made) == 2 and source(made[0].value) == source(made[1].value):
        made[1].value = expression(source(made[0].targets[0]))
        return True
    text = source(program.tree)
    in_place = ".mul_(" in text and ".lerp_" not in text
    for node in ast.walk(program.tree) if in_place else []:
        same = isinstance(node, ast.Tuple) and len(node.elts) >= 2 and source(node.elts[-1]) == source(node.elts[-2])
        if same and "zeros_like" in source(node.elts[-1]):
            rest = "".join(f"{source(each)}, " for each in node.elts[:-2])
            program.replace(node, expression(f"({rest}*([{source(node.elts[-1])}] * 2),)"))
            return True
    return False


@fault("puts_learning_rate_in_moment", "09")
def rate_times_gradient_in_m(program: Program) -> bool:
    """m takes in lr * g, and the update has no rate."""
    later, reads = _moment_statements(program, "beta1"), program.reads("lr")
    if len(later) != 1 or len(reads) != 1 or _listed(program):
        return False
    rate = source(reads[0])
    gradients = _gradient_in(program, later[0])
    if not gradients or program.function(reads[0]) is not program.function(later[0]):
        return False
    program.replace(reads[0], ast.Constant(1.0))
    return rewrite(program, gradients, f"{rate} * {{}}")


# Adam: the root and eps


def _roots(program: Program) -> list[tuple[ast.expr, ast.expr]]:
    """Each root in the update, and what is under it."""
    found: list[tuple[ast.expr, ast.expr]] = []
    for node in program.working:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"sqrt", "sqrt_"}:
            under = node.args[0] if node.args else node.func.value
            found.append((node, under))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and is_number(node.right, 0.5):
            found.append((node, node.left))
    return found


def _unrooted(program: Program, spare: str = "nothing") -> bool:
    """Take no root anywhere: of v, and of its correction where that has one of its own."""
    lists = [n for n in ast.walk(program.tree) if isinstance(n, ast.Expr) and "_foreach_sqrt_" in source(n)]
    for statement in lists:
        program.remove(statement)
    roots = [(root, under) for root, under in _roots(program) if spare not in source(under)]
    for root, under in roots:
        put_bare(program, root, under)
    return bool(roots or lists)


@fault("omits_sqrt", *BOTH)
def root_left_out(program: Program) -> bool:
    """The update divides by v."""
    return _unrooted(program)


def _sums(program: Program) -> list[tuple[ast.expr, ast.expr, ast.expr]]:
    """Where eps is added: the sum, what it is added to, and the summand with eps in it."""
    found: list[tuple[ast.expr, ast.expr, ast.expr]] = []
    for node in program.reads("eps"):
        summand: ast.AST = node
        parent = program.parents[summand]
        while isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult):
            summand, parent = parent, program.parents[parent]
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add) and parent.right is summand:
            found.append((parent, parent.left, summand))
        elif isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr in {"add", "add_"}:
            found.append((parent, parent.func.value, summand))
    return found


@fault("omits_eps", *BOTH)
def eps_left_out(program: Program) -> bool:
    """Nothing is added to the root."""
    sums = _sums(program)
    for whole, root, _ in sums:
        program.replace(whole, root)
    lists = [n for n in ast.walk(program.tree) if isinstance(n, ast.Expr) and source(n).startswith("torch._foreach_add_(roots")]
    for statement in lists:
        program.remove(statement)
    return bool(sums or lists)


@fault("omits_eps", *BOTH)
def eps_times_zero(program: Program) -> bool:
    """0 is added to the root."""
    return rewrite(program, program.reads("eps"), "0.0")


many(
    "changes_eps",
    BOTH,
    {
        "eps_fixed_at_1e_2": "0.01",
        "eps_fixed_at_3e_8": "3e-08",
        "eps_fixed_at_1e_9": "1e-09",
        "eps_tenfold": "10 * {}",
        "eps_tripled": "3 * {}",
        "eps_halved": "{} / 2",
        "eps_rooted": "{} ** 0.5",
        "eps_squared": "{} ** 2",
    },
    lambda program, text: rewrite(program, program.reads("eps"), text),
)


def _under(program: Program, text: str) -> bool:
    """Put eps under the root that it is added to."""
    found = False
    for whole, root, summand in _sums(program):
        under = next((inner for each, inner in _roots(program) if each is root), None)
        if under is None or isinstance(summand, ast.BinOp):
            return False
        program.replace(whole, expression(f"({source(under)} + {text.format(source(summand))}) ** 0.5"))
        found = True
    return found


many("puts_eps_inside_sqrt", BOTH, {"eps_under_the_root": "{}", "square_of_eps_under_the_root": "{} ** 2"}, _under)


@fault("puts_eps_inside_sqrt", *BOTH)
def eps_added_before_its_root(program: Program) -> bool:
    """eps is added to v, ahead of the correction and the root."""
    sums = _sums(program)
    moment = _moment(program, "beta2")
    if len(sums) != 1 or moment is None or isinstance(sums[0][2], ast.BinOp):
        return False
    whole, root, summand = sums[0]
    eps = source(summand)
    function = program.function(whole)
    inside = {id(each) for each in ast.walk(function)} if function else set()
    for node in program.corrections("beta2"):
        parent = program.parents[node]
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and parent.right is node and id(parent) in inside:
            program.replace(parent.left, expression(f"({source(parent.left)} + {eps})"))
            program.replace(whole, root)
            return True
    return False


@fault("adds_eps_before_correction", *BOTH)
def corrected_with_eps(program: Program) -> bool:
    """The sum of root and eps is divided by the root of the correction."""
    sums, corrections = _sums(program), program.corrections("beta2")
    if len(sums) != 1 or len(corrections) != 1 or program.function(sums[0][0]) is not program.function(corrections[0]):
        return False
    whole, root, summand = sums[0]
    correction = corrections[0]
    parent, text = program.parents[correction], source(correction)
    if isinstance(summand, ast.BinOp):
        names = [each for each in (summand.left, summand.right) if program.role(each) == "eps"]
        program.replace(summand, names[0])
        return True
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and parent.right is correction:
        put_bare(program, parent, parent.left)
        program.replace(whole, expression(f"({source(whole)}) / ({text}) ** 0.5"))
        return True
    if ".div_(" in source(root):
        inner = root.func.value
        program.replace(whole, expression(f"{source(inner)}.add_({source(summand)}).div_({source(root.args[0])})"))
        return True
    return False


# AdamW: the decay


def _factors(program: Program) -> list[ast.BinOp]:
    """`1 - lr * weight_decay`."""
    return [n for n in program.subtractions if any(program.role(each) == "weight_decay" for each in ast.walk(n.right))]


def _rates_of_decay(program: Program) -> list[tuple[ast.BinOp, ast.expr, ast.expr]]:
    """Each product of the rate and the decay: the product, the rate, the decay."""
    found = []
    for node in program.working:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and program.role(node.right) == "weight_decay":
            left = node.left.operand if isinstance(node.left, ast.UnaryOp) else node.left
            if program.role(left) == "lr":
                found.append((node, left, node.right))
    return found


@fault("decays_without_learning_rate", "10")
def rate_missing_in_decay(program: Program) -> bool:
    """The decay isn't multiplied by the rate."""
    products = _rates_of_decay(program)
    for product, rate, decay in products:
        program.replace(product, ast.UnaryOp(ast.USub(), decay) if product.left is not rate else decay)
    return bool(products)


@fault("ignores_weight_decay", "10")
def decay_left_out(program: Program) -> bool:
    """The statement that shrinks is missing, or the factor is 1."""
    if program.decays():
        for statement in program.decays():
            program.remove(statement)
        return True
    factors = _factors(program)
    for factor in factors:
        program.replace(factor, ast.Constant(1.0))
    return bool(factors)


@fault("ignores_weight_decay", "10")
def decay_lost(program: Program) -> bool:
    """The shrunken parameter is computed, and thrown away."""
    for statement in program.decays():
        if isinstance(statement, ast.AugAssign):
            program.replace(statement, ast.Expr(ast.BinOp(expression(source(statement.target)), statement.op, statement.value)))
        elif "_foreach" in source(statement):
            statement.value.func.attr = statement.value.func.attr.removesuffix("_")
        else:
            statement.value.func.attr = statement.value.func.attr.removesuffix("_")
    return bool(program.decays())


@fault("doubles_weight_decay", "10")
def decay_twice(program: Program) -> bool:
    """The statement that shrinks stands there twice."""
    for statement in program.decays():
        program.insert(statement, source(statement), after=True)
    return bool(program.decays())


@fault("decays_after_update", "10")
def decay_at_the_end(program: Program) -> bool:
    """The statement that shrinks comes after the update."""
    decays, updates = program.decays(), program.updates()
    if len(decays) != 1 or "before" in source(decays[0]) or not updates:
        return False
    block = program.block(decays[0])
    if decays[0] is block[-1]:
        return False
    block[:] = [*(each for each in block if each is not decays[0]), decays[0]]
    return True


@fault("decays_after_update", "10")
def decay_of_what_was_updated(program: Program) -> bool:
    """The decay is taken from the parameter as the update left it, by a subtraction of its own."""
    decays, updates = program.decays(), program.updates()
    if len(updates) != 1 or _listed(program) or len(decays) != 1:
        return False
    owner, rate, decay = (
        program.changed(updates[0]),
        program.here(decays[0], "lr"),
        program.here(decays[0], "weight_decay"),
    )
    if owner is None or rate is None or decay is None:
        return False
    tensor = f"{owner}.data" if ".data" in source(updates[0]) else owner
    block = program.block(decays[0])
    program.remove(decays[0])
    block += statements(f"{tensor}.sub_({rate} * {decay} * {tensor})")
    return True


def _decay_here(program: Program, node: ast.AST) -> tuple[str, str] | None:
    """The parameter and its decay, as they are written where `node` is."""
    decay = program.here(node, "weight_decay")
    statement = program.statement(node)
    owners = [each for each in program.owners if each.isidentifier()]
    function = program.function(statement)
    known = function is not None and decay is not None and decay in source(function)
    return (owners[0], str(decay)) if known and len(owners) == 1 else None


def _couple(program: Program, nodes: list[ast.expr], text: str) -> bool:
    """Drop the decoupled decay, and add it to these expressions."""
    places = [_decay_here(program, node) for node in nodes]
    if not nodes or None in places or _listed(program):
        return False
    for node, (owner, decay) in zip(nodes, places, strict=True):
        rate = program.here(node, "lr")
        program.replace(node, expression(text.format(f"({source(node)})", p=f"{owner}.detach()", wd=decay, lr=rate)))
    for statement in program.decays():
        program.remove(statement)
    return bool(program.decays())


def _l2(program: Program, text: str) -> bool:
    return _couple(program, program.gradients(), text)


L2 = {"decay_in_the_gradient": "({} + {wd} * {p})", "decay_times_rate_in_the_gradient": "({} + {lr} * {wd} * {p})"}
many("confuses_adam_and_adamw", ("10",), L2, _l2)


@fault("confuses_adam_and_adamw", "09")
def decays_as_adamw_does(program: Program) -> bool:
    """Parameters shrink by torch's default decay before each update."""
    updates = program.updates()
    if len(updates) != 1 or _listed(program):
        return False
    owner, rate = program.changed(updates[0]), program.here(updates[0], "lr")
    if owner is None or rate is None:
        return False
    tensor = f"{owner}.data" if ".data" in source(updates[0]) else owner
    program.insert(updates[0], f"{tensor}.mul_(1 - {rate} * 0.01)")
    return True


@fault("decays_in_first_moment_only", "10")
def decay_in_m(program: Program) -> bool:
    """The decay is added to the gradient that m takes in."""
    later = _moment_statements(program, "beta1")
    gradients = [each for statement in later for each in _gradient_in(program, statement)]
    return _couple(program, gradients, "({} + {wd} * {p})")


@fault("divides_decay_by_root", "10")
def decay_in_the_numerator(program: Program) -> bool:
    """The decay is added to the corrected m, and divided with it."""
    numerators = _numerators(program)
    return _couple(program, numerators, "({} + {wd} * {p})")


@fault("ignores_group_decay", "10")
def default_for_every_group(program: Program) -> bool:
    """Each group is decayed by the optimizer's default."""
    found = False
    init_and_slots = [program.method(name) for name in ("__init__", "_slots")]
    for node in [n for function in init_and_slots if function for n in ast.walk(function)]:
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get" and "weight_decay" in source(node):
            default = "weight_decay" if len(node.args) == 2 else "None"
            program.replace(node, expression(default))
            found = True
    for node in program.reads("weight_decay"):
        if source(node) == "group['weight_decay']" and (
            "defaults" in source(program.tree) or "Optimizer" in source(program.optimizer)
        ):
            program.replace(node, expression("self.defaults['weight_decay']"))
            found = True
        elif source(node) == "options['weight_decay']":
            program.replace(node, expression("self.options['weight_decay']"))
            found = True
    return found


@fault("ignores_group_decay", "10")
def zero_taken_for_none(program: Program) -> bool:
    """`or` takes a group's decay of 0 for none given."""
    calls = [n for n in ast.walk(program.tree) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "get"]
    calls = [n for n in calls if "'weight_decay'" in source(n)]
    for node in calls:
        default = "weight_decay" if len(node.args) == 2 else "self.weight_decay"
        program.replace(node, expression(f"({source(node.func.value)}.get('weight_decay') or {default})"))
    if calls:
        return True
    reads = [n for n in program.reads("weight_decay") if source(n) in {"group['weight_decay']", "options['weight_decay']"}]
    kept = "self.options" if "self.options" in source(program.tree) else "self.defaults"
    if not reads or (f"{kept}" not in source(program.tree) and "Optimizer" not in source(program.optimizer)):
        return False
    return rewrite(program, list(reads), f"({{}} or {kept}['weight_decay'])")


@fault("ignores_group_decay", "10")
def larger_of_default_and_own(program: Program) -> bool:
    """A group's decay counts only where it is above the default."""
    calls = [n for n in ast.walk(program.tree) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "get"]
    calls = [n for n in calls if "'weight_decay'" in source(n) and len(n.args) == 2]
    return rewrite(program, calls, "max({}, weight_decay)")


# The groups


def _grouping(program: Program) -> list[ast.AST]:
    """All nodes of what makes the groups."""
    functions = [n for n in program.tree.body if isinstance(n, FUNCTIONS) and n.name in {"decay_groups", "is_norm"}]
    return [node for function in functions for node in ast.walk(function)]


def _norm_tests(program: Program) -> list[ast.expr]:
    """The questions whether a module normalises."""
    found: list[ast.expr] = []
    for node in _grouping(program):
        kinds = source(node) if isinstance(node, ast.Call | ast.Compare) else ""
        call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        by_kind = call and ((node.func.id == "isinstance" and "type)" not in kinds) or node.func.id == "is_norm")
        by_name = "type(" in kinds and ("'Norm' in" in kinds or ".endswith((" in kinds)
        if by_kind or by_name:
            found.append(node)
    return [each for each in found if not any(above in found for above in program.above(each))]


def _bias_tests(program: Program) -> list[ast.expr]:
    """The questions whether a name is a bias's, or a tensor a vector."""
    found: list[ast.expr] = []
    for node in _grouping(program):
        text = source(node) if isinstance(node, ast.Compare | ast.Call) else ""
        asks = isinstance(node, ast.Compare) or getattr(getattr(node, "func", None), "attr", "") in ("startswith", "endswith")
        if "bias" in text and asks:
            found.append(node)
    return [each for each in found if not any(above in found for above in program.above(each))]


def _negated(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn | ast.IsNot)


def _never(program: Program, tests: list[ast.expr]) -> bool:
    for test in tests:
        program.replace(test, ast.Constant(_negated(test)))
    return bool(tests)


@fault("decays_normalization", "10")
def normalisation_not_asked_for(program: Program) -> bool:
    """Only the name counts."""
    return _never(program, _norm_tests(program))


@fault("decays_biases", "10")
def biases_not_asked_for(program: Program) -> bool:
    """Only the module counts."""
    return _never(program, _bias_tests(program))


@fault("decays_everything", "10")
def nothing_asked_for(program: Program) -> bool:
    """Neither biases nor normalisation are looked for."""
    return _never(program, _norm_tests(program)) and _never(program, _bias_tests(program))


@fault("decays_everything", "10")
def same_decay_for_both(program: Program) -> bool:
    """Both groups get the decay."""
    found = False
    for node in _grouping(program):
        if isinstance(node, ast.Dict):
            for i, key in enumerate(node.keys):
                named = isinstance(key, ast.Constant) and key.value == "weight_decay"
                if named and (is_number(node.values[i], 0) or isinstance(node.values[i], ast.IfExp)):
                    node.values[i], found = expression("weight_decay"), True
    return found


@fault("decays_everything", "10")
def others_without_a_decay_of_their_own(program: Program) -> bool:
    """The other group names no decay, and so gets the optimizer's."""
    for node in _grouping(program):
        if isinstance(node, ast.Dict):
            for i, key in enumerate(node.keys):
                if isinstance(key, ast.Constant) and key.value == "weight_decay" and is_number(node.values[i], 0):
                    del node.keys[i], node.values[i]
                    return True
    return False


def _fewer_kinds(program: Program, name: str) -> bool:
    """Forget one kind of normalisation."""
    found = False
    if any(source(node) == "p.dim() == 1" for node in _grouping(program)):
        return False  # its vectors are spared all the same
    for node in ast.walk(program.tree):
        lists = [getattr(node, field) for field in ("elts",) if isinstance(getattr(node, field, None), list)]
        for each in lists:
            kept = [one for one in each if source(one) != name]
            if len(kept) < len(each):
                each[:], found = kept, True
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            if source(node.right) == name:
                program.replace(node, node.left)
                found = True
            elif isinstance(node.left, ast.BinOp) and source(node.left.right) == name:
                node.left, found = node.left.left, True
    return found


many(
    "decays_normalization",
    ("10",),
    {"group_norm_forgotten": "nn.GroupNorm", "layer_norm_forgotten": "nn.LayerNorm"},
    _fewer_kinds,
)


@fault("decays_normalization", "10")
def vectors_for_both(program: Program) -> bool:
    """What has less than two dimensions is spared, and nothing else."""
    biases = _bias_tests(program)
    inside = {"p", "parameter"} & {n.id for n in _grouping(program) if isinstance(n, ast.Name)}
    for test in biases:
        scope = next(
            (each for each in program.above(test) if isinstance(each, ast.For | ast.comprehension | ast.DictComp)), None
        )
        name = next((each for each in sorted(inside) if scope is not None and each in source(scope).split(" in ")[0]), None)
        if name is None:
            return False
        program.replace(test, expression(f"{name}.dim() {'>' if _negated(test) else '<='} 1"))
    return bool(biases) and _never(program, _norm_tests(program))


@fault("decays_biases", "10")
def only_names_that_are_just_bias(program: Program) -> bool:
    """`name == "bias"` misses the biases of a recurrent layer."""
    for test in _bias_tests(program):
        if isinstance(test, ast.Compare) and len(test.comparators) == 1:
            operator = ast.NotEq() if _negated(test) else ast.Eq()
            program.replace(test, ast.Compare(test.comparators[0], [operator], [ast.Constant("bias")]))
        elif isinstance(test, ast.Call):
            program.replace(test, ast.Compare(test.func.value, [ast.Eq()], [ast.Constant("bias")]))
    return bool(_bias_tests(program))


@fault("repeats_shared_parameter", "10")
def shared_ones_kept_twice(program: Program) -> bool:
    """The walk through the names doesn't leave out what it has met."""
    if "seen" in source(program.tree):
        return False
    found = False
    for node in _grouping(program):
        if isinstance(node, ast.Call) and source(node) == "model.named_parameters()":
            node.keywords.append(ast.keyword("remove_duplicate", ast.Constant(False)))
            found = True
    return found and "spared.update" not in source(program.tree)


@fault("leaves_biases_out_of_optimizer", "10")
def only_what_decays(program: Program) -> bool:
    """The group that doesn't decay is left out."""
    for node in _grouping(program):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.List) and len(node.value.elts) == 2:
            node.value.elts = [each for each in node.value.elts if "'weight_decay': weight_decay" in source(each)]
            return len(node.value.elts) == 1
    return False
