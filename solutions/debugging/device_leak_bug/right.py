import torch

from pytest_torchkata.checks import right


@right
class OneTensorThatGrows:
    """The rows are joined as they come, and a failure is three plain values."""

    class Scorer:
        def __init__(self, model):
            self.model, self.result, self.failed, self.count = model, None, [], 0

        def add(self, tokens):
            self.count += 1
            try:
                with torch.inference_mode():
                    last = self.model(tokens)[:, -1, :]
            except Exception as e:
                self.failed.append({"index": self.count - 1, "kind": type(e).__name__, "text": str(e)})
                return False
            self.result = torch.cat([last]) if self.result is None else torch.cat([self.result, last])
            return True

        def scores(self):
            return self.result.clone()

        def report(self):
            return ["batch {index}: {kind}: {text}".format(**one) for one in self.failed]


@right
class BareExceptions:
    """The exceptions are kept, without their tracebacks and without those behind them."""

    class Scorer:
        def __init__(self, model):
            self.model, self.kept, self.errors, self.n = model, [], {}, -1

        def add(self, tokens):
            self.n += 1
            with torch.no_grad():
                try:
                    last = self.model(tokens).detach()
                    self.kept.append(last[:, last.shape[1] - 1] + 0)
                except Exception as error:
                    error.__traceback__ = error.__cause__ = error.__context__ = None
                    self.errors[self.n] = error
                    return False
            return True

        def scores(self):
            return torch.concat(self.kept, dim=0)

        def report(self):
            return [f"batch {n}: {e.__class__.__name__}: {e}" for n, e in self.errors.items()]


@right
class IndexedRows:
    """The last position is copied by an index, and the error is handled after the block."""

    class Scorer:
        def __init__(self, model):
            self.model, self.rows, self.lines, self.calls = model, [], [], 0

        @torch.no_grad()
        def add(self, tokens):
            number, self.calls = self.calls, self.calls + 1
            try:
                logits = self.model(tokens)
            except Exception as error:
                problem = error
            else:
                index = torch.tensor([logits.shape[1] - 1], device=logits.device)
                self.rows.append(logits.index_select(1, index).squeeze(1))
                return True
            self.lines.append(f"batch {number}: {type(problem).__name__}: {problem}")
            return False

        def scores(self):
            return torch.vstack(self.rows)

        def report(self):
            return self.lines
