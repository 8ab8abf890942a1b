"""Other names for everything, and prints."""

from torch import nn, optim


def train(net, criterion, train_loader, learning_rate, drop_every, drop, clip, num_epochs):
    net.train()
    optimiser = optim.SGD(params=net.parameters(), momentum=0.9, lr=learning_rate)
    lr_scheduler = optim.lr_scheduler.StepLR(optimiser, gamma=drop, step_size=drop_every, last_epoch=-1)
    history = []
    for epoch in range(1, num_epochs + 1):
        (current,) = (group["lr"] for group in optimiser.param_groups)
        history.append(current)
        for batch_index, (inputs, labels) in enumerate(train_loader):
            optimiser.zero_grad()
            outputs = net(inputs)
            batch_loss = criterion(outputs, labels)
            batch_loss.backward()
            grad_norm = nn.utils.clip_grad_norm_(net.parameters(), clip)
            optimiser.step()
            print(f"[{epoch}, {batch_index}] loss {batch_loss.item():.3f}, gradient {grad_norm.item():.3f}")
        lr_scheduler.step()
        print(f"Epoch {epoch}: lr was {current:.2g}, and is now {lr_scheduler.get_last_lr()}")
    return history
