"""``python -m gateway.web``."""

import sys

from gateway.web.main import main

sys.exit(main())
