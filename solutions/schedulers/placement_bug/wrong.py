from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_epoch_scheduler")
class AsItWas:
    """The schedulers still step at the start of an epoch: the first rate is skipped, batches do not count,
    and the plateau scheduler is told the training loss of one batch.
    """

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
        rates = []
        model.train()
        for _ in range(epochs):
            if batch_scheduler is not None:
                batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                rates.append(optimizer.param_groups[0]["lr"])
            if plateau is not None:
                plateau.step(loss.item())
        return rates


@wrong("check_epoch_scheduler")
class EpochSchedulerFirst:
    """epoch_scheduler steps before the first batch of an epoch. The rate that the schedule starts with is
    never used, and every other one comes an epoch early.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_batch_scheduler")
class BatchSchedulerFirst:
    """batch_scheduler steps before the optimizer. The rate of step 0 is never used, and every batch gets
    that of the next one.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                if batch_scheduler is not None:
                    batch_scheduler.step()
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_batch_scheduler")
class BatchSchedulerPerEpoch:
    """batch_scheduler steps once per epoch. A one-cycle schedule over all batches then hardly leaves its
    low start, and never gets to its end.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
            if batch_scheduler is not None:
                batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_epoch_scheduler")
class EpochSchedulerPerBatch:
    """epoch_scheduler steps after every batch. A decay that is meant for epochs has then brought the rate
    down to nothing long before the end.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
                if epoch_scheduler is not None:
                    epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_plateau", shows="exception")
class PlateauWithoutMetric:
    """The plateau scheduler is stepped like the others, without an argument. It decides by a metric, and
    step has to be given one.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step()
        return rates


@wrong("check_plateau")
class PlateauOnTheTrainingLoss:
    """The plateau scheduler is told the training loss of the last batch. It is to watch what validate
    returns: one batch is noise, and the training loss goes on falling when the model overfits.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(loss.item())
        return rates


@wrong("check_order")
class PlateauPerBatch:
    """The plateau scheduler steps after every batch, and the model is validated as often. Its patience
    counts epochs.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
                if plateau is not None:
                    plateau.step(validate(model))
            if epoch_scheduler is not None:
                epoch_scheduler.step()
        return rates


@wrong("check_order")
class PlateauBeforeEpoch:
    """The plateau scheduler steps before epoch_scheduler. When both have something to do, the order decides
    which rate comes out.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
            if epoch_scheduler is not None:
                epoch_scheduler.step()
        return rates


@wrong("check_metric")
class ValidatesBeforeTheEpoch:
    """validate is called before the epoch's batches, and so judges the weights of the epoch before. The
    plateau scheduler then reacts one epoch late.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            metric = validate(model) if plateau is not None else None
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(metric)
        return rates


@wrong("check_order")
class AlwaysValidates:
    """validate is called without a plateau scheduler as well. A validation can take minutes: call it where
    its result is used.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if validate is not None:
                metric = validate(model)
            if plateau is not None:
                plateau.step(metric)
        return rates


@wrong("check_order")
class ValidatesTwice:
    """validate is called more than once per epoch. A validation can take minutes: keep what it returns."""

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                validate(model)
                plateau.step(validate(model))
        return rates


@wrong("check_batch_scheduler")
class RecordsTheNextRate:
    """The rate is noted after the scheduler has moved on. It is the one that the next step will use, and the
    list misses the first.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
                rates.append(optimizer.param_groups[0]["lr"])
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_epoch_scheduler")
class OneRatePerEpoch:
    """There is one rate per epoch. What is asked for is the rate of every step: look at how far the append
    is indented.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            rates.append(optimizer.param_groups[0]["lr"])
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_train_mode")
class TrainModeOnlyOnce:
    """The model is put into train mode once, at the start. validate leaves it in eval mode, and from the
    second epoch on dropout and batch norm no longer train.
    """

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
        rates = []
        model.train()
        for _ in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_train_mode")
class LeavesTheMode:
    """Nothing puts the model into train mode. It may come in eval mode, and validate may leave it so."""

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
        rates = []
        for _ in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_no_scheduler")
class NeverClearsTheGradients:
    """The gradients are never cleared. backward adds to what is there, so every step uses the sum of all
    gradients so far.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_no_scheduler")
class ClearsOnlyAtTheEnd:
    """The gradients are cleared after the step only. The first step also uses what the caller has left on
    the parameters.
    """

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                optimizer.zero_grad()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            if epoch_scheduler is not None:
                epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_no_scheduler", shows="exception")
class SchedulersMustBeThere:
    """A scheduler is stepped without asking whether there is one. Any of them may be None."""

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
        rates = []
        for _ in range(epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                if batch_scheduler is not None:
                    batch_scheduler.step()
            epoch_scheduler.step()
            if plateau is not None:
                plateau.step(validate(model))
        return rates


@wrong("check_every_epoch")
class LoaderIntoAList:
    """The loader is read into a list before the first epoch. Every epoch then sees the batches of the first
    one, and a loader that shuffles has no effect.
    """

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
        loader = list(loader) if epochs else []
        return reference.train(
            model, loader, loss_fn, optimizer, epochs, batch_scheduler, epoch_scheduler, plateau, validate
        )
