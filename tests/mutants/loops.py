"""What goes wrong in training loops: clearing, stepping, losses, learning rates, optimizers, batches, and what is returned.

Most operators are rows of tables: the mistake, the exercises where it is one, a name, and what is put in place of what.
"""

import ast
from collections.abc import Callable, Iterable
from functools import partial

from trees import (
    Loop,
    argument,
    assigned,
    blocks,
    called,
    calls,
    differentiated,
    drop,
    each,
    expression,
    function_of,
    holds,
    in_short,
    insert,
    loops,
    main,
    names_in,
    optimizers,
    parameters,
    pass_,
    place,
    remove,
    replace,
    statement,
    statements,
    wrap,
)

from grader.mutants import operator

Edit = Callable[[ast.Module], bool]
EVERY = ("01", "02", "03", "04", "05", "12", "13")
WITH_OPTIMIZER = ("01", "03", "04", "05", "12", "13")
WITH_STEPS = ("02", "03", "04", "05", "12", "13")
RATES = {"lr", "learning_rate", "eta"}


def add(id: str, exercises: Iterable[str], name: str, edit: Edit) -> None:
    """Register an edit that has no name of its own."""
    edit.__name__ = name
    operator(id, *exercises)(edit)


# What there is in a loop


def measures(tree: ast.Module) -> list[ast.Call]:
    """The calls that make the losses that are differentiated: of the loss function, or `.mean()` of squares."""
    loss_fn = parameters(tree)[1]
    found: list[ast.Call] = []
    waiting: list[ast.expr] = differentiated(tree)
    for node in waiting[:8]:
        here = [c for c in calls(node, loss_fn, "mse", "sum_of_squares") if len(c.args) == 2]
        here = here or [c for c in calls(node, "mean") if not c.args]
        found += [c for c in here if c not in found]
        if not here:
            values = (assigned(tree, name) for name in ast.walk(node) if isinstance(name, ast.Name))
            waiting += [value for value in values if value is not None and value not in waiting]
            found += [c for v in waiting[1:8] for c in calls(v, loss_fn, "mse") if len(c.args) == 2 and c not in found]
    return found


def predictions(tree: ast.Module) -> list[ast.Call]:
    """The model's outputs that are compared with the targets in them."""
    found = []
    for call in measures(tree):
        inside = calls(call, parameters(tree)[0])
        if not inside and call.args and isinstance(call.args[0], ast.Name):
            value = assigned(tree, call.args[0])
            inside = [value] if isinstance(value, ast.Call) and called(value) == parameters(tree)[0] else []
        found += inside
    return found


def backwards(tree: ast.Module) -> list[ast.Expr]:
    """The statements `loss.backward()`."""
    found = [statement(tree, call) for call in calls(tree, "backward")]
    return [node for node in found if isinstance(node, ast.Expr) and called(node.value) == "backward"]


def steps(tree: ast.Module) -> list[ast.Expr]:
    """The statements `optimizer.step()`, not those of a schedule."""
    found = []
    for call in calls(tree, "step"):
        node = statement(tree, call)
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        made = assigned(tree, owner) if isinstance(owner, ast.Name) else None
        schedule = (made is not None and ("LR" in called(made) or "chedule" in called(made))) or (
            isinstance(owner, ast.Name) and "chedule" in owner.id
        )
        if isinstance(node, ast.Expr) and node.value is call and not call.args and not schedule:
            found.append(node)
    return found


def clearings(tree: ast.Module) -> list[ast.stmt]:
    """The statements of a training loop that clear gradients: zero_grad(), or a loop that only sets each to None."""
    found: list[ast.stmt] = [statement(tree, call) for call in calls(tree, "zero_grad")]
    for node in ast.walk(tree):
        inside = function_of(tree, node) if isinstance(node, ast.For) else None
        if isinstance(node, ast.For) and inside is not None and inside.name not in ("zero_grad", "step"):
            bare = [each for each in node.body if clears(each)]
            found += [node] if len(bare) == len(node.body) else []
    return found


def clears(node: ast.stmt) -> bool:
    """Whether a statement clears one parameter's gradient."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute) and node.targets[0].attr == "grad":
        return isinstance(node.value, ast.Constant) and node.value.value is None
    return isinstance(node, ast.Expr) and called(node.value) == "zero_" and "grad" in ast.unparse(node)


def around(tree: ast.Module, found: list[ast.Expr]) -> Loop | None:
    """The innermost loop around a single statement, where that is in the main function and in a loop of the file's own."""
    if len(found) != 1 or in_short(tree, found[0]) or function_of(tree, found[0]) is not main(tree):
        return None
    outside = loops(tree, found[0])
    return outside[-1] if outside else None


def nested(tree: ast.Module) -> tuple[Loop, Loop] | None:
    """The loop over the epochs and the one over what makes a step, where they are two."""
    inner = around(tree, steps(tree))
    outside = loops(tree, steps(tree)[0]) if inner else []
    return (outside[0], outside[1]) if len(outside) == 2 else None


def body_of(node: ast.FunctionDef) -> ast.stmt:
    """The first statement of a function that isn't its docstring."""
    first = node.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(node.body) > 1
    return node.body[1] if is_text else first


def at_start(tree: ast.Module, text: str) -> bool:
    """Put statements at the beginning of the main function."""
    return insert(tree, text, before=body_of(main(tree)))


def import_(tree: ast.Module, name: str) -> bool:
    """Import a module, behind the docstring."""
    first = next(node for node in tree.body if not isinstance(node, ast.Expr))
    return insert(tree, f"import {name}", before=first)


def do(found: list[ast.stmt] | list[ast.Expr], change: Callable[[ast.stmt], bool]) -> bool:
    """Do a change to all statements; False where there are none."""
    return bool(found) and all([change(node) for node in found])  # noqa: C419


# Clearing


def zero_grad_removed(tree: ast.Module) -> bool:
    """No line of the loop clears any more."""
    kept = [node for block in blocks(tree) for node in block if clears(node)]
    return do(clearings(tree) or kept, partial(remove, tree))


add("never_clears_gradients", ("02", "03", "04", "05", "12", "13"), "zero_grad_removed", zero_grad_removed)


@operator("never_clears_gradients", "02", "03", "04", "05", "12", "13")
def zero_grad_without_parentheses(tree: ast.Module) -> bool:
    """`optimizer.zero_grad` names the method and doesn't call it."""
    found = [call for call in calls(tree, "zero_grad") if isinstance(statement(tree, call), ast.Expr)]
    return each(found, lambda call: replace(tree, call, call.func))


@operator("never_clears_gradients", "03", "04", "12", "13")
def cleared_before_the_loops(tree: ast.Module) -> bool:
    """zero_grad() once, before the loops."""
    found, inner = clearings(tree), around(tree, steps(tree))
    if len(found) != 1 or inner is None or not isinstance(found[0], ast.Expr):
        return False
    text, outer = ast.unparse(found[0]), loops(tree, steps(tree)[0])[0]
    return remove(tree, found[0]) and insert(tree, text, before=outer)


def clear_before_step(tree: ast.Module, text: str, keep: bool) -> bool:
    """Clear just before the step."""
    found = steps(tree)
    if len(found) != 1 or not backwards(tree) or (not keep and not all(isinstance(n, ast.Expr) for n in clearings(tree))):
        return False
    owner = ast.unparse(found[0].value.func.value)
    if not keep and not do(clearings(tree), partial(remove, tree)):
        return False
    return insert(tree, text.format(owner=owner, model=parameters(tree)[0]), before=found[0])


for name, text, keep in (
    ("zero_grad_moved_before_the_step", "{owner}.zero_grad()", False),
    ("model_cleared_before_the_step_too", "{model}.zero_grad()", True),
    ("grads_dropped_before_the_step", "for q in {model}.parameters():\n    q.grad = None", True),
):
    add("clears_gradients_before_step", WITH_OPTIMIZER, name, partial(clear_before_step, text=text, keep=keep))


