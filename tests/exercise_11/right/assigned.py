"""The model takes the saved tensors as its own, before the optimizer is made; state_bytes goes by nbytes."""

from torch import Tensor


def save(model, optimizer):
    return dict(model=model.state_dict(), optimizer=optimizer.state_dict())  # noqa: C408


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    model.load_state_dict(checkpoint["model"], assign=True)
    optimizer = make_optimizer(model.parameters())
    optimizer.load_state_dict(checkpoint["optimizer"])
    return model, optimizer


def state_bytes(optimizer):
    return sum(v.nbytes for s in optimizer.state.values() for v in s.values() if isinstance(v, Tensor))
