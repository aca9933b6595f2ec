"""Everything is declared in ``setup.cfg``, but for the C extension, which it cannot hold."""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "gateway.media._dsp",
            ["gateway/media/_dsp.c"],
            extra_compile_args=["-O2", "-std=c11", "-Wall", "-Wextra", "-fno-math-errno"],
        )
    ]
)