@operator("clears_gradients_before_step", "02", "03", "04", "05", "12", "13")
def cleared_after_backward(tree: ast.Module) -> bool:
    """model.zero_grad() just after the last backward()."""
    if not backwards(tree):
        return False
    last = backwards(tree)[-1]
    inside = steps(tree) and loops(tree, last) != loops(
        tree, steps(tree)[0]
    )  # of several backward passes, the last is left out
    return not inside and insert(tree, f"{parameters(tree)[0]}.zero_grad()", after=last)


@operator("clears_gradients_once_per_epoch", "04", "05", "12", "13")
def cleared_at_the_epochs_start(tree: ast.Module) -> bool:
    """zero_grad() in the outer loop."""
    found, pair = clearings(tree), nested(tree)
    if not found or not pair or not all(isinstance(node, ast.Expr) for node in found):
        return False
    text = ast.unparse(found[0])
    return do(found, partial(remove, tree)) and insert(tree, text, before=pair[1])


@operator("clears_gradients_once_per_epoch", "04", "05", "12", "13")
def cleared_at_the_epochs_end(tree: ast.Module) -> bool:
    """zero_grad() after the inner loop."""
    found, pair = clearings(tree), nested(tree)
    if not found or not pair or not all(isinstance(node, ast.Expr) for node in found):
        return False
    text = ast.unparse(found[0])
    return do(found, partial(remove, tree)) and insert(tree, text, after=pair[1])


def clear_sometimes(tree: ast.Module, condition: str) -> bool:
    """A condition on a count of the steps lets zero_grad() run."""
    found, inner = clearings(tree), around(tree, steps(tree))
    if len(found) != 1 or inner is None or not isinstance(found[0], ast.Expr) or "count_" in names_in(tree):
        return False
    outer = loops(tree, steps(tree)[0])[0]
    text = f"count_ += 1\nif {condition}:\n    {ast.unparse(found[0])}"
    return insert(tree, text, before=found[0]) and remove(tree, found[0]) and insert(tree, "count_ = 0", before=outer)


for name, condition in (("cleared_every_third_time", "count_ % 3 == 0"), ("cleared_every_second_time", "count_ % 2 == 1")):
    add("clears_gradients_every_other_batch", ("03", "04", "12", "13"), name, partial(clear_sometimes, condition=condition))


def clear_some(tree: ast.Module, text: str) -> bool:
    """Clear some parameters by hand where zero_grad() was called."""
    found = [statement(tree, call) for call in calls(tree, "zero_grad")]
    if not all(isinstance(node, ast.Expr) for node in found):
        return False
    return do(found, lambda node: insert(tree, text.format(model=parameters(tree)[0]), before=node) and remove(tree, node))


for name, text in (
    ("first_parameter_cleared", "next(iter({model}.parameters())).grad = None"),
    ("biases_cleared", "for name_, p_ in {model}.named_parameters():\n    if 'bias' in name_:\n        p_.grad = None"),
    ("matrices_cleared", "for p_ in {model}.parameters():\n    if p_.dim() > 1:\n        p_.grad = None"),
):
    add("clears_only_some_gradients", ("02", "03", "04", "05", "12", "13"), name, partial(clear_some, text=text))


# Stepping and backward


@operator("never_steps", *WITH_OPTIMIZER)
def step_removed(tree: ast.Module) -> bool:
    """No optimizer.step()."""
    return do(steps(tree), partial(remove, tree))


@operator("never_steps", *WITH_OPTIMIZER)
def step_without_parentheses(tree: ast.Module) -> bool:
    """`optimizer.step` names the method and doesn't call it."""
    return do(steps(tree), lambda node: replace(tree, node.value, node.value.func))


@operator("steps_twice", *WITH_OPTIMIZER)
def step_repeated(tree: ast.Module) -> bool:
    """The same line twice."""
    if "examples = 0" in ast.unparse(tree):  # an optimizer that clears as it steps: the second does nothing
        return False
    return do(steps(tree), lambda node: insert(tree, ast.unparse(node), after=node))


@operator("steps_twice", *WITH_OPTIMIZER)
def step_in_a_loop_of_two(tree: ast.Module) -> bool:
    """The step in a loop of its own."""
    if "examples = 0" in ast.unparse(tree):
        return False
    text = "for again in range(2):\n    {}"
    return do(steps(tree), lambda node: insert(tree, text.format(ast.unparse(node)), after=node) and remove(tree, node))


@operator("never_backpropagates", *EVERY)
def backward_removed(tree: ast.Module) -> bool:
    """No loss.backward()."""
    return do(backwards(tree), partial(remove, tree))


@operator("never_backpropagates", *EVERY)
def backward_without_parentheses(tree: ast.Module) -> bool:
    """`loss.backward` names the method and doesn't call it."""
    return do(backwards(tree), lambda node: replace(tree, node.value, node.value.func))


@operator("backpropagates_twice", *EVERY)
def backward_repeated(tree: ast.Module) -> bool:
    """The same line twice, with retain_graph in the first."""
    found = [node for node in backwards(tree) if isinstance(node.value.func.value, ast.Name)]
    return do(found, lambda node: insert(tree, ast.unparse(node), after=node) and pass_(node.value, "retain_graph", "True"))


@operator("backpropagates_twice", *EVERY)
def backward_repeated_on_a_freed_graph(tree: ast.Module) -> bool:
    """The same line twice: torch refuses the second."""
    found = [node for node in backwards(tree) if isinstance(node.value.func.value, ast.Name)]
    return do(found, lambda node: insert(tree, ast.unparse(node), after=node))


def whole_round(tree: ast.Module) -> tuple[list[ast.stmt], ast.stmt, ast.Expr, ast.Expr] | None:
    """The block that holds a clearing, a backward() and a step(), in this order or with the clearing last; and the three."""
    clearing, backward, step = clearings(tree), backwards(tree), steps(tree)
    if not len(clearing) == len(backward) == len(step) == 1:
        return None
    block = place(tree, step[0])[0]
    there = all(any(node is each for each in block) for node in (clearing[0], backward[0]))
    return (block, clearing[0], backward[0], step[0]) if there else None


@operator("steps_before_backward", *WITH_OPTIMIZER)
def step_and_backward_exchanged(tree: ast.Module) -> bool:
    """step() comes first, on gradients that are cleared."""
    found = whole_round(tree)
    if found is None:
        return False
    block, _, backward, step = found
    block.remove(step)
    block.insert(block.index(backward), step)
    return True


@operator("steps_before_backward", "03", "04", "12", "13")
def step_just_after_clearing(tree: ast.Module) -> bool:
    """zero_grad() and step() side by side, at the start of the loop."""
    found = whole_round(tree)
    if found is None:
        return False
    block, clearing, backward, step = found
    if block.index(clearing) > block.index(backward):
        return False
    block.remove(step)
    block.insert(block.index(clearing) + 1, step)
    return True


@operator("steps_on_stale_gradients", "03", "04", "12", "13")
def step_just_before_clearing(tree: ast.Module) -> bool:
    """step() and zero_grad() at the start of the loop: the gradients are those of the iteration before."""
    found = whole_round(tree)
    if found is None:
        return False
    block, clearing, backward, step = found
    if block.index(clearing) > block.index(backward) or not loops(tree, step):
        return False
    block.remove(step)
    block.insert(block.index(clearing), step)
    return True


@operator("steps_once_per_epoch", "04", "12", "13")
def step_after_the_inner_loop(tree: ast.Module) -> bool:
    """step() stands in the outer loop, where the inner one leaves it the last batch's gradient."""
    pair, found = nested(tree), backwards(tree)
    if not pair or not found or any(node.lineno > found[0].lineno for node in clearings(tree)):
        return False
    (step,) = steps(tree)
    return insert(tree, ast.unparse(step), after=pair[1]) and remove(tree, step)


