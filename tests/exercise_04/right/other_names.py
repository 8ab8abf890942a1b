"""Other names for everything, and prints."""

import torch


def train(net, criterion, train_loader, learning_rate, mu, num_epochs):
    optimiser = torch.optim.SGD(params=net.parameters(), momentum=mu, lr=learning_rate)
    epoch_losses = []
    for epoch in range(1, num_epochs + 1):
        running_loss, seen = 0.0, 0
        for batch_index, (inputs, labels) in enumerate(train_loader):
            optimiser.zero_grad()
            outputs = net(inputs)
            batch_loss = criterion(outputs, labels)
            batch_loss.backward()
            optimiser.step()
            running_loss += batch_loss.item() * inputs.size(0)
            seen += inputs.size(0)
            print(f"[{epoch}, {batch_index}] {batch_loss.item():.3f}")
        epoch_losses.append(running_loss / seen)
        print(f"Epoch {epoch}: {epoch_losses[-1]:.4f}")
    return epoch_losses
