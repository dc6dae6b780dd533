import contextlib
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import pytest

from pytest_torchkata.checks import F, nn, np, raises, torch

KINDS = ["float", "NumPy float32", "NumPy float64", "tensor", "infinity"]


def network(given):
    # No bias before batch norm: its gradient would be nothing but rounding.
    layers = nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 3)
    return given.fill(nn.Sequential(*layers))


def optimizer_for(model, name="Adam", factor=1.0):
    if name == "Adam":
        return torch.optim.Adam(model.parameters(), lr=0.03 * factor, weight_decay=0.01)
    return torch.optim.SGD(model.parameters(), lr=0.1 * factor, momentum=0.9)


def train(given, model, optimizer, steps):
    """Take some steps on new batches; return the losses."""
    losses = []
    for _ in range(steps):
        x, y = given.normal(5, 4), given.normal(5, 3)
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def trained(given, name="Adam"):
    """Build a model and an optimizer in the middle of a run: all of their state has moved."""
    model = network(given)
    optimizer = optimizer_for(model, name)
    train(given, model, optimizer, 3)
    return model, optimizer


def fresh(given, name="Adam"):
    """Build what a new process would: other weights, other statistics, another learning rate."""
    model = network(given)
    return model, optimizer_for(model, name, factor=0.5)


def check_values(kata, given, device, dtype):
    """The model, the epoch and the loss come back."""
    kata.save_checkpoint("run.pt", 7, *trained(given), 0.375)
    model, optimizer = fresh(given)
    returned = kata.load_checkpoint("run.pt", model, optimizer)
    return {
        "returned": returned,
        **{f"{name} after loading": value for name, value in model.state_dict().items()},
    }


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def check_resume(kata, given, optimizer, device):
    """Training goes on as if it had never stopped."""
    kata.save_checkpoint("run.pt", 7, *trained(given, optimizer), 0.375)
    restored = fresh(given, optimizer)
    kata.load_checkpoint("run.pt", *restored)
    losses = train(given, *restored, 5)
    return {
        "losses after loading": losses,
        "last weight five steps later": restored[0][3].weight.detach(),
    }


def check_own_parameters(kata, given, device):
    """The model keeps its parameters and buffers, and the optimizer still steers them."""
    kata.save_checkpoint("run.pt", 7, *trained(given), 0.375)
    model, optimizer = fresh(given)
    before = [*model.parameters(), *model.buffers()]
    kata.load_checkpoint("run.pt", model, optimizer)
    after = [*model.parameters(), *model.buffers()]
    steered = [p for group in optimizer.param_groups for p in group["params"]]
    return {
        "still the same objects": all(a is b for a, b in zip(after, before, strict=True)),
        "all steered by the optimizer": all(any(p is q for q in steered) for p in model.parameters()),
    }


def best_loss(given, kind):
    return {
        "float": 0.375,
        "NumPy float32": np.float32(0.375),
        "NumPy float64": np.float64(0.375),
        "tensor": given.tensor(0.375),
        "infinity": float("inf"),  # before the first validation
    }[kind]


def check_safe_file(kata, given, device):
    """torch.load reads the file with its default arguments, whatever kind the loss is of."""
    observed = {}
    state = trained(given)
    for kind in KINDS:
        kata.save_checkpoint("run.pt", 7, *state, best_loss(given, kind))
        observed[f"torch.load, loss: {kind}"] = _loads_elsewhere("run.pt")
    return observed


def _loads_elsewhere(path):
    """Say whether torch.load reads a file where nobody has declared anything safe before."""
    allowed = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    try:
        return raises(pickle.UnpicklingError, lambda: torch.load(path))
    finally:
        torch.serialization.add_safe_globals(allowed)


@pytest.mark.parametrize("loss", KINDS)
def check_loss(kata, given, loss, device):
    """The loss comes back as a float, whatever kind it was of."""
    kata.save_checkpoint("run.pt", 7, *trained(given), best_loss(given, loss))
    return {"returned": kata.load_checkpoint("run.pt", *fresh(given))}


