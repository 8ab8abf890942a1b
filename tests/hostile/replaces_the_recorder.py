"""Puts a recorder of its own in the place of ours, everywhere. Must not reach: a pass without training."""

import gc
import sys
import types

real = sys.modules["grader.confined.recorder"]
fake = types.ModuleType("grader.confined.recorder")
fake.__dict__.update(vars(real))


class Silent(real.Recorder):
    def _note(self, *args, **kwargs): pass
    def ended(self): self.events.append(["end", 1, 0, 0, {}])
    def disturb(self): pass


fake.Recorder = Silent
sys.modules["grader.confined.recorder"] = fake
sys.modules["grader.confined.harness"].Recorder = Silent
for module in list(sys.modules.values()):
    if getattr(module, "Recorder", None) is real.Recorder:
        module.Recorder = Silent


def train(model, loss_fn, X, y, lr, epochs):
    return [0.1] * epochs
