from pytest_torchkata.checks import right


@right
class ClearsBeforeBackward:
    """zero_grad between the forward and the backward pass, the model's in addition."""

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        model.train()
        for _ in range(epochs):
            for x, y in loader:
                prediction = model(x)
                loss = loss_fn(prediction, y)
                losses.append(float(loss))
                optimizer.zero_grad()
                model.zero_grad()
                loss.backward()
                optimizer.step()
        return losses


@right
class ClearsAtBothEnds:
    """zero_grad before the first batch and after every step, to zeros instead of None."""

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        optimizer.zero_grad(set_to_none=False)
        for _ in range(epochs):
            for x, y in loader:
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad(set_to_none=False)
                losses.append(loss.detach())
        return [loss.item() for loss in losses]
