import math

import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_restore")
class KeepsTheLiveState:
    """What is remembered is model.state_dict() itself. Its tensors are the model's own, so training goes
    on changing them, and restore brings back the last epoch.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            stop = super().step(val_loss, model)
            if self.best_epoch == self._epoch:
                self._state = dict(model.state_dict())
            return stop


@wrong("check_restore")
class CopiesParametersOnly:
    """The parameters are copied, and the buffers are not. A batch norm keeps its running statistics there:
    the weights of one epoch then run with the statistics of another.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            stop = super().step(val_loss, model)
            if self.best_epoch == self._epoch:
                self._state = {n: p.detach().clone() for n, p in model.named_parameters()}
            return stop

        def restore(self, model):
            if self._state is None:
                raise RuntimeError
            model.load_state_dict(self._state, strict=False)


@wrong("check_restore")
class RemembersTheLastEpoch:
    """The state is copied at every epoch, not only at an improvement: restore brings back the last one."""

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            stop = super().step(val_loss, model)
            self._state = {name: value.clone() for name, value in model.state_dict().items()}
            return stop


@wrong("check_restore")
class RemembersTheFirstBest:
    """The state is copied at the first improvement only. Each further one has to replace it."""

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            kept = self._state
            stop = super().step(val_loss, model)
            self._state = kept or self._state
            return stop


@wrong("check_restore")
class NeverLoadsBack:
    """restore changes nothing in the model. The best weights are kept, but they have to be loaded back."""

    class EarlyStopping(reference.EarlyStopping):
        def restore(self, model):
            if self._state is None:
                raise RuntimeError
            return self._state


@wrong("check_restore_again")
class RestoresTheCopyItself:
    """restore puts the remembered tensors themselves into the model. The next step of training changes
    them too, and what was remembered is lost.
    """

    class EarlyStopping(reference.EarlyStopping):
        def restore(self, model):
            if self._state is None:
                raise RuntimeError
            model.load_state_dict(self._state)
            for name, parameter in model.named_parameters():
                parameter.data = self._state[name]


@wrong("check_same_parameters")
class NewParameters:
    """restore gives the model new parameters. The optimiser still holds the old ones, and trains tensors
    that nobody uses: write into those that are there.
    """

    class EarlyStopping(reference.EarlyStopping):
        def restore(self, model):
            if self._state is None:
                raise RuntimeError
            model.load_state_dict({n: v.clone() for n, v in self._state.items()}, assign=True)


@wrong("check_same_parameters")
class SwitchesTheMode:
    """restore puts the model into eval mode. Whoever goes on training does not expect that: the mode is
    not part of the state.
    """

    class EarlyStopping(reference.EarlyStopping):
        def restore(self, model):
            super().restore(model)
            model.eval()


@wrong("check_nothing_to_restore")
class NothingIsFine:
    """restore does nothing where there is no best epoch. The caller then goes on with the last weights and
    takes them for the best: it is to raise.
    """

    class EarlyStopping(reference.EarlyStopping):
        def restore(self, model):
            if self._state is not None:
                super().restore(model)


@wrong("check_nothing_to_restore")
class StartsWithTheFirstState:
    """The first state is kept in any case, even if the loss was NaN. Before the first improvement there is
    nothing to restore.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            stop = super().step(val_loss, model)
            if self._state is None:
                self._state = {name: value.clone() for name, value in model.state_dict().items()}
            return stop


@wrong("check_decisions")
class StopsAtTheFirstIncrease:
    """It stops as soon as the loss goes up. A validation loss goes up and down by chance; patience says
    how many bad epochs in a row it takes.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            return super().step(val_loss, model) or self._bad_epochs >= 1


@wrong("check_decisions")
class CountsInTotal:
    """The bad epochs are counted in total. An improvement is to start the count anew."""

    class EarlyStopping(reference.EarlyStopping):
        total = 0

        def step(self, val_loss, model):
            super().step(val_loss, model)
            self.total += self._bad_epochs > 0
            return self.total >= self.patience


