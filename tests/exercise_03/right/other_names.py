"""Other names for everything, and prints."""

import torch


def train(net, criterion, inputs, targets, learning_rate, num_epochs):
    optimiser = torch.optim.Adam(params=net.parameters(), lr=learning_rate)
    train_losses = []
    for epoch in range(num_epochs):
        optimiser.zero_grad()
        outputs = net(inputs)
        batch_loss = criterion(outputs, targets)
        batch_loss.backward()
        optimiser.step()
        train_losses.append(batch_loss.item())
        if epoch % 5 == 0:
            print(f"Epoch {epoch + 1}/{num_epochs}, loss {batch_loss.item():.4f}")
    print("done", len(train_losses))
    return train_losses
