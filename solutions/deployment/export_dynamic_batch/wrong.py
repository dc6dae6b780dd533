import pickle
from pathlib import Path

import torch

from pytest_torchkata.checks import wrong

BATCH = torch.export.Dim("batch", min=1, max=1024)
_models = {}


class _Modes:
    """Restores the modes of a model."""

    def __init__(self, model, train=False):
        self.model, self.train = model, train

    def __enter__(self):
        self.flags = {module: module.training for module in self.model.modules()}
        self.model.train(self.train)

    def __exit__(self, *_):
        for module, training in self.flags.items():
            module.training = training


def _export(model, example, shapes=({0: BATCH},), train=False):
    with _Modes(model, train):
        return torch.export.export(model, (example,), dynamic_shapes=shapes)


@wrong("check_batch_sizes")
class SizeBakedIn:
    """The batch size of the example is baked in. Without dynamic_shapes every size that the export sees is
    a constant, and an input of another one is refused.
    """

    def export_model(model, example):
        return _export(model, example, None)


@wrong("check_batch_sizes")
class BoundTooLow:
    """The batch size has an upper bound that is too low. It is to go up to 1024."""

    def export_model(model, example):
        return _export(model, example, ({0: torch.export.Dim("batch", min=1, max=256)},))


@wrong("check_other_dimensions")
class EverythingFree:
    """All dimensions are free. An input of a wrong width is then taken, and gives a wrong answer or an
    error somewhere inside.
    """

    def export_model(model, example):
        return _export(model, example, (dict.fromkeys(range(example.dim()), torch.export.Dim.AUTO),))


@wrong("check_export")
class InTrainMode:
    """The model is exported in the mode that it is in. Dropout and batch norm go on as in training, for
    good: the mode is part of the graph.
    """

    def export_model(model, example):
        return torch.export.export(model, (example,), dynamic_shapes=({0: BATCH},))


@wrong("check_modes")
class LeavesItInEvalMode:
    """The model stays in eval mode. The training that goes on afterwards runs without dropout."""

    def export_model(model, example):
        return torch.export.export(model.eval(), (example,), dynamic_shapes=({0: BATCH},))


@wrong("check_modes")
class RestoresOneFlag:
    """Only the mode of the model itself is remembered, and train() sets that of every submodule. One that
    was in another mode, such as a frozen batch norm, is not as before.
    """

    def export_model(model, example):
        training = model.training
        model.eval()
        try:
            return torch.export.export(model, (example,), dynamic_shapes=({0: BATCH},))
        finally:
            model.train(training)


@wrong("check_failing_export")
class RestoresOnSuccessOnly:
    """The modes are restored behind the export. If that raises, the line is never reached."""

    def export_model(model, example):
        flags = {module: module.training for module in model.modules()}
        program = torch.export.export(model.eval(), (example,), dynamic_shapes=({0: BATCH},))
        for module, training in flags.items():
            module.training = training
        return program


@wrong("check_failing_export")
class SwallowsTheError:
    """The exception is caught and nothing is returned. Whoever calls learns of it much later."""

    def export_model(model, example):
        try:
            return _export(model, example)
        except Exception:
            return None


@wrong("check_export")
class ReturnsTheModel:
    """The model itself is returned, in eval mode. Nothing has been captured: it still needs its class,
    and Python.
    """

    def export_model(model, example):
        return model.eval()


@wrong("check_export")
class ReturnsTheGraphModule:
    """What is returned can be called, but is no longer the program: it cannot be saved as one."""

    def export_model(model, example):
        return _export(model, example).module()

    def save_exported(program, path):
        torch.export.save(torch.export.export(program, (torch.zeros(2, 4),)), path)


@wrong("check_file", shows="exception")
class PicklesTheModel:
    """The model is pickled in the place of the program. A pickle only names the class, which whoever
    loads it has to have.
    """

    def export_model(model, example):
        program = _export(model, example)
        _models[id(program)] = model
        return program

    def save_exported(program, path):
        Path(path).write_bytes(pickle.dumps(_models[id(program)].eval()))

    def load_exported(path):
        return pickle.loads(Path(path).read_bytes())


@wrong("check_file", shows="exception")
class KeptInMemory:
    """The program is kept in memory, and the file is empty. Another process would find nothing in it."""

    def save_exported(program, path):
        Path(path).touch()
        _models[str(path)] = program

    def load_exported(path):
        return _models[str(path)].module()


@wrong("check_file")
class ReturnsTheProgram:
    """What is returned is the program, which refuses to be called. The module in it can be."""

    def load_exported(path):
        return torch.export.load(path)


@wrong("check_file")
class OtherFile:
    """An ending is added to the path, so that the file lies elsewhere than asked."""

    def save_exported(program, path):
        torch.export.save(program, f"{path}.pt2")

    def load_exported(path):
        return torch.export.load(f"{path}.pt2").module()
