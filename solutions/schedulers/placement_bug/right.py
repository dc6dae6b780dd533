from pytest_torchkata.checks import right


@right
class ValidatesFirst:
    """validate right after the epoch, the rates from the scheduler where there is one."""

    def train(
        model,
        loader,
        loss_fn,
        optimizer,
        epochs,
        batch_scheduler=None,
        epoch_scheduler=None,
        plateau=None,
        validate=None,
    ):
        used = []
        for _ in range(epochs):
            for inputs, targets in loader:
                model.train()
                loss = loss_fn(model(inputs), targets)
                optimizer.zero_grad(set_to_none=False)
                loss.backward()
                optimizer.step()
                used.append(optimizer.param_groups[0]["lr"])
                if batch_scheduler:
                    batch_scheduler.step()
            val_loss = validate(model) if plateau else None
            if epoch_scheduler:
                epoch_scheduler.step()
            if plateau:
                plateau.step(val_loss)
        return used
