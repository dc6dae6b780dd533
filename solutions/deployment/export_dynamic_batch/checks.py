from pathlib import Path

from pytest_torchkata.checks import nn, raises, torch


def network(given):
    """Return a model in train mode that would answer otherwise in eval mode."""
    layers = nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.Tanh(), nn.Dropout(0.5), nn.Linear(6, 3)
    model = given.fill(nn.Sequential(*layers))
    model(given.normal(7, 4, mean=2.0))
    return model


def flags(model):
    return [module.training for module in model.modules()]


def outputs(call, xs):
    """Call with inputs of several sizes, and say of each what came of it."""
    observed = {}
    for x in xs:
        found = []
        said = raises(Exception, lambda x=x, found=found: found.append(call(x)))
        observed[f"out for {tuple(x.shape)}"] = found[0].detach() if found else said
    return observed


def check_export(kata, given):
    """The captured graph answers as the model does in eval mode, and the example is an example only."""
    model = network(given)
    example = torch.zeros(3, 4, dtype=model[0].weight.dtype)
    program = kata.export_model(model, example)
    x = given.normal(3, 4)
    call = program.module() if isinstance(program, torch.export.ExportedProgram) else program
    out = call(x).detach()
    return {
        "returned": type(program).__name__,
        "out": out,
        "as the model in eval mode": torch.allclose(out, model.eval()(x), atol=1e-6),
        "example left as it was": bool((example == 0).all()),
    }


def check_batch_sizes(kata, given):
    """Any batch size from 1 to 1024, whatever the example's was."""
    program = kata.export_model(network(given), given.normal(2, 4))
    return outputs(program.module(), [given.normal(n, 4) for n in (1, 2, 7, 64, 1024)])


def check_other_dimensions(kata, given):
    """Another size of another dimension raises, also where the model itself would take it."""
    call = kata.export_model(nn.Tanh(), given.normal(2, 5, 6)).module()
    return {
        "out for (4, 5, 6)": call(given.normal(4, 5, 6)),
        **{
            f"call with {size}": raises(Exception, lambda size=size: call(given.normal(*size)))
            for size in [(3, 7, 6), (3, 5, 4), (3, 5)]
        },
    }


def check_modes(kata, given):
    """The mode of every submodule, and its state, is afterwards what it was before."""
    model = network(given)
    model[1].eval()  # frozen statistics in a model that is training
    kata.export_model(model, given.normal(3, 4))
    return {"training flags": flags(model), "state of the model": model.state_dict()}


def check_failing_export(kata, given):
    """An export that raises leaves the modes as they were, and the exception comes through."""

    class Refuses(nn.Module):
        def forward(self, x):
            raise ValueError("not with me")

    model = nn.Sequential(network(given), Refuses())
    model[0][1].eval()
    called = raises(ValueError, lambda: kata.export_model(model, given.normal(3, 4)))
    return {"export_model": called, "training flags": flags(model)}


def check_file(kata, given):
    """A saved program comes back from its file, and runs without the model's class."""

    class Gone(nn.Module):  # found by its name nowhere
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return self.inner(x).sin() + x.mean(dim=-1, keepdim=True)

    model = Gone(network(given))
    kata.save_exported(kata.export_model(model, given.normal(2, 4)), Path("model.pt2"))
    files = sorted(entry.name for entry in Path().iterdir())
    if files != ["model.pt2"]:
        return {"files": files}
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()  # only what is in the file counts
    Path("model.pt2").rename("moved.pt2")
    found = []
    said = raises(RuntimeError, lambda: found.append(torch.export.load("moved.pt2")))
    call = kata.load_exported("moved.pt2")
    return {
        "files": files,
        "torch.export.load": type(found[0]).__name__ if found else said,
        "can be called": callable(call),
        **outputs(call, [given.normal(n, 4) for n in (1, 5)]),
        "call with (5, 3)": raises(Exception, lambda: call(given.normal(5, 3))),
    }
