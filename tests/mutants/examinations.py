"""Mistakes in what surrounds training: saving and resuming, counting state, examining a set-up, choosing a descent.

The styles have little in common but the functions that the exercises ask for, so most edits begin there: at what one returns,
at a method that is called in it, or at the word for a fault.
"""

import ast
from collections.abc import Iterator

from grader.mutants import operator

BLOCKS = ("body", "orelse", "finalbody")


# --- Finding and changing things


def expression(text: str) -> ast.expr:
    """The tree of an expression."""
    return ast.parse(text, mode="eval").body


def function(tree: ast.AST, name: str) -> ast.FunctionDef | None:
    """The function or method of this name."""
    return next((node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name), None)


def text(node: ast.AST | None) -> str:
    """Its source; empty where there is no node."""
    return ast.unparse(node) if node is not None else ""


def calls(tree: ast.AST, method: str) -> list[ast.Call]:
    """The calls of a method or function of this name."""
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in named if getattr(node.func, "attr", getattr(node.func, "id", None)) == method]


def receiver(call: ast.Call) -> str:
    """What a method is called of: "self.model" for `self.model.state_dict()`."""
    return text(call.func.value) if isinstance(call.func, ast.Attribute) else ""


def replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> bool:
    """Put `new` where `old` is; `new` may hold `old`."""
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if value is old:
                setattr(node, field, new)
                return True
            if isinstance(value, list) and any(each is old for each in value):
                value[next(index for index, each in enumerate(value) if each is old)] = new
                return True
    return False


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements."""
    for node in ast.walk(tree):
        for field in BLOCKS:
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def around(tree: ast.AST, node: ast.AST) -> tuple[list[ast.stmt], int] | None:
    """The innermost statement that holds a node, as its block and its place there."""
    found = [(block, i) for block in blocks(tree) for i, each in enumerate(block) if node in ast.walk(each)]
    return min(found, key=lambda where: len(list(ast.walk(where[0][where[1]]))), default=None)


def remove(tree: ast.AST, node: ast.AST) -> bool:
    """Take out the statement that holds a node; where it was the only one under an `if` without else, the `if` with it."""
    where = around(tree, node)
    if where is None:
        return False
    block, index = where
    if len(block) > 1:
        del block[index]
        return True
    owner = next((each for each in ast.walk(tree) if isinstance(each, ast.If) and each.body is block and not each.orelse), None)
    if owner is not None:
        return remove(tree, owner)
    block[index] = ast.Pass()
    return True


def insert(tree: ast.AST, node: ast.AST, code: str, after: bool = False) -> bool:
    """Put statements before the one that holds a node, or after it."""
    where = around(tree, node)
    if where is None:
        return False
    block, index = where
    block[index + after : index + after] = ast.parse(code).body
    return True


def begin(tree: ast.AST, name: str, code: str) -> bool:
    """Put statements at the beginning of a function, behind its docstring."""
    inside = function(tree, name)
    if inside is None:
        return False
    start = int(ast.get_docstring(inside) is not None)
    inside.body[start:start] = ast.parse(code).body
    return True


def needs(tree: ast.Module, *modules: str) -> None:
    """Import modules behind the docstring, where they aren't yet."""
    for module in modules:
        if not any(
            isinstance(node, ast.Import) and any(a.name == module and not a.asname for a in node.names) for node in tree.body
        ):
            tree.body.insert(int(ast.get_docstring(tree) is not None), ast.parse(f"import {module}").body[0])


def body(tree: ast.Module, name: str, code: str) -> bool:
    """Give a function another body."""
    inside = function(tree, name)
    if inside is None:
        return False
    inside.body = ast.parse(code).body
    return True


# --- exercise_11: resume


def resumed(tree: ast.Module, code: str) -> bool:
    """Have statements about `model` and `optimizer` run at the end of resume(), once both are filled."""
    inside = function(tree, "resume")
    if inside is None or not isinstance(inside.body[-1], ast.Return) or inside.body[-1].value is None:
        return False
    needs(tree, "torch")
    made = text(inside.body[-1].value)
    inside.body[-1:] = ast.parse(f"model, optimizer = {made}\n{code}\nreturn model, optimizer").body
    return True


def saved(tree: ast.Module, code: str) -> bool:
    """Have statements about the dict `saved` run at the end of save()."""
    inside = function(tree, "save")
    if inside is None or not isinstance(inside.body[-1], ast.Return) or inside.body[-1].value is None:
        return False
    inside.body[-1:] = ast.parse(f"saved = {text(inside.body[-1].value)}\n{code}\nreturn saved").body
    return True


def loads(tree: ast.Module, what: str) -> list[ast.Call]:
    """Where a state dict is loaded into the model (`what="model"`) or into the optimizer."""
    kinds = {"model": ("model", "net"), "optimizer": ("optimizer", "optim")}[what]
    return [call for call in calls(tree, "load_state_dict") if receiver(call).rpartition(".")[2] in kinds and call.args]


def state_dicts(tree: ast.Module, what: str) -> list[ast.Call]:
    """Where the state dict of the model or of the optimizer is taken to be saved."""
    inside = [node for node in (function(tree, "save"), function(tree, "to_dict")) if node is not None]
    found = [call for node in inside for call in calls(node, "state_dict")]
    return [call for call in found if receiver(call).rpartition(".")[2] == what]


def save_as(tree: ast.Module, what: str, form: str) -> bool:
    """Save another form of a state dict; in `form`, WAS stands for it."""
    found = state_dicts(tree, what)
    needs(tree, "torch")
    return bool(found) and all(replace(tree, call, expression(form.replace("WAS", text(call)))) for call in found)


def load_as(tree: ast.Module, what: str, form: str, strict: bool = True) -> bool:
    """Load another form of a state dict; in `form`, WAS stands for it."""
    found = loads(tree, what)
    for call in found:
        call.args[0] = expression(form.replace("WAS", f"({text(call.args[0])})"))
        if not strict and not any(keyword.arg == "strict" for keyword in call.keywords):
            call.keywords.append(ast.keyword("strict", ast.Constant(False)))
    return bool(found)


@operator("forgets_optimizer_state", "11")
def never_loads_the_optimizer(tree: ast.Module) -> bool:
    """It is saved, and stays as it was made."""
    found = loads(tree, "optimizer")
    return bool(found) and remove(tree, found[0])


@operator("forgets_optimizer_state", "11")
def clears_the_state_after_loading(tree: ast.Module) -> bool:
    """Settings are kept, memory isn't."""
    return resumed(tree, "optimizer.state.clear()")


@operator("forgets_optimizer_state", "11")
def forgets_second_moments(tree: ast.Module) -> bool:
    """Adam's v begins at zero again."""
    return resumed(
        tree, "for state in optimizer.state.values():\n    if 'exp_avg_sq' in state:\n        state['exp_avg_sq'].zero_()"
    )


@operator("forgets_optimizer_state", "11")
def forgets_first_moments(tree: ast.Module) -> bool:
    """Adam's m begins at zero again, and so does SGD's velocity."""
    code = "for state in optimizer.state.values():\n    for key in ('exp_avg', 'momentum_buffer'):\n        if key in state:\n"
    return resumed(tree, f"{code}            state[key] = torch.zeros_like(state[key])")


@operator("forgets_optimizer_state", "11")
def restarts_step_counts_at_one(tree: ast.Module) -> bool:
    """The moments are kept, the step counts are made anew."""
    return resumed(
        tree, "for state in optimizer.state.values():\n    if 'step' in state:\n        state['step'] = torch.tensor(1.0)"
    )


@operator("forgets_optimizer_state", "11")
def keeps_the_velocity_alone(tree: ast.Module) -> bool:
    """Written for SGD: of a state, only its momentum_buffer is carried over."""
    code = "for state in optimizer.state.values():\n    for key in [key for key in state if key != 'momentum_buffer']:\n"
    return resumed(tree, f"{code}        del state[key]")


