"""Deep copies, other things beside them, and prints."""

import copy

import torch

VERSION = 1


def save(model, optimizer):
    checkpoint = {
        "version": VERSION,
        "torch": torch.__version__.split("+")[0],
        "state": copy.deepcopy([model.state_dict(), optimizer.state_dict()]),
        "training": model.training,
    }
    print("saved", list(checkpoint))
    return checkpoint


def resume(checkpoint, make_model, make_optimizer):
    assert checkpoint["version"] == VERSION
    net = make_model()
    optim = make_optimizer(net.parameters())
    of_model, of_optimizer = checkpoint["state"]
    print(net.load_state_dict(of_model))
    optim.load_state_dict(of_optimizer)
    net.train(checkpoint["training"])
    return net, optim


def state_bytes(optimizer):
    tensors = []

    def collect(value):
        if isinstance(value, dict):
            for v in value.values():
                collect(v)
        elif isinstance(value, torch.Tensor):
            tensors.append(value)

    collect(optimizer.state_dict()["state"])
    print(len(tensors), "tensors")
    return sum(t.untyped_storage().nbytes() for t in tensors)
