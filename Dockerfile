# Three images from one file. `solver` runs submissions and holds nothing else; `judge` adds the checks;
# `bot` serves the chat and has no torch. BASE needs Python 3.11 or newer with venv.
ARG BASE=python:3.12-slim
ARG SOLVER=solver

FROM ${BASE} AS torch
# Wheels in the build context make a build without a network; an empty folder means the usual index.
COPY wheels /wheels
RUN python3 -m venv /opt/venv \
    && if ls /wheels/*.whl >/dev/null 2>&1; \
       then /opt/venv/bin/pip install --no-cache-dir --no-index --find-links /wheels "torch==2.13.0" "numpy>=2.1,<3"; \
       else /opt/venv/bin/pip install --no-cache-dir "torch==2.13.0" "numpy>=2.1,<3"; fi \
    && /opt/venv/bin/python -m compileall -q /opt/venv/lib || true

FROM ${BASE} AS solver
COPY --from=torch /opt/venv /opt/venv
COPY bot/__init__.py /opt/freehand/bot/__init__.py
COPY bot/sandbox/__init__.py bot/sandbox/wire.py bot/sandbox/values.py bot/sandbox/inspection.py bot/sandbox/solver.py /opt/freehand/bot/sandbox/
ENV PYTHONPATH=/opt/freehand PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1 HOME=/tmp
WORKDIR /tmp
USER 65534:65534
CMD ["/opt/venv/bin/python", "-m", "bot.sandbox.solver"]

FROM ${SOLVER} AS judge
COPY bot/sandbox/expectations.py bot/sandbox/kit.py bot/sandbox/judge.py /opt/freehand/bot/sandbox/
COPY exercises /opt/freehand/exercises
CMD ["/opt/venv/bin/python", "-m", "bot.sandbox.judge", "/opt/freehand/exercises"]

FROM ${BASE} AS bot
COPY pyproject.toml README.md LICENSE Dockerfile /opt/freehand/
COPY bot /opt/freehand/bot
COPY migrations /opt/freehand/migrations
COPY exercises /opt/freehand/exercises
COPY wheels /wheels
RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --find-links /wheels --editable /opt/freehand && rm -rf /wheels
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 FREEHAND_DATA_DIR=/data FREEHAND_OPEN_BROWSER=false
VOLUME /data
WORKDIR /opt/freehand
CMD ["freehand", "run"]
