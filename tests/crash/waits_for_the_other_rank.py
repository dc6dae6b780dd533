"""Each of two ranks waits for what the other sends only after it has received something itself."""

# kata: distributed/average_gradients
# says: *on rank *

import torch
import torch.distributed as dist


def swap(tensor):
    other, theirs = 1 - dist.get_rank(), torch.empty_like(tensor)
    dist.recv(theirs, other)
    dist.send(tensor, other)
    return theirs


def broadcast_model(model, src=0):
    for tensor in model.state_dict().values():
        theirs = swap(tensor)
        if dist.get_rank() != src:
            tensor.copy_(theirs)


def average_gradients(model):
    for parameter in model.parameters():
        parameter.grad = (parameter.grad + swap(parameter.grad)) / 2


def train_step(model, x, y, loss_fn, optimizer):
    loss = loss_fn(model(x), y)
    loss.backward()
    average_gradients(model)
    optimizer.step()
    return loss.item()