@operator("trains_on_last_batch_only", "04", "12", "13")
def backward_and_step_after_the_inner_loop(tree: ast.Module) -> bool:
    """Both stand in the outer loop, for the last batch's loss."""
    pair, found = nested(tree), backwards(tree)
    if not pair or len(found) != 1 or not isinstance(found[0].value.func.value, ast.Name):
        return False
    (step,) = steps(tree)
    between = [node for node in pair[1].body if node.lineno > found[0].lineno and "clip_grad" in ast.unparse(node)]
    made = {
        target.id for node in between if isinstance(node, ast.Assign) for target in node.targets if isinstance(target, ast.Name)
    }
    if any(made & names_in(node) for node in pair[1].body if node not in (found[0], *between)):
        return False  # what is still in the loop needs what is moved out of it
    text = "\n".join(ast.unparse(node) for node in (found[0], *between, step))
    return insert(tree, text, after=pair[1]) and do([found[0], *between, step], partial(remove, tree))


# The loss


def loss_as(tree: ast.Module, text: str) -> bool:
    """Another expression for each loss: `_` is the one there, `y` and `p` are what the loss function is called with."""
    found = [call for call in measures(tree) if called(call) != "sum_of_squares"]
    if any(word in text for word in ("{y}", "{p}")) and not all(len(call.args) == 2 for call in found):
        return False

    def change(call: ast.Call) -> bool:
        p, y = [ast.unparse(node) for node in call.args] if call.args else ("", "")
        if "_" in text.replace("l1_loss", "").replace("sum_", ""):
            return wrap(tree, call, text.format(p=p, y=y))
        return replace(tree, call, expression(text.format(p=p, y=y)))

    return each(found, change)


def differentiated_as(tree: ast.Module, text: str) -> bool:
    """Another expression for what backward() is called on; what is recorded stays right."""
    found = [node for node in backwards(tree) if isinstance(node.value.func.value, ast.Name)]
    return do(found, lambda node: wrap(tree, node.value.func.value, text))


def target_as(tree: ast.Module, position: int, text: str) -> bool:
    """Another expression for the prediction (0) or the target (1) in each loss."""
    return each(measures(tree), lambda call: len(call.args) == 2 and wrap(tree, call.args[position], text))


for id, exercises, name, text in (
    ("halves_loss", EVERY, "loss_divided_by_two", "_ / 2"),
    ("halves_loss", EVERY, "loss_times_a_half_behind", "_ * 0.5"),
    ("sums_loss", EVERY, "loss_times_batch_size", "_ * len({y})"),
    ("sums_loss", EVERY, "squares_summed", "(({p} - {y}) ** 2).sum()"),
    ("averages_loss_twice", EVERY, "loss_divided_by_entries", "_ / {y}.numel()"),
    ("averages_loss_twice", EVERY, "loss_divided_by_rows", "_ / {y}.shape[0]"),
    ("takes_root_of_loss", EVERY, "loss_to_the_power_of_a_half", "_ ** 0.5"),
    ("takes_root_of_loss", EVERY, "loss_rooted", "_.sqrt()"),
    ("uses_absolute_error", EVERY, "absolute_differences", "({p} - {y}).abs().mean()"),
    ("climbs_instead_of_descends", EVERY, "loss_negated", "-1 * _"),
    ("rewraps_loss_as_new_tensor", EVERY, "loss_in_a_new_leaf", "_.detach().requires_grad_()"),
    ("rewraps_loss_as_new_tensor", EVERY, "loss_copied_to_a_leaf", "_.data.clone().requires_grad_(True)"),
):
    add(id, exercises, name, partial(loss_as, text=text))

for id, exercises, name, text in (
    ("halves_loss", EVERY, "half_differentiated", "0.5 * _"),
    ("takes_root_of_loss", EVERY, "root_differentiated", "_ ** 0.5"),
    ("climbs_instead_of_descends", EVERY, "negative_differentiated", "0 - _"),
    ("backpropagates_a_float", EVERY, "item_differentiated", "_.item()"),
    ("backpropagates_detached_loss", EVERY, "data_differentiated", "_.data"),
    ("backpropagates_detached_loss", EVERY, "clone_differentiated", "_.detach().clone()"),
):
    add(id, exercises, name, partial(differentiated_as, text=text))

for id, exercises, name, position, text in (
    ("broadcasts_targets", EVERY, "target_flattened", 1, "_.flatten()"),
    ("broadcasts_targets", EVERY, "target_viewed_flat", 1, "_.view(-1)"),
    ("broadcasts_targets", EVERY, "prediction_squeezed", 0, "_.squeeze(1)"),
    ("broadcasts_targets", EVERY, "prediction_column", 0, "_[:, 0]"),
    ("broadcasts_targets", EVERY, "target_turned", 1, "_.T"),
):
    add(id, exercises, name, partial(target_as, position=position, text=text))


def prediction_as(tree: ast.Module, text: str) -> bool:
    """Another expression for the model's output."""
    return each(predictions(tree), lambda call: wrap(tree, call, text))


for name, text in (("output_made_a_leaf", "_.detach().requires_grad_()"), ("output_data", "_.data.requires_grad_(True)")):
    add("detaches_prediction", EVERY, name, partial(prediction_as, text=text))


def decorate(tree: ast.Module, text: str) -> bool:
    """Decorate the function that holds backward(); torch itself turns gradients on for a closure."""
    found = backwards(tree)
    inside = function_of(tree, found[0]) if found else None
    if inside is None or loops(tree, inside) or inside not in tree.body:
        return False
    inside.decorator_list.append(expression(text))
    return "torch" in ast.unparse(tree).partition(inside.name)[0] or import_(tree, "torch")


for name, text in (("no_grad_over_all", "torch.no_grad()"), ("inference_mode_over_all", "torch.inference_mode()")):
    add("predicts_without_grad", ("01", "02", "03", "04", "05"), name, partial(decorate, text=text))


@operator("predicts_without_grad", *EVERY)
def prediction_under_no_grad(tree: ast.Module) -> bool:
    """The line that predicts is put in a block of its own."""
    found = [statement(tree, call) for call in predictions(tree)]
    if not found or not all(isinstance(node, ast.Assign) for node in found):
        return False
    import_(tree, "torch")
    text = "with torch.no_grad():\n    {}"
    return do(found, lambda node: insert(tree, text.format(ast.unparse(node)), before=node) and remove(tree, node))


@operator("backpropagates_running_loss", "02", "03", "04", "12", "13")
def running_total_differentiated(tree: ast.Module) -> bool:
    """A total over the whole run takes the loss's place."""
    found, inner = backwards(tree), around(tree, backwards(tree))
    if inner is None or not isinstance(found[0].value.func.value, ast.Name):
        return False
    loss, outer = found[0].value.func.value.id, loops(tree, found[0])[0]
    insert(tree, f"all_losses = all_losses + {loss}\nall_losses.backward(retain_graph=True)", after=found[0])
    return insert(tree, "all_losses = 0.0", before=outer) and remove(tree, found[0])


# The learning rate, and the optimizer


def makers(tree: ast.Module) -> list[ast.Call]:
    """Where the main function makes its optimizer: of torch's, with nothing but lr of the groups' own, or of the file's."""
    own = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and "def step(" in ast.unparse(node)]
    found = optimizers(main(tree)) + calls(main(tree), *own)
    return [call for call in found if not any(isinstance(n, ast.Dict) for n in ast.walk(call)) and rate_of(call) is not None]


def rate_of(call: ast.Call) -> ast.expr | None:
    """What an optimizer is given as its learning rate."""
    return argument(call, "lr", 1)


