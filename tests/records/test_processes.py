"""Processes beside ours: results in order, and nobody left behind."""

import os
import subprocess
import sys
from operator import neg

import pytest

from records.processes import in_order, processes

PARENT = """
import os, time
from records.processes import processes
with processes(2) as pool:
    pool.submit(os.getpid).result()
    for _ in range(2):
        pool.submit(time.sleep, 600)
    print("at work", flush=True)
    time.sleep(600)
"""


def test_results_come_in_the_order_of_the_tasks():
    with processes(2) as pool:
        assert list(in_order(pool, neg, ((n,) for n in range(20)), 2)) == [-n for n in range(20)]


def test_a_fault_in_a_process_is_told_and_ends_the_work():
    with pytest.raises(ValueError, match="invalid literal"), processes(1) as pool:
        list(in_order(pool, int, [("1",), ("one",)], 1))


@pytest.mark.parametrize("signal_sent", ["terminate", "kill"])
def test_the_processes_of_a_killed_command_end_too(signal_sent):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "contactpoint.settings"}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=environment, text=True
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "at work\n"
        getattr(parent, signal_sent)()
        # The end of the output: all who could write to it, the processes too, have ended.
        assert parent.communicate(timeout=60)[0] == ""
