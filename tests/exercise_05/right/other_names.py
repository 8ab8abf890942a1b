"""Other names for everything, and prints."""

import torch


def train(net, criterion, loader, learning_rate, accumulation_steps, num_epochs):
    optimiser = torch.optim.SGD(params=net.parameters(), lr=learning_rate)
    step_losses = []
    for epoch in range(1, num_epochs + 1):
        running_loss, seen = 0.0, 0
        optimiser.zero_grad()
        for batch_index, (inputs, labels) in enumerate(loader):
            left = loader[batch_index - batch_index % accumulation_steps :][:accumulation_steps]
            total_size = sum(x.size(0) for x, _ in left)
            batch_loss = criterion(net(inputs), labels)
            scaled = batch_loss * (inputs.size(0) / total_size)
            scaled.backward()
            running_loss += batch_loss.item() * inputs.size(0)
            seen += inputs.size(0)
            print(f"[{epoch}, {batch_index}] {batch_loss.item():.3f}")
            if seen == total_size:
                optimiser.step()
                optimiser.zero_grad()
                step_losses.append(running_loss / seen)
                print(f"step {len(step_losses)}: {step_losses[-1]:.4f}")
                running_loss, seen = 0.0, 0
    return step_losses
