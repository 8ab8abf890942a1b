"""zero_grad stands at the loop's end, and the batches are counted with an index."""

from torch import optim


def train(model, loss_fn, batches, lr, momentum, epochs):
    opt = optim.SGD(model.parameters(), lr, momentum)
    history = []
    for _epoch in range(epochs):
        weighted = []
        for i in range(len(batches)):
            inputs, targets = batches[i]
            loss = loss_fn(model(inputs), targets)
            weighted.append(len(inputs) * float(loss.detach()))
            loss.backward()
            opt.step()
            opt.zero_grad()
        history.append(sum(weighted) / sum(len(inputs) for inputs, _ in batches))
    return history
