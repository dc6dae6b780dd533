import torch

from pytest_torchkata.checks import wrong

from . import reference


def keeping(change):
    """Return the reference's Trainer with another hook: change(trainer, name, output)."""

    class Trainer(reference.Trainer):
        def _keep(self, name):
            def hook(module, inputs, output):
                return change(self, name, output)

            return hook

    return Trainer


def keep_graph(trainer, name, output):
    trainer.activations[name] = output


def keep_clone_with_graph(trainer, name, output):
    trainer.activations[name] = output.clone()


def keep_detached(trainer, name, output):
    trainer.activations[name] = output.detach()


def keep_all(trainer, name, output):
    trainer.__dict__.setdefault("every", []).append(output.detach().clone())
    trainer.activations[name] = trainer.every[-1]


def keep_lists(trainer, name, output):
    trainer.activations.setdefault(name, []).append(output.detach().clone())


def keep_first(trainer, name, output):
    trainer.activations.setdefault(name, output.detach().clone())


def cut(trainer, name, output):
    trainer.activations[name] = output.detach().clone()
    return output.detach()


@wrong("check_losses")
class AsItWas:
    """All of it is still there: history holds tensors, the activations carry their graphs, every step adds
    hooks, and nobody removes them.
    """

    class Trainer(reference.Trainer):
        def __init__(self, model, optimizer, loss_fn, watch):
            super().__init__(model, optimizer, loss_fn, [])
            self.watch = list(watch)

        def _keep(self, name):
            def hook(module, inputs, output):
                self.activations[name] = output

            return hook

        def step(self, x, y):
            for name in self.watch:
                self.model.get_submodule(name).register_forward_hook(self._keep(name))
            self.optimizer.zero_grad()
            loss = self.loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.history.append(loss)
            return loss.item()

        def close(self):
            self.watch = []


@wrong("check_losses")
class HistoryOfTensors:
    """history holds the loss tensors. Each of them keeps the graph of its step, with all that the graph
    has saved.
    """

    class Trainer(reference.Trainer):
        def step(self, x, y):
            self.optimizer.zero_grad()
            loss = self.loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.history.append(loss)
            return loss.item()


@wrong("check_losses")
class HistoryOfDetachedTensors:
    """history holds tensors without a graph. That no longer keeps graphs alive, but it is one tensor per
    step: a plain number is enough.
    """

    class Trainer(reference.Trainer):
        def step(self, x, y):
            self.optimizer.zero_grad()
            loss = self.loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.history.append(loss.detach())
            return loss.item()


@wrong("check_losses")
class ReturnsATensor:
    """step returns the loss tensor. Whoever collects these keeps the graphs alive; a float was asked for."""

    class Trainer(reference.Trainer):
        def step(self, x, y):
            self.optimizer.zero_grad()
            loss = self.loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.history.append(loss.item())
            return loss


@wrong("check_activations")
class ActivationsWithGraph:
    """The outputs are kept with their graphs, so the whole graph of a step stays alive behind them."""

    Trainer = keeping(keep_graph)


@wrong("check_activations")
class CloneKeepsTheGraph:
    """clone copies the values, but it is an operation of the graph like any other: the copy is still
    connected to all that came before it.
    """

    Trainer = keeping(keep_clone_with_graph)


@wrong("check_in_place")
class DetachedIsNoCopy:
    """detach gives a tensor without a graph in the same memory. What the model changes in place
    afterwards, changes there as well.
    """

    Trainer = keeping(keep_detached)


@wrong("check_memory")
class EveryActivationIsKept:
    """The outputs of all steps are kept in a list. Without graphs it grows more slowly, but it grows with
    every step.
    """

    Trainer = keeping(keep_all)


@wrong("check_activations")
class ListsOfActivations:
    """activations holds lists that grow with every step. Only the last output of each submodule was asked
    for.
    """

    Trainer = keeping(keep_lists)


@wrong("check_activations")
class FirstActivationStays:
    """What is there is not replaced, so activations still shows the first step."""

    Trainer = keeping(keep_first)


@wrong("check_weights")
class HookCutsTheGraph:
    """The hook returns the detached output, and what a forward hook returns takes the place of the output.
    No gradient gets past it: the layers before no longer learn.
    """

    Trainer = keeping(cut)


