"""A class does the work, and only its dict is saved, as bytes in a tensor."""

import io

import torch


class Checkpoint:
    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer

    def to_dict(self):
        file = io.BytesIO()
        torch.save((self.model.state_dict(), self.optimizer.state_dict()), file)
        return {"bytes": torch.tensor(list(file.getvalue()), dtype=torch.uint8)}

    def fill(self, saved):
        file = io.BytesIO(bytes(saved["bytes"].tolist()))
        model, optimizer = torch.load(file, weights_only=True)
        self.model.load_state_dict(model)
        self.optimizer.load_state_dict(optimizer)
        return self.model, self.optimizer


def save(model, optimizer):
    return Checkpoint(model, optimizer).to_dict()


def resume(checkpoint, make_model, make_optimizer):
    model = make_model()
    return Checkpoint(model, make_optimizer(model.parameters())).fill(checkpoint)


def state_bytes(optimizer):
    sizes = [t.numel() * torch.empty(0, dtype=t.dtype).element_size() for s in optimizer.state.values() for t in s.values()]
    return int(sum(sizes))
