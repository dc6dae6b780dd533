import torch

from pytest_torchkata.checks import right

from . import reference


@right
class CallsEverywhere:
    """The modules are called, the modes put back one by one from a list."""

    class TwoTower(reference.TwoTower):
        def forward(self, x, y):
            left = self.left(x)
            right = self.right(y)
            return self.head(torch.concat((left, right), -1))

    @torch.no_grad()
    def predict(net, x, y):
        before = [(m, m.training) for m in net.modules()]
        try:
            return net.eval()(x, y)
        finally:
            for m, flag in before:
                m.train(flag) if not list(m.children()) else setattr(m, "training", flag)


@right
class InferenceMode:
    """inference_mode, and __call__ by its name."""

    class TwoTower(reference.TwoTower):
        def forward(self, a, b):
            return self.head.__call__(torch.cat([self.left.__call__(a), self.right.__call__(b)], dim=-1))

    def predict(model, a, b):
        were_training = [m for m in model.modules() if m.training]
        model.eval()
        try:
            with torch.inference_mode():
                return model(a, b)
        finally:
            for m in were_training:
                m.training = True
