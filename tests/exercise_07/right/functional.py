"""The model is called with parameters from outside, and the gradient is that of a function."""

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    start = {name: p.detach().clone() for name, p in model.named_parameters()}
    trained = {name for name, p in model.named_parameters() if p.requires_grad}

    def loss_of(parameters):
        return loss_fn(torch.func.functional_call(model, parameters, (X,)), y)

    def losses(optimizer_class, lr):
        parameters = {name: p.clone() for name, p in start.items()}
        optimizer = optimizer_class(parameters.values(), lr=lr)
        found = []
        for _ in range(epochs):
            gradients, loss = torch.func.grad_and_value(loss_of)(parameters)
            for name in trained - {"unused"}:
                parameters[name].grad = gradients[name]
            optimizer.step()
            found.append(loss.item())
        return found

    return {"adam": losses(torch.optim.Adam, adam_lr), "sgd": losses(torch.optim.SGD, sgd_lr)}
