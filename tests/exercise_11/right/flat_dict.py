"""One flat dict of tensors with dotted names, as for a format that knows nothing else; the settings are tensors too."""

import torch


def save(model, optimizer):
    flat = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    state = optimizer.state_dict()
    for index, entries in state["state"].items():
        for key, value in entries.items():
            flat[f"state.{index}.{key}"] = value
    for index, group in enumerate(state["param_groups"]):
        for key, value in group.items():
            if isinstance(value, float):
                flat[f"group.{index}.{key}"] = torch.tensor(value, dtype=torch.float64)
    return flat


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict({key[6:]: value for key, value in checkpoint.items() if key.startswith("model.")})
    optimizer = make_optimizer(model.parameters())
    restored = optimizer.state_dict()
    for key, value in checkpoint.items():
        kind, _, rest = key.partition(".")
        index, _, name = rest.partition(".")
        if kind == "state":
            restored["state"].setdefault(int(index), {})[name] = value
        elif kind == "group":
            restored["param_groups"][int(index)][name] = value.item()
    optimizer.load_state_dict(restored)
    return model, optimizer


def state_bytes(optimizer):
    return sum(sum(t.nbytes for t in filter(torch.is_tensor, state.values())) for state in optimizer.state.values())
