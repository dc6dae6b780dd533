import copy

import torch

from pytest_torchkata.checks import wrong

from . import reference


def _load(path, build_model, device="cpu", strict=True):
    model = build_model().to(device)
    model.load_state_dict(torch.load(path, map_location=device), strict=strict)
    return model


@wrong("check_file")
class PicklesTheModel:
    """The whole model is pickled. The file then only names its class, which has to be found under that
    name when it is loaded, and it can be read only by trusting it to run anything.
    """

    def save_weights(model, path):
        torch.save(model, path)

    def load_for_inference(path, build_model, device="cpu"):
        model = build_model().to(device)
        model.load_state_dict(torch.load(path, map_location=device, weights_only=False).state_dict())
        return model.eval().requires_grad_(False)


@wrong("check_file")
class NestedFile:
    """The state dict is one entry of a larger dict, as in a training checkpoint. Here the file is the
    mapping from names to tensors itself.
    """

    def save_weights(model, path):
        torch.save({"model": model.state_dict()}, path)

    def load_for_inference(path, build_model, device="cpu"):
        model = build_model().to(device)
        model.load_state_dict(torch.load(path, map_location=device)["model"])
        return model.eval().requires_grad_(False)


@wrong("check_safe_loading")
class TrustsTheFile:
    """weights_only=False lets the file run whatever it likes. A file of tensors does not need it."""

    def load_for_inference(path, build_model, device="cpu"):
        model = build_model().to(device)
        model.load_state_dict(torch.load(path, map_location=device, weights_only=False))
        return model.eval().requires_grad_(False)


@wrong("check_statistics")
class ParametersOnly:
    """Only the parameters are saved. The running statistics of batch norm are buffers; without them the
    model normalises with other numbers than it was trained with.
    """

    def save_weights(model, path):
        torch.save({name: p.detach().cpu() for name, p in model.named_parameters()}, path)

    def load_for_inference(path, build_model, device="cpu"):
        return _load(path, build_model, device, strict=False).eval().requires_grad_(False)


@wrong("check_ready")
class ForgetsEval:
    """The model is returned in train mode. Dropout and batch norm go on as in training, without any
    error.
    """

    def load_for_inference(path, build_model, device="cpu"):
        return _load(path, build_model, device).requires_grad_(False)


@wrong("check_ready")
class KeepsGradients:
    """The parameters still require gradients. Every forward records a graph that nobody uses; eval mode
    does not change that.
    """

    def load_for_inference(path, build_model, device="cpu"):
        return _load(path, build_model, device).eval()


@wrong("check_ready")
class OnlyTheTopLevel:
    """The attribute training of the model alone is set. The layers inside have their own, which eval()
    sets as well.
    """

    def load_for_inference(path, build_model, device="cpu"):
        model = _load(path, build_model, device).requires_grad_(False)
        model.training = False
        return model


@wrong("check_ready")
class ReturnsACopy:
    """A copy of the model that was built is returned. That takes its memory a second time."""

    def load_for_inference(path, build_model, device="cpu"):
        return copy.deepcopy(reference.load_for_inference(path, build_model, device))


@wrong("check_misfit")
class NotStrict:
    """strict=False passes over entries that are missing or unexpected. Layers that did not match keep
    their random weights, and the model answers all the same.
    """

    def load_for_inference(path, build_model, device="cpu"):
        return _load(path, build_model, device, strict=False).eval().requires_grad_(False)


@wrong("check_misfit")
class SkipsWhatDoesNotFit:
    """Entries of another name or shape are left out before loading. What does not fit is to be an
    error.
    """

    def load_for_inference(path, build_model, device="cpu"):
        model = build_model().to(device)
        own, state = model.state_dict(), torch.load(path, map_location=device)
        fits = {n: t for n, t in state.items() if n in own and own[n].shape == t.shape}
        model.load_state_dict(own | fits)
        return model.eval().requires_grad_(False)


@wrong("check_tied_weights")
class AssignsEachEntry:
    """assign=True puts each entry of the file in the place of a parameter. Two names of one tied weight
    get two tensors.
    """

    def load_for_inference(path, build_model, device="cpu"):
        model = build_model().to(device)
        state = {name: tensor.clone() for name, tensor in torch.load(path, map_location=device).items()}
        model.load_state_dict(state, assign=True)
        return model.eval().requires_grad_(False)


@wrong("check_saving_changes_nothing")
class SavesInEvalMode:
    """The model is put into eval mode before it is saved, and stays so. The training that goes on
    afterwards runs without dropout.
    """

    def save_weights(model, path):
        reference.save_weights(model.eval(), path)


@wrong("check_saving_changes_nothing")
class RestoresOneFlag:
    """The mode is set back with train(). Submodules that were in eval mode before, such as a frozen batch
    norm, are in train mode now.
    """

    def save_weights(model, path):
        reference.save_weights(model.eval(), path)
        model.train()


@wrong("check_saving_changes_nothing")
class MovesTheModel:
    """The model itself is moved to the CPU. Whoever trains it on a GPU finds it there afterwards."""

    def save_weights(model, path):
        torch.save(model.cpu().state_dict(), path)


@wrong("check_saving_changes_nothing")
class FreezesBeforeSaving:
    """requires_grad is switched off before saving. The training cannot go on afterwards."""

    def save_weights(model, path):
        reference.save_weights(model.requires_grad_(False), path)


@wrong("check_outputs")
class LoadsNothing:
    """The file is read, and nothing is done with it: the model that is returned has the weights that it
    was built with.
    """

    def load_for_inference(path, build_model, device="cpu"):
        torch.load(path, map_location=device)
        return build_model().to(device).eval().requires_grad_(False)


@wrong("check_path", shows="exception")
class StringsOnly:
    """The path is taken for a string. A Path has no such method."""

    def save_weights(model, path):
        reference.save_weights(model, path if path.endswith(".pt") else f"{path}.pt")


@wrong("check_misfit")
class CopiesByName:
    """The names are compared, and each entry is copied with copy_. That broadcasts: an entry of one row
    fills a whole matrix, without an error.
    """

    def load_for_inference(path, build_model, device="cpu"):
        model = build_model().to(device)
        own, state = model.state_dict(), torch.load(path, map_location=device)
        if own.keys() != state.keys():
            raise RuntimeError("the names do not match")
        for name, tensor in own.items():
            tensor.copy_(state[name])
        return model.eval().requires_grad_(False)
