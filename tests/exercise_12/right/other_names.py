"""Other names for everything, prints, and gradients switched off and on again by hand."""

import torch


def fit(net, criterion, train_loader, test_loader, learning_rate, num_epochs):
    optimiser = torch.optim.Adam(params=net.parameters(), lr=learning_rate)
    train_losses, test_losses = [], []
    for epoch in range(1, num_epochs + 1):
        net.train()
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
        train_losses.append(running_loss / seen)
        net.eval()
        torch.set_grad_enabled(False)
        test_loss = 0.0
        for inputs, labels in test_loader:
            test_loss += criterion(net(inputs), labels).item() * inputs.size(0)
        torch.set_grad_enabled(True)
        test_losses.append(test_loss / sum(inputs.size(0) for inputs, _ in test_loader))
        print(f"Epoch {epoch}: train {train_losses[-1]:.4f}, test {test_losses[-1]:.4f}")
    return {"train": train_losses, "val": test_losses}
