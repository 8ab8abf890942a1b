"""One question after the other, with other names, in eval mode, and with the optimizer's memory left out of the trial."""

import copy
import math

import torch as t


def examine(net, opt, criterion, inputs, targets):
    answers = set()
    kept = t.get_rng_state()

    if [p for p in net.parameters() if not p.requires_grad]:
        answers = answers | {"frozen_parameters"}

    ids = []
    for g in opt.param_groups:
        for p in g["params"]:
            ids.append(id(p))
    for p in net.parameters():
        if p.requires_grad and id(p) not in ids:
            answers = answers | {"parameters_not_in_optimizer"}

    guinea_pig, its_opt = copy.deepcopy((net, opt))
    guinea_pig.eval()
    its_opt.state.clear()
    out = guinea_pig(inputs)
    if out.requires_grad:
        criterion(out, targets).backward()
    for p in guinea_pig.parameters():
        if p.requires_grad and p.grad is None:
            answers = answers | {"no_gradient"}

    is_class = targets.dtype == t.int64
    class_loss = type(criterion) in (t.nn.CrossEntropyLoss, t.nn.NLLLoss)
    if (is_class and not class_loss) or (class_loss and not is_class):
        answers = answers | {"loss_does_not_match_task"}
    if not is_class and out.shape != targets.shape:
        answers = answers | {"shape_mismatch"}
    if isinstance(criterion, t.nn.CrossEntropyLoss):
        least, sums = out.min().item(), out.sum(1).tolist()
        if least >= 0 and max(abs(s - 1) for s in sums) < 1e-5:
            answers = answers | {"softmax_before_cross_entropy"}

    history = []
    step = 0
    while step < 20:
        its_opt.zero_grad()
        guinea_pig.zero_grad()
        value = criterion(guinea_pig(inputs), targets)
        history += [float(value)]
        if value.requires_grad:
            value.backward()
            its_opt.step()
        step += 1
    history += [float(criterion(guinea_pig(inputs), targets))]
    grown = [v for v in history if math.isnan(v) or math.isinf(v)] or history[-1] > history[0]
    if grown:
        answers = answers | {"learning_rate_too_high"}
    t.set_rng_state(kept)
    return answers
