from contextlib import contextmanager

import torch

from pytest_torchkata.checks import wrong


@wrong("check_modes")
class TrainAtTheEnd:
    """model.train() puts every submodule into train mode, those included that were in eval mode on purpose.
    A frozen batch norm then starts to change its statistics.
    """

    @contextmanager
    def evaluating(model):
        model.eval()
        try:
            with torch.no_grad():
                yield model
        finally:
            model.train()


@wrong("check_modes")
class RemembersTheRoot:
    """Only the flag of the model itself is remembered. train(flag) gives it to all submodules, also to those
    that had another one.
    """

    @contextmanager
    def evaluating(model):
        training = model.training
        model.eval()
        try:
            with torch.no_grad():
                yield model
        finally:
            model.train(training)


@wrong("check_modes")
class RemembersTheChildren:
    """The flags of the direct submodules are remembered. What is inside of them has flags as well, and gets
    the one of its parent.
    """

    @contextmanager
    def evaluating(model):
        training = model.training
        modes = {child: child.training for child in model.children()}
        model.eval()
        try:
            with torch.no_grad():
                yield model
        finally:
            model.training = training
            for child, mode in modes.items():
                child.train(mode)


@wrong("check_modes")
class NeverPutsBack:
    """The model stays in eval mode. Training that goes on afterwards has no dropout, and batch norm learns
    no statistics.
    """

    @contextmanager
    def evaluating(model):
        model.eval()
        with torch.no_grad():
            yield model


@wrong("check_inside")
class OnlyTheRoot:
    """training = False on the model sets one flag. Each layer reads its own, so dropout still drops."""

    @contextmanager
    def evaluating(model):
        training = model.training
        model.training = False
        try:
            with torch.no_grad():
                yield model
        finally:
            model.training = training


@wrong("check_inside")
class YieldsNothing:
    """The block gets None. What stands behind yield is what the with statement binds to the name after as."""

    @contextmanager
    def evaluating(model):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            for module, training in modes.items():
                module.training = training


@wrong("check_inside")
class NoGradIsEnough:
    """Only the recording of gradients is switched off. Dropout and batch norm do not know of that: they ask
    for the mode.
    """

    @contextmanager
    def evaluating(model):
        with torch.no_grad():
            yield model


@wrong("check_gradients")
class EvalIsEnough:
    """Only the mode is set. Gradients are recorded as before, which costs memory and time."""

    @contextmanager
    def evaluating(model):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            yield model
        finally:
            for module, training in modes.items():
                module.training = training


@wrong("check_gradients")
class TogglesRequiresGrad:
    """requires_grad of the parameters is switched off and on. An input that requires a gradient is recorded
    all the same, and parameters that were frozen are not any more.
    """

    @contextmanager
    def evaluating(model):
        modes = {module: module.training for module in model.modules()}
        model.eval().requires_grad_(False)
        try:
            yield model
        finally:
            model.requires_grad_(True)
            for module, training in modes.items():
                module.training = training


@wrong("check_gradients")
class FreezesAndRestores:
    """requires_grad of each parameter is switched off and put back. An input that requires a gradient is
    recorded all the same: it is the recording that has to be off.
    """

    @contextmanager
    def evaluating(model):
        modes = {module: module.training for module in model.modules()}
        required = {p: p.requires_grad for p in model.parameters()}
        model.eval().requires_grad_(False)
        try:
            yield model
        finally:
            for p, flag in required.items():
                p.requires_grad_(flag)
            for module, training in modes.items():
                module.training = training


@wrong("check_gradients")
class RecordingStaysOff:
    """Recording is switched off on entering, and nothing switches it on again. The next training step fails
    at backward.
    """

    @contextmanager
    def evaluating(model):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        torch.set_grad_enabled(False)
        try:
            yield model
        finally:
            for module, training in modes.items():
                module.training = training


@wrong("check_recording_was_off")
class RecordingIsTurnedOn:
    """Recording is switched on when the block ends. The caller may be inside of no_grad, and must not find
    it on.
    """

    @contextmanager
    def evaluating(model):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        torch.set_grad_enabled(False)
        try:
            yield model
        finally:
            torch.set_grad_enabled(True)
            for module, training in modes.items():
                module.training = training


