import copy

import torch
from torch.func import functional_call

from pytest_torchkata.checks import right


@right
class FunctionalCall:
    """The caller's own model with other parameters and buffers, and its modes restored."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        params = {n: p.detach().clone().requires_grad_(p.requires_grad) for n, p in model.named_parameters()}
        buffers = {n: b.clone() for n, b in model.named_buffers()}
        modes = [(module, module.training) for module in model.modules()]
        trainable = [p for p in params.values() if p.requires_grad]

        def loss():
            return loss_fn(functional_call(model, {**params, **buffers}, (x,)), y)

        def measure():
            model.eval()
            with torch.no_grad():
                return float(loss())

        try:
            first = measure()
            if trainable:
                optimizer = torch.optim.Adam(trainable, lr)
                for _ in range(steps):
                    model.train()
                    value = loss()
                    optimizer.zero_grad()
                    value.backward()
                    optimizer.step()
            return first, measure()
        finally:
            for module, training in modes:
                module.training = training


@right
class AllParametersToAdam:
    """Adam gets the frozen parameters as well, and has nothing to do for them."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        clone = copy.deepcopy(model)
        clone.eval()
        with torch.inference_mode():
            initial = loss_fn(clone(x), y).item()
        if not any(p.requires_grad for p in clone.parameters()):
            return initial, initial
        opt = torch.optim.Adam(clone.parameters(), lr=lr)
        clone.train()
        for _ in range(steps):
            opt.zero_grad(set_to_none=False)
            loss = loss_fn(clone(x), y)
            loss.backward()
            opt.step()
        clone.eval()
        with torch.no_grad():
            final = loss_fn(clone(x), y).item()
        return initial, final