def rate_as(tree: ast.Module, text: str) -> bool:
    """Another expression for the learning rate that the optimizer is given, where it is given once and for all."""
    again = any(loops(tree, call) for call in makers(tree)) and ("**" in text or "{lr}" not in text)
    if again or "['lr'] = " in ast.unparse(tree):
        return False
    return each(makers(tree), lambda call: pass_(call, "lr", text.format(lr=f"{ast.unparse(rate_of(call))}"), 1))


for name, text in (
    ("rate_tripled", "3 * {lr}"),
    ("rate_halved", "{lr} / 2"),
    ("rate_over_a_hundred", "0.01 * {lr}"),
    ("rate_squared", "{lr} ** 2"),
    ("rate_rooted", "{lr} ** 0.5"),
    ("rate_of_a_twentieth", "0.05"),
    ("rate_of_habit", "0.0003"),
):
    add("scales_learning_rate", WITH_OPTIMIZER, name, partial(rate_as, text=text))


def rate_rebound(tree: ast.Module, text: str) -> bool:
    """The argument is given another value at the start."""
    rate = next((name for name in parameters(tree) if name in RATES), None)
    return rate is not None and at_start(tree, f"{rate} = {text.format(lr=rate)}")


for name, text in (
    ("rate_rebound_fifth", "{lr} / 5"),
    ("rate_rebound_times_1.5", "1.5 * {lr}"),
    ("rate_rebound_capped", "0.004"),
):
    add("scales_learning_rate", EVERY, name, partial(rate_rebound, text=text))


@operator("ignores_learning_rate", "01", "03", "04", "05", "12")
def rate_not_passed(tree: ast.Module) -> bool:
    """No lr, so that it is torch's default."""
    found = [call for call in makers(tree) if call in optimizers(tree)]
    return each(found, lambda call: drop(call, "lr", 1))


def optimizer_as(tree: ast.Module, name: str, extra: str = "") -> bool:
    """Another class of torch.optim, with the same parameters and learning rate."""

    def change(call: ast.Call) -> bool:
        params, rate = argument(call, "params", 0), rate_of(call)
        if params is None or rate is None:
            return False
        return replace(tree, call, expression(f"torch.optim.{name}({ast.unparse(params)}, lr={ast.unparse(rate)}{extra})"))

    found = [call for call in makers(tree) if call in optimizers(tree)]
    return each(found, change) and import_(tree, "torch")


for id, exercises, name, kind, extra in (
    ("uses_the_other_optimizer", ("01", "03", "12"), "sgd", "SGD", ""),
    ("uses_the_other_optimizer", ("03", "12"), "sgd_with_momentum", "SGD", ", momentum=0.5"),
    ("uses_the_other_optimizer", ("03", "12"), "sgd_with_nesterov", "SGD", ", momentum=0.9, nesterov=True"),
    ("uses_the_other_optimizer", ("04", "05", "13"), "adam", "Adam", ""),
    ("uses_the_other_optimizer", ("04", "05", "13"), "adam_with_betas", "Adam", ", betas=(0.8, 0.99)"),
    ("confuses_adam_and_adamw", ("01", "03", "12"), "adamw", "AdamW", ""),
    ("confuses_adam_and_adamw", ("01", "03", "12"), "adamw_with_decay", "AdamW", ", weight_decay=0.05"),
    ("uses_rmsprop", ("01", "03", "12"), "rmsprop", "RMSprop", ""),
    ("uses_rmsprop", ("01", "03", "12"), "rmsprop_with_alpha", "RMSprop", ", alpha=0.9"),
    ("uses_rmsprop", ("03", "12"), "rmsprop_with_momentum", "RMSprop", ", momentum=0.9"),
    ("uses_adam_variant", ("01", "03", "12"), "nadam", "NAdam", ", momentum_decay=0.01"),
    ("uses_adam_variant", ("03", "12"), "adamax", "Adamax", ""),
    ("uses_adam_variant", ("03", "12"), "radam", "RAdam", ""),
    ("omits_eps", ("01", "03"), "adam_without_eps", "Adam", ", eps=0"),
):
    add(id, exercises, name, partial(optimizer_as, name=kind, extra=extra))


def setting(tree: ast.Module, kind: str, name: str, value: str, position: int = -1) -> bool:
    """Another value for one of an optimizer's arguments."""
    found = [call for call in makers(tree) if called(call) == kind and call in optimizers(tree)]
    if any("{momentum}" in value and argument(call, "momentum", 2) is None for call in found):
        return False

    def change(call: ast.Call) -> bool:
        momentum = argument(call, "momentum", 2)
        return pass_(call, name, value.format(momentum=ast.unparse(momentum) if momentum else ""), position)

    return each(found, change)


for id, exercises, edit_name, kind, name, value, position in (
    ("uses_amsgrad", ("03", "12"), "amsgrad", "Adam", "amsgrad", "True", -1),
    ("swaps_betas", ("03", "12"), "betas_swapped", "Adam", "betas", "(0.999, 0.9)", -1),
    ("changes_betas", ("03", "12"), "betas_80_99", "Adam", "betas", "(0.8, 0.99)", -1),
    ("changes_betas", ("03", "12"), "betas_50_999", "Adam", "betas", "(0.5, 0.999)", -1),
    ("changes_betas", ("03", "12"), "betas_90_90", "Adam", "betas", "(0.9, 0.9)", -1),
    ("changes_betas", ("03", "12"), "betas_99_9999", "Adam", "betas", "(0.99, 0.9999)", -1),
    ("changes_eps", ("01", "03", "12"), "eps_1e_3", "Adam", "eps", "0.001", -1),
    ("changes_eps", ("01", "03", "12"), "eps_3e_6", "Adam", "eps", "3e-06", -1),
    ("changes_eps", ("01", "03"), "eps_1e_10", "Adam", "eps", "1e-10", -1),
    ("maximizes", ("01", "03", "12"), "adam_maximize", "Adam", "maximize", "True", -1),
    ("maximizes", ("04", "05", "13"), "sgd_maximize", "SGD", "maximize", "True", -1),
    ("ignores_momentum", ("04", "13"), "momentum_of_half", "SGD", "momentum", "0.5", 2),
    ("ignores_momentum", ("04", "13"), "momentum_of_99", "SGD", "momentum", "0.99", 2),
    ("ignores_momentum", ("04", "13"), "momentum_none", "SGD", "momentum", "0", 2),
    ("ignores_momentum", ("04", "13"), "momentum_halved", "SGD", "momentum", "{momentum} / 2", 2),
    ("toggles_nesterov", ("04", "13"), "nesterov", "SGD", "nesterov", "True", -1),
    ("toggles_nesterov", ("04", "13"), "nesterov_where_it_can", "SGD", "nesterov", "{momentum} != 0", -1),
    ("dampens_momentum", ("04", "13"), "dampening_of_a_third", "SGD", "dampening", "0.3", -1),
    ("dampens_momentum", ("04", "13"), "dampening_of_four_fifths", "SGD", "dampening", "0.8", -1),
    ("dampens_momentum", ("04", "13"), "dampening_one_less_momentum", "SGD", "dampening", "1 - {momentum}", -1),
    ("adds_momentum", ("05",), "momentum_of_half_added", "SGD", "momentum", "0.5", 2),
    ("adds_momentum", ("05",), "momentum_of_98_added", "SGD", "momentum", "0.98", 2),
):
    edit = partial(setting, kind=kind, name=name, value=value, position=position)
    add(id, exercises, edit_name, edit)


def parameters_as(tree: ast.Module, text: str) -> bool:
    """Another expression for the parameters that the optimizer is given."""
    model = parameters(tree)[0]

    def change(call: ast.Call) -> bool:
        params = argument(call, "params", 0)
        return params is not None and called(params) == "parameters" and replace(tree, params, expression(text.format(model)))

    return each(makers(tree), change) and ("copy." not in text or import_(tree, "copy"))


