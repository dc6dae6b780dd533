from collections.abc import Callable

import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset, DistributedSampler


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
    dist.init_process_group("gloo", init_method=init_method, rank=rank, world_size=world_size)
    try:
        model = DistributedDataParallel(make_model())  # starts from rank 0's weights
        sampler = DistributedSampler(dataset, world_size, rank, seed=0)
        loader = DataLoader(dataset, batch_size=batch_size, sampler=sampler)
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        losses = []
        for epoch in range(epochs):
            sampler.set_epoch(epoch)  # otherwise every epoch has the same order
            losses.append(_train_epoch(model, loader, optimizer))
        if rank == 0:
            torch.save(model.module.state_dict(), path)  # without the wrapper's prefix
        dist.barrier()  # nobody leaves before the file is there
        return losses
    finally:
        dist.destroy_process_group()


def _train_epoch(model: nn.Module, loader: DataLoader, optimizer: torch.optim.Optimizer) -> float:
    """Return the mean loss over the samples of all ranks."""
    model.train()
    sums = torch.zeros(2, dtype=torch.float64)  # of losses, and of samples
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()  # averages the gradients over the ranks
        optimizer.step()
        sums += torch.tensor([loss.item() * len(x), len(x)], dtype=torch.float64)
    dist.all_reduce(sums)
    return (sums[0] / sums[1]).item()
