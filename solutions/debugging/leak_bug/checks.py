import gc
import weakref

import pytest

from pytest_torchkata.checks import F, nn, raises, torch


def network(given, activation="Tanh"):
    layer = nn.ReLU(inplace=True) if activation == "in place" else nn.Tanh()
    inner = nn.Sequential(nn.Linear(6, 5), layer)
    return given.fill(nn.ModuleDict({"all": nn.Sequential(nn.Linear(4, 6), inner, nn.Linear(5, 3))})["all"])


def batch(given, n=5):
    return given.normal(n, 4), given.integers(0, 3, (n,))


def trainer_for(kata, model, watch=("1.0", "0"), loss_fn=None):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return kata.Trainer(model, optimizer, loss_fn or F.cross_entropy, list(watch))


def weights(model):
    return {f"{name} afterwards": p.detach() for name, p in model.named_parameters()}


def hooks(model):
    """Count the hooks of every kind on a model and the modules in it."""
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, kind)) for module in model.modules() for kind in kinds)


def check_losses(kata, given, device):
    """step returns the loss as a float, and history holds the same floats."""
    model = network(given)
    trainer = trainer_for(kata, model)
    returned = [trainer.step(*batch(given, n)) for n in (5, 4, 6)]
    return {"returned": returned, "history": list(trainer.history)}


def check_weights(kata, given, device, dtype):
    """The model is trained as if nothing were watched."""
    model = network(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    trainer = trainer_for(kata, model)
    for n in (5, 4, 6):
        trainer.step(*batch(given, n))
    return weights(model)


def check_activations(kata, given, device):
    """activations holds the last outputs of the watched submodules, without a graph."""
    trainer = trainer_for(kata, network(given))
    observed = {}
    for step, n in enumerate((5, 4), start=1):
        trainer.step(*batch(given, n))
        observed[f"activations after step {step}"] = dict(trainer.activations)
    return observed


def check_in_place(kata, given):
    """Activations are those that the submodule returned, whatever happens to them afterwards."""
    trainer = trainer_for(kata, network(given, "in place"))
    trainer.step(*batch(given))
    return {"activations": dict(trainer.activations)}


def check_used_twice(kata, given):
    """Of a submodule that runs twice, the last output counts."""
    layer = nn.Linear(4, 4)
    model = given.fill(nn.Sequential(layer, nn.Tanh(), layer))
    trainer = trainer_for(kata, model, watch=["0"])
    trainer.step(*batch(given))
    return {"activations": dict(trainer.activations)}


def check_hooks(kata, given):
    """The number of hooks does not grow, and after close all are gone but those of others."""
    model = network(given)
    others = []
    model[0].register_forward_hook(lambda *_: others.append(1))
    trainer = trainer_for(kata, model)
    trainer.step(*batch(given))
    first = hooks(model)
    for _ in range(3):
        trainer.step(*batch(given))
    observed = {"hooks added by three more steps": hooks(model) - first}
    trainer.close()
    observed["hooks after close, with one of somebody else"] = hooks(model)
    model(batch(given)[0])
    return observed | {"calls of the hook of somebody else": len(others)}


def check_close(kata, given):
    """close may be called twice, and before any step; afterwards step still trains."""
    model = network(given)
    trainer = trainer_for(kata, model)
    trainer.close()
    returned = [trainer.step(*batch(given))]
    trainer.close()
    returned.append(trainer.step(*batch(given, 4)))
    return {"returned": returned, "history": list(trainer.history), "hooks": hooks(model)} | weights(model)


def live_bytes(call):
    """Return after each call of ``call`` how many bytes are alive of those that any has made."""
    from torch.utils._python_dispatch import TorchDispatchMode

    alive = {}

    class Meter(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            for leaf in torch.utils._pytree.tree_leaves(result):
                if isinstance(leaf, torch.Tensor):
                    storage = leaf.untyped_storage()
                    if (key := storage._cdata) not in alive:
                        alive[key] = storage.nbytes()
                        weakref.finalize(storage, alive.pop, key, None)
            return result

    with Meter():
        while True:
            call()
            yield sum(alive.values())


def check_memory(kata, given):
    """More steps keep no more memory."""
    trainer = trainer_for(kata, network(given))
    x, y = batch(given)
    memory = live_bytes(lambda: trainer.step(x.clone(), y.clone()))
    early, *_, late = (next(memory) for _ in range(12))
    if late > early:  # what only a collection frees is no leak
        gc.collect()
        late = next(memory)
    memory.close()
    return {"bytes of tensors added by ten more steps": late - early}


def check_graph(kata, given):
    """The graph of a step is freed in its backward."""
    kept = []

    def loss_fn(prediction, y):
        kept.append((F.cross_entropy(prediction, y), prediction))
        return kept[-1][0]

    trainer = trainer_for(kata, network(given), loss_fn=loss_fn)
    trainer.step(*batch(given))
    return {
        "going back through the loss of a step again": raises(
            RuntimeError, lambda: torch.autograd.grad(*kept[0])
        )
    }


def check_kept(kata, given):
    """After a step neither its loss nor the prediction is kept, with the graph behind them."""
    made = []

    def loss_fn(prediction, y):
        loss = F.cross_entropy(prediction, y)
        made.extend((weakref.ref(loss), weakref.ref(prediction)))
        return loss

    trainer = trainer_for(kata, network(given), loss_fn=loss_fn)
    trainer.step(*batch(given))
    gc.collect()
    return {"kept after a step": [n for n, one in zip(("loss", "prediction"), made, strict=True) if one()]}


@pytest.mark.parametrize("mode", ["train", "eval"])
def check_runs(kata, given, mode):
    """A step runs the model once, in the mode that the caller has set."""
    seen = []

    class Watched(nn.Dropout):
        def forward(self, x):
            seen.append("train" if self.training else "eval")
            return super().forward(x)

    model = given.fill(nn.Sequential(nn.Linear(4, 6), Watched(0.5), nn.Linear(6, 3))).train(mode == "train")
    trainer = trainer_for(kata, model, watch=["1"])
    for _ in range(2):
        trainer.step(*batch(given))
    modes = {name: "train" if module.training else "eval" for name, module in model.named_modules() if name}
    return {"mode in each run of a watched layer": seen, "modes afterwards": modes}
