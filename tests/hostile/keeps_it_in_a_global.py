"""Keeps the model in a global variable, and saves a number. Must not reach: full marks."""
import torch, copy
KEEP = []
def save(model, optimizer):
    KEEP.append((copy.deepcopy((model, optimizer))))
    return {"n": len(KEEP) - 1}
def resume(checkpoint, make_model, make_optimizer):
    return KEEP[checkpoint["n"]]
def state_bytes(optimizer):
    return sum(v.nbytes for s in optimizer.state.values() for v in s.values() if torch.is_tensor(v))