@wrong("check_decisions")
class OneTooLate:
    """It takes one bad epoch more than patience says. With a patience of 1, the first bad epoch stops."""

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            super().step(val_loss, model)
            return self._bad_epochs > self.patience


@wrong("check_decisions")
class OneTooEarly:
    """It stops one bad epoch before patience is used up."""

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            super().step(val_loss, model)
            return self._bad_epochs >= max(self.patience - 1, 1)


@wrong("check_decisions")
class AgainstThePreviousEpoch:
    """Each loss is compared with that of the epoch before. After a bad epoch a little less bad counts as an
    improvement then: the best loss so far is what has to be beaten.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            stop = super().step(val_loss, model)
            self.best_loss = float(val_loss)
            return stop


@wrong("check_decisions")
class EqualIsBetter:
    """A loss that is just as low as the best counts as an improvement. Then a loss that has stopped to move
    never stops the training.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            kept, self.best_loss = self.best_loss, math.nextafter(self.best_loss, math.inf)
            improved = float(val_loss) < self.best_loss - self.min_delta
            stop = super().step(val_loss, model)
            if not improved:
                self.best_loss = kept
            return stop


@wrong("check_decisions")
class HigherIsBetter:
    """A higher value counts as an improvement, as for an accuracy. What is given is a loss."""

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            self.best_loss = -self.best_loss if self.best_loss < math.inf else self.best_loss
            stop = super().step(-val_loss, model)
            self.best_loss = -self.best_loss if self.best_loss < math.inf else self.best_loss
            return stop


@wrong("check_decisions")
class EpochsFromOne:
    """The epochs are counted from 1. best_epoch starts at 0."""

    class EarlyStopping(reference.EarlyStopping):
        def __init__(self, patience=5, min_delta=0.0):
            super().__init__(patience, min_delta)
            self._epoch = 0


@wrong("check_min_delta")
class IgnoresMinDelta:
    """min_delta is not used: every loss below the best counts as an improvement."""

    class EarlyStopping(reference.EarlyStopping):
        def __init__(self, patience=5, min_delta=0.0):
            super().__init__(patience)


@wrong("check_min_delta")
class DeltaAddsTolerance:
    """min_delta is added where it has to be taken away: a loss that is worse by less than that counts as an
    improvement.
    """

    class EarlyStopping(reference.EarlyStopping):
        def __init__(self, patience=5, min_delta=0.0):
            super().__init__(patience, -min_delta)


@wrong("check_min_delta")
class BestWithoutDelta:
    """best_loss follows every lower loss, and only the count looks at min_delta. Many small steps down are
    then never an improvement, since the mark to beat moves with them.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            stop = super().step(val_loss, model)
            self.best_loss = min(self.best_loss, float(val_loss))
            return stop


@wrong("check_min_delta")
class RelativeDelta:
    """min_delta is taken as a share of the best loss. It is a difference."""

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            kept = self.min_delta
            self.min_delta = kept * self.best_loss if self.best_loss < math.inf else kept
            stop = super().step(val_loss, model)
            self.min_delta = kept
            return stop


@wrong("check_nan")
class NanIsTheBest:
    """Improvement is what is not worse, and every comparison with NaN is false. NaN then becomes the best
    loss, and every later one as well.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            if float(val_loss) >= self.best_loss - self.min_delta:
                return super().step(math.inf, model)
            self.best_loss = math.inf
            super().step(0.0, model)
            self.best_loss = float(val_loss)
            return False


@wrong("check_nan")
class NanIsSkipped:
    """An epoch with NaN is passed over, neither good nor bad. A training that has ended in NaN then goes on
    for ever: it is an epoch without an improvement.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            if math.isnan(float(val_loss)):
                self._epoch += 1
                return False
            return super().step(val_loss, model)


@wrong("check_tensors")
class KeepsTheTensor:
    """The tensor is stored as it is. If the caller writes into it, best_loss changes with it, and its graph
    stays alive as long: store a float.
    """

    class EarlyStopping(reference.EarlyStopping):
        def step(self, val_loss, model):
            stop = super().step(val_loss, model)
            if self.best_epoch == self._epoch and isinstance(val_loss, torch.Tensor):
                self.best_loss = val_loss
            return stop
