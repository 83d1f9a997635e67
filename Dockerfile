# CPU:  docker build -t explorer .
# GPU:  docker build -t explorer --build-arg BASE=pytorch/pytorch:2.10.0-cuda12.8-cudnn9-runtime .
# Run:  docker run -p 127.0.0.1:8501:8501 -v explorer:/data explorer
ARG BASE=python:3.12-slim
FROM ${BASE}

ENV PIP_NO_CACHE_DIR=1 \
    PYTHONUNBUFFERED=1 \
    EXPLORER_HOME=/data \
    EXPLORER_ADDRESS=0.0.0.0

WORKDIR /opt/explorer
COPY pyproject.toml README.md LICENSE ./
COPY .streamlit .streamlit
COPY explorer explorer
COPY pages pages
COPY assets assets

# With the CPU base, torch comes from the index of CPU builds; a GPU base has torch already.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN (python -c "import torch" 2> /dev/null || pip install "torch>=2.10,<2.14" --index-url "${TORCH_INDEX}") \
    && pip install . \
    && useradd --create-home --uid 1000 explorer \
    && mkdir /data \
    && chown 1000 /data

USER 1000
WORKDIR /home/explorer
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health')"]
ENTRYPOINT ["explorer", "--no-browser"]
