# syntax=docker/dockerfile:1
# One image for every process of RTCC (web, worker, beat); docker-compose.yml says which command each runs.

FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src

# The pinned packages first: this layer is built again only when a pin changes.
COPY requirements.txt requirements-build.txt ./
RUN python -m venv /opt/rtcc \
    && /opt/rtcc/bin/pip install --require-hashes --only-binary :all: --requirement requirements.txt \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: --requirement requirements-build.txt

COPY . .
RUN /opt/build/bin/pip wheel --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/rtcc/bin/pip install --no-index --no-deps /wheels/rtcc-*.whl


FROM python:3.12-slim
# A fixed number, so that a volume's owner stays the same from one image to the next.
RUN useradd --uid 10001 --create-home --home-dir /home/rtcc --shell /usr/sbin/nologin rtcc \
    && install --directory --owner rtcc --group rtcc --mode 0700 /data
COPY --from=build /opt/rtcc /opt/rtcc
ENV PATH=/opt/rtcc/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RTCC_DATA_DIR=/data
USER rtcc
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
CMD ["rtcc", "web"]
