"""A velocity that is the very tensor in `.grad`, so that whatever is done to the one is done to the other."""

import torch
from torch import Tensor

from grader.diagnosis.rules.said import Said
from grader.diagnosis.rules.steps import Steps

IN_PLACE = ("of the gradient itself", "of the gradient itself, zeroed", "of the decayed gradient itself, zeroed")
ONCE = (
    "of the gradient itself at first",
    "of the gradient itself at first, zeroed",
    "of the decayed gradient itself at first, zeroed",
)
ALWAYS = ("of the gradient itself each time",)
ALIASES = (
    *IN_PLACE,
    *ONCE,
    *ALWAYS,
)  # what the line "memory" may say; "zeroed": by the optimizer's own zero_grad, else to None


class Alias:
    """Which velocities are the tensor in `.grad`: their first gradient's, for good or until they are computed anew."""

    def __init__(self, steps: Steps, said: Said) -> None:
        """`said` as in `sgd.walk`."""
        self._steps = steps
        self._in_place, self._always = said.says("memory", *IN_PLACE), said.says("memory", *ALWAYS)
        decayed = said.says("memory", *(name for name in ALIASES if "decayed" in name))
        # Where decay makes a new tensor of the gradient there is nothing to share.
        self._born = said.says("memory", *ALIASES) & (decayed | (steps.decay == 0)[None])
        zeroed = said.says("memory", *(name for name in ALIASES if name.endswith("zeroed")))
        self._zeroed = zeroed if steps.clears == "yours" else torch.tensor([[steps.clears == "in_place"]])
        self.shared = self._born & False

    def begin(self, number: int, b: Tensor, v: Tensor, mu: Tensor, keep: Tensor) -> tuple[Tensor, Tensor]:
        """The velocity with the new gradient written into it, and what is added to it once it has been scaled."""
        self.shared = self.shared & self._steps.present[number][None]
        b = torch.where(self.shared, torch.where(self._always, keep * v, v), b)
        return b, torch.where(self.shared & self._in_place, mu * v, v)

    def ahead(self, ahead: Tensor, b: Tensor) -> Tensor:
        """The gradient as the look-ahead finds it."""
        return torch.where((self.shared & self._in_place) | self._always, b, ahead)

    def end(self, b: Tensor, begun: Tensor, here: Tensor) -> Tensor:
        """The velocity after gradients were cleared."""
        self.shared = torch.where(begun, (self.shared & self._in_place) | (self._born & self._always), self._born) & here
        b = torch.where(self.shared & self._zeroed, 0.0, b)
        self.shared = self.shared & self._zeroed
        return b
