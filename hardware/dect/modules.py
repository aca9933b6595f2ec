"""The modules that are known here: what each is called, and what makes its state machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hardware.dect.cmbs.module import CmbsModule
from hardware.dect.cvm.module import CvmModule
from hardware.dect.cvm.start_up import StartSettings
from hardware.dect.interface import Module
from hardware.dect.options import BaseOptions, ModuleKind


@dataclass(frozen=True, slots=True)
class KnownModule:
    description: str
    """One line for a person."""
    make: Callable[[BaseOptions], Module]
    tested_on_hardware: bool = False
    """False until a person has telephoned with it."""


def _cvm(options: BaseOptions) -> CvmModule:
    return CvmModule(StartSettings(options.pin, options.pcm_clock), options.padding)


def _cmbs(options: BaseOptions) -> CmbsModule:
    return CmbsModule(options.pin)


MODULES: Mapping[ModuleKind, KnownModule] = {
    ModuleKind.SC14CVMDECT: KnownModule("DECT base, Renesas SC14CVMDECT", _cvm),
    ModuleKind.CMBS: KnownModule("DECT base, DSP Group CMBS (starts only)", _cmbs),
}
