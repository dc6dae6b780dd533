import torch

from pytest_torchkata.checks import right


@right
class SetsAndIds:
    """Ids of optimizers in two sets, the reciprocal of the scale, a count that runs on."""

    class LossScaler:
        def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000):
            self.factors = growth_factor, backoff_factor
            self.every = growth_interval
            self.value = torch.tensor(init_scale, dtype=torch.float64)
            self.count = 0
            self.done, self.bad = set(), set()

        def scale(self, loss):
            return (loss.float() if loss.dtype in (torch.half, torch.bfloat16) else loss) * float(self.value)

        def unscale_(self, optimizer):
            if id(optimizer) in self.done:
                raise RuntimeError("unscaled already")
            self.done.add(id(optimizer))
            for group in optimizer.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    p.grad *= 1 / float(self.value)
                    if not torch.isfinite(p.grad.sum() * 0):
                        self.bad.add(id(optimizer))

        def step(self, optimizer):
            if id(optimizer) not in self.done:
                self.unscale_(optimizer)
            if id(optimizer) in self.bad:
                return False
            optimizer.step()
            return True

        def update(self):
            if self.bad:
                self.value = self.value * self.factors[1]
                self.count = 0
            else:
                self.count += 1
                if self.count % self.every == 0:
                    self.value = self.value * self.factors[0]
            self.done, self.bad = set(), set()

        def get_scale(self):
            return self.value.item()

        def state_dict(self):
            return {"scale": self.value.item(), "growth": [self.count, *self.factors]}

        def load_state_dict(self, state):
            self.value = torch.tensor(state["scale"], dtype=torch.float64)
            self.count, *self.factors = state["growth"]
