"""For every test of the project."""

from hypothesis import HealthCheck, settings

# How long a machine takes is no property of the code under test: these machines are shared and
# noisy, so nothing may fail for being slow.
settings.register_profile(
    "gateway", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("gateway")
