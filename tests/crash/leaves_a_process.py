"""A helper process is started and forgotten; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *Stopped: your code tried to start other programs*

import subprocess
import sys


def silu_mul(gate, up):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    return gate * up