@operator("forgets_optimizer_state", "11")
def keeps_the_state_of_matrices(tree: ast.Module) -> bool:
    """The state is carried over for weights, and not for biases."""
    return resumed(tree, "for p in list(optimizer.state):\n    if p.dim() < 2:\n        del optimizer.state[p]")


@operator("forgets_optimizer_state", "11")
def keeps_the_state_of_the_first(tree: ast.Module) -> bool:
    """Only the first parameter's state is carried over."""
    return resumed(tree, "for p in list(optimizer.state)[1:]:\n    del optimizer.state[p]")


@operator("forgets_optimizer_state", "11")
def makes_another_optimizer_in_the_end(tree: ast.Module) -> bool:
    """The one that was filled is thrown away."""
    return resumed(tree, "optimizer = make_optimizer(list(model.parameters()))")


@operator("forgets_buffers", "11")
def resets_the_variances(tree: ast.Module) -> bool:
    """Running means are kept, running variances aren't."""
    return resumed(
        tree, "for name, buffer in model.named_buffers():\n    if name.endswith('running_var'):\n        buffer.fill_(1)"
    )


@operator("forgets_buffers", "11")
def resets_the_means(tree: ast.Module) -> bool:
    """Running variances are kept, running means aren't."""
    return resumed(
        tree, "for name, buffer in model.named_buffers():\n    if name.endswith('running_mean'):\n        buffer.zero_()"
    )


@operator("forgets_buffers", "11")
def loads_no_statistics(tree: ast.Module) -> bool:
    """What looks like a statistic isn't loaded."""
    return load_as(tree, "model", "{k: v for k, v in WAS.items() if 'running' not in k}", strict=False)


@operator("forgets_buffers", "11")
def saves_parameters_alone(tree: ast.Module) -> bool:
    """named_parameters() in place of the state dict."""
    found = state_dicts(tree, "model")
    for call in found:
        replace(tree, call, expression(f"{{name: p.detach() for name, p in {receiver(call)}.named_parameters()}}"))
    for call in loads(tree, "model"):
        if not any(keyword.arg == "strict" for keyword in call.keywords):
            call.keywords.append(ast.keyword("strict", ast.Constant(False)))
    return bool(found) and len(loads(tree, "model")) == 1 and "names" not in text(function(tree, "resume"))


@operator("forgets_buffers", "11")
def takes_the_buffers_of_a_fresh_model(tree: ast.Module) -> bool:
    """The loop over the buffers takes them from the wrong model."""
    return resumed(tree, "for buffer, fresh in zip(model.buffers(), make_model().buffers()):\n    buffer.copy_(fresh)")


FRESH = "fresh = make_optimizer([p.detach().clone() for p in model.parameters()])\n"
EACH = "for group, other in zip(optimizer.param_groups, fresh.param_groups):\n"


@operator("forgets_param_groups", "11")
def sets_the_first_rate_back(tree: ast.Module) -> bool:
    """Only the first group is thought of."""
    return resumed(tree, "optimizer.param_groups[0]['lr'] = optimizer.defaults['lr']")


@operator("forgets_param_groups", "11")
def keeps_fresh_rates(tree: ast.Module) -> bool:
    """Learning rates are those of a new optimizer; weight decays are the saved ones."""
    return resumed(tree, f"{FRESH}{EACH}    group['lr'] = other['lr']")


@operator("forgets_param_groups", "11")
def keeps_fresh_decays(tree: ast.Module) -> bool:
    """Weight decays are those of a new optimizer; learning rates are the saved ones."""
    return resumed(tree, f"{FRESH}{EACH}    group['weight_decay'] = other['weight_decay']")


@operator("forgets_param_groups", "11")
def keeps_fresh_settings(tree: ast.Module) -> bool:
    """All settings are those of a new optimizer."""
    return resumed(tree, f"{FRESH}{EACH}    group.update({{key: value for key, value in other.items() if key != 'params'}})")


@operator("forgets_param_groups", "11")
def gives_all_the_last_rate(tree: ast.Module) -> bool:
    """One learning rate is kept for all groups: the last one's."""
    return resumed(tree, "for group in optimizer.param_groups:\n    group['lr'] = optimizer.param_groups[-1]['lr']")


@operator("forgets_param_groups", "11")
def gives_all_the_first_decay(tree: ast.Module) -> bool:
    """One weight decay is kept for all groups: the first one's."""
    return resumed(
        tree, "for group in optimizer.param_groups:\n    group['weight_decay'] = optimizer.param_groups[0]['weight_decay']"
    )


@operator("starts_from_other_weights", "11")
def never_loads_the_model(tree: ast.Module) -> bool:
    """It is saved, and stays as it was made."""
    found = loads(tree, "model")
    return bool(found) and remove(tree, found[0])


@operator("starts_from_other_weights", "11")
def loads_under_other_names(tree: ast.Module) -> bool:
    """A prefix that the model hasn't got, and strict=False so that nobody complains."""
    return load_as(tree, "model", "{'module.' + k: v for k, v in WAS.items()}", strict=False)


@operator("starts_from_other_weights", "11")
def loads_no_biases(tree: ast.Module) -> bool:
    """What ends in "bias" is left as it was made."""
    return load_as(tree, "model", "{k: v for k, v in WAS.items() if not k.endswith('bias')}", strict=False)


@operator("starts_from_other_weights", "11")
def loads_no_weights(tree: ast.Module) -> bool:
    """What ends in "weight" is left as it was made."""
    return load_as(tree, "model", "{k: v for k, v in WAS.items() if not k.endswith('weight')}", strict=False)


@operator("starts_from_other_weights", "11")
def draws_linear_layers_anew(tree: ast.Module) -> bool:
    """After loading, the linear layers are initialised."""
    code = "for module in model.modules():\n    if isinstance(module, torch.nn.Linear):\n        module.reset_parameters()"
    return resumed(tree, code)


@operator("starts_from_other_weights", "11")
def draws_the_last_layer_anew(tree: ast.Module) -> bool:
    """After loading, the last layer is initialised."""
    return resumed(tree, "model[-1].reset_parameters()")


@operator("optimizes_another_model", "11")
def returns_an_equal_model(tree: ast.Module) -> bool:
    """The optimizer was made for the first of the two."""
    return resumed(tree, "twin = make_model()\ntwin.load_state_dict(model.state_dict())\nmodel = twin")


@operator("optimizes_another_model", "11")
def holds_clones(tree: ast.Module) -> bool:
    """make_optimizer gets copies of the parameters."""
    found = [call for call in calls(tree, "make_optimizer") if call.args]
    for call in found:
        name = text(call.args[0]).removeprefix("list(").removesuffix("()").removesuffix("())").removesuffix(".parameters")
        call.args[0] = expression(f"[p.detach().clone().requires_grad_(p.requires_grad) for p in {name}.parameters()]")
    return bool(found)


@operator("optimizes_another_model", "11")
def renews_the_parameters(tree: ast.Module) -> bool:
    """The model gets new Parameter objects after the optimizer was made."""
    code = "for module in model.modules():\n    for name, p in list(module.named_parameters(recurse=False)):\n"
    return resumed(tree, f"{code}        setattr(module, name, torch.nn.Parameter(p.detach().clone(), p.requires_grad))")


@operator("converts_to_fixed_dtype", "11")
def saves_in_bfloat16(tree: ast.Module) -> bool:
    """To save space."""
    return save_as(tree, "model", "{k: v.bfloat16() if v.is_floating_point() else v for k, v in WAS.items()}")


@operator("converts_to_fixed_dtype", "11")
def rounds_through_half(tree: ast.Module) -> bool:
    """What is loaded was in half precision for a while."""
    return load_as(tree, "model", "{k: v.half().to(v.dtype) if v.is_floating_point() else v for k, v in WAS.items()}")