for id, exercises, name, text in (
    (
        "leaves_biases_out_of_optimizer",
        WITH_OPTIMIZER,
        "those_named_weight",
        "[w for n, w in {}.named_parameters() if n.endswith('weight')]",
    ),
    (
        "leaves_biases_out_of_optimizer",
        ("01", "03", "04", "05", "13"),
        "matrices_alone",
        "[w for w in {}.parameters() if w.dim() == 2]",
    ),
    ("optimizes_last_layer_only", ("03", "04", "05", "12", "13"), "the_last_two", "list({}.parameters())[-2:]"),
    ("optimizes_another_model", WITH_OPTIMIZER, "those_of_a_copy", "copy.deepcopy({}).parameters()"),
    ("optimizes_another_model", WITH_OPTIMIZER, "clones", "[w.detach().clone().requires_grad_() for w in {}.parameters()]"),
):
    add(id, exercises, name, partial(parameters_as, text=text))


def prepared(tree: ast.Module, text: str) -> bool:
    """Do something with the model at the start."""
    import_(tree, "torch")
    return at_start(tree, text.format(model=parameters(tree)[0]))


ALL_OF_THEM = "for p_ in {model}.parameters():\n    "
for id, exercises, name, text in (
    ("freezes_parameters", WITH_STEPS, "all_frozen", "{model}.requires_grad_(False)"),
    ("freezes_parameters", WITH_STEPS, "matrices_frozen", ALL_OF_THEM + "p_.requires_grad = p_.requires_grad and p_.dim() < 2"),
    ("freezes_parameters", ("01",), "weight_frozen", "{model}.weight.requires_grad = False"),
    ("starts_from_zero", EVERY, "filled_with_zeros", ALL_OF_THEM + "p_.data.fill_(0)"),
    (
        "starts_from_zero",
        EVERY,
        "multiplied_by_zero",
        "with torch.no_grad():\n    " + ALL_OF_THEM.replace("\n    ", "\n        ") + "p_.mul_(0)",
    ),
    ("starts_from_other_weights", EVERY, "filled_with_a_half", ALL_OF_THEM + "p_.data.fill_(0.5)"),
    ("starts_from_other_weights", EVERY, "shrunk", ALL_OF_THEM + "p_.data.mul_(0.1)"),
    (
        "starts_from_other_weights",
        ("01", "02", "03", "04", "05", "13"),
        "drawn_anew",
        ALL_OF_THEM + "torch.nn.init.normal_(p_, std=0.3)",
    ),
):
    add(id, exercises, name, partial(prepared, text=text))


@operator("recreates_optimizer_every_epoch", "03", "04", "12")
def optimizer_made_in_the_outer_loop(tree: ast.Module) -> bool:
    """The line that makes it stands at the start of the loop over the epochs."""
    return _moved_into(tree, 0)


@operator("recreates_optimizer_every_batch", "04", "12")
def optimizer_made_in_the_inner_loop(tree: ast.Module) -> bool:
    """The line that makes it stands at the start of the loop over the batches."""
    return _moved_into(tree, 1)


def _moved_into(tree: ast.Module, depth: int) -> bool:
    made = [statement(tree, call) for call in makers(tree)]
    if len(made) != 1 or around(tree, steps(tree)) is None or loops(tree, made[0]):
        return False
    outside = loops(tree, steps(tree)[0])
    if len(outside) <= depth or (depth == 1 and len(outside) != 2):
        return False
    return insert(tree, ast.unparse(made[0]), before=outside[depth].body[0]) and remove(tree, made[0])


@operator("recreates_model_every_epoch", "03", "04", "05", "12", "13")
def layers_reset_in_the_outer_loop(tree: ast.Module) -> bool:
    """Every layer draws new weights at the start of each epoch."""
    if around(tree, steps(tree)) is None:
        return False
    text = "for m_ in {}.modules():\n    if hasattr(m_, 'reset_parameters'):\n        m_.reset_parameters()"
    return insert(tree, text.format(parameters(tree)[0]), before=loops(tree, steps(tree)[0])[0].body[0])


# The data


def batches_of(tree: ast.Module) -> str | None:
    """The name of the batches to train on."""
    return next((name for name in parameters(tree) if "batches" in name or "loader" in name), None)


def batches_as(tree: ast.Module, text: str) -> bool:
    """The argument is given another value at the start."""
    name = batches_of(tree)
    return name is not None and at_start(tree, text.format(name))


for id, exercises, name, text in (
    ("drops_last_batch", ("04", "05", "12", "13"), "all_but_the_last", "{0} = {0}[:-1]"),
    (
        "drops_last_batch",
        ("04", "12", "13"),
        "only_full_ones",
        "full = max(len(a) for a, b in {0})\n{0} = [(a, b) for a, b in {0} if len(a) == full]",
    ),
    ("skips_first_batch", ("04", "05", "12", "13"), "all_but_the_first", "{0} = {0}[1:]"),
    ("changes_batch_order", ("04", "05", "12", "13"), "last_one_first", "{0} = {0}[-1:] + {0}[:-1]"),
    ("changes_batch_order", ("04", "05", "12", "13"), "smallest_first", "{0} = sorted({0}, key=lambda pair: len(pair[0]))"),
    ("changes_batch_order", ("04", "05", "12", "13"), "first_two_exchanged", "{0} = [{0}[1], {0}[0], *{0}[2:]]"),
    ("ignores_accumulate", ("05",), "accumulate_of_one", "accumulate = 1"),
):
    add(id, exercises, name, partial(batches_as, text=text))


def batch_loop(tree: ast.Module) -> tuple[ast.For, str, str] | None:
    """The loop over the batches, and what the inputs and targets are called in it; where it is the step's own loop."""
    inner = around(tree, backwards(tree))
    if not isinstance(inner, ast.For) or len(loops(tree, backwards(tree)[0])) < 2:
        return None
    pair = inner.target
    if isinstance(pair, ast.Tuple) and isinstance(pair.elts[-1], ast.Tuple):
        pair = pair.elts[-1]
    if not isinstance(pair, ast.Tuple) or not all(isinstance(node, ast.Name) for node in pair.elts) or len(pair.elts) != 2:
        return None
    X, y = [node.id for node in pair.elts if isinstance(node, ast.Name)]
    return inner, X, y


def batch_as(tree: ast.Module, text: str) -> bool:
    """Something else for the batch's inputs or targets, at the start of the inner loop."""
    found = batch_loop(tree)
    if found is None:
        return False
    inner, X, y = found
    if "{batches}" in text and str(batches_of(tree)) not in ast.unparse(inner.iter):
        return False  # the loop validates as well
    if "torch" in text:
        import_(tree, "torch")
    return insert(tree, text.format(X=X, y=y, batches=batches_of(tree)), before=inner.body[0])


for id, exercises, name, text in (
    ("trains_on_first_batch_only", ("04", "05", "12", "13"), "the_iterators_first", "{X}, {y} = next(iter({batches}))"),
    ("trains_on_first_batch_only", ("04", "12", "13"), "number_zero", "({X}, {y}) = {batches}[0]"),
    ("skips_first_batch", ("04",), "first_one_passed_over", "if {X} is {batches}[0][0]:\n    continue"),
    ("drops_last_batch", ("04",), "left_at_the_last", "if {X} is {batches}[-1][0]:\n    break"),
    (
        "trains_on_whole_set_each_batch",
        ("04", "12", "13"),
        "all_joined",
        "{X}, {y} = torch.cat([a for a, b in {batches}]), torch.cat([b for a, b in {batches}])",
    ),
    ("shuffles_inputs_apart_from_targets", ("04", "05", "13"), "targets_permuted", "{y} = {y}[torch.randperm(len({y}))]"),
    ("shuffles_inputs_apart_from_targets", ("04", "05", "12", "13"), "targets_turned_round", "{y} = {y}.flip(0)"),
    ("shuffles_inputs_apart_from_targets", ("04", "05", "12", "13"), "inputs_shifted", "{X} = {X}.roll(1, 0)"),
):
    add(id, exercises, name, partial(batch_as, text=text))


