# The image with what a Dask cluster takes:   docker build -t bnscope-dask --file deploy/dask.Dockerfile .
FROM bnscope
USER root
COPY requirements-cluster.lock ./
RUN pip --python /bnscope/.venv/bin/python install --no-cache-dir --require-hashes --requirement requirements-cluster.lock
ENV PYTHONPATH=/bnscope
USER 10001:10001
