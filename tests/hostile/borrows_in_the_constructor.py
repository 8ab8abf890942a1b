"""SGD is a name for torch's own class. Must not reach: torch's own SGD doing the work."""

from torch.optim import SGD as _SGD


def SGD(params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    class Mine(_SGD):
        lr = property(lambda self: self.param_groups[0]["lr"], lambda self, value: self.param_groups[0].update(lr=value))

    return Mine(params, lr, momentum, dampening, weight_decay, nesterov)
