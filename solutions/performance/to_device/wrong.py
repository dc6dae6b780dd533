import torch

from pytest_torchkata.checks import wrong

from . import reference


def _container(value, move):
    """Rebuild a container as the reference does."""
    if isinstance(value, dict):
        return {key: move(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        moved = [move(item) for item in value]
        return type(value)(*moved) if hasattr(value, "_fields") else type(value)(moved)
    return value


@wrong("check_everything_else")
class IteratesOverStrings:
    """Whatever can be iterated over is taken for a list. A string can be, and comes back as a list of
    its letters.
    """

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if hasattr(value, "to"):
                return value.to(device, non_blocking=non_blocking)
            if isinstance(value, (dict, tuple)):
                return _container(value, move)
            if hasattr(value, "__iter__"):
                return [move(item) if len(value) > 1 else item for item in value]
            return value

        return move(batch)


@wrong("check_named_tuple")
class PlainTuples:
    """A named tuple is a tuple, so it is rebuilt as one. Its class and the names of its fields are
    lost.
    """

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if hasattr(value, "to"):
                return value.to(device, non_blocking=non_blocking)
            if isinstance(value, tuple):
                return tuple(map(move, value))
            return _container(value, move)

        return move(batch)


@wrong("check_named_tuple", shows="exception")
class NamedTupleOfAList:
    """type(batch)(...) is called with one list. That builds a plain tuple, but the class of a named
    tuple expects one argument for each field.
    """

    def to_device(batch, device, non_blocking=False):
        if hasattr(batch, "to"):
            return batch.to(device, non_blocking=non_blocking)
        if isinstance(batch, dict):
            return {key: NamedTupleOfAList.to_device(v, device, non_blocking) for key, v in batch.items()}
        if isinstance(batch, (list, tuple)):
            return type(batch)([NamedTupleOfAList.to_device(v, device, non_blocking) for v in batch])
        return batch


@wrong("check_container")
class TuplesBecomeLists:
    """Every sequence comes back as a list. A tuple is to stay a tuple."""

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
                return [move(item) for item in value]
            return (
                _container(value, move)
                if not hasattr(value, "to")
                else value.to(device, non_blocking=non_blocking)
            )

        return move(batch)


@wrong("check_container")
class ForgetsLists:
    """Only dicts and tensors are handled. Tensors in a list or a tuple stay where they are."""

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if hasattr(value, "to"):
                return value.to(device, non_blocking=non_blocking)
            return _container(value, move) if isinstance(value, dict) else value

        return move(batch)


@wrong("check_nested")
class FirstLevelOnly:
    """Only the first level is moved. What lies in a container inside of the batch stays where it is."""

    def to_device(batch, device, non_blocking=False):
        def move(value):
            return value.to(device, non_blocking=non_blocking) if hasattr(value, "to") else value

        return move(batch) if hasattr(batch, "to") else _container(batch, move)


@wrong("check_input")
class ChangesTheInput:
    """The new tensors are written into the dicts and lists that came in. Whoever holds the batch finds
    it changed.
    """

    def to_device(batch, device, non_blocking=False):
        if isinstance(batch, (dict, list)):
            for key in batch if isinstance(batch, dict) else range(len(batch)):
                batch[key] = ChangesTheInput.to_device(batch[key], device, non_blocking)
            return batch
        return reference.to_device(batch, device, non_blocking)


@wrong("check_tensor")
class DropsTheResult:
    """to is called, and what it returns is dropped. A tensor does not move: to returns another one."""

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if hasattr(value, "to"):
                value.to(device, non_blocking=non_blocking)
                return value
            return _container(value, move)

        return move(batch)


@wrong("check_own_to")
class TensorsOnly:
    """Only tensors are moved. A packed sequence, a module and other objects with a to of their own stay
    where they are.
    """

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if isinstance(value, torch.Tensor):
                return value.to(device, non_blocking=non_blocking)
            return value if hasattr(value, "to") else _container(value, move)

        return move(batch)


@wrong("check_packed_sequence", shows="exception")
class TakesPackedSequencesApart:
    """Containers are asked for before to. A packed sequence is a named tuple as well: its parts are
    moved one by one, the batch sizes too, which have to stay on the CPU.
    """

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if isinstance(value, (dict, list, tuple)):
                return _container(value, move)
            return value.to(device, non_blocking=non_blocking) if hasattr(value, "to") else value

        return move(batch)


@wrong("check_same_device")
class Copies:
    """Every tensor is copied, also where it is on the device already. That takes time and memory for
    nothing.
    """

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if isinstance(value, torch.Tensor) and value.device.type == torch.device(device).type:
                return value.clone()
            return (
                value.to(device, non_blocking=non_blocking)
                if hasattr(value, "to")
                else _container(value, move)
            )

        return move(batch)


@wrong("check_non_blocking")
class AlwaysBlocks:
    """non_blocking is not passed on. On a GPU each copy is then waited for."""

    def to_device(batch, device, non_blocking=False):
        return reference.to_device(batch, device)


@wrong("check_non_blocking")
class BlocksBelowTheFirstLevel:
    """non_blocking is not passed on to what lies deeper: the recursive call leaves it out."""

    def to_device(batch, device, non_blocking=False):
        if hasattr(batch, "to"):
            return batch.to(device, non_blocking=non_blocking)
        return _container(batch, lambda value: reference.to_device(value, device))


@wrong("check_non_blocking")
class NeverBlocks:
    """Every copy is non-blocking, asked for or not. A copy from a GPU to the CPU may then be read before
    it has arrived.
    """

    def to_device(batch, device, non_blocking=False):
        return reference.to_device(batch, device, True)


@wrong("check_pick_device")
class AssumesCuda:
    """CUDA is picked without asking whether there is any. The first tensor that is moved there raises on
    a machine without it.
    """

    def pick_device():
        return torch.device("cuda")


@wrong("check_pick_device")
class ForgetsMps:
    """There is a GPU in every newer Mac, and it is called mps: only cuda and cpu are considered."""

    def pick_device():
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@wrong("check_pick_device")
class PrefersMps:
    """mps is asked for before cuda. cuda comes first."""

    def pick_device():
        if torch.backends.mps.is_available():
            return torch.device("mps")
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@wrong("check_pick_device")
class ReturnsAString:
    """A string is returned. Most functions take one for a device, but it has no type and no index, and
    is equal to no device.
    """

    def pick_device():
        return str(reference.pick_device())


@wrong("check_named_tuple_of_one")
class TriesTheListFirst:
    """The class is called with the list of what was moved, and with its items only if that raises. A named
    tuple of one field takes the whole list for that field, without an error.
    """

    def to_device(batch, device, non_blocking=False):
        def move(value):
            if hasattr(value, "to"):
                return value.to(device, non_blocking=non_blocking)
            if not isinstance(value, (list, tuple)):
                return _container(value, move)
            moved = [move(item) for item in value]
            try:
                return type(value)(moved)
            except TypeError:
                return type(value)(*moved)

        return move(batch)