@operator("converts_to_fixed_dtype", "11")
def resumes_in_double(tree: ast.Module) -> bool:
    """The resumed model is float64, whatever was saved."""
    inside = function(tree, "resume")
    found = calls(inside, "make_model") if inside is not None else []
    return bool(found) and all(replace(tree, call, expression("make_model().double()")) for call in found)


@operator("converts_to_fixed_dtype", "11")
def resumes_in_float(tree: ast.Module) -> bool:
    """The resumed model is float32 in the end."""
    return resumed(tree, "model.float()")


@operator("converts_to_fixed_dtype", "11")
def halves_the_moments(tree: ast.Module) -> bool:
    """The optimizer's state is rounded to half precision."""
    code = "for state in optimizer.state.values():\n    for key, value in state.items():\n        if torch.is_tensor(value):\n"
    return resumed(tree, f"{code}            state[key] = value.half().to(value.dtype)")


@operator("pickles_objects", "11")
def saves_the_model_whole(tree: ast.Module) -> bool:
    """Beside its state."""
    return saved(tree, "saved['architecture'] = model")


@operator("pickles_objects", "11")
def saves_the_optimizer_whole(tree: ast.Module) -> bool:
    """Beside its state."""
    return saved(tree, "saved['optim'] = optimizer")


@operator("pickles_objects", "11")
def saves_a_namespace(tree: ast.Module) -> bool:
    """The settings, as argparse gives them."""
    needs(tree, "argparse")
    return saved(tree, "saved['args'] = argparse.Namespace(lr=optimizer.param_groups[0]['lr'])")


@operator("pickles_objects", "11")
def saves_a_loss(tree: ast.Module) -> bool:
    """A loss function is a module, too."""
    needs(tree, "torch")
    return saved(tree, "saved['criterion'] = torch.nn.MSELoss()")


# --- exercise_11: state_bytes

TENSORS = "tensors = [t for state in optimizer.state.values() for t in state.values() if torch.is_tensor(t)]\n"
PARAMS = "params = [p for group in optimizer.param_groups for p in group['params']]\n"


def counted(tree: ast.Module, code: str) -> bool:
    """Have state_bytes() count otherwise."""
    needs(tree, "torch")
    return body(tree, "state_bytes", code)


def of_each_element(tree: ast.Module, form: str) -> bool:
    """Give each tensor `t` of the state another size of an element."""
    return counted(tree, f"{TENSORS}return sum(t.numel() * ({form}) for t in tensors)")


def more_bytes(tree: ast.Module, extra: str) -> bool:
    """Add something to what state_bytes() returns."""
    inside = function(tree, "state_bytes")
    found = [node for node in inside.body if isinstance(node, ast.Return)] if inside is not None else []
    if not found or found[0].value is None:
        return False
    found[0].value = expression(f"{text(found[0].value)} + {extra}")
    return True


@operator("assumes_element_size", "11")
def counts_four_bytes(tree: ast.Module) -> bool:
    """As in float32."""
    changed = False
    for call in calls(tree, "element_size"):
        changed |= replace(tree, call, ast.Constant(4))
    for call in calls(tree, "nbytes"):
        changed |= replace(tree, call, expression(f"4 * {receiver(call).removesuffix('.untyped_storage()')}.numel()"))
    for node in [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in ("nbytes", "itemsize")]:
        changed |= replace(tree, node, expression("4" if node.attr == "itemsize" else f"4 * {text(node.value)}.numel()"))
    return changed


@operator("assumes_element_size", "11")
def counts_at_least_four_bytes(tree: ast.Module) -> bool:
    """Eight for float64, else four: nobody thought of half precision."""
    return of_each_element(tree, "8 if t.dtype == torch.float64 else 4")


@operator("assumes_element_size", "11")
def counts_at_most_four_bytes(tree: ast.Module) -> bool:
    """Two for half precision, else four: nobody thought of float64."""
    return of_each_element(tree, "2 if t.dtype in (torch.half, torch.bfloat16) else 4")


@operator("assumes_element_size", "11")
def counts_steps_as_eight_bytes(tree: ast.Module) -> bool:
    """A step count is taken for an int64."""
    return of_each_element(tree, "8 if t.dim() == 0 else t.element_size()")


@operator("assumes_element_size", "11")
def counts_by_the_first_tensor(tree: ast.Module) -> bool:
    """All tensors are counted as if of the first one's dtype."""
    return counted(tree, f"{TENSORS}return sum(t.numel() * tensors[0].element_size() for t in tensors)")


@operator("assumes_element_size", "11")
def counts_by_the_parameters(tree: ast.Module) -> bool:
    """All tensors are counted as if of the first parameter's dtype."""
    return of_each_element(tree, "optimizer.param_groups[0]['params'][0].element_size()")


@operator("assumes_two_state_tensors", "11")
def doubles_the_parameters(tree: ast.Module) -> bool:
    """Twice what the parameters take."""
    return counted(tree, f"{PARAMS}return 2 * sum(p.nbytes for p in params)")


@operator("assumes_two_state_tensors", "11")
def doubles_the_parameters_once_stepped(tree: ast.Module) -> bool:
    """Twice what all parameters take, as soon as there is a state."""
    return counted(tree, f"{PARAMS}return 2 * sum(p.nbytes for p in params) if optimizer.state else 0")


@operator("assumes_two_state_tensors", "11")
def doubles_for_betas(tree: ast.Module) -> bool:
    """Two tensors for an optimizer with betas, none for others."""
    code = "groups = [group for group in optimizer.param_groups if 'betas' in group]\n"
    return counted(tree, f"{code}return sum(2 * p.nbytes for group in groups for p in group['params'])")


@operator("assumes_two_state_tensors", "11")
def takes_the_two_first(tree: ast.Module) -> bool:
    """Of each state two tensors of the parameter's shape, where it has as many."""
    code = "kept = [[t for t in s.values() if t.shape == p.shape][:2] for p, s in optimizer.state.items()]\n"
    return counted(tree, f"{code}return sum(t.nbytes for two in kept for t in two)")


@operator("skips_scalar_state", "11")
def counts_long_tensors_alone(tree: ast.Module) -> bool:
    """Tensors of one element don't count."""
    return counted(tree, f"{TENSORS}return sum(t.nbytes for t in tensors if t.numel() > 1)")


@operator("skips_scalar_state", "11")
def counts_all_but_step(tree: ast.Module) -> bool:
    """By its name."""
    return counted(tree, "return sum(s[k].nbytes for s in optimizer.state.values() for k in s if k != 'step')")


@operator("skips_scalar_state", "11")
def counts_one_step(tree: ast.Module) -> bool:
    """One step count is enough for the whole optimizer, it is thought."""
    code = "steps = [t for t in tensors if t.dim() == 0]\n"
    return counted(tree, f"{TENSORS}{code}return sum(t.nbytes for t in tensors if t.dim()) + sum(t.nbytes for t in steps[:1])")


@operator("counts_parameters_as_state", "11")
def adds_the_parameters(tree: ast.Module) -> bool:
    """To what was right."""
    return more_bytes(tree, "sum(p.nbytes for group in optimizer.param_groups for p in group['params'])")


@operator("counts_parameters_as_state", "11")
def adds_the_first_groups_parameters(tree: ast.Module) -> bool:
    """To what was right."""
    return more_bytes(tree, "sum(p.nbytes for p in optimizer.param_groups[0]['params'])")


@operator("counts_parameters_as_state", "11")
def adds_parameters_with_gradients(tree: ast.Module) -> bool:
    """To what was right."""
    return more_bytes(tree, "sum(p.nbytes for g in optimizer.param_groups for p in g['params'] if p.grad is not None)")


