import copy
from pathlib import Path

import torch

from pytest_torchkata.checks import wrong

from . import reference


def train(model, optimizer, scheduler, batches, loss_fn):
    model.train()
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    scheduler.step()
    return sum(losses) / len(losses)


def save(path, epoch, model, optimizer, scheduler, **more):
    checkpoint = {
        "epoch": epoch,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "random": torch.get_rng_state(),
    }
    torch.save(checkpoint | more, path)


def run(start, parts, batches_for_epoch, loss_fn, epochs, path):
    model, optimizer, scheduler = parts
    history = []
    for epoch in range(start, epochs):
        history.append(train(model, optimizer, scheduler, batches_for_epoch(epoch), loss_fn))
        save(path, epoch, model, optimizer, scheduler)
    return history


@wrong("check_weights")
class AsItWas:
    """The weights are loaded as new parameters, which the optimizer does not know: it goes on steering the
    old ones. That is not all: compare which epoch runs first, and what else the next epoch depends on.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"], assign=True)
            start = checkpoint["epoch"]
        history = []
        for epoch in range(start, epochs):
            history.append(train(model, optimizer, scheduler, batches_for_epoch(epoch), loss_fn))
            torch.save({"epoch": epoch, "model": model.state_dict()}, path)
        return history


@wrong("check_epochs")
class RepeatsAnEpoch:
    """The file says which epoch was finished, and the resumed run starts with that one again."""

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"]
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_epochs")
class TrainsAllEpochsAgain:
    """The states come back, but the epochs start at 0: the resumed run trains for as many epochs as the
    whole one. The epoch has to come from the file too.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
        parts = model, optimizer, scheduler
        return run(0, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_own_parameters")
class AssignsNewParameters:
    """assign=True puts the tensors of the file into the model as new parameters. The optimizer still holds
    the old ones: its steps no longer reach the model.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"], assign=True)
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_weights")
class TrainsACopy:
    """What is trained after resuming is a copy of the model. The caller's model stays as it was built, and
    so does the optimizer.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model, optimizer, scheduler = copy.deepcopy((model, optimizer, scheduler))
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_weights")
class LoadsIntoACopy:
    """The weights are loaded into a copy of the model, and the copy is trained by an optimizer that was
    built over the caller's model. It steers that one, and the copy never moves.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model = copy.deepcopy(model)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_own_parameters")
class BuildsItsOwnOptimizer:
    """An optimizer of its own takes the place of the caller's. It may go on well, but the caller's knows
    nothing of it, and neither does the scheduler that was built over that one.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            for name, value in checkpoint["model"].items():
                owner, _, key = name.rpartition(".")
                if "running" not in key and "tracked" not in key:
                    setattr(model.get_submodule(owner), key, torch.nn.Parameter(value))
            model.load_state_dict(checkpoint["model"])
            optimizer = type(optimizer)(model.parameters(), **optimizer.defaults)
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_optimizer")
class ForgetsTheOptimizer:
    """The state of the optimizer is not restored: momentum and moments start again at zero, and the first
    steps after resuming are other ones.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            for group, rate in zip(optimizer.param_groups, scheduler.get_last_lr(), strict=True):
                group["lr"] = rate
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_schedule")
class ForgetsTheScheduler:
    """The state of the scheduler is not restored, so it counts epochs from the start again. The rate at
    which training resumes is right, as the optimizer knows it; what comes after it is not.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_schedule")
class RestoresTheCounterOnly:
    """Only last_epoch of the scheduler is restored. Some schedulers keep more than that: one with warm
    restarts counts from the last restart. Load the whole state_dict.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.last_epoch = checkpoint["scheduler"]["last_epoch"]
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_schedule")
class StepsTheSchedulerOnLoading:
    """The scheduler is stepped once more after loading. Its state is that of the end of the epoch: the
    step of that epoch is in it already.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            scheduler.step()
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_schedule")
class SavesBeforeTheScheduler:
    """The file is written before scheduler.step(). It holds the learning rate of the epoch that is over, and
    the resumed run uses that once more.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        history = []
        for epoch in range(start, epochs):
            model.train()
            losses = []
            for x, y in batches_for_epoch(epoch):
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            save(path, epoch, model, optimizer, scheduler)
            scheduler.step()
            history.append(sum(losses) / len(losses))
        return history


@wrong("check_randomness")
class ForgetsTheRandomState:
    """The random state is not restored. Dropout masks and the order of the batches are drawn from wherever
    the new process happens to be.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_randomness")
class SeedsOnResuming:
    """The generator is seeded with a constant on resuming. That repeats itself, but it is not the stream of
    the run that was stopped.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.manual_seed(0)
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_randomness")
class SavesTheSeed:
    """initial_seed is where the stream started, not where it is. Seeding with it repeats the randomness of
    the first epoch.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.manual_seed(checkpoint["seed"])
            start = checkpoint["epoch"] + 1
        history = []
        for epoch in range(start, epochs):
            history.append(train(model, optimizer, scheduler, batches_for_epoch(epoch), loss_fn))
            save(path, epoch, model, optimizer, scheduler, seed=torch.initial_seed())
        return history


@wrong("check_randomness")
class RandomStateBeforeTheEpoch:
    """The random state in the file is that from before the epoch, while the weights are those from after
    it. The next epoch then repeats the randomness of the one that is over.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        history = []
        for epoch in range(start, epochs):
            random = torch.get_rng_state()
            history.append(train(model, optimizer, scheduler, batches_for_epoch(epoch), loss_fn))
            save(path, epoch, model, optimizer, scheduler, random=random)
        return history


@wrong("check_killed_in_an_epoch", shows="exception")
class SavesAtTheEnd:
    """The file is written once, after the last epoch. A run that dies before that leaves nothing to go on
    from.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        history = []
        for epoch in range(start, epochs):
            history.append(train(model, optimizer, scheduler, batches_for_epoch(epoch), loss_fn))
        save(path, epochs - 1, model, optimizer, scheduler)
        return history


@wrong("check_killed_in_an_epoch")
class SavesAfterEveryBatch:
    """The file is also written within an epoch. A run that dies there repeats the epoch from its start,
    but with weights that have had some of its batches already.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        history = []
        for epoch in range(start, epochs):
            model.train()
            losses = []
            for x, y in batches_for_epoch(epoch):
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
                save(path, epoch - 1, model, optimizer, scheduler)
            scheduler.step()
            history.append(sum(losses) / len(losses))
            save(path, epoch, model, optimizer, scheduler)
        return history


@wrong("check_no_file")
class StartsAnewWithoutAFile:
    """Without a file, resuming quietly starts at epoch 0. Whoever mistypes the path loses a run, and hears
    nothing of it.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume and Path(path).exists():
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_starts_anew")
class AlwaysResumes:
    """A file that is there is read even without resume. The caller has asked for a new run."""

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume or Path(path).exists():
            checkpoint = torch.load(path)
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_safe_file")
class PicklesTheObjects:
    """The file holds whole objects instead of their states. torch.load refuses them by default, since a
    pickle may run any code while it is loaded.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path, weights_only=False)
            for mine, saved in zip((model, optimizer), checkpoint["objects"], strict=True):
                mine.load_state_dict(saved.state_dict())
            scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["random"])
            start = checkpoint["epoch"] + 1
        history = []
        for epoch in range(start, epochs):
            history.append(train(model, optimizer, scheduler, batches_for_epoch(epoch), loss_fn))
            save(path, epoch, model, optimizer, scheduler, objects=(model, optimizer))
        return history


@wrong("check_randomness")
class DrawsAfterRestoring:
    """Something draws random numbers between the moment at which the state is put back and the first
    epoch. Put it back last.
    """

    def fit(model, optimizer, scheduler, batches_for_epoch, loss_fn, epochs, path, resume=False):
        start = 0
        if resume:
            checkpoint = torch.load(path)
            torch.set_rng_state(checkpoint["random"])
            torch.nn.init.normal_(torch.empty(3))
            model.load_state_dict(checkpoint["model"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            scheduler.load_state_dict(checkpoint["scheduler"])
            start = checkpoint["epoch"] + 1
        parts = model, optimizer, scheduler
        return run(start, parts, batches_for_epoch, loss_fn, epochs, path)


@wrong("check_uninterrupted")
class LeavesTheMode:
    """The model trains in the mode in which it came. After an evaluation that is eval mode, in which dropout
    does nothing and batch norm learns no statistics.
    """

    def fit(model, *arguments, **options):
        model.train = lambda mode=True: model
        try:
            return reference.fit(model, *arguments, **options)
        finally:
            del model.train