def data_as(tree: ast.Module, text: str) -> bool:
    """Something else for all the data, at the start of the function."""
    X, y = parameters(tree)[2:4]
    import_(tree, "torch")
    return at_start(tree, text.format(X=X, y=y))


for name, text in (
    ("targets_sorted", "{y} = {y}.sort(dim=0).values"),
    ("all_targets_turned_round", "{y} = torch.flipud({y})"),
    ("all_inputs_shifted", "{X} = {X}.roll(1, 0)"),
):
    add("shuffles_inputs_apart_from_targets", ("02", "03"), name, partial(data_as, text=text))


@operator("stops_one_epoch_early", *WITH_STEPS)
def range_from_one(tree: ast.Module) -> bool:
    """range(1, n) for range(n)."""
    found = [call for call in calls(tree, "range") if len(call.args) == 1 and ast.unparse(call.args[0]) in _length(tree)]
    named = [node for node in ast.walk(tree) if isinstance(node, ast.For) and node.iter in found]
    if any(
        ast.unparse(node.target) in {n.id for n in ast.walk(part) if isinstance(n, ast.Name)}
        for node in named
        for part in node.body
    ):
        return False  # a schedule that goes by the number would begin at another place as well
    return each(found, lambda call: call.args.insert(0, ast.Constant(1)) is None)


@operator("stops_one_epoch_early", *WITH_STEPS)
def one_fewer(tree: ast.Module) -> bool:
    """The argument is lowered by one."""
    names = _length(tree)
    return bool(names) and at_start(tree, f"{names[-1]} -= 1")


def _length(tree: ast.Module) -> list[str]:
    return [name for name in parameters(tree) if name in ("epochs", "num_epochs", "steps", "n")]


@operator("converts_to_fixed_dtype", *EVERY)
def inputs_in_single_precision(tree: ast.Module) -> bool:
    """What the model gets is made float32; a float64 model doesn't take it."""
    found = [call for call in predictions(tree) if call.args]
    return each(found, lambda call: wrap(tree, call.args[0], "_.float()"))


# What is returned


def recorded(tree: ast.Module) -> list[ast.Call]:
    """The calls of `append` in the main function with one loss's number: of `loss.item()` alone."""
    return [call for call in calls(main(tree), "append") if called(call.args[0]) == "item"]


def record_as(tree: ast.Module, text: str) -> bool:
    """Another expression for the number that is recorded."""

    def change(call: ast.Call) -> bool:
        (number,) = call.args
        tensor = ast.unparse(number.func.value)
        length, X = (_length(tree) or ["0"])[-1], parameters(tree)[2]
        return replace(tree, number, expression(text.format(tensor=tensor, length=length, X=X)))

    return each(recorded(tree), change)


for id, exercises, name, text in (
    ("keeps_graph_alive", ("02", "03"), "tensor_recorded", "{tensor}"),
    ("keeps_graph_alive", ("02", "03"), "clone_recorded", "{tensor}.clone()"),
    ("divides_by_wrong_count", ("02", "03"), "divided_by_the_length", "{tensor}.item() / {length}"),
    ("divides_by_wrong_count", ("02", "03"), "multiplied_by_the_rows", "{tensor}.item() * len({X})"),
):
    add(id, exercises, name, partial(record_as, text=text))


@operator("reports_loss_after_step", "02", "03")
def loss_measured_again(tree: ast.Module) -> bool:
    """A second pass, in the line before the one that records."""
    found = recorded(tree)
    if len(found) != 1 or not isinstance(found[0].args[0].func.value, ast.Name) or len(measures(tree)) != 1:
        return False
    line, name, model = statement(tree, found[0]), found[0].args[0].func.value, parameters(tree)[0]
    after = all(
        node.lineno < line.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and called(node.value) in ("backward", "step")
    )
    block, index = place(tree, line)
    text = f"{name.id} = {ast.unparse(measures(tree)[0])}"
    X = parameters(tree)[2]
    if not after or index == 0 or called(getattr(block[index - 1], "value", None)) == "backward":
        return False
    if not calls(measures(tree)[0], model):
        text = f"{name.id} = {parameters(tree)[1]}({model}({X}), {parameters(tree)[3]})"
    return insert(tree, text, before=line)


def sums(tree: ast.Module) -> list[ast.AugAssign]:
    """The lines `total += loss.item() * len(X)`, of the function that holds backward()."""
    inside = function_of(tree, backwards(tree)[0]) if backwards(tree) else None
    found = [node for node in ast.walk(inside) if isinstance(node, ast.AugAssign)] if inside else []
    return [node for node in found if isinstance(node.value, ast.BinOp) and called(node.value.left) == "item" and _whole(node)]


def _whole(node: ast.AugAssign) -> bool:
    return isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Mult)


def quotients(tree: ast.Module) -> list[tuple[ast.Call, ast.BinOp]]:
    """The calls `losses.append(total / count)`, and their quotients, of the total of those sums."""
    totals = {node.target.id for node in sums(tree) if isinstance(node.target, ast.Name)}
    found = [(call, call.args[0]) for call in calls(main(tree), "append") if isinstance(call.args[0], ast.BinOp)]
    return [(c, q) for c, q in found if isinstance(q.op, ast.Div) and isinstance(q.left, ast.Name) and q.left.id in totals]


def _first(tree: ast.Module) -> tuple[ast.AugAssign, ast.BinOp, Loop] | None:
    """The only sum, the first quotient (in 12 the training's), and the loop that adds up."""
    added, divided = sums(tree), quotients(tree)
    if len(added) != 1 or not divided or not loops(tree, added[0]) or function_of(tree, added[0]) is not main(tree):
        return None
    return added[0], divided[0][1], loops(tree, added[0])[-1]


@operator("averages_batch_means", "04", "05", "12")
def means_averaged(tree: ast.Module) -> bool:
    """`total += loss.item()`, and the total divided by the number of batches."""
    found = _first(tree)
    if found is None or not isinstance(found[2], ast.For) or "enumerate" in ast.unparse(found[2].iter):
        return False
    added, quotient, loop = found
    if not isinstance(loop.iter, ast.Name) or not isinstance(added.value, ast.BinOp):
        return False
    return replace(tree, added.value, added.value.left) and replace(tree, quotient.right, expression(f"len({loop.iter.id})"))


@operator("reports_last_batch_loss", "04", "05", "12")
def last_loss_recorded(tree: ast.Module) -> bool:
    """`loss.item()` after the loop, in place of the mean."""
    found = _first(tree)
    if found is None or not isinstance(found[0].value, ast.BinOp):
        return False
    added, quotient, _ = found
    return replace(tree, quotient, expression(ast.unparse(added.value.left)))


@operator("keeps_graph_alive", "04", "05", "12")
def tensors_added_up(tree: ast.Module) -> bool:
    """`total += loss * len(X)`: a tensor with the graphs of all batches."""
    found = _first(tree)
    if found is None or not isinstance(found[0].value, ast.BinOp):
        return False
    item = found[0].value.left
    return replace(tree, item, item.func.value)


def quotient_as(tree: ast.Module, text: str) -> bool:
    """Another divisor for the total, or none."""
    found = _first(tree)
    if found is None:
        return False
    _, quotient, _ = found
    text = text.format(total=ast.unparse(quotient.left), count=ast.unparse(quotient.right), batches=batches_of(tree))
    return replace(tree, quotient, expression(text.replace("{{", "{").replace("}}", "}")))