@operator("counts_parameters_as_state", "11")
def adds_the_keys(tree: ast.Module) -> bool:
    """The keys of the state are its parameters."""
    return more_bytes(tree, "sum(p.nbytes for p in optimizer.state)")


# --- exercise_14: what is found


def word(tree: ast.Module, name: str) -> ast.Constant | None:
    """Where a fault's name stands."""
    return next((node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value == name), None)


def entry(tree: ast.Module, name: str) -> tuple[ast.Dict, int] | None:
    """Where a fault's name is a key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for index, key in enumerate(node.keys):
                if isinstance(key, ast.Constant) and key.value == name:
                    return node, index
    return None


def unlooked(tree: ast.Module, name: str) -> bool:
    """Take out the question whether a fault is there."""
    found, at = word(tree, name), entry(tree, name)
    if at is not None:
        del at[0].keys[at[1]], at[0].values[at[1]]
        return True
    return found is not None and remove(tree, found)


def question(tree: ast.Module, name: str) -> ast.expr | None:
    """The condition under which a fault's name is given, where there is just one."""
    at, found = entry(tree, name), word(tree, name)
    if at is not None:
        return at[0].values[at[1]]
    if found is None:
        return None
    owners = [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.IfExp) and found in ast.walk(node)]
    inner = min(owners, key=lambda node: len(list(ast.walk(node))), default=None)
    if inner is None or (isinstance(inner, ast.If) and any(found in ast.walk(each) for each in inner.orelse)):
        return None
    return inner.test


def asked(tree: ast.Module, name: str, form: str) -> bool:
    """Ask another question about a fault; in `form`, `_` stands for the one that was asked, M for the model and so on."""
    old = question(tree, name)
    names = parts(tree, old) if old is not None else None
    if old is None or names is None:
        return False
    for short, part in names.items():
        form = form.replace(short, part)
    new = expression(form)
    hole = next((node for node in ast.walk(new) if isinstance(node, ast.Name) and node.id == "_"), None)
    if hole is not None:
        replace(new, hole, ast.parse(text(old), mode="eval").body)
    return replace(tree, old, new)


def parts(tree: ast.Module, node: ast.AST) -> dict[str, str] | None:
    """What the set-up's parts are called at this place: M, O, L, X and Y."""
    inside = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and node in ast.walk(each)]
    inner = min(inside, key=lambda each: len(list(ast.walk(each))), default=None)
    if inner is None:
        return None
    names = [argument.arg for argument in inner.args.args]
    if names == ["self"]:
        return {
            "MODEL": "self.model",
            "OPTIMIZER": "self.optimizer",
            "LOSS": "self.loss_fn",
            "DATA": "self.X",
            "TARGETS": "self.y",
        }
    if len(names) < 5:
        return None
    return (
        dict(zip(("MODEL", "OPTIMIZER", "LOSS", "DATA", "TARGETS"), names, strict=False)) if inner.name == "examine" else None
    )


@operator("overlooks_faults", "14")
def overlooks_frozen(tree: ast.Module) -> bool:
    """Nothing looks for frozen parameters."""
    return unlooked(tree, "frozen_parameters")


@operator("overlooks_faults", "14")
def overlooks_not_in_optimizer(tree: ast.Module) -> bool:
    """Nothing looks for parameters that the optimizer hasn't got."""
    return unlooked(tree, "parameters_not_in_optimizer")


@operator("overlooks_faults", "14")
def overlooks_no_gradient(tree: ast.Module) -> bool:
    """Nothing looks for missing gradients."""
    return unlooked(tree, "no_gradient")


@operator("overlooks_faults", "14")
def overlooks_shapes(tree: ast.Module) -> bool:
    """Nothing compares shapes."""
    return unlooked(tree, "shape_mismatch")


@operator("overlooks_faults", "14")
def overlooks_softmax(tree: ast.Module) -> bool:
    """Nothing looks for probabilities."""
    return unlooked(tree, "softmax_before_cross_entropy")


@operator("overlooks_faults", "14")
def overlooks_the_task(tree: ast.Module) -> bool:
    """Nothing compares loss and targets."""
    return unlooked(tree, "loss_does_not_match_task")


@operator("overlooks_faults", "14")
def overlooks_frozen_biases(tree: ast.Module) -> bool:
    """Only weights are asked whether they are frozen."""
    return asked(tree, "frozen_parameters", "any(not p.requires_grad and p.dim() > 1 for p in MODEL.parameters())")


@operator("overlooks_faults", "14")
def overlooks_partly_frozen(tree: ast.Module) -> bool:
    """It has to be all of them."""
    return asked(tree, "frozen_parameters", "not any(p.requires_grad for p in MODEL.parameters())")


@operator("overlooks_faults", "14")
def asks_the_first_parameter(tree: ast.Module) -> bool:
    """Whether the first parameter is frozen."""
    return asked(tree, "frozen_parameters", "not next(MODEL.parameters()).requires_grad")


@operator("overlooks_faults", "14")
def compares_dimensions(tree: ast.Module) -> bool:
    """Shapes with as many dimensions are taken for equal."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq)]
    for node in found:
        sides = text(node.left), text(node.comparators[0])
        if all("shape" in side or "size()" in side for side in sides):
            node.left, node.comparators[0] = (expression(f"len({side})") for side in sides)
            return True
    return False


@operator("overlooks_faults", "14")
def compares_examples(tree: ast.Module) -> bool:
    """Shapes with as many rows are taken for equal."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq)]
    for node in found:
        sides = text(node.left), text(node.comparators[0])
        if all("shape" in side or "size()" in side for side in sides):
            node.left, node.comparators[0] = (expression(f"{side}[0]") for side in sides)
            return True
    return False


@operator("overlooks_faults", "14")
def asks_the_task_of_two_losses(tree: ast.Module) -> bool:
    """NLLLoss isn't thought of, nor L1Loss: only MSELoss is known, and CrossEntropyLoss."""
    known = "(not TARGETS.is_floating_point() and isinstance(LOSS, torch.nn.MSELoss) and TARGETS.dim() == 1)"
    return needs(tree, "torch") or asked(tree, "loss_does_not_match_task", known)


def trial_steps(tree: ast.Module, number: int) -> bool:
    """Have the trial take so many steps, where it takes twenty."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is int and n.value in (20, 21)]
    for node in found:
        node.value = number + node.value - 20
    return bool(found)


@operator("overlooks_faults", "14")
def tries_two_steps(tree: ast.Module) -> bool:
    """The learning rate is judged after two steps."""
    return trial_steps(tree, 2)


@operator("overlooks_faults", "14")
def tries_three_steps(tree: ast.Module) -> bool:
    """The learning rate is judged after three steps."""
    return trial_steps(tree, 3)


def grown(tree: ast.Module) -> list[ast.Compare]:
    """Where the losses at the end and at the start of the trial are compared."""
    pairs = ("losses[-1] losses[0]", "last first", "end start", "start end", "losses[20] losses[0]", "history[-1] history[0]")
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Compare) and isinstance(n.ops[0], ast.Gt | ast.LtE | ast.GtE)]
    return [node for node in found if f"{text(node.left)} {text(node.comparators[0])}" in pairs]


def grown_by(tree: ast.Module, factor: str) -> bool:
    """Let the loss grow to so many times the first."""
    for node in grown(tree):
        if text(node.left) == "start":
            node.left = expression(f"{factor} * start")
        else:
            node.comparators[0] = expression(f"{factor} * {text(node.comparators[0])}")
    return bool(grown(tree)) or factor in text(tree)


@operator("overlooks_faults", "14")
def asks_for_a_thousandfold(tree: ast.Module) -> bool:
    """The loss has to explode."""
    return bool(grown(tree)) and grown_by(tree, "1000.0")


@operator("overlooks_faults", "14")
def asks_for_tenfold(tree: ast.Module) -> bool:
    """The loss has to grow tenfold."""
    return bool(grown(tree)) and grown_by(tree, "10.0")


@operator("overlooks_faults", "14")
def asks_for_nan_alone(tree: ast.Module) -> bool:
    """A learning rate is too high where the loss is NaN or infinite, and nowhere else."""
    found = grown(tree)
    if not found:
        return False
    late = text(found[0].comparators[0]) if text(found[0].left) == "start" else text(found[0].left)
    needs(tree, "math")
    new = expression(f"not math.isfinite({late})")
    outer = next((n for n in ast.walk(tree) if isinstance(n, ast.UnaryOp) and n.operand is found[0]), found[0])
    return replace(tree, outer, new)


@operator("overlooks_faults", "14")
def asks_for_one_fault(tree: ast.Module) -> bool:
    """Once something is found, the learning rate isn't tried; written as one answer."""
    inside = function(tree, "examine")
    nested = (
        [r for f in ast.walk(inside) if isinstance(f, ast.FunctionDef) and f is not inside for r in ast.walk(f)]
        if inside
        else []
    )
    last = next((n for n in ast.walk(inside) if isinstance(n, ast.Return) and n not in nested), None) if inside else None
    if last is None or last.value is None:
        return False
    return replace(tree, last.value, expression(f"set(sorted({text(last.value)})[:1])"))


