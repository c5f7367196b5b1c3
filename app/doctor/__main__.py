"""`python -m app.doctor FILE`: what `bnscope doctor FILE` is where the package is installed."""

import sys

from app.doctor.command import doctor

sys.exit(doctor(sys.argv[1:]))
