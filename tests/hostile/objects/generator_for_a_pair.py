"""It returns a generator of two numbers, of which the second never comes."""

# kata: training/evaluate
# says: *


def evaluate(model, loader, criterion, device):
    yield 0.5
    while True:
        pass


validate = evaluate