for name, exercises, text in (
    ("total_undivided", ("04", "05", "12"), "{total}"),
    ("divided_by_twice_the_count", ("04", "05", "12"), "{total} / (2 * {count})"),
    ("divided_by_count_less_one", ("04", "05", "12"), "{total} / ({count} - 1)"),
    ("divided_by_the_first_batchs_size", ("04", "12"), "{total} / len({batches}[0][0])"),
    ("divided_by_full_batches", ("04", "12"), "{total} / (len({batches}) * len({batches}[0][0]))"),
):
    add("divides_by_wrong_count", exercises, name, partial(quotient_as, text=text))


@operator("divides_by_wrong_count", "04", "12")
def total_never_set_back(tree: ast.Module) -> bool:
    """`total = 0.0` stands before the loops."""
    found = _first(tree)
    if found is None or not isinstance(found[0].target, ast.Name):
        return False
    name = found[0].target.id
    zeros = [node for node in ast.walk(main(tree)) if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name]
    if len(zeros) != 1 or len(loops(tree, zeros[0])) != 1:
        return False
    return insert(tree, ast.unparse(zeros[0]), before=loops(tree, zeros[0])[0]) and remove(tree, zeros[0])


@operator("reports_loss_after_step", "04", "12")
def batch_measured_again(tree: ast.Module) -> bool:
    """A second pass over the batch after the step, in the line before the one that adds up."""
    found = _first(tree)
    if found is None or len(measures(tree)) != 1 or not steps(tree) or steps(tree)[0].lineno > found[0].lineno:
        return False
    item = found[0].value.left
    if not isinstance(item.func.value, ast.Name) or not calls(measures(tree)[0], parameters(tree)[0]):
        return False
    return insert(tree, f"{item.func.value.id} = {ast.unparse(measures(tree)[0])}", before=found[0])


# One step (01)


def copies(tree: ast.Module, of: str) -> list[ast.expr]:
    """What is kept of `model.weight` or of its gradient: the expressions that end in a clone."""
    found = [node for node in ast.walk(main(tree)) if called(node) == "clone" and of in ast.unparse(node)]
    outer = [
        node
        for node in ast.walk(main(tree))
        if called(node) == "detach" and called(getattr(node.func, "value", None)) == "clone"
    ]
    found = [
        next((o for o in outer if holds(o, node)), node) for node in found if (".grad" in ast.unparse(node)) == (of == ".grad")
    ]
    return sorted((node for node in found if isinstance(node, ast.expr)), key=lambda node: node.lineno)


def kept_as(tree: ast.Module, of: str, which: slice, text: str) -> bool:
    """Another expression for some of what is kept."""
    found = copies(tree, of)[which]

    def change(node: ast.expr) -> bool:
        owner = node
        while called(owner) in ("clone", "detach") or (isinstance(owner, ast.Attribute) and owner.attr == "data"):
            owner = owner.func.value if isinstance(owner, ast.Call) else owner.value
        return replace(tree, node, expression(text.format(ast.unparse(owner))))

    return bool(found) and all([change(node) for node in found])  # noqa: C419


for id, name, of, which, text in (
    ("returns_live_weight", "before_detached_alone", ".weight", slice(0, 1), "{}.detach()"),
    ("returns_live_weight", "before_as_data", ".weight", slice(0, 1), "{}.data"),
    ("returns_live_weight", "after_detached_alone", ".weight", slice(1, 2), "{}.detach()"),
    ("returns_live_weight", "both_as_data", ".weight", slice(0, 2), "{}.data"),
    ("returns_live_gradient", "gradient_itself", ".grad", slice(0, 1), "{}"),
    ("returns_live_gradient", "gradient_detached_alone", ".grad", slice(0, 1), "{}.detach()"),
    ("keeps_graph_alive", "clones_with_their_graph", ".weight", slice(0, 2), "{}.clone()"),
    ("keeps_graph_alive", "before_with_its_graph", ".weight", slice(0, 1), "{}.clone()"),
):
    add(id, ("01",), name, partial(kept_as, of=of, which=which, text=text))


# Updates by hand (02, and where an optimizer is written out)


def updates(tree: ast.Module) -> list[ast.stmt]:
    """The lines that move a parameter in place by hand: `p -= lr * p.grad`, `p.data -= ...`, `p.add_(p.grad, alpha=-lr)`."""
    found = [node for block in blocks(tree) for node in block if isinstance(node, (ast.AugAssign, ast.Expr))]
    return [node for node in found if _moves(node)]


def _moves(node: ast.stmt) -> bool:
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Sub) and ".grad" in ast.unparse(node.value)
    return called(getattr(node, "value", None)) in ("add_", "sub_") and ".grad" in ast.unparse(node)


@operator("rebinds_parameter_locally", "02")
def update_of_a_new_tensor(tree: ast.Module) -> bool:
    """`p = p - ...` for `p -= ...`."""
    found = [node for node in updates(tree) if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)]
    return do(found, lambda node: replace(tree, node, statements(f"{node.target.id} = {node.target.id} - {_factor(node)}")[0]))


def _factor(node: ast.AugAssign) -> str:
    return f"({ast.unparse(node.value)})"


@operator("climbs_instead_of_descends", "02")
def update_uphill(tree: ast.Module) -> bool:
    """+ for -."""
    found = [node for node in updates(tree) if isinstance(node, ast.AugAssign)]
    return do(found, lambda node: replace(tree, node.op, ast.Add()))


@operator("never_steps", "02")
def update_removed(tree: ast.Module) -> bool:
    """No update at all."""
    return do(updates(tree), partial(remove, tree))


def update_as(tree: ast.Module, text: str) -> bool:
    """Another factor for the learning rate in the update."""
    names = [node for update in updates(tree) for node in ast.walk(update) if isinstance(node, ast.Name) and node.id in RATES]
    return bool(names) and all([wrap(tree, node, text) for node in names])  # noqa: C419


for name, text in (("update_tripled", "(3 * _)"), ("update_halved", "(_ / 2)"), ("update_with_the_rate_squared", "_ ** 2")):
    add("scales_learning_rate", ("02",), name, partial(update_as, text=text))


@operator("ignores_learning_rate", "02")
def update_without_rate(tree: ast.Module) -> bool:
    """`p -= p.grad`."""
    found = [node for node in updates(tree) if isinstance(node, ast.AugAssign) and isinstance(node.value, ast.BinOp)]

    def change(node: ast.AugAssign) -> bool:
        sides = [side for side in (node.value.left, node.value.right) if ".grad" in ast.unparse(side)]
        return replace(tree, node.value, sides[0])

    return do(found, change)


@operator("steps_twice", "02")
def update_repeated(tree: ast.Module) -> bool:
    """The same line twice."""
    found = [node for node in updates(tree) if isinstance(node, ast.AugAssign)]
    return do(found, lambda node: insert(tree, ast.unparse(node), after=node))


@operator("updates_in_place_with_grad_on", "02", "03", "04", "05")
def no_grad_left_out(tree: ast.Module) -> bool:
    """The update, no longer under torch.no_grad()."""
    for block in blocks(tree):
        for index, node in enumerate(block):
            quiet = isinstance(node, ast.With) and "no_grad" in ast.unparse(node.items[0])
            if quiet and (updates(node) or "_foreach_add" in ast.unparse(node) or "p += " in ast.unparse(node)):
                block[index : index + 1] = node.body
                return True
    return False


