"""Run train.py in one process, then in two that share each batch, and compare the losses."""
import os
import subprocess
import sys
from pathlib import Path

train = Path(__file__).with_name("train.py")
loopback = "lo0" if sys.platform == "darwin" else "lo"  # stay on this machine

def losses(*command):
    done = subprocess.run(
        [sys.executable, *command, train], check=True, capture_output=True, text=True, timeout=140,
        env=os.environ | {"GLOO_SOCKET_IFNAME": loopback, "OMP_NUM_THREADS": "1"},
    )
    return [float(line.split()[-1]) for line in done.stdout.splitlines()]

one = losses()
two = losses("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
print("step     one process   two processes")
for step in (0, 9, 19):
    print(f"{step + 1:4}  {one[step]:14.6f}  {two[step]:14.6f}")
apart = max(abs(a - b) for a, b in zip(one, two, strict=True))
print(f"{len(two)} losses, all within 1e-5: {apart <= 1e-5}")
