# Three images: the bot without torch, the solver that runs learner code, the judge that grades it.
# The bot builds the last two by itself, each from its own section and the files that section copies
# (bot/sandbox/containers/images.py), so nothing here needs more than the classic builder can do.

# Python 3.11 or newer with venv; Debian's own Python refuses packages outside of one.
ARG BASE=python:3.12-slim
# What the judge is built upon: the section below, or an image that is built already.
ARG SOLVER=solver


FROM ${BASE} AS bot
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    FREEHAND_DATA_DIR=/data \
    FREEHAND_OPEN_BROWSER=false
WORKDIR /opt/freehand
RUN python3 -m venv /opt/venv
# Dependencies first: they change less often than the code.
COPY pyproject.toml README.md LICENSE ./
COPY bot/__init__.py bot/
RUN pip install --no-cache-dir --disable-pip-version-check --editable '.[gpu]'
COPY Dockerfile ./
COPY migrations migrations
COPY exercises exercises
COPY bot bot
RUN python -m compileall -q bot
VOLUME /data
CMD ["freehand", "run"]


FROM ${BASE} AS solver
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/freehand \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    HOME=/tmp
RUN python3 -m venv /opt/venv
# Where torch comes from: which CUDA it is for, or none, is that index's. Empty: pip's own choice.
ARG TORCH_INDEX
# The folder of wheels may be missing; a file that is always there keeps COPY content.
COPY Dockerfile build/wheel[s] /opt/wheels/
RUN if ls /opt/wheels/*.whl >/dev/null 2>&1; then set -- --no-index --find-links /opt/wheels; \
    elif [ -n "${TORCH_INDEX}" ]; then set -- --index-url "${TORCH_INDEX}"; fi \
    && pip install --no-cache-dir --disable-pip-version-check "$@" 'torch==2.13.0' 'numpy>=2.1,<3'
COPY bot/__init__.py /opt/freehand/bot/
COPY bot/wire /opt/freehand/bot/wire
COPY bot/inside/__init__.py /opt/freehand/bot/inside/
COPY bot/inside/common /opt/freehand/bot/inside/common
COPY bot/inside/solver /opt/freehand/bot/inside/solver
RUN python -m compileall -q /opt/freehand
WORKDIR /tmp
USER 65534:65534
# -P: what a submission leaves in /tmp is no module of ours.
CMD ["python", "-P", "-m", "bot.inside.solver"]


FROM ${SOLVER} AS judge
# Whatever the base says: where hashes can be foreseen, a submission could choose keys that collide.
ENV PYTHONHASHSEED=random
COPY bot/kit /opt/freehand/bot/kit
COPY bot/inside/judge /opt/freehand/bot/inside/judge
CMD ["python", "-P", "-m", "bot.inside.judge"]
