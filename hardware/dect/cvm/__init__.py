"""Renesas SC14CVMDECT: ``frame`` -> ``link`` -> ``mail`` -> ``sequence`` and ``call`` ->
``module``.
"""
