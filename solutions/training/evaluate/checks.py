import pytest

from pytest_torchkata.checks import F, nn, raises, torch

SIZES = (5, 4, 1)


def batches(given, sizes=SIZES):
    """Draw batches as a loader gives them: on the CPU, wherever the model is."""
    return [(given.normal(n, 4).cpu(), given.integers(0, 3, (n,)).cpu()) for n in sizes]


def classifier(given):
    return given.fill(nn.Sequential(nn.Linear(4, 3)))


def regular(given):
    """Build a model in train mode in which everything depends on the mode."""
    layers = nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 3)
    return given.fill(nn.Sequential(*layers)).train()


def scored(given, *right):
    """Draw logits that classify the samples of each batch right or wrong, as told by 1 and 0."""
    result = []
    for batch in right:
        y = given.permutation(3).repeat(3)[: len(batch)].cpu()
        shift = 1 - torch.tensor(batch)
        logits = given.uniform(len(batch), 3).cpu() - 2 + 2 * F.one_hot((y + shift) % 3, 3)
        result.append((logits, y))
    return result


def as_loader(kind, given_batches):
    if kind == "drop_last":
        x, y = (torch.cat(parts) for parts in zip(*given_batches, strict=True))
        dataset = torch.utils.data.TensorDataset(x, y)
        return torch.utils.data.DataLoader(dataset, batch_size=4, drop_last=True)
    return given_batches


def check_one_batch(kata, given, device):
    """One batch: a pair of floats, the loss and the share of right classes."""
    # As many samples as classes, so that an argmax over the wrong dimension has the right shape.
    scores = [[6.0, 0.0, 2.0, 1.0], [1.0, 3.0, 4.0, 5.0], [4.0, 5.0, 7.0, 2.0], [4.0, 3.0, 0.0, 6.0]]
    loader = [(given.tensor(scores).cpu(), torch.tensor([0, 3, 2, 1]))]
    return {"returned": kata.evaluate(nn.Identity(), loader, F.cross_entropy, device)}


@pytest.mark.parametrize("loader", ["list", "drop_last"])
def check_loss(kata, given, loader, device, dtype):
    """The loss is averaged over samples, not over batches."""
    source = as_loader(loader, batches(given))
    loss, _ = kata.evaluate(classifier(given), source, F.cross_entropy, device)
    return {"loss": loss}


@pytest.mark.parametrize("loader", ["list", "drop_last"])
def check_accuracy(kata, given, loader, device):
    """The accuracy is averaged over samples, not over batches."""
    source = as_loader(loader, scored(given, [1, 0, 0, 1, 0], [1, 1, 0, 1], [1]))
    _, accuracy = kata.evaluate(nn.Identity(), source, F.cross_entropy, device)
    return {"accuracy": accuracy}


def check_generator(kata, given, device):
    """The loader may be a generator."""
    source = (batch for batch in batches(given))
    return {"returned": kata.evaluate(classifier(given), source, F.cross_entropy, device)}


def check_eval_mode(kata, given, device):
    """Dropout is off, batch norm uses its running statistics and does not update them."""
    model = regular(given)
    random = torch.get_rng_state()
    loss, _ = kata.evaluate(model, batches(given, (5, 4, 2)), F.cross_entropy, device)
    return {
        "loss": loss,
        "running_mean afterwards": model[1].running_mean,
        "running_var afterwards": model[1].running_var,
        "num_batches_tracked afterwards": model[1].num_batches_tracked,
        "random state as before": torch.equal(torch.get_rng_state(), random),
    }


def check_batch_of_one(kata, given, device):
    """A batch of one sample works, also with batch norm."""
    loss, _ = kata.evaluate(regular(given), batches(given, (3, 1)), F.cross_entropy, device)
    return {"loss": loss}


def check_no_graph(kata, given, device):
    """No gradients are recorded while the model runs."""
    recorded, carried = [], []
    model = classifier(given)
    model[0].register_forward_pre_hook(lambda *_: recorded.append(torch.is_grad_enabled()))

    def criterion(logits, y):
        carried.append(logits.requires_grad)
        return F.cross_entropy(logits, y)

    kata.evaluate(model, batches(given), criterion, device)
    return {
        "recording while the model runs": any(recorded),
        "logits carry a graph": any(carried),
    }


def check_gradients(kata, given, device):
    """Parameters and the gradients on them stay as they were."""
    model = classifier(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    kata.evaluate(model, batches(given), F.cross_entropy, device)
    return {
        "weight afterwards": model[0].weight,
        "bias afterwards": model[0].bias,
        "weight.grad afterwards": model[0].weight.grad,
        "bias.grad afterwards": model[0].bias.grad,
    }


@pytest.mark.parametrize("before", [True, False])
def check_gradient_mode(kata, given, before, device):
    """Recording is on or off afterwards as it was before, also if the model raises."""

    def broken(module, inputs):
        raise RuntimeError("the model fails")

    model = classifier(given)
    observed = {}
    with torch.set_grad_enabled(before):
        kata.evaluate(model, batches(given), F.cross_entropy, device)
        observed["recording afterwards"] = torch.is_grad_enabled()
    model[0].register_forward_pre_hook(broken)
    with torch.set_grad_enabled(before):
        observed["a model that fails"] = raises(
            RuntimeError, lambda: kata.evaluate(model, batches(given), F.cross_entropy, device)
        )
        observed["recording after the failure"] = torch.is_grad_enabled()
    return observed


def check_no_samples(kata, given, device):
    """A loader that yields nothing raises ValueError."""
    model = classifier(given)
    return {
        "empty list": raises(ValueError, lambda: kata.evaluate(model, [], F.cross_entropy, device)),
        "empty generator": raises(
            ValueError, lambda: kata.evaluate(model, iter(()), F.cross_entropy, device)
        ),
    }


def check_device(kata, given):
    """x and y are moved to the device that is given, and the moved ones are used."""
    asked, by_model, by_criterion = set(), [], []

    class FromLoader(torch.Tensor):
        def to(self, *args, **kwargs):
            asked.add(str(torch._C._nn._parse_to(*args, **kwargs)[0]))
            with torch._C.DisableTorchFunctionSubclass():
                return self.as_subclass(torch.Tensor)

    model = classifier(given)
    model[0].register_forward_pre_hook(lambda module, inputs: by_model.append(inputs[0]))

    def criterion(logits, y):
        by_criterion.append(y)
        return F.cross_entropy(logits, y)

    loader = [(x.as_subclass(FromLoader), y.as_subclass(FromLoader)) for x, y in batches(given)]
    kata.evaluate(model, loader, criterion, "cpu:0")
    return {
        "devices that the batches were moved to": sorted(asked),
        "the model got the x that were moved": not any(isinstance(x, FromLoader) for x in by_model),
        "the criterion got the y that were moved": not any(isinstance(y, FromLoader) for y in by_criterion),
    }


def check_validate(kata, given, device):
    """validate does all of it as well."""
    model = regular(given)
    for parameter in model.parameters():
        parameter.grad = given.like(parameter)
    recorded = []
    model[0].register_forward_pre_hook(lambda *_: recorded.append(torch.is_grad_enabled()))
    loader = iter(batches(given, (5, 4, 2)))
    return {
        "returned": kata.validate(model, loader, F.cross_entropy, device),
        "running_mean afterwards": model[1].running_mean,
        "recording while the model runs": any(recorded),
        "recording afterwards": torch.is_grad_enabled(),
        "weight.grad of the first layer afterwards": model[0].weight.grad,
        "no samples": raises(ValueError, lambda: kata.validate(model, [], F.cross_entropy, device)),
    }
