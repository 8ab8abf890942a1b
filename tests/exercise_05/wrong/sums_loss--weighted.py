"""The sum of a batch is weighted as its mean should be."""

from torch import optim


def train(model, loss_fn, batches, lr, accumulate, epochs):
    opt = optim.SGD(model.parameters(), lr)
    sizes = [len(inputs) for inputs, _ in batches]
    history = []
    for _epoch in range(epochs):
        mean = 0.0
        for i, (inputs, targets) in enumerate(batches):
            first = i - i % accumulate
            share = sizes[i] / sum(sizes[first : first + accumulate])
            loss = ((model(inputs) - targets) ** 2).sum()  # <-- the mean is asked for
            (share * loss).backward()
            mean += share * float(loss.detach())
            if (i + 1) % accumulate == 0 or i == len(batches) - 1:
                opt.step()
                opt.zero_grad()
                history.append(mean)
                mean = 0.0
    return history
