from functools import partial

from pytest_torchkata.checks import right


@right
class HooksOnlyDuringAStep:
    """The hooks come and go with every step."""

    class Trainer:
        def __init__(self, model, optimizer, loss_fn, watch):
            self.model, self.optimizer, self.loss_fn, self.names = model, optimizer, loss_fn, watch
            self.history, self.activations = [], {}

        def step(self, x, y):
            handles = []
            for name, module in self.model.named_modules():
                if name in self.names:
                    handles.append(module.register_forward_hook(partial(self.save, name)))
            try:
                output = self.model(x)
            finally:
                for handle in handles:
                    handle.remove()
            loss = self.loss_fn(output, y)
            self.optimizer.zero_grad(set_to_none=False)
            loss.backward()
            self.optimizer.step()
            value = float(loss.detach())
            self.history.append(value)
            return value

        def save(self, name, module, args, output):
            self.activations[name] = output.clone().detach()

        def close(self):
            self.names = []


@right
class HandlesAreCleared:
    """As the reference, with a list of handles that is emptied, and activations that are dropped."""

    class Trainer:
        def __init__(self, model, optimizer, loss_fn, watch):
            self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
            self.history, self.activations, self.hooks = [], {}, []
            for name in watch:

                def hook(module, args, output, name=name):
                    self.activations[name] = output.data.clone()

                self.hooks.append(model.get_submodule(name).register_forward_hook(hook))

        def step(self, x, y):
            self.activations.clear()
            self.model.zero_grad()
            loss = self.loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.history.append(loss.item())
            return loss.item()

        def close(self):
            while self.hooks:
                self.hooks.pop().remove()
