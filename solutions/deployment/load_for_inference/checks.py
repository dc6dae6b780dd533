import contextlib
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import pytest

from pytest_torchkata.checks import nn, raises, torch


def network(given):
    """Return a model with weights and running statistics of its own."""
    layers = nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.Tanh(), nn.Dropout(0.5), nn.Linear(6, 3)
    model = given.fill(nn.Sequential(*layers))
    model(given.normal(7, 4))
    return model


def check_outputs(kata, given, device, dtype):
    """The loaded model answers as the saved one does in eval mode."""
    model = network(given)
    kata.save_weights(model, "model.pt")
    loaded = kata.load_for_inference("model.pt", lambda: network(given), str(device))
    x = given.normal(5, 4)
    return {"output": loaded(x).detach(), "as the saved model": torch.equal(loaded(x), model.eval()(x))}


def check_ready(kata, given, device):
    """The model that is returned is the one built, in eval mode, and records no gradients."""
    built = []

    def build():
        built.append(network(given))
        return built[-1]

    kata.save_weights(network(given), "model.pt")
    loaded = kata.load_for_inference("model.pt", build, str(device))
    return {
        "models built": len(built),
        "the model that was built": loaded is built[-1],
        "training flags": [module.training for module in loaded.modules()],
        "requires_grad of each parameter": [p.requires_grad for p in loaded.parameters()],
        "device of each tensor": [str(t.device) for t in loaded.state_dict().values()],
    }


def check_statistics(kata, given):
    """Buffers are saved and loaded as well."""
    model = network(given)
    kata.save_weights(model, "model.pt")
    loaded = kata.load_for_inference("model.pt", lambda: network(given))
    return {f"{name} after loading": buffer for name, buffer in loaded.named_buffers()}


def check_file(kata, given, device):
    """torch.load reads the file as a mapping from the state dict's names to tensors on the CPU."""
    kata.save_weights(network(given), "model.pt")
    found = {}
    observed = {"torch.load": raises(pickle.UnpicklingError, lambda: found.update(torch.load("model.pt")))}
    tensors = [value for value in found.values() if isinstance(value, torch.Tensor)]
    return {
        **observed,
        "names": list(found),
        "devices": sorted({str(tensor.device) for tensor in tensors}),
        "tensors": [tensor.detach() for tensor in tensors],
    }


def check_saving_changes_nothing(kata, given, device):
    """Saving changes neither the model's mode nor its place nor its gradients, and copies its values."""
    model = network(given)
    model[1].eval()  # frozen statistics in a model that is training
    model[4].weight.requires_grad_(False)
    moves = []

    class Watched(nn.Sequential):
        def _apply(self, *arguments, **keywords):
            moves.append("moved")
            return super()._apply(*arguments, **keywords)

    model.__class__ = Watched
    kata.save_weights(model, "model.pt")
    observed = {
        "training flags": [module.training for module in model.modules()],
        "requires_grad": [p.requires_grad for p in model.parameters()],
        "moved or cast": bool(moves),
        "weight": model[4].weight.detach().clone(),
    }
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1)
    loaded = kata.load_for_inference("model.pt", lambda: network(given), str(device))
    return {**observed, "weight in the file": loaded[4].weight.detach()}


MISFITS = ["other names", "a buffer more", "a layer less", "wider", "a bias more", "a file of one output"]


@pytest.mark.parametrize("misfit", MISFITS)
def check_misfit(kata, given, misfit):
    """A file that does not fit the model raises RuntimeError."""
    model = network(given)
    if misfit == "other names":
        model = nn.Sequential(OrderedDict(zip("abcde", model, strict=True)))
    if misfit == "a buffer more":
        model.register_buffer("calls", torch.zeros(1))
    if misfit == "a layer less":
        model = model[:-1]
    if misfit == "wider":
        model[4] = nn.Linear(6, 4)
    if misfit == "a bias more":
        model[0] = nn.Linear(4, 6)
    saved = network(given)
    if misfit == "a file of one output":  # it could be broadcast
        saved[4] = nn.Linear(6, 1)
    kata.save_weights(saved, "model.pt")
    return {"loading": raises(RuntimeError, lambda: kata.load_for_inference("model.pt", lambda: model))}


def tied(given):
    model = given.fill(nn.Sequential(OrderedDict(embed=nn.Embedding(5, 3), norm=nn.LayerNorm(3))))
    model.add_module("head", nn.Linear(3, 5, bias=False))
    model.head.weight = model.embed.weight
    return model


def check_tied_weights(kata, given):
    """Tied weights are still tied after loading."""
    kata.save_weights(tied(given), "model.pt")
    loaded = kata.load_for_inference("model.pt", lambda: tied(given))
    return {
        "weight after loading": loaded.head.weight.detach(),
        "still tied": loaded.head.weight is loaded.embed.weight,
    }


@pytest.mark.parametrize("kind", ["str", "Path"])
def check_path(kata, given, kind):
    """The path is a str or a Path, and a file that is there is replaced."""
    Path("models").mkdir()
    path = {"str": str, "Path": Path}[kind]("models/a.pt")
    kata.save_weights(nn.Linear(2, 3), path)
    model = network(given)
    kata.save_weights(model, path)
    loaded = kata.load_for_inference(path, lambda: network(given))
    return {
        "weight after loading": loaded[4].weight.detach(),
        "files": sorted(entry.name for entry in Path("models").iterdir()),
    }


class Trap:
    """Makes a folder when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("ran",)


def check_safe_loading(kata, given):
    """Loading a file does not run code that is hidden in it."""
    torch.save({"0.weight": Trap()}, "trap.pt")
    with contextlib.suppress(Exception):
        kata.load_for_inference("trap.pt", lambda: network(given))
    return {"code in the file ran": Path("ran").exists()}
