import torch

from pytest_torchkata.checks import right


@right
class Renorm:
    """torch.renorm under no_grad, after the step."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for p in model.parameters():
                if p.ndim == 2:
                    p.copy_(torch.renorm(p, p=2, dim=0, maxnorm=max_norm))
        return float(loss)


@right
class ThroughDataAfterTheStep:
    """Through .data, but after the step, where there is nothing left to get around."""

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        optimizer.zero_grad(set_to_none=False)
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        for p in model.parameters():
            if len(p.shape) == 2:
                norms = p.data.norm(2, dim=1, keepdim=True).clamp(min=1e-12)
                p.data = p.data * (norms.clamp(max=max_norm) / norms)
        return loss.item()


@right
class OnlyLongRows:
    """Writes to the long rows alone, with a small number in the denominator."""

    @torch.no_grad()
    def _constrain(model, max_norm):
        for p in model.parameters():
            if p.dim() == 2:
                norms = p.square().sum(1).sqrt()
                long = norms > max_norm
                p[long] *= max_norm / (norms[long, None] + 1e-7)

    def train_step(model, x, y, loss_fn, optimizer, max_norm):
        model.zero_grad()
        optimizer.zero_grad()
        out = model(x)
        loss = loss_fn(out, y)
        loss.backward()
        optimizer.step()
        OnlyLongRows._constrain(model, max_norm)
        return loss.detach().item()
