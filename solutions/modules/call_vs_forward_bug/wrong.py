import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_hooks")
class AsItWas:
    """forward is still called directly. It is only the computation; the hooks are run by what stands
    around it, and that is skipped.
    """

    class TwoTower(reference.TwoTower):
        def forward(self, a, b):
            towers = self.left.forward(a), self.right.forward(b)
            return self.head.forward(torch.cat(towers, dim=-1))

    def predict(model, a, b):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            with torch.no_grad():
                return model.forward(a, b)
        finally:
            for module, training in modes.items():
                module.training = training


@wrong("check_hooks")
class OnlyTheTowers:
    """The towers are called now, and their hooks run. The head is not: it is used in the same way as
    they were.
    """

    class TwoTower(reference.TwoTower):
        def forward(self, a, b):
            return self.head.forward(torch.cat([self.left(a), self.right(b)], dim=-1))


@wrong("check_hooks")
class OnlyTheHead:
    """The head is called now, and its hooks run. The towers are not: they are used in the same way as it
    was.
    """

    class TwoTower(reference.TwoTower):
        def forward(self, a, b):
            return self.head(torch.cat([self.left.forward(a), self.right.forward(b)], dim=-1))


@wrong("check_predict_hooks")
class PredictCallsForward:
    """The parts are called, but predict still goes past the hooks of the model itself."""

    def predict(model, a, b):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            with torch.no_grad():
                return model.forward(a, b)
        finally:
            for module, training in modes.items():
                module.training = training


@wrong("check_work")
class CallsBoth:
    """The modules are called for the sake of their hooks, and then forward once more for the result. The
    work is done twice, and what a hook returns is lost.
    """

    class TwoTower(reference.TwoTower):
        def forward(self, a, b):
            self.left(a), self.right(b)
            joined = torch.cat([self.left.forward(a), self.right.forward(b)], dim=-1)
            self.head(joined)
            return self.head.forward(joined)


@wrong("check_replaced")
class RunsTheHooksByHand:
    """The hooks are looked up and run by hand. That leaves out what they return, and every kind of hook
    that was not thought of.
    """

    class TwoTower(reference.TwoTower):
        def forward(self, a, b):
            towers = self._run(self.left, a), self._run(self.right, b)
            return self._run(self.head, torch.cat(towers, dim=-1))

        def _run(self, module, x):
            for hook in module._forward_pre_hooks.values():
                hook(module, (x,))
            out = module.forward(x)
            for hook in module._forward_hooks.values():
                hook(module, (x,), out)
            return out


@wrong("check_values")
class ViewInsteadOfCat:
    """The results are joined along the samples and then pressed into shape with view. The shape is right,
    but each row holds values of two different samples.
    """

    class TwoTower(reference.TwoTower):
        def forward(self, a, b):
            towers = torch.cat([self.left(a), self.right(b)])
            return self.head(towers.view(a.size(0), -1))


@wrong("check_values")
class TheOtherWayRound:
    """The right tower's result comes first. The shape is the same, but the head's weights belong to the
    other order.
    """

    class TwoTower(reference.TwoTower):
        def forward(self, a, b):
            return self.head(torch.cat([self.right(b), self.left(a)], dim=-1))


@wrong("check_shapes", shows="exception")
class JoinsAlongDimensionOne:
    """Dimension 1 is the last one only for a batch of vectors. Count from the end, so that other numbers
    of leading dimensions work as well.
    """

    class TwoTower(reference.TwoTower):
        def forward(self, a, b):
            return self.head(torch.cat([self.left(a), self.right(b)], dim=1))


@wrong("check_predict")
class PredictKeepsTheGraph:
    """eval() does not stop the recording of a graph: what predict returns still holds on to it."""

    def predict(model, a, b):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            return model(a, b)
        finally:
            for module, training in modes.items():
                module.training = training


@wrong("check_predict")
class PredictInTheModeFound:
    """The model runs in the mode in which it came. In train mode, batch norm then uses the statistics of
    this batch, and moves its running ones.
    """

    @torch.no_grad()
    def predict(model, a, b):
        return model(a, b)


@wrong("check_predict")
class RecordingStaysOff:
    """set_grad_enabled(False), called as a function, stays in force after predict has returned. The
    training that goes on afterwards records nothing.
    """

    def predict(model, a, b):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        torch.set_grad_enabled(False)
        try:
            return model(a, b)
        finally:
            for module, training in modes.items():
                module.training = training


@wrong("check_predict")
class RecordingIsTurnedOn:
    """Recording is switched off by hand, and on again at the end. The caller may have had it off: what
    was found must be put back.
    """

    def predict(model, a, b):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        torch.set_grad_enabled(False)
        try:
            return model(a, b)
        finally:
            torch.set_grad_enabled(True)
            for module, training in modes.items():
                module.training = training


@wrong("check_modes")
class StaysInEvalMode:
    """The model is left in eval mode. Training that goes on afterwards runs without dropout, and batch norm
    no longer learns its statistics.
    """

    @torch.no_grad()
    def predict(model, a, b):
        model.eval()
        return model(a, b)


@wrong("check_modes")
class AlwaysBackToTrain:
    """The model is put into train mode at the end, whatever it was in. A model that was being evaluated
    then drops and updates statistics.
    """

    @torch.no_grad()
    def predict(model, a, b):
        model.eval()
        try:
            return model(a, b)
        finally:
            model.train()


@wrong("check_modes")
class RemembersTheRoot:
    """Only the model's own flag is remembered, and train(flag) gives it to all submodules. One that was
    frozen in eval mode is woken up.
    """

    @torch.no_grad()
    def predict(model, a, b):
        training = model.training
        model.eval()
        try:
            return model(a, b)
        finally:
            model.train(training)


@wrong("check_modes_of_a_shared_part")
class TrainReachesFurther:
    """Each flag is put back with train(flag), which sets it for everything below as well. A part that is in
    two places is set right in the first, and set again from above in the second.
    """

    @torch.no_grad()
    def predict(model, a, b):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            return model(a, b)
        finally:
            for module, training in modes.items():
                module.train(training)


@wrong("check_modes_after_an_error")
class NotAfterAnError:
    """The modes are put back in the lines after the call. If the model raises, those are never reached."""

    @torch.no_grad()
    def predict(model, a, b):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        out = model(a, b)
        for module, training in modes.items():
            module.training = training
        return out


@wrong("check_modes_after_an_error")
class SwallowsTheError:
    """The error is caught and does not come out again. The caller gets None, and learns of it much later."""

    @torch.no_grad()
    def predict(model: nn.Module, a, b):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            out = model(a, b)
        except RuntimeError:
            out = None
        for module, training in modes.items():
            module.training = training
        return out
