"""Everything is declared in ``setup.cfg``, but for the C extensions, which it cannot hold."""

from setuptools import Extension, setup

FLAGS = ["-O2", "-std=c11", "-Wall", "-Wextra", "-fno-math-errno"]

setup(
    ext_modules=[
        Extension("gateway.media._dsp", ["gateway/media/_dsp.c"], extra_compile_args=FLAGS),
        Extension("hardware.voice._echo", ["hardware/voice/_echo.c"], extra_compile_args=FLAGS),
    ]
)