@operator("lets_nan_pass", "14")
def asks_whether_it_is_larger(tree: ast.Module) -> bool:
    """Only whether the loss is larger, and not whether it is a number."""
    found = grown(tree)
    if not found:
        return False
    end, start = found[0].left, found[0].comparators[0]
    if text(end) == "start":
        end, start = start, end
    larger = expression(f"{text(end)} > {text(start)}")
    for node in ast.walk(tree):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and node.operand is found[0]:
            return replace(tree, node, larger)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and found[0] in ast.walk(node):
            early = next((n for n in ast.walk(tree) if isinstance(n, ast.If) and "not isfinite" in text(n.test)), None)
            return replace(tree, node, larger) and (early is None or remove(tree, early))
    return False


@operator("lets_nan_pass", "14")
def asks_for_the_largest(tree: ast.Module) -> bool:
    """Whether the loss has at least doubled, asked as a quotient, which is NaN, too."""
    found = grown(tree)
    if not asks_whether_it_is_larger(tree) or not found:
        return False
    compare = grown(tree)[0]
    first = text(compare.comparators[0])
    return replace(tree, compare, expression(f"({text(compare.left)} - {first}) / {first} > 0"))


# --- exercise_14: judged by a sign


def rate_from(tree: ast.Module, form: str) -> bool:
    """Judge the learning rate by itself."""
    return asked(tree, "learning_rate_too_high", form)


@operator("judges_by_signs", "14")
def judges_rates_from_a_half(tree: ast.Module) -> bool:
    """A learning rate of 0.5 or more is too high."""
    return rate_from(tree, "any(group['lr'] >= 0.5 for group in OPTIMIZER.param_groups)")


@operator("judges_by_signs", "14")
def judges_first_rates_from_a_fifth(tree: ast.Module) -> bool:
    """A learning rate above 0.2 in the first group is too high."""
    return rate_from(tree, "OPTIMIZER.param_groups[0]['lr'] > 0.2")


@operator("judges_by_signs", "14")
def judges_default_rates(tree: ast.Module) -> bool:
    """The rate that the optimizer was made with is judged, as too high from 0.3 on."""
    return rate_from(tree, "OPTIMIZER.defaults['lr'] > 0.3")


@operator("judges_by_signs", "14")
def judges_by_words(tree: ast.Module) -> bool:
    """A module with "Softmax" in its name is enough."""
    old = text(question(tree, "softmax_before_cross_entropy"))
    whole = any(word in old for word in ("close", "sum", "softmax", "prob"))  # else a part of it is asked elsewhere
    return whole and asked(tree, "softmax_before_cross_entropy", "any('Softmax' in type(m).__name__ for m in MODEL.modules())")


@operator("judges_by_signs", "14")
def judges_by_log_softmax(tree: ast.Module) -> bool:
    """A log-softmax counts as well, whatever the loss."""
    alone = "CrossEntropyLoss" in text(question(tree, "softmax_before_cross_entropy"))  # else the loss has been asked before
    form = "(_) or any('LogSoftmax' in type(m).__name__ for m in MODEL.modules())"
    return alone and asked(tree, "softmax_before_cross_entropy", form)


@operator("judges_by_signs", "14")
def judges_rows_of_one(tree: ast.Module) -> bool:
    """Any output of one column counts as a missing class."""
    alone = " and " in text(question(tree, "shape_mismatch"))  # else the task has been asked before
    return alone and asked(tree, "shape_mismatch", "(_) or TARGETS.dim() == 1")


@operator("judges_by_signs", "14")
def judges_frozen_by_gradients(tree: ast.Module) -> bool:
    """A parameter without a gradient counts as frozen."""
    return asked(tree, "frozen_parameters", "(_) or any(p.grad is None for p in MODEL.parameters())")


@operator("judges_by_signs", "14")
def judges_by_the_last_group(tree: ast.Module) -> bool:
    """Only the optimizer's last group is looked at."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.comprehension | ast.For) and text(n.iter).endswith(".param_groups")]
    found = [n for n in found if "rebuild" not in text(tree) or isinstance(n, ast.comprehension)]
    for node in found:
        node.iter = expression(f"{text(node.iter)}[-1:]")
    return bool(found)


@operator("judges_by_signs", "14")
def judges_many_groups(tree: ast.Module) -> bool:
    """An optimizer of several groups is taken for one that has left something out."""
    return asked(tree, "parameters_not_in_optimizer", "(_) or len(OPTIMIZER.param_groups) > 1")


@operator("judges_by_signs", "14")
def judges_absent_frozen_ones(tree: ast.Module) -> bool:
    """Frozen parameters are expected in the optimizer."""
    inside = "{id(p) for group in OPTIMIZER.param_groups for p in group['params']}"
    return asked(tree, "parameters_not_in_optimizer", f"not {{id(p) for p in MODEL.parameters()}} <= {inside}")


@operator("judges_by_signs", "14")
def judges_the_task_by_dimension(tree: ast.Module) -> bool:
    """Targets without a second dimension are taken for classes."""
    needs(tree, "torch")
    losses = "isinstance(LOSS, (torch.nn.CrossEntropyLoss, torch.nn.NLLLoss))"
    return asked(tree, "loss_does_not_match_task", f"(TARGETS.dim() == 1) != {losses}")


@operator("judges_by_signs", "14")
def judges_the_task_by_log_softmax(tree: ast.Module) -> bool:
    """NLLLoss isn't known as a loss for classes."""
    old = text(question(tree, "loss_does_not_match_task"))
    if not any(sign in old for sign in (" == ", " != ", " is ", " and ")):
        return False  # the targets have been asked before
    needs(tree, "torch")
    return asked(
        tree, "loss_does_not_match_task", "(not TARGETS.is_floating_point()) != isinstance(LOSS, torch.nn.CrossEntropyLoss)"
    )


# --- exercise_14: the set-up, and the trial


def at_the_end(tree: ast.Module, code: str) -> bool:
    """Do something with the set-up itself, in the end. In `code`, M, O and so on are the arguments of examine()."""
    inside = function(tree, "examine")
    if inside is None:
        return False
    needs(tree, "torch")
    names = [argument.arg for argument in inside.args.args]
    inside.name = "look_into"
    lines = [f"def examine({', '.join(names)}):", f"    found = look_into({', '.join(names)})"]
    for short, name in zip(("MODEL", "OPTIMIZER", "LOSS", "DATA", "TARGETS"), names, strict=True):
        code = code.replace(short, name)
    lines += [*(f"    {line}" for line in code.splitlines()), "    return found"]
    tree.body += ast.parse("\n".join(lines)).body
    return True


