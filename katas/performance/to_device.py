"""Move a nested batch

Write the two small functions that every training script has.

to_device(batch, device, non_blocking)
    Returns batch with every tensor in it on device. A batch is nested to any depth out of
        dicts, lists, tuples      rebuilt as the same kind, in the same order
        named tuples              rebuilt as the same class
        anything with a method to moved by it: tensors, packed sequences, modules
        anything else             left as it is: strings, numbers, None, sets, arrays of NumPy

    A tensor that is on device already is returned itself, not a copy.

pick_device()
    Returns torch.device("cuda") where CUDA can be used, else torch.device("mps") where MPS can,
    else torch.device("cpu"). torch.cuda.is_available and torch.backends.mps.is_available tell.

Rules
    - The dicts and lists that came in are not changed.
    - non_blocking is passed on to the tensors' to. (It makes a copy from pinned memory to a GPU
      run beside the program, and does nothing elsewhere; without a GPU a loader's pin_memory=True
      has no effect but a warning.)
    - Lists, dicts and tuples may be empty. dict, list and tuple have no subclasses here but named
      tuples, and a packed sequence (nn.utils.rnn.PackedSequence), which is a named tuple with a
      to of its own: it is moved by it.

Why it is asked: x.cuda() raises on a machine without CUDA, and a batch is rarely one tensor. It
shows whether you know that to returns the moved tensor, and how Python tells its containers apart.

Example, with a device that every machine has
    >>> batch = {"x": torch.zeros(2, 3), "lengths": [torch.tensor(3), 2], "name": "dev"}
    >>> moved = to_device(batch, "meta")
    >>> moved["x"].device, moved["lengths"][0].device
    (device(type='meta'), device(type='meta'))
    >>> moved["lengths"][1], moved["name"], batch["x"].device
    (2, 'dev', device(type='cpu'))
"""

import torch


def to_device(batch: object, device: torch.device | str, non_blocking: bool = False) -> object:
    raise NotImplementedError


def pick_device() -> torch.device:
    raise NotImplementedError