@wrong("check_error")
class NotAfterAnError:
    """What puts the flags back stands behind the yield. An exception from the block comes out of the yield,
    and the lines behind it are not reached.
    """

    @contextmanager
    def evaluating(model):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        with torch.no_grad():
            yield model
        for module, training in modes.items():
            module.training = training


@wrong("check_error")
class SwallowsTheException:
    """The exception ends in the manager: __exit__ that returns something true, or an except clause around
    the yield, says that it has been dealt with.
    """

    class evaluating:
        def __init__(self, model):
            self.model = model

        def __enter__(self):
            self.modes = {module: module.training for module in self.model.modules()}
            self.model.eval()
            self.recording = torch.is_grad_enabled()
            torch.set_grad_enabled(False)
            return self.model

        def __exit__(self, *exc):
            torch.set_grad_enabled(self.recording)
            for module, training in self.modes.items():
                module.training = training
            return True


@wrong("check_interrupt")
class CatchesExceptionOnly:
    """The flags are put back at the end and in an except Exception. An evaluation that is stopped with Ctrl-C
    raises KeyboardInterrupt, which is none, and the model stays in eval mode.
    """

    @contextmanager
    def evaluating(model):
        modes = {module: module.training for module in model.modules()}

        def put_back():
            for module, mode in modes.items():
                module.training = mode

        model.eval()
        try:
            with torch.no_grad():
                yield model
        except Exception:
            put_back()
            raise
        else:
            put_back()


@wrong("check_block_changes_modes")
class RestoresWhatWasTraining:
    """What was training is put back to training, and the rest is left as it is. That forgets what the block
    itself may have done to the rest.
    """

    @contextmanager
    def evaluating(model):
        were_training = [module for module in model.modules() if module.training]
        model.eval()
        try:
            with torch.no_grad():
                yield model
        finally:
            for module in were_training:
                module.training = True


@wrong("check_shared")
class TrainReachesFurther:
    """The flags are put back by calls of train, which reach all submodules. One that is in two places gets
    the flag of whichever parent comes last.
    """

    @contextmanager
    def evaluating(model):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        try:
            with torch.no_grad():
                yield model
        finally:
            for module, training in modes.items():
                module.train(training)


@wrong("check_shared")
class VisitsTwice:
    """The walk through the model notes each flag and sets it to eval at once. A submodule in two places is
    visited twice, and at the second visit the eval mode that was just set is noted.
    """

    @contextmanager
    def evaluating(model):
        modes = []

        def visit(module):
            modes.append((module, module.training))
            module.training = False
            for child in module.children():
                visit(child)

        visit(model)
        try:
            with torch.no_grad():
                yield model
        finally:
            for module, training in modes:
                module.training = training


@wrong("check_nested")
class NotesOnTheModel:
    """The flags are kept as an attribute of the model. A block inside a block overwrites them, and the outer
    one puts back what the inner one found.
    """

    class evaluating:
        def __init__(self, model):
            self.model = model

        def __enter__(self):
            self.model._modes = {module: module.training for module in self.model.modules()}
            self.model.eval()
            self.guard = torch.no_grad()
            self.guard.__enter__()
            return self.model

        def __exit__(self, *exc):
            self.guard.__exit__(*exc)
            for module, training in self.model._modes.items():
                module.training = training


@wrong("check_entering")
class ActsWhenCreated:
    """Everything happens in the constructor. The manager may be entered later, or never; until then the
    model must be left alone.
    """

    class evaluating:
        def __init__(self, model):
            self.model = model
            self.modes = {module: module.training for module in model.modules()}
            model.eval()

        def __enter__(self):
            self.guard = torch.no_grad()
            self.guard.__enter__()
            return self.model

        def __exit__(self, *exc):
            self.guard.__exit__(*exc)
            for module, training in self.modes.items():
                module.training = training


@wrong("check_entering")
class NotesWhenCreated:
    """The flags are noted in the constructor. Between the call and the block they may change, and it is the
    flags found on entering that are to be put back.
    """

    class evaluating:
        def __init__(self, model):
            self.model = model
            self.modes = {module: module.training for module in model.modules()}

        def __enter__(self):
            self.model.eval()
            self.guard = torch.no_grad()
            self.guard.__enter__()
            return self.model

        def __exit__(self, *exc):
            self.guard.__exit__(*exc)
            for module, training in self.modes.items():
                module.training = training