@operator("changes_examined_setup", "14")
def makes_no_copies(tree: ast.Module) -> bool:
    """What was copied is used as it is."""
    if any(name in text(tree) for name in ("weights = copy.deepcopy", "rebuild", "guinea_pig", "copied_model")):
        return False  # nothing is copied there to begin with, or gradients of before would be taken for new ones
    found = [call for call in calls(tree, "deepcopy") if call.args]
    for call in found:
        replace(tree, call, call.args[0])
    loaded = [call for call in calls(tree, "load") if receiver(call) == "torch"]
    for call in loaded:
        replace(tree, call, expression("{'model': model, 'optimizer': optimizer, 'random': torch.get_rng_state()}"))
    return bool(found or loaded)


@operator("changes_examined_setup", "14")
def leaves_the_random_state(tree: ast.Module) -> bool:
    """Nothing puts the random state back."""
    found = calls(tree, "set_rng_state")
    for node in [n for n in ast.walk(tree) if isinstance(n, ast.With) and "fork_rng" in text(n.items[0])]:
        node.items[0].context_expr = expression("torch.enable_grad()")
        return True
    return bool(found) and all(remove(tree, call) for call in found)


@operator("changes_examined_setup", "14")
def seeds_in_the_end(tree: ast.Module) -> bool:
    """For whoever comes next."""
    return at_the_end(tree, "torch.manual_seed(42)")


@operator("changes_examined_setup", "14")
def leaves_eval_mode(tree: ast.Module) -> bool:
    """The model is put into eval mode."""
    return begin(tree, "examine", f"{_first(tree)}.eval()")


@operator("changes_examined_setup", "14")
def leaves_train_mode_of_the_first(tree: ast.Module) -> bool:
    """The model is put into train mode, in the end."""
    return at_the_end(tree, "MODEL.train()")


@operator("changes_examined_setup", "14")
def clears_its_gradients(tree: ast.Module) -> bool:
    """The optimizer's gradients are cleared."""
    return at_the_end(tree, "OPTIMIZER.zero_grad()")


@operator("changes_examined_setup", "14")
def clips_its_gradients(tree: ast.Module) -> bool:
    """The gradients are clipped in place."""
    return at_the_end(tree, "torch.nn.utils.clip_grad_norm_([p for p in MODEL.parameters() if p.grad is not None], 0.5)")


@operator("changes_examined_setup", "14")
def clears_its_state(tree: ast.Module) -> bool:
    """The optimizer's memory is thrown away."""
    return at_the_end(tree, "OPTIMIZER.state.clear()")


@operator("changes_examined_setup", "14")
def lowers_its_rate(tree: ast.Module) -> bool:
    """A learning rate that is too high is mended."""
    code = "if 'learning_rate_too_high' in found:\n    for group in OPTIMIZER.param_groups:\n        group['lr'] *= 0.3"
    return at_the_end(tree, code)


@operator("changes_examined_setup", "14")
def switches_gradients_off(tree: ast.Module) -> bool:
    """Nothing needs gradients any more, it is thought."""
    return at_the_end(tree, "torch.set_grad_enabled(False)")


@operator("changes_examined_setup", "14")
def predicts_once_more(tree: ast.Module) -> bool:
    """The model itself makes a prediction, without gradients: batch normalisation takes it in."""
    return at_the_end(
        tree, "random = torch.get_rng_state()\nwith torch.no_grad():\n    MODEL(DATA)\ntorch.set_rng_state(random)"
    )


@operator("changes_examined_setup", "14")
def unfreezes_the_frozen(tree: ast.Module) -> bool:
    """What is frozen is thawed."""
    return at_the_end(tree, "for p in MODEL.parameters():\n    p.requires_grad = True")


@operator("changes_examined_setup", "14")
def shrinks_its_weights(tree: ast.Module) -> bool:
    """A weight is scaled and scaled back, which rounding doesn't forgive."""
    return at_the_end(tree, "with torch.no_grad():\n    for p in MODEL.parameters():\n        p.div_(3).mul_(3.1)")


def _first(tree: ast.Module) -> str:
    """What examine() calls the model."""
    inside = function(tree, "examine")
    return inside.args.args[0].arg if inside is not None else ""


@operator("optimizes_another_model", "14")
def copies_one_by_one(tree: ast.Module) -> bool:
    """Model and optimizer are copied each by itself."""
    changed = False
    for call in calls(tree, "deepcopy"):
        if isinstance(call.args[0], ast.Tuple | ast.List):
            copies = ", ".join(f"{text(call.func)}({text(each)})" for each in call.args[0].elts)
            changed |= replace(tree, call, expression(f"[{copies}]"))
        elif len(call.args) == 2:
            changed |= call.args.pop() is not None
    return changed


def trial(tree: ast.Module) -> tuple[ast.For | ast.While, str, str] | None:
    """The loop that takes the trial's steps, and what model and optimizer are called there."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.For | ast.While) and calls(n, "step")]
    if not found:
        return None
    inner = min(found, key=lambda n: len(list(ast.walk(n))))
    steps = [receiver(call) for call in calls(inner, "step")]
    models = [receiver(call) for call in calls(inner, "zero_grad") if receiver(call) not in steps]
    names = {"model", "self.model", "m", "guinea_pig", "twin"}
    model = (
        models[0]
        if models
        else next((text(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call) and text(n.func) in names), "")
    )
    return (inner, model, steps[0]) if model else None


def before_the_trial(tree: ast.Module, code: str) -> bool:
    """Do something before the trial's steps; MODEL and OPTIMIZER are its own there."""
    found = trial(tree)
    if found is None or "optimizer.load_state_dict(optimizer_state)" in text(tree):
        return False  # what is changed there is the set-up itself
    if found[2].startswith("self.") and code.startswith("OPTIMIZER ="):
        return False  # who holds what is asked of the new one there
    needs(tree, "torch")
    loop, model, steps = found
    return insert(tree, loop, code.replace("MODEL", model).replace("OPTIMIZER", steps))


@operator("uses_the_other_optimizer", "14")
def tries_with_adam(tree: ast.Module) -> bool:
    """The trial runs with Adam, whatever the optimizer is."""
    return before_the_trial(tree, "OPTIMIZER = torch.optim.Adam(MODEL.parameters(), lr=OPTIMIZER.param_groups[0]['lr'])")


@operator("uses_the_other_optimizer", "14")
def tries_with_sgd(tree: ast.Module) -> bool:
    """The trial runs with SGD and momentum, whatever the optimizer is."""
    code = "OPTIMIZER = torch.optim.SGD(MODEL.parameters(), lr=OPTIMIZER.param_groups[-1]['lr'], momentum=0.5)"
    return before_the_trial(tree, code)


@operator("scales_learning_rate", "14")
def tries_a_tenth(tree: ast.Module) -> bool:
    """The trial runs with a tenth of the learning rate."""
    return before_the_trial(tree, "for group in OPTIMIZER.param_groups:\n    group['lr'] = group['lr'] / 10")


@operator("scales_learning_rate", "14")
def tries_five_times(tree: ast.Module) -> bool:
    """The trial runs with five times the learning rate."""
    return before_the_trial(tree, "for group in OPTIMIZER.param_groups:\n    group['lr'] = 5 * group['lr']")


@operator("ignores_learning_rate", "14")
def tries_the_default_rate(tree: ast.Module) -> bool:
    """The trial's optimizer is a new one, without a learning rate."""
    return before_the_trial(tree, "OPTIMIZER = type(OPTIMIZER)(MODEL.parameters())")


@operator("never_clears_gradients", "14", "15")
def never_clears(tree: ast.Module) -> bool:
    """Gradients add up over the trial."""
    found = calls(tree, "zero_grad")
    for node in [
        n for n in ast.walk(tree) if isinstance(n, ast.For) and text(n.body[0]) == "p.grad = None" and len(n.body) == 1
    ]:
        if "deepcopy" not in text(tree):
            found += [node]  # type: ignore[list-item]
    return bool(found) and all(remove(tree, node) for node in found)


