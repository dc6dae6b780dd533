import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_values", shows="exception")
class SavesTheMethod:
    """model.state_dict without parentheses is the method, not the state. The file then holds the
    pickled method, and the mistake shows only when it is loaded.
    """

    def save_checkpoint(path, epoch, model, optimizer, best_val_loss):
        checkpoint = {
            "epoch": epoch,
            "model": model.state_dict,
            "optimizer": optimizer.state_dict(),
            "best_val_loss": float(best_val_loss),
        }
        torch.save(checkpoint, path)

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location="cpu")
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]


@wrong("check_values")
class SavesTheParametersOnly:
    """Only the parameters are saved. Buffers, such as the running statistics of batch norm, are part
    of what the model has learned and stay as they were in the new model.
    """

    def save_checkpoint(path, epoch, model, optimizer, best_val_loss):
        checkpoint = {
            "epoch": epoch,
            "model": dict(model.named_parameters()),
            "optimizer": optimizer.state_dict(),
            "best_val_loss": float(best_val_loss),
        }
        torch.save(checkpoint, path)

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location="cpu")
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(checkpoint["model"][name])
        optimizer.load_state_dict(checkpoint["optimizer"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]


@wrong("check_resume")
class ForgetsTheOptimizer:
    """The optimizer's state is not restored. Its moments start from zero and its learning rate is
    that of the new one, so the next steps differ from those of a run that was not interrupted.
    """

    def save_checkpoint(path, epoch, model, optimizer, best_val_loss):
        checkpoint = {
            "epoch": epoch,
            "model": model.state_dict(),
            "best_val_loss": float(best_val_loss),
        }
        torch.save(checkpoint, path)

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location="cpu")
        model.load_state_dict(checkpoint["model"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]


@wrong("check_own_parameters")
class AssignsTheLoadedTensors:
    """assign=True puts new parameters into the model. The optimizer was built over the old ones and
    goes on updating those, so training the model changes nothing any more.
    """

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location="cpu")
        model.load_state_dict(checkpoint["model"], assign=True)
        optimizer.load_state_dict(checkpoint["optimizer"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]


@wrong("check_own_parameters")
class BuildsNewParameters:
    """Each parameter is replaced by a new one. The optimizer was built over the old ones and goes on
    updating those: copy the values into the parameters that are there.
    """

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location="cpu")
        model.load_state_dict(checkpoint["model"])
        for module in model.modules():
            for name, parameter in list(module.named_parameters(recurse=False)):
                setattr(module, name, nn.Parameter(parameter.detach().clone()))
        optimizer.load_state_dict(checkpoint["optimizer"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]


@wrong("check_safe_file")
class SavesTheWholeModel:
    """The model itself, or the optimizer, is pickled as an object. Such a file names classes and runs
    code when it is loaded, so torch.load refuses it by default, and it cannot be read any more once a
    class has moved.
    """

    def save_checkpoint(path, epoch, model, optimizer, best_val_loss):
        checkpoint = {
            "epoch": epoch,
            "model": model,
            "optimizer": optimizer.state_dict(),
            "best_val_loss": float(best_val_loss),
        }
        torch.save(checkpoint, path)

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location="cpu", weights_only=False)
        model.load_state_dict(checkpoint["model"].state_dict())
        optimizer.load_state_dict(checkpoint["optimizer"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]


@wrong("check_safe_file")
class PicklesTheNumpyScalar:
    """The loss goes into the file as it came. A NumPy scalar is pickled as an object, not as a
    number, and torch.load refuses it with its default arguments.
    """

    def save_checkpoint(path, epoch, model, optimizer, best_val_loss):
        checkpoint = {
            "epoch": epoch,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "best_val_loss": best_val_loss,
        }
        torch.save(checkpoint, path)


@wrong("check_loss")
class ReturnsWhatWasStored:
    """A loss that came as a tensor is returned as a tensor. It has to be a float, whatever kind it
    was when it was saved.
    """

    def save_checkpoint(path, epoch, model, optimizer, best_val_loss):
        is_tensor = isinstance(best_val_loss, torch.Tensor)
        best_val_loss = best_val_loss if is_tensor else float(best_val_loss)
        checkpoint = {
            "epoch": epoch,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "best_val_loss": best_val_loss,
        }
        torch.save(checkpoint, path)


@wrong("check_modes")
class EvalAfterLoading:
    """eval() is called on the model after loading. That is for inference; here training goes on, and
    the mode is the caller's decision.
    """

    def load_checkpoint(path, model, optimizer):
        returned = reference.load_checkpoint(path, model, optimizer)
        model.eval()
        return returned


@wrong("check_modes")
class TrainAfterLoading:
    """train() is called on the model after loading. The mode is the caller's decision, and parts that
    were kept in eval mode, such as a frozen batch norm, are no longer.
    """

    def load_checkpoint(path, model, optimizer):
        returned = reference.load_checkpoint(path, model, optimizer)
        model.train()
        return returned


@wrong("check_misfit")
class LoadsLoosely:
    """Names that do not match are passed over, as strict=False does it. A file for another model then
    loads without a word, and parts of the model keep the values that they were initialised with.
    """

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location="cpu")
        model.load_state_dict(checkpoint["model"], strict=False)
        optimizer.load_state_dict(checkpoint["optimizer"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]


@wrong("check_misfit")
class CopiesByName:
    """copy_ broadcasts: a weight with a dimension of size 1 fills a larger one without a word.
    load_state_dict compares the shapes.
    """

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location="cpu")
        own = model.state_dict()
        if own.keys() != checkpoint["model"].keys():
            raise ValueError("the names of the file are not those of the model")
        for name, value in checkpoint["model"].items():
            own[name].copy_(value)
        optimizer.load_state_dict(checkpoint["optimizer"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]


@wrong("check_gpu_file", shows="exception")
class NoMapLocation:
    """torch.load puts each tensor back on the device that it was saved from. Without map_location, a
    file from a machine with GPUs does not load where there are none.
    """

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]


@wrong("check_safe_loading")
class LoadsAnything:
    """weights_only=False unpickles whatever the file holds, and a pickle may run any code while it is
    loaded. If your file needs it, look at what you put into the file.
    """

    def load_checkpoint(path, model, optimizer):
        checkpoint = torch.load(path, map_location="cpu", weights_only=False)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        return checkpoint["epoch"], checkpoint["best_val_loss"]
