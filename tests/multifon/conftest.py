from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import Certificates, certificates
from tests.multifon.provider import Provider, provider


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def multifon(tmp_path: Path, authority: Certificates) -> Iterator[Provider]:
    with provider(tmp_path, authority) as running:
        yield running