@operator("treats_zero_gradient_as_missing", "14")
def counts_zeros_as_none(tree: ast.Module) -> bool:
    """A gradient whose entries add up to 0 in absolute value is none."""
    return gradient_asked(tree, "(G is None or G.abs().sum() == 0)")


@operator("treats_zero_gradient_as_missing", "14")
def counts_small_ones_as_none(tree: ast.Module) -> bool:
    """A gradient whose largest entry is below 1e-12 is none."""
    return gradient_asked(tree, "(G is None or G.abs().max() < 1e-12)")


@operator("requires_every_gradient", "14")
def asks_for_the_sum(tree: ast.Module) -> bool:
    """Whether the gradient is 0, which None can't answer."""
    return gradient_asked(tree, "G.abs().sum() == 0")


@operator("requires_every_gradient", "14")
def asks_for_the_largest_entry(tree: ast.Module) -> bool:
    """How large the gradient is, which None can't answer."""
    return gradient_asked(tree, "not G.abs().max() > 0")


def gradient_asked(tree: ast.Module, form: str) -> bool:
    """Ask something else of a gradient than whether it is None; in `form`, G stands for it."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Compare)
            and isinstance(node.ops[0], ast.Is | ast.IsNot)
            and text(node.comparators[0]) == "None"
        ):
            of = text(node.left)
            if of.endswith(".grad") or of == "g":
                new = form.replace("G", of)
                return replace(tree, node, expression(new if isinstance(node.ops[0], ast.Is) else f"not ({new})"))
    return False


@operator("overlooks_faults", "14")
def asks_matrices_for_gradients(tree: ast.Module) -> bool:
    """Only weights are asked for their gradients."""
    return gradient_asked(tree, "(G is None and G_OWNER.dim() > 1)".replace("G_OWNER", "p")) and "lambda" not in text(tree)


@operator("never_backpropagates", "14", "15")
def never_goes_back(tree: ast.Module) -> bool:
    """No backward pass, so no gradients."""
    found = calls(tree, "backward")
    return bool(found) and all(remove(tree, call) for call in found)


@operator("never_steps", "15")
def never_moves(tree: ast.Module) -> bool:
    """Gradients are computed for nobody."""
    found = [call for call in calls(tree, "step") if not call.args and receiver(call) != "walker"]
    return bool(found) and all(remove(tree, call) for call in found)


# --- exercise_15


def chosen(tree: ast.Module) -> ast.Dict | None:
    """The dict of the answer."""
    answers = [
        n for n in ast.walk(tree) if isinstance(n, ast.Dict) and [text(key) for key in n.keys] == ["'optimizer'", "'lr'"]
    ]
    return answers[-1] if answers else None


def always(tree: ast.Module, optimizer: str, lr: float) -> bool:
    """Answer without a trial."""
    return body(tree, "choose", f"return {{'optimizer': {optimizer!r}, 'lr': {lr!r}}}")


@operator("answers_without_trying", "15")
def always_adam_at_a_fiftieth(tree: ast.Module) -> bool:
    """Adam, 0.02."""
    return always(tree, "adam", 0.02)


@operator("answers_without_trying", "15")
def always_adam_at_a_third(tree: ast.Module) -> bool:
    """Adam, 0.3."""
    return always(tree, "adam", 0.3)


@operator("answers_without_trying", "15")
def always_sgd_at_a_twentieth(tree: ast.Module) -> bool:
    """SGD, 0.05."""
    return always(tree, "sgd", 0.05)


@operator("answers_without_trying", "15")
def always_sgd_at_a_thousandth(tree: ast.Module) -> bool:
    """SGD, 0.005."""
    return always(tree, "sgd", 0.005)


@operator("answers_without_trying", "15")
def answers_the_same_after_trials(tree: ast.Module) -> bool:
    """There are trials, and nobody asks them."""
    found = chosen(tree)
    if found is None or any(found in ast.walk(n) for n in ast.walk(tree) if isinstance(n, ast.Try)):
        return False
    found.values = [ast.Constant("adam"), ast.Constant(0.05)]
    return True


def times(tree: ast.Module, factor: str) -> bool:
    """Answer with another learning rate than the best."""
    inside = function(tree, "choose")
    found = [n for n in ast.walk(inside) if isinstance(n, ast.Return)] if inside is not None else []
    if not found or found[-1].value is None:
        return False
    answer = next((n for n in found if n in (inside.body if inside is not None else [])), found[-1])
    code = f"answer = {text(answer.value)}\nanswer['lr'] = {factor} * answer['lr']\nreturn answer"
    where = around(tree, answer)
    if where is None:
        return False
    where[0][where[1] : where[1] + 1] = ast.parse(code).body
    return True


@operator("scales_learning_rate", "15")
def answers_thirty_times(tree: ast.Module) -> bool:
    """Thirty times the best learning rate."""
    return times(tree, "30")


@operator("scales_learning_rate", "15")
def answers_a_fiftieth(tree: ast.Module) -> bool:
    """A fiftieth of the best learning rate."""
    return times(tree, "0.02")


@operator("scales_learning_rate", "15")
def answers_five_times(tree: ast.Module) -> bool:
    """Five times the best learning rate."""
    return times(tree, "5")


def constructors(tree: ast.Module) -> list[ast.Call]:
    """Where optimizers are made."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    return [n for n in found if any(k.arg == "lr" for k in n.keywords) or (n.args and text(n.func) == "kind")]


@operator("scales_learning_rate", "15")
def tries_a_tenth_of_the_rate(tree: ast.Module) -> bool:
    """Trials run with a tenth of what the answer says."""
    found = [call for call in constructors(tree) if any("param" in text(a) for a in call.args)]
    for call in found:
        if len(call.args) == 2:
            call.args[1] = expression(f"0.1 * {text(call.args[1])}")
        for keyword in [k for k in call.keywords if k.arg == "lr"]:
            keyword.value = expression(f"0.1 * ({text(keyword.value)})")
    return bool(found)


@operator("ignores_learning_rate", "15")
def tries_the_default(tree: ast.Module) -> bool:
    """Trials run without a learning rate."""
    found = [call for call in constructors(tree) if any("param" in text(a) for a in call.args)]
    for call in found:
        del call.args[1:]
        call.keywords = [k for k in call.keywords if k.arg != "lr"]
    return bool(found)


def made_with(tree: ast.Module, names: tuple[str, ...], form: str) -> bool:
    """Make optimizers otherwise: in place of `torch.optim.SGD` stands `form`, in which CLASS is it."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and text(n) in [f"torch.optim.{name}" for name in names]]
    chosen_by_name = [call for call in calls(tree, "getattr") if text(call.args[0]) == "torch.optim"]
    for node in found:
        replace(tree, node, expression(form.replace("CLASS", text(node))))
    for call in chosen_by_name:
        kind = text(call.args[1])
        other = form.replace("CLASS", f"torch.optim.{names[0]}") if len(names) == 1 else form.replace("CLASS", text(call))
        choice = f"(({other}) if {kind} == {names[0]!r} else {text(call)})" if len(names) == 1 else f"({other})"
        replace(tree, call, expression(choice))
    return bool(found or chosen_by_name)


def momentum(tree: ast.Module, options: str, *names: str) -> bool:
    """Make optimizers with more options."""
    return made_with(tree, names, f"(lambda params, lr, **options: CLASS(params, lr=lr, {options}, **options))")


@operator("adds_momentum", "15")
def tries_with_half_momentum(tree: ast.Module) -> bool:
    """SGD's trials have a momentum of 0.5."""
    return momentum(tree, "momentum=0.5", "SGD")


