"""OpenBLAS computes with kernels that fit the processor, also with one that it does not know."""

import os
import subprocess
import sys

import pytest

from bot.dialogue.rasa import kernels

AVX2 = {"sse2", "avx", "avx2", "fma"}
AVX512 = AVX2 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


@pytest.mark.parametrize(
    ("flags", "name"), [(AVX512, "SkylakeX"), (AVX512 - {"avx512vl"}, "Haswell"), (AVX2, "Haswell"), (AVX2 - {"fma"}, None), (set(), None)]
)
def test_the_fastest_kernels_that_the_processor_can_run(flags, name):
    assert kernels.fastest(flags) == name


def test_what_the_environment_says_already_stays(monkeypatch):
    monkeypatch.setenv(kernels.VARIABLE, "Prescott")
    kernels.install()
    assert os.environ[kernels.VARIABLE] == "Prescott"


def test_where_the_system_says_nothing_openblas_chooses(monkeypatch, tmp_path):
    monkeypatch.delenv(kernels.VARIABLE, raising=False)
    monkeypatch.setattr(kernels, "_CPUINFO", tmp_path / "none")
    kernels.install()
    assert kernels.VARIABLE not in os.environ


@pytest.mark.skipif(kernels.fastest(kernels._flags()) is None, reason="no flags of a known kind")
def test_numpy_computes_with_them():
    asked = "import bot.dialogue.rasa, numpy, threadpoolctl; print(threadpoolctl.threadpool_info()[0]['architecture'])"
    environment = {name: value for name, value in os.environ.items() if name != kernels.VARIABLE}
    told = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == kernels.fastest(kernels._flags())
