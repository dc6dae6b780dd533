"""A complete DDP training function

Write the function that every process of a distributed training run calls, with its own rank. It
joins the group, trains, leaves a file behind, and leaves the group.

    rank, world_size   this process and how many there are
    init_method        the address at which the group meets, for dist.init_process_group; gloo
    make_model         builds the model, with other random weights on every rank; those of rank 0
                       count
    dataset            map-style; sample i is (x, y), y an int class; the same on every rank
    epochs, lr         epochs of plain SGD on the mean cross-entropy of a batch, in train mode
    batch_size         per rank: a step is taken on batch_size samples of every rank together
    path               where rank 0 writes the model
    -> list of float   the mean loss of each epoch, the same on every rank

Rules
    - The order of epoch e, counted from 0, is that of DistributedSampler with seed 0: the
      permutation torch.randperm(len(dataset)) from a generator with the seed e, extended from its
      own beginning to a multiple of world_size, of which rank r takes every world_size-th position
      from r on. The last batch of a rank may be smaller, and is used.
    - A step uses the mean of the ranks' gradients, as DistributedDataParallel does. Batch norm uses
      each rank's own batch, and the running statistics of rank 0 are saved.
    - The mean loss of an epoch is over all samples that all ranks have drawn, each with the loss
      that its batch had before the step. Batches may differ in size.
    - At the end rank 0 writes the plain model's state dict to path, for torch.load and a strict
      load_state_dict into make_model(). No other rank writes a file, and no rank returns before the
      file is complete.
    - The group is left in any case, also when building the model or training raises; what was
      raised comes through.

Why it is asked: it is the program that everybody has run with torchrun and few have written. DDP is
not only for several machines; and each line that is missing here, set_epoch, module, the barrier,
fails without an error.

Example, for a group of one process
    >>> import tempfile
    >>> def make_model():
    ...     model = torch.nn.Linear(1, 2)
    ...     for parameter in model.parameters():
    ...         _ = torch.nn.init.zeros_(parameter)
    ...     return model
    >>> dataset = [(torch.tensor([float(i)]), i) for i in (0, 1)]
    >>> address = f"file://{tempfile.mktemp()}"
    >>> losses = run(0, 1, address, make_model, dataset, 2, batch_size=2, lr=1.0, path="model.pt")
    >>> [round(loss, 4) for loss in losses]
    [0.6931, 0.5836]
    >>> torch.load("model.pt")["weight"].shape
    torch.Size([2, 1])
"""

from collections.abc import Callable

import torch
from torch import nn
from torch.utils.data import Dataset


def run(
    rank: int,
    world_size: int,
    init_method: str,
    make_model: Callable[[], nn.Module],
    dataset: Dataset,
    epochs: int,
    batch_size: int,
    lr: float,
    path: str,
) -> list[float]:
    raise NotImplementedError