@wrong("check_hooks")
class HooksInEveryStep:
    """Every step registers its hooks again. They pile up, and each of them runs in every forward pass."""

    class Trainer(reference.Trainer):
        def __init__(self, model, optimizer, loss_fn, watch):
            super().__init__(model, optimizer, loss_fn, [])
            self.watch = list(watch)

        def step(self, x, y):
            for name in self.watch:
                module = self.model.get_submodule(name)
                self._handles.append(module.register_forward_hook(self._keep(name)))
            return super().step(x, y)

        def close(self):
            super().close()
            self.watch = []


@wrong("check_hooks")
class CloseLeavesTheHooks:
    """close forgets the handles, or what is watched, but the hooks stay on the model. Only the remove of
    its handle takes a hook away.
    """

    class Trainer(reference.Trainer):
        def close(self):
            self._handles = []


@wrong("check_hooks")
class CloseRemovesTheLastHook:
    """One handle is kept, so close removes one hook. Every watched submodule has one of its own."""

    class Trainer(reference.Trainer):
        def __init__(self, model, optimizer, loss_fn, watch):
            super().__init__(model, optimizer, loss_fn, watch)
            self._handles = self._handles[-1:]


@wrong("check_hooks")
class CloseRemovesTheHooksOfOthers:
    """close empties the dicts of hooks of the modules. They may hold hooks of others: your own are those
    that you have handles for.
    """

    class Trainer(reference.Trainer):
        def close(self):
            for module in self.model.modules():
                module._forward_hooks.clear()


@wrong("check_close", shows="exception")
class CloseOnce:
    """The second close raises, as what the first has removed is no longer there."""

    class Trainer(reference.Trainer):
        def close(self):
            for handle in self._handles:
                handle.remove()
            del self._handles


@wrong("check_close", shows="exception")
class NoStepAfterClose:
    """After close a step raises. close ends the watching, not the training."""

    class Trainer(reference.Trainer):
        def close(self):
            super().close()
            self.model = None


@wrong("check_graph")
class RetainsTheGraph:
    """retain_graph=True is for a second backward through the same graph. There is none here, and the graph
    of every step stays whole until the last of its tensors is gone.
    """

    class Trainer(reference.Trainer):
        def step(self, x, y):
            self.optimizer.zero_grad()
            loss = self.loss_fn(self.model(x), y)
            loss.backward(retain_graph=True)
            self.optimizer.step()
            self.history.append(loss.item())
            return self.history[-1]


@wrong("check_weights")
class NeverClearsTheGradients:
    """Nothing clears the gradients. Every step uses the sum of all that came before, whatever the caller
    has left included.
    """

    class Trainer(reference.Trainer):
        def step(self, x, y):
            loss = self.loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.history.append(loss.item())
            return self.history[-1]


@wrong("check_memory")
class KeepsTheBatches:
    """Every batch is appended to a list, to look at it later. The list grows with the number of steps, as
    the losses did.
    """

    class Trainer(reference.Trainer):
        def step(self, x, y):
            self.__dict__.setdefault("batches", []).append((x, y))
            return super().step(x, y)


@wrong("check_kept")
class KeepsTheLastLoss:
    """The last loss is kept as a tensor, and its graph stays with it until the next step ends. The next
    step does not need it: the number is in history.
    """

    class Trainer(reference.Trainer):
        def step(self, x, y):
            self.optimizer.zero_grad()
            self.loss = self.loss_fn(self.model(x), y)
            self.loss.backward()
            self.optimizer.step()
            self.history.append(self.loss.item())
            return self.history[-1]


@wrong("check_runs")
class SetsTheMode:
    """step calls model.train(). Whether dropout is active is the caller's business, and a model in eval
    mode no longer is.
    """

    class Trainer(reference.Trainer):
        def step(self, x, y):
            self.model.train()
            return super().step(x, y)


@wrong("check_runs")
class RunsTheSubmoduleAgain:
    """The hook computes the output a second time. In train mode that is another one: dropout draws again,
    and batch norm counts the batch twice.
    """

    class Trainer(reference.Trainer):
        def _keep(self, name):
            @torch.no_grad()
            def hook(module, inputs, output):
                self.activations[name] = module.forward(*inputs).clone()

            return hook
