"""A file indented with tabs."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
	optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
	losses = []
	for _ in range(epochs):
		total, count = 0.0, 0
		for X, y in batches:
			optimizer.zero_grad()
			output = model(X)
			loss = loss_fn(output, y)
			loss.backward()
			optimizer.step()
			total += loss.item() * len(X)
			count += len(X)
		losses.append(total / count)
	return losses