@operator("adds_momentum", "15")
def tries_with_more_momentum(tree: ast.Module) -> bool:
    """SGD's trials have a momentum of 0.95."""
    return momentum(tree, "momentum=0.95", "SGD")


@operator("maximizes", "15")
def tries_to_maximize(tree: ast.Module) -> bool:
    """All trials have maximize=True."""
    return momentum(tree, "maximize=True", "SGD", "Adam")


@operator("uses_rmsprop", "15")
def tries_rmsprop(tree: ast.Module) -> bool:
    """Adam's trials are RMSprop's."""
    return made_with(tree, ("Adam",), "torch.optim.RMSprop")


@operator("uses_the_other_optimizer", "15")
def swaps_the_optimizers(tree: ast.Module) -> bool:
    """What is called Adam's trial is SGD's, and the other way round."""
    found = {name: [n for n in ast.walk(tree) if text(n) == f"torch.optim.{name}"] for name in ("Adam", "SGD")}
    if not all(found.values()):
        return False
    for name, nodes in found.items():
        for node in nodes:
            node.attr = "SGD" if name == "Adam" else "Adam"  # type: ignore[attr-defined]
    return True


@operator("continues_from_trained_weights", "15")
def makes_one_problem(tree: ast.Module) -> bool:
    """All trials share one problem."""
    return begin(tree, "choose", "shared = make_problem()\nmake_problem = lambda: shared")


@operator("exceeds_budget", "15")
def evaluates_twice(tree: ast.Module) -> bool:
    """Each step evaluates the loss once more, to keep a record of it."""
    found = [
        n for n in ast.walk(tree) if isinstance(n, ast.Call) and not n.args and text(n.func).rpartition(".")[2] in EVALUATED
    ]
    if not found or "except RuntimeError" in text(tree):
        return False
    return insert(tree, found[0], f"recorded = {text(found[0])}")


EVALUATED = ("loss_closure", "evaluate", "problem_loss", "f")


@operator("exceeds_budget", "15")
def walks_all_the_way(tree: ast.Module) -> bool:
    """The short walks are whole ones."""
    found = [n for n in ast.walk(tree) if text(n) == "STEPS // 4"]
    short = [call for call in calls(tree, "log_loss") if len(call.args) == 4]
    rounds = [n for n in ast.walk(tree) if isinstance(n, ast.Tuple) and text(n) in ("(8, 14)", "(20, 6)")]
    for node in found:
        replace(tree, node, expression("STEPS"))
    for call in short:
        call.args[3] = ast.Constant(60)
    for node in rounds:
        node.elts[0] = ast.Constant(60)
    return bool(found or short or rounds)


@operator("exceeds_budget", "15")
def walks_every_candidate_again(tree: ast.Module) -> bool:
    """Before anything else, twenty whole walks to get to know the problem."""
    walk = "    parameters, loss_closure = make_problem()\n    known = [loss_closure().item() for _ in range(60)]"
    return begin(tree, "choose", f"for _ in range(20):\n{walk}")


def shorter(tree: ast.Module, steps: int) -> bool:
    """Let no trial take more than so many steps."""
    if any(sign in text(tree) for sign in ("history[11:16]", "steps - steps // 3", "step >= 45", "walkers")):
        return False  # these ask for what comes later in a walk
    found = [n for n in ast.walk(tree) if isinstance(n, ast.For) and calls(n, "backward") and not any(_inner(n))]
    for node in found:
        count = expression(f"list({text(node.iter)})[:{steps}]")
        node.iter = count
    return bool(found)


def _inner(loop: ast.For) -> Iterator[ast.For]:
    """The loops within a loop that go back."""
    return (n for n in ast.walk(loop) if isinstance(n, ast.For) and n is not loop and calls(n, "backward"))


@operator("judges_too_early", "15")
def walks_four_steps(tree: ast.Module) -> bool:
    """All walks end after four steps."""
    return shorter(tree, 4)


@operator("judges_too_early", "15")
def walks_seven_steps(tree: ast.Module) -> bool:
    """All walks end after seven steps."""
    return shorter(tree, 7)


@operator("lets_nan_pass", "15")
def takes_nan_for_nought(tree: ast.Module) -> bool:
    """A trial that ends with NaN is given a 0, as nan_to_num does it, and so is the lowest of all."""
    if "walkers" in text(tree):
        return False  # what diverges there is left behind before it is NaN
    found = [n for n in ast.walk(tree) if isinstance(n, ast.IfExp) and text(n.orelse) in ("math.inf", "float('inf')")]
    early = [n for n in ast.walk(tree) if isinstance(n, ast.If) and text(n.test) == "not torch.isfinite(loss)"]
    for node in early:
        node.body = ast.parse("return 0.0").body
    nought = [expression(f"0.0 if {text(node.body)} != {text(node.body)} else {text(node.body)}") for node in found]
    return bool(found or early) and all(replace(tree, node, new) for node, new in zip(found, nought, strict=True))


@operator("climbs_instead_of_descends", "15")
def goes_up(tree: ast.Module) -> bool:
    """The negated loss is differentiated."""
    found = calls(tree, "backward")
    for call in found:
        call.func = expression(f"(-{receiver(call)}).backward")
    return bool(found)


@operator("backpropagates_detached_loss", "15")
def detaches_the_loss(tree: ast.Module) -> bool:
    """What is differentiated has no history."""
    found = calls(tree, "backward")
    for call in found:
        call.func = expression(f"{receiver(call)}.detach().backward")
    return bool(found)


@operator("rewraps_loss_as_new_tensor", "15")
def wraps_the_loss(tree: ast.Module) -> bool:
    """A new tensor with the loss's value is differentiated."""
    found = calls(tree, "backward")
    needs(tree, "torch")
    for call in found:
        call.func = expression(f"torch.tensor(float({receiver(call)}), requires_grad=True).backward")
    return bool(found)


@operator("backpropagates_twice", "15")
def goes_back_twice(tree: ast.Module) -> bool:
    """Each loss is differentiated twice."""
    found = calls(tree, "backward")
    for call in found:
        insert(tree, call, f"{receiver(call)}.backward(retain_graph=True)")
    return bool(found)


@operator("steps_twice", "15")
def moves_twice(tree: ast.Module) -> bool:
    """Each gradient is stepped along twice."""
    found = [call for call in calls(tree, "step") if not call.args and receiver(call) != "walker"]
    return bool(found) and all(insert(tree, call, text(call)) for call in found)


@operator("clears_gradients_before_step", "15")
def clears_too_late(tree: ast.Module) -> bool:
    """Gradients are cleared between backward() and step()."""
    found = [call for call in calls(tree, "step") if not call.args and receiver(call) != "walker"]
    return bool(found) and all(insert(tree, call, f"{receiver(call)}.zero_grad()") for call in found)


@operator("steps_before_backward", "15")
def moves_before_going_back(tree: ast.Module) -> bool:
    """step() stands before backward(), on cleared gradients."""
    for block in blocks(tree):
        back = next((i for i, each in enumerate(block) if isinstance(each, ast.Expr) and calls(each, "backward")), None)
        step = next((i for i, each in enumerate(block) if isinstance(each, ast.Expr) and calls(each, "step")), None)
        if back is not None and step == back + 1 and any(calls(each, "zero_grad") for each in block[:back]):
            block[back], block[step] = block[step], block[back]
            return True
    return False


@operator("optimizes_another_model", "15")
def holds_another_problem(tree: ast.Module) -> bool:
    """The optimizer holds the parameters of another problem than the loss is of."""
    pairs = [n for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Tuple)]
    for node in pairs:
        names, made = node.targets[0].elts, text(node.value)  # type: ignore[attr-defined]
        if len(names) == 2 and made.endswith("make_problem()"):
            return replace(tree, node, ast.parse(f"{text(names[0])}, {text(names[1])} = {made}[0], {made}[1]").body[0])
    return False
