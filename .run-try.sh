set -u
./test -q tests/test_layers.py 2>&1 | grep -v '^E' | tail -60
bash -c 'time ./test --version'
cat .venv/ready; ls ~/.cache/multifon-gateway/*/
.venv/bin/python - <<'P'
import sys, pjsua2 as pj, ctypes
print(pj._pjsua2.__file__)
P
ldd .venv/lib/python3.13/site-packages/_pjsua2*.so
.venv/bin/python image-build/pjproject/check.py | tail -2; echo check $?
