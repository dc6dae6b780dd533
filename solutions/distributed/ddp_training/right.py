import torch
import torch.distributed as dist
from torch import nn

from pytest_torchkata.checks import right


@right
class ByHand:
    """Everything by hand: broadcast, shards, averaged gradients; a gathered list of losses."""

    def run(rank, world_size, init_method, make_model, dataset, epochs, batch_size, lr, path):
        dist.init_process_group(backend="gloo", init_method=init_method, world_size=world_size, rank=rank)
        try:
            model = make_model().train()
            for tensor in (*model.parameters(), *model.buffers()):
                dist.broadcast(tensor.detach(), src=0)
            criterion = nn.CrossEntropyLoss(reduction="sum")
            losses = []
            for epoch in range(epochs):
                order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(epoch)).tolist()
                order += order[: -len(order) % world_size]
                mine = order[rank::world_size]
                sums = []
                for start in range(0, len(mine), batch_size):
                    batch = [dataset[i] for i in mine[start : start + batch_size]]
                    x = torch.stack([torch.as_tensor(one) for one, _ in batch])
                    y = torch.tensor([int(label) for _, label in batch])
                    loss = criterion(model(x), y)
                    model.zero_grad()
                    (loss / len(batch)).backward()
                    sums.append((loss.item(), len(batch)))
                    with torch.no_grad():
                        for p in model.parameters():
                            dist.all_reduce(p.grad)
                            p -= lr * p.grad / world_size
                everybody = [None] * world_size
                dist.all_gather_object(everybody, sums)
                flat = [pair for each in everybody for pair in each]
                losses.append(sum(loss for loss, _ in flat) / sum(count for _, count in flat))
            if rank == 0:
                torch.save(model.state_dict(), path)
            dist.barrier()
        finally:
            dist.destroy_process_group()
        return losses
