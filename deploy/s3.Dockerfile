# The image with what it takes to keep uploads in S3:   docker build -t bnscope-s3 - < deploy/s3.Dockerfile
FROM bnscope
USER root
RUN pip --python /bnscope/.venv/bin/python install --no-cache-dir s3fs
USER 10001:10001
