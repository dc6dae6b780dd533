"""Export with a free batch dimension

Write the three functions that take a model out of the training code.

export_model(model, example)
    Captures model(example) as one graph with torch.export, in inference behaviour: dropout off,
    batch norm on its running statistics, whatever mode the model is in. The first dimension of the
    input may have any size from 1 to 1024 afterwards; the example's is at least 2. All other
    dimensions stay those of the example, and an input of another size raises, also where the model
    itself would take it.

save_exported(program, path)
    Writes the program to a file, path being a str or a Path, in the format of torch.export: another
    program reads it with torch.export.load, and runs it without the model's class.

load_exported(path)
    Reads such a file, and returns something to call with an input, which returns the output.

Rules
    - The mode of every submodule is afterwards what it was before, also if the export raises; what
      it raises comes through.
    - The example's values do not matter, and example and model are not changed.
    - What export_model returns is an ExportedProgram. TorchScript (torch.jit.trace,
      torch.jit.script) is deprecated, and a pickle of the model (torch.save) needs its class.

Why it is asked: a service does not know how many requests come in at once. An export takes every
size that it sees for a constant unless it is told otherwise, and bakes in the mode of the model as
well. Such a program is where other formats begin: torch.onnx.export (which calls dynamic_shapes
what its deprecated predecessor called dynamic_axes), and AOTInductor, which makes of it what runs
without Python.

Example
    >>> model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Dropout(0.5))
    >>> program = export_model(model, torch.zeros(4, 3))
    >>> save_exported(program, "model.pt2")
    >>> call = load_exported("model.pt2")
    >>> x = torch.randn(7, 3)
    >>> torch.equal(call(x), model[0](x)), model.training
    (True, True)
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn


def export_model(model: nn.Module, example: Tensor) -> torch.export.ExportedProgram:
    raise NotImplementedError


def save_exported(program: torch.export.ExportedProgram, path: str | Path) -> None:
    raise NotImplementedError


def load_exported(path: str | Path) -> Callable[[Tensor], Tensor]:
    raise NotImplementedError
