# The teaching server:   docker build -t bnscope .   and   docker run -p 8000:8000 bnscope
# Its environment is made by the script that `make serve` and `make test` use, from the same lock.

FROM python:3.13-slim AS environment
WORKDIR /bnscope
COPY scripts/environment scripts/slim scripts/kernels.py scripts/apt-install scripts/
COPY requirements.lock ./
RUN scripts/environment requirements.lock && scripts/slim
COPY pyproject.toml ./
COPY bncore bncore
# bncore's kernels; the compiler stays behind in this stage. Without them it computes with NumPy.
RUN .venv/bin/python -m scripts.kernels --install
COPY app app
COPY static static
COPY templates templates
RUN .venv/bin/python -m compileall -q bncore app

FROM python:3.13-slim
WORKDIR /bnscope
# Everything that is written goes below /data, so `docker run --read-only` works; mount it to keep uploads. /store is for
# a volume that several containers share (deploy/).
RUN install -d -o 10001 -g 10001 /data /store
VOLUME /data
COPY --from=environment /bnscope /bnscope
ENV PATH=/bnscope/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/data \
    BNSCOPE_UPLOADS_DIR=/data/uploads \
    BNSCOPE_CACHE_DIR=/data/cache
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
# WORKERS: a process for each core that the container may use, unless told otherwise.
CMD ["sh", "-c", "exec python -m app --host 0.0.0.0 --port 8000 --workers ${WORKERS:-auto}"]
