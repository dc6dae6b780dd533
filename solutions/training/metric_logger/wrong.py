from pytest_torchkata.checks import wrong


def histograms(model, writer, epoch):
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            writer.add_histogram(name, parameter.detach().clone(), epoch)


def train_step(model, optimizer, loss_fn, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("check_train_loss")
class StepsStartAgain:
    """The step is the number of the batch in its epoch. Every epoch then writes over the same few
    points of the curve.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        steps = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for step, (x, y) in enumerate(loader):
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                steps += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return steps


@wrong("check_train_loss")
class CountsInEpochs:
    """Which steps are logged is decided by the number of the batch in its epoch. Every epoch then logs
    its first batch, whatever log_every is.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(loader):
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if batch % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_train_loss")
class CountsFromOne:
    """The counter goes up before it is used, so the first step is number 1 and, with log_every above 1,
    other steps are logged.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                step += 1
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_epoch_loss")
class EpochsFromOne:
    """The first epoch is logged as epoch 1. It is counted from 0, as the steps are."""

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(1, epochs + 1):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_epoch_loss")
class EpochLossAtTheStep:
    """The loss of an epoch is logged at the number of steps done. What is asked for on this axis is the
    epoch.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for _ in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, step)
            histograms(model, writer, step)
        return step


@wrong("check_train_loss")
class LogsTensors:
    """The loss is logged as a tensor. It still holds the graph of its batch, and a writer that keeps it
    keeps all of that.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", optimizer.param_groups[0]["lr"], step)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_epoch_loss")
class AddsUpTensors:
    """The mean of the epoch is a tensor. It holds the graphs of all batches of the epoch, and a writer
    expects a number.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss.item(), step)
                    writer.add_scalar("train/lr", optimizer.param_groups[0]["lr"], step)
                optimizer.step()
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_train_loss")
class LossAfterTheStep:
    """The loss is computed once more after the step. The curve then looks better than what the step was
    taken on, and costs a second forward pass.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                train_step(model, optimizer, loss_fn, x, y)
                loss = loss_fn(model(x), y).item()
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_rate")
class RateAfterTheStep:
    """The rate is read after the step, which may have changed it: the log shows what the next step will
    use. Look it up before.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", optimizer.param_groups[0]["lr"], step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_rate")
class RateFromTheDefaults:
    """optimizer.defaults holds what the optimizer was built with. Whoever changes the rate does so in
    the groups, and a group may have a rate of its own.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", optimizer.defaults["lr"], step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_rate")
class RateOfTheLastGroup:
    """The groups are gone through and the last rate is kept, or logged once for each. What is asked for
    is the rate of the first group.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[-1]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_histograms")
class HistogramsAlias:
    """detach cuts the graph, but shares its memory with the parameter. A writer that looks at the values
    later sees those of a later epoch.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            for name, parameter in model.named_parameters():
                if parameter.requires_grad:
                    writer.add_histogram(name, parameter.detach(), epoch)
        return step


@wrong("check_histograms")
class HistogramsWithGraph:
    """clone copies the values, but belongs to the graph: the copy requires a gradient, and holds on to
    the parameter. Cut it off first.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            for name, parameter in model.named_parameters():
                if parameter.requires_grad:
                    writer.add_histogram(name, parameter.clone(), epoch)
        return step


@wrong("check_histograms")
class FrozenParametersToo:
    """Every parameter gets a histogram, frozen ones as well. What does not move need not be drawn."""

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            for name, parameter in model.named_parameters():
                writer.add_histogram(name, parameter.detach().clone(), epoch)
        return step


@wrong("check_histograms")
class HistogramsOfGradients:
    """These are the gradients of the last batch. What is asked for are the parameters."""

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            for name, parameter in model.named_parameters():
                if parameter.requires_grad:
                    writer.add_histogram(name, parameter.grad.clone(), epoch)
        return step


@wrong("check_epoch_loss")
class MeanOfBatchMeans:
    """This is the mean of the batch means. It counts each batch the same, so a sample of a small last
    batch counts more than the others.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, batches = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss
                batches += 1
                step += 1
            writer.add_scalar("epoch/loss", total / batches, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_epoch_loss")
class AveragesLoggedStepsOnly:
    """Only the batches that are logged enter the mean of the epoch. With a large log_every few are left,
    or none.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                    total += loss * len(x)
                    count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_epoch_loss")
class NeverStartsTheMeanAgain:
    """The sum and the count go on from epoch to epoch: this is the mean of all epochs so far."""

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step, total, count = 0, 0.0, 0
        for epoch in range(epochs):
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_nothing_else")
class ClosesTheWriter:
    """The writer is closed at the end. It belongs to the caller, who may have more to log."""

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        writer.close()
        return step


@wrong("check_training")
class ClearsOnlyAtTheEnd:
    """The gradients are cleared after the step only. That is right from the second batch on, but the
    first step also uses what the caller left on the parameters.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                loss = loss_fn(model(x), y)
                loss.backward()
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss.item(), step)
                    writer.add_scalar("train/lr", optimizer.param_groups[0]["lr"], step)
                optimizer.step()
                optimizer.zero_grad()
                total += loss.item() * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return step


@wrong("check_training")
class CountsLoggedSteps:
    """This is the number of steps that were logged. What is asked for is how many were taken."""

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step, logged = 0, 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                    logged += 1
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            histograms(model, writer, epoch)
        return logged


@wrong("check_unused_parameter")
class SkipsParametersWithoutGradient:
    """Only parameters with a gradient get a histogram. One that the loss does not use has none, and
    there it is interesting to see that it never moves: ask for requires_grad.
    """

    def train_with_logging(model, loader, optimizer, loss_fn, writer, epochs, log_every=1):
        step = 0
        for epoch in range(epochs):
            total, count = 0.0, 0
            for x, y in loader:
                rate = optimizer.param_groups[0]["lr"]
                loss = train_step(model, optimizer, loss_fn, x, y)
                if step % log_every == 0:
                    writer.add_scalar("train/loss", loss, step)
                    writer.add_scalar("train/lr", rate, step)
                total += loss * len(x)
                count += len(x)
                step += 1
            writer.add_scalar("epoch/loss", total / count, epoch)
            for name, parameter in model.named_parameters():
                if parameter.requires_grad and parameter.grad is not None:
                    writer.add_histogram(name, parameter.detach().clone(), epoch)
        return step