@pytest.mark.parametrize("kind", ["str", "Path"])
def check_path(kata, given, kind, device):
    """The path is a str or a Path, and a file that is there is replaced."""
    Path("runs").mkdir()
    path = {"str": str, "Path": Path}[kind]("runs/a.pt")
    state = trained(given)
    kata.save_checkpoint(path, 1, *state, 0.75)
    kata.save_checkpoint(path, 2, *state, 0.5)
    return {
        "returned": kata.load_checkpoint(path, *fresh(given)),
        "files": sorted(entry.name for entry in Path("runs").iterdir()),
    }


def check_modes(kata, given, device):
    """Saving and loading leave the mode of every submodule as it is."""
    model, optimizer = trained(given)
    model[1].eval()  # frozen statistics in a model that is training
    kata.save_checkpoint("run.pt", 7, model, optimizer, 0.375)
    observed = {"training flags after saving": [m.training for m in model.modules()]}
    model, optimizer = fresh(given)
    model[3].eval()
    kata.load_checkpoint("run.pt", model, optimizer)
    observed["training flags after loading"] = [m.training for m in model.modules()]
    model.eval()
    kata.load_checkpoint("run.pt", model, optimizer)
    observed["training flags of a model in eval mode"] = [m.training for m in model.modules()]
    return observed


def check_saving_changes_nothing(kata, given, device):
    """Saving changes neither the model nor the random state."""
    model, optimizer = trained(given)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    random = torch.get_rng_state()
    kata.save_checkpoint("run.pt", 7, model, optimizer, 0.375)
    after = model.state_dict()
    return {
        "changed": [name for name in before if not torch.equal(before[name], after[name])],
        "random state as before": torch.equal(torch.get_rng_state(), random),
        "losses of the steps after saving": train(given, model, optimizer, 3),
    }


@pytest.mark.parametrize(
    "misfit", ["other names", "a buffer more", "a buffer less", "wider", "a dimension of 1"]
)
def check_misfit(kata, given, misfit, device):
    """A file that does not fit the model raises an error."""
    saved = trained(given)
    model = network(given)
    if misfit == "other names":  # as many parameters of the same shapes
        layers = OrderedDict(zip("abcd", model, strict=True))
        model = nn.Sequential(layers)
    if misfit == "a buffer more":
        model.register_buffer("calls", torch.zeros(1))
    if misfit == "a buffer less":
        model[1] = given.fill(nn.BatchNorm1d(6, track_running_stats=False))
    if misfit == "wider":
        model = given.fill(nn.Sequential(*model[:3], nn.Linear(6, 4)))
    if misfit == "a dimension of 1":  # would broadcast
        narrow = given.fill(nn.Sequential(*network(given)[:3], nn.Linear(6, 1)))
        saved = narrow, optimizer_for(narrow)
    kata.save_checkpoint("run.pt", 7, *saved, 0.375)
    modes = [m.training for m in model.modules()]
    loading = raises(Exception, lambda: kata.load_checkpoint("run.pt", model, optimizer_for(model)))
    return {
        "loading": loading,
        "modes as before": [m.training for m in model.modules()] == modes,
    }


def check_gpu_file(kata, given):
    """A file that was written on a machine with GPUs loads where there are none."""
    kata.save_checkpoint("run.pt", 7, *trained(given), 0.375)
    _pretend_written_on_gpu("run.pt")
    model, optimizer = fresh(given)
    returned = kata.load_checkpoint("run.pt", model, optimizer)
    return {"returned": returned, "weight after loading": model[0].weight.detach()}


def _pretend_written_on_gpu(path):
    """Mark the storages in a file as those of a GPU that no machine has."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            if name.endswith("/data.pkl"):  # a pickled string: its length, its letters
                data = data.replace(b"X\x03\0\0\0cpu", b"X\x07\0\0\0cuda:99")
            archive.writestr(name, data)


class Trap:
    """Makes a folder when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("ran",)


def check_safe_loading(kata, given):
    """Loading a file does not run code that is hidden in it."""
    kata.save_checkpoint("run.pt", 7, *trained(given), 0.375)
    torch.save({"model": Trap()}, "trap.pt")
    # What error it is depends on the layout of the file.
    with contextlib.suppress(Exception):
        kata.load_checkpoint("trap.pt", *fresh(given))
    return {"code in the file ran": Path("ran").exists()}