def guards(tree: ast.Module) -> list[ast.If]:
    """The conditions `if p.grad is not None:` and `if p.grad is None: continue` of updates by hand."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.If) and not node.orelse]
    return [node for node in found if ast.unparse(node.test).endswith(("grad is None", "grad is not None"))]


@operator("requires_every_gradient", "02", "03", "04", "05")
def guard_left_out(tree: ast.Module) -> bool:
    """Nothing asks whether there is a gradient."""
    found = guards(tree)

    def change(node: ast.If) -> bool:
        block, index = place(tree, node)
        block[index : index + 1] = node.body if "not None" in ast.unparse(node.test) else []
        return bool(block)

    return len(found) == 1 and change(found[0])


@operator("stops_at_first_missing_gradient", "02", "03", "04", "05")
def break_for_continue(tree: ast.Module) -> bool:
    """A parameter without a gradient ends the loop."""
    found = [node for node in guards(tree) if isinstance(node.body[0], ast.Continue)]
    return do(found, lambda node: replace(tree, node.body[0], ast.Break()))


def guard_and(tree: ast.Module, text: str) -> bool:
    """A further condition of the update, where it stands under one."""
    found = [node for node in guards(tree) if updates(node) and "not None" in ast.unparse(node.test)]
    return do(found, lambda node: wrap(tree, node.test, f"_ and {text.format(p=ast.unparse(node.test).partition('.')[0])}"))


add("leaves_biases_out_of_optimizer", ("02",), "matrices_updated", partial(guard_and, text="{p}.dim() > 1"))


@operator("optimizes_last_layer_only", "02")
def last_two_updated(tree: ast.Module) -> bool:
    """The update goes through the last two parameters only."""
    over = [
        node for node in ast.walk(tree) if isinstance(node, ast.For) and updates(node) and called(node.iter) == "parameters"
    ]
    return do(over, lambda node: wrap(tree, node.iter, "list(_)[-2:]"))


@operator("exhausts_parameter_generator", "02")
def generator_kept(tree: ast.Module) -> bool:
    """`params = model.parameters()` once, before the loop over the steps."""
    over = [node for node in ast.walk(main(tree)) if isinstance(node, ast.For) and updates(node)]
    over = [node for node in over if called(node.iter) == "parameters" and loops(tree, node)]
    if len(over) != 1:
        return False
    outer, text = loops(tree, over[0])[0], ast.unparse(over[0].iter)
    return replace(tree, over[0].iter, expression("params_")) and insert(tree, f"params_ = {text}", before=outer)


@operator("exhausts_parameter_generator", "02", "03", "04", "05")
def generator_not_listed(tree: ast.Module) -> bool:
    """A class of one's own keeps the generator that it is given."""
    found = [call for node in tree.body if isinstance(node, ast.ClassDef) for call in calls(node, "list")]
    return len(found) == 1 and replace(tree, found[0], found[0].args[0])


# Accumulating (05)


def weights(tree: ast.Module) -> list[ast.expr]:
    """The expressions that weight a batch's loss by its share: `loss * len(X) / n`, `loss * (len(X) / n)`."""
    made = [node for node in differentiated(tree) if isinstance(node, ast.BinOp)]
    given = [assigned(tree, node) for node in differentiated(tree) if isinstance(node, ast.Name)]
    found = made + [value for value in given if isinstance(value, ast.BinOp)]
    return [node for node in found if "/" in ast.unparse(node)]


def weighted_as(tree: ast.Module, text: str) -> bool:
    """Another weight: `{loss}` is the loss alone, `{group}` the batches of the step."""
    found, step = weights(tree), around(tree, backwards(tree))
    if len(found) != 1 or not isinstance(step, ast.For) or ("{group}" in text and not isinstance(step.iter, ast.Name)):
        return False
    loss: ast.expr = found[0]
    while isinstance(loss, ast.BinOp):
        loss = loss.left
    if (assigned(tree, loss) if isinstance(loss, ast.Name) else loss) not in measures(tree):
        return False
    group, accumulate = ast.unparse(step.iter), parameters(tree)[4]
    text = text.format(loss=ast.unparse(loss), group=group, accumulate=accumulate, batches=batches_of(tree))
    return replace(tree, found[0], expression(text))


for id, name, text in (
    ("accumulates_without_dividing", "means_added_up", "{loss}"),
    ("weights_batches_equally", "divided_by_accumulate", "{loss} / {accumulate}"),
    ("weights_batches_equally", "divided_by_the_groups_length", "{loss} / len({group})"),
):
    add(id, ("05",), name, partial(weighted_as, text=text))


def weight_divisor_as(tree: ast.Module, text: str) -> bool:
    """Another divisor for the weight."""
    found = weights(tree)
    if len(found) != 1 or ("{batches}" in text and found[0] not in ast.walk(main(tree))):
        return False
    quotient = next(node for node in ast.walk(found[0]) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
    return replace(tree, quotient.right, expression(text.format(batches=batches_of(tree), accumulate=parameters(tree)[4])))


add(
    "divides_loss_by_dataset_size",
    ("05",),
    "share_of_all_examples",
    partial(weight_divisor_as, text="sum((len(a) for a, b in {batches}))"),
)


@operator("divides_loss_by_dataset_size", "04", "12", "13")
def sum_divided_by_all(tree: ast.Module) -> bool:
    """A batch's sum over the number of all examples."""
    name = batches_of(tree)
    found = [call for call in measures(tree) if len(call.args) == 2]
    text = f"_ * len({{}}) / sum((len(b_) for a_, b_ in {name}))"
    return name is not None and each(found, lambda call: wrap(tree, call, text.format(ast.unparse(call.args[1]))))


@operator("clears_gradients_every_micro_batch", "05")
def cleared_at_every_batch(tree: ast.Module) -> bool:
    """zero_grad() in the innermost loop, before backward()."""
    found, step = backwards(tree), around(tree, steps(tree))
    if len(found) != 1 or step is None or around(tree, found) in (None, step):
        return False
    return insert(tree, f"{parameters(tree)[0]}.zero_grad()", before=found[0])


@operator("steps_every_micro_batch", "05")
def step_at_every_batch(tree: ast.Module) -> bool:
    """step() in the innermost loop, after backward()."""
    found, step = backwards(tree), around(tree, steps(tree))
    if len(found) != 1 or step is None or around(tree, found) in (None, step) or "p.grad /=" in ast.unparse(tree):
        return False
    (line,) = steps(tree)
    return insert(tree, ast.unparse(line), after=found[0]) and remove(tree, line)


@operator("drops_remainder", "05")
def small_groups_left_out(tree: ast.Module) -> bool:
    """A group that isn't full is passed over."""
    step = around(tree, steps(tree))
    for node in ast.walk(step or tree):
        sliced = (
            isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Subscript)
        )
        if step is not None and sliced and ast.unparse(node.value.value) == batches_of(tree) and node in step.body:
            return insert(tree, f"if len({node.targets[0].id}) < {parameters(tree)[4]}:\n    continue", after=node)
    return False


@operator("leaks_remainder", "05")
def only_full_groups_step(tree: ast.Module) -> bool:
    """`if i % accumulate == 0`, and not at the epoch's last batch."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.If) and isinstance(node.test, ast.BoolOp)]
    found = [
        node for node in found if isinstance(node.test.op, ast.Or) and steps(node) and "%" in ast.unparse(node.test.values[0])
    ]
    return len(found) == 1 and replace(tree, found[0].test, found[0].test.values[0])


@operator("misaligns_groups", "05")
def counted_from_zero(tree: ast.Module) -> bool:
    """enumerate(batches) where the condition wants a count from 1; the last batch makes its step all the same."""
    found = [call for call in calls(tree, "enumerate") if len(call.args) == 2 or call.keywords]
    tests = [node.test for node in ast.walk(tree) if isinstance(node, ast.If) and isinstance(node.test, ast.BoolOp)]
    if len(found) != 1 or len(tests) != 1:
        return False
    last = tests[0].values[1]
    if not isinstance(last, ast.Compare):
        return False
    found[0].args[1:], found[0].keywords = [], []
    return wrap(tree, last.left, "_ + 1")


@operator("overlaps_batches", "05")
def groups_start_too_soon(tree: ast.Module) -> bool:
    """The next group begins with this one's last batch."""
    found = [call for call in calls(tree, "range") if len(call.args) == 3]
    return len(found) == 1 and wrap(tree, found[0].args[2], "max(1, _ - 1)")
